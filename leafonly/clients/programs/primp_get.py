import sys

import primp

if sys.argv[1:] == ["--version"]:
    print(f"primp {primp.__version__}")
    print("rustls")
else:
    trust, *urls = sys.argv[1:]
    client = primp.Client(ca_cert_file=trust)
    for url in urls:
        print(client.get(url).text)
