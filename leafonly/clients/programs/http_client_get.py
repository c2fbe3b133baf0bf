import http.client
import platform
import ssl
import sys
import urllib.parse

if sys.argv[1:] == ["--version"]:
    print(f"Python {platform.python_version()}")
    print(ssl.OPENSSL_VERSION)
else:
    trust, *urls = sys.argv[1:]
    context = ssl.create_default_context(cafile=None if trust == "native" else trust)
    for url in urls:
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=context)
        connection.request("GET", "/")
        print(connection.getresponse().read().decode())
