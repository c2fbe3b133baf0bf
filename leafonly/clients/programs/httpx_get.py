import ssl
import sys

import httpx

if sys.argv[1:] == ["--version"]:
    print(f"httpx {httpx.__version__}")
    print(ssl.OPENSSL_VERSION)
else:
    trust, *urls = sys.argv[1:]
    with httpx.Client(verify=ssl.create_default_context(cafile=trust)) as client:
        for url in urls:
            print(client.get(url).text)
