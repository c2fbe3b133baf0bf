# The system's own verifier; on Linux, OpenSSL with the certificates that SSL_CERT_FILE names.
import ssl
import sys
import urllib.request

import truststore

if sys.argv[1:] == ["--version"]:
    print(f"truststore {truststore.__version__}")
    print(ssl.OPENSSL_VERSION)
else:
    trust, *urls = sys.argv[1:]
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for url in urls:
        with urllib.request.urlopen(url, context=context) as response:
            print(response.read().decode())
