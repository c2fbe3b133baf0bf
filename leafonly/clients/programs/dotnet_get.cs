using System;
using System.IO;
using System.Net;

// Trust comes from SSL_CERT_FILE, which .NET reads where its TLS is OpenSSL; so TRUST is not
// read. HttpWebRequest, which .NET carries out by HttpClient, because Mono's compiler has it too.
class DotnetGet
{
    static void Main(string[] args)
    {
        if (args[0] == "--version")
        {
            Console.WriteLine(".NET " + Environment.Version);
            Console.WriteLine("OpenSSL " + OpenSslVersion());
            return;
        }
        for (int i = 1; i < args.Length; i++)
        {
            var request = (HttpWebRequest)WebRequest.Create(args[i]);
            request.Proxy = null;
            request.AllowAutoRedirect = false;
            using (var response = request.GetResponse())
            using (var body = new StreamReader(response.GetResponseStream()))
            {
                Console.Write(body.ReadToEnd());
            }
        }
    }

    // OPENSSL_VERSION_NUMBER: 0xMNNFFPPS until 1.1, 0xMNN00PP0 since 3 (openssl/opensslv.h).
    static string OpenSslVersion()
    {
        var handle = Type.GetType(
            "System.Security.Cryptography.SafeEvpPKeyHandle, System.Security.Cryptography.OpenSsl");
        var number = (long)handle.GetProperty("OpenSslVersion").GetValue(null, null);
        long major = number >> 28, minor = number >> 20 & 0xff, patch = number >> 4 & 0xff;
        if (major >= 3)
        {
            return major + "." + minor + "." + patch;
        }
        return major + "." + minor + "." + (number >> 12 & 0xff) + (char)('a' + patch - 1);
    }
}
