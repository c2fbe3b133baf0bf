using System;
using System.IO;
using System.Net;
using System.Reflection;
using System.Runtime.InteropServices;

// Trust comes from the certificate stores in the user's home, as Mono's programs are told; so
// TRUST is not read.
class MonoGet
{
    // Mono names btls even where its library, a package of its own, is missing; a call loads it.
    [DllImport("libmono-btls-shared")]
    static extern int mono_btls_error_peek_error();

    static void Main(string[] args)
    {
        if (args[0] == "--version")
        {
            var version = Type.GetType("Mono.Runtime").GetMethod(
                "GetDisplayName", BindingFlags.NonPublic | BindingFlags.Static);
            mono_btls_error_peek_error();
            Console.WriteLine("Mono " + version.Invoke(null, null));
            Console.WriteLine(Mono.Security.Interface.MonoTlsProviderFactory.GetProvider().Name);
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
}
