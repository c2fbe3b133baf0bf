import java.io.FileInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;

/** Java's HttpClient on Bouncy Castle's TLS and trust manager. */
public class BouncyCastle {
    public static void main(String[] args) throws Exception {
        if (args[0].equals("--version")) {
            System.out.println("java.net.http " + System.getProperty("java.version"));
            System.out.println("BCJSSE " + new BouncyCastleProvider().getVersionStr());
            return;
        }
        Security.insertProviderAt(new BouncyCastleProvider(), 1);
        Security.insertProviderAt(new BouncyCastleJsseProvider(), 2);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX", "BCJSSE");
        factory.init(args[0].equals("native") ? null : anchors(args[0]));
        SSLContext context = SSLContext.getInstance("TLS", "BCJSSE");
        context.init(null, factory.getTrustManagers(), null);
        HttpClient client = HttpClient.newBuilder().sslContext(context).build();
        for (int i = 1; i < args.length; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(args[i])).build();
            System.out.println(client.send(request, BodyHandlers.ofString()).body());
        }
    }

    private static KeyStore anchors(String trust) throws Exception {
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        try (InputStream file = new FileInputStream(trust)) {
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("certificate " + store.size(), each);
            }
        }
        return store;
    }
}
