import ssl
import sys

import urllib3

if sys.argv[1:] == ["--version"]:
    print(f"urllib3 {urllib3.__version__}")
    print(ssl.OPENSSL_VERSION)
else:
    trust, *urls = sys.argv[1:]
    ca_certs = None if trust == "native" else trust
    with urllib3.PoolManager(ca_certs=ca_certs, retries=False) as pool:
        for url in urls:
            print(pool.request("GET", url).data.decode())
