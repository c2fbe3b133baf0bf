import ssl
import sys

import httpx

if sys.argv[1:] == ["--version"]:
    print(f"httpx {httpx.__version__}")
    print(ssl.OPENSSL_VERSION)
else:
    trust, *urls = sys.argv[1:]
    verify = True if trust == "native" else ssl.create_default_context(cafile=trust)
    with httpx.Client(verify=verify) as client:
        for url in urls:
            print(client.get(url).text)
