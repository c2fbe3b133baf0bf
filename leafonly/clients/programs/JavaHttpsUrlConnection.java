import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;

/** Trust comes from the system properties, as Java programs are told; so TRUST is not read. */
public class JavaHttpsUrlConnection {
    public static void main(String[] args) throws Exception {
        if (args[0].equals("--version")) {
            System.out.println("HttpsURLConnection " + System.getProperty("java.version"));
            System.out.println("JSSE " + System.getProperty("java.version"));
            return;
        }
        for (int i = 1; i < args.length; i++) {
            URLConnection connection = URI.create(args[i]).toURL().openConnection();
            try (InputStream body = connection.getInputStream()) {
                body.transferTo(System.out);
            }
        }
    }
}
