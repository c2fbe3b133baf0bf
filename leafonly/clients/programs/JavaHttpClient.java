import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** Trust comes from the system properties, as Java programs are told; so TRUST is not read. */
public class JavaHttpClient {
    public static void main(String[] args) throws Exception {
        if (args[0].equals("--version")) {
            System.out.println("java.net.http " + System.getProperty("java.version"));
            System.out.println("JSSE " + System.getProperty("java.version"));
            return;
        }
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 1; i < args.length; i++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(args[i])).build();
            System.out.println(client.send(request, BodyHandlers.ofString()).body());
        }
    }
}
