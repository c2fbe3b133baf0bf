import ssl
import sys

import requests

if sys.argv[1:] == ["--version"]:
    print(f"requests {requests.__version__}")
    print(ssl.OPENSSL_VERSION)
else:
    trust, *urls = sys.argv[1:]
    with requests.Session() as session:
        session.verify = True if trust == "native" else trust
        for url in urls:
            print(session.get(url).text)
