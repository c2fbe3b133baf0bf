import platform
import ssl
import sys
import urllib.request

if sys.argv[1:] == ["--version"]:
    print(f"Python {platform.python_version()}")
    print(ssl.OPENSSL_VERSION)
else:
    trust, *urls = sys.argv[1:]
    context = ssl.create_default_context(cafile=None if trust == "native" else trust)
    for url in urls:
        with urllib.request.urlopen(url, context=context) as response:
            print(response.read().decode())
