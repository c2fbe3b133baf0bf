import java.io.FileInputStream;
import java.io.InputStream;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttp;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.conscrypt.Conscrypt;

/** OkHttp on Conscrypt with Conscrypt's own trust manager, which is what Android apps run. */
public class OkHttpConscrypt {
    public static void main(String[] args) throws Exception {
        if (args[0].equals("--version")) {
            Conscrypt.Version version = Conscrypt.version();
            System.out.println("OkHttp " + OkHttp.VERSION);
            System.out.printf(
                    "Conscrypt %d.%d.%d%n", version.major(), version.minor(), version.patch());
            return;
        }
        Provider conscrypt = Conscrypt.newProviderBuilder().provideTrustManager(true).build();
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX", conscrypt);
        factory.init(args[0].equals("native") ? null : anchors(args[0]));
        TrustManager[] managers = factory.getTrustManagers();
        SSLContext context = SSLContext.getInstance("TLS", conscrypt);
        context.init(null, managers, null);
        OkHttpClient client = new OkHttpClient.Builder()
                .sslSocketFactory(context.getSocketFactory(), (X509TrustManager) managers[0])
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .build();
        for (int i = 1; i < args.length; i++) {
            Request request = new Request.Builder().url(args[i]).build();
            try (Response response = client.newCall(request).execute()) {
                System.out.println(response.body().string());
            }
        }
    }

    private static KeyStore anchors(String trust) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream file = new FileInputStream(trust)) {
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("certificate " + store.size(), each);
            }
        }
        return store;
    }
}
