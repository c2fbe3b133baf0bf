import importlib.metadata
import os
import sys
import threading
import urllib.parse

from awscrt import http, io


def end_at_refusal():
    """Log to stderr, and end the process when the log says that TLS failed.

    s2n-tls refuses a certificate at once, and writes why to the log. The SDK then waits for a
    random time of 10 to 30 s before it raises an error without a cause: s2n_connection_get_delay,
    "blinding". Measured on awscrt 0.38.1.
    """
    stderr = os.dup(2)
    reader, writer = os.pipe()
    os.dup2(writer, 2)
    sys.stderr = os.fdopen(os.dup(stderr), "w")

    def pass_on():
        with os.fdopen(reader, errors="replace") as log:
            for line in log:
                os.write(stderr, line.encode())
                if "negotiation failed" in line:
                    sys.stdout.flush()
                    os._exit(1)

    threading.Thread(target=pass_on, daemon=True).start()
    io.init_logging(io.LogLevel.Warn, "stderr")


if sys.argv[1:] == ["--version"]:
    print(f"awscrt {importlib.metadata.version('awscrt')}")
    print("s2n-tls")
else:
    trust, *urls = sys.argv[1:]
    end_at_refusal()
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
