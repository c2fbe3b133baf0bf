import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.util.VersionInfo;

/** Trust comes from the system properties, as Java programs are told; so TRUST is not read. */
public class ApacheHttpClient {
    public static void main(String[] args) throws Exception {
        if (args[0].equals("--version")) {
            ClassLoader loader = ApacheHttpClient.class.getClassLoader();
            VersionInfo version = VersionInfo.loadVersionInfo("org.apache.hc.client5", loader);
            System.out.println("Apache-HttpClient " + version.getRelease());
            System.out.println("JSSE " + System.getProperty("java.version"));
            return;
        }
        try (CloseableHttpClient client = HttpClients.custom()
                .useSystemProperties()
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .build()) {
            for (int i = 1; i < args.length; i++) {
                HttpGet request = new HttpGet(args[i]);
                String body =
                        client.execute(request, response -> EntityUtils.toString(response.getEntity()));
                System.out.println(body);
            }
        }
    }
}
