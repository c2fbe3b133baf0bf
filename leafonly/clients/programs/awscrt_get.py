import importlib.metadata
import sys
import urllib.parse

from awscrt import http, io

if sys.argv[1:] == ["--version"]:
    print(f"awscrt {importlib.metadata.version('awscrt')}")
    print("s2n-tls")
else:
    trust, *urls = sys.argv[1:]
    options = io.TlsContextOptions()
    if trust != "native":
        options.override_default_trust_store_from_path(ca_filepath=trust)
    context = io.ClientTlsContext(options)
    for url in urls:
        parts = urllib.parse.urlsplit(url)
        tls = context.new_connection_options()
        tls.set_server_name(parts.hostname)
        connection = http.HttpClientConnection.new(
            host_name=parts.hostname, port=parts.port, tls_connection_options=tls
        ).result()
        request = http.HttpRequest("GET", "/", http.HttpHeaders([("Host", parts.netloc)]))
        stream = connection.request(
            request, on_body=lambda http_stream, chunk, **_: print(chunk.decode())
        )
        stream.activate()
        stream.completion_future.result()
