# aia fetches a missing issuer from the URL in the leaf. Its roots are the system's default
# ones, so SSL_CERT_FILE names TRUST.
import socket
import ssl
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import aia


class Session(aia.AIASession):
    def get_host_cert(self, host):
        # aia's own connects to port 443 whatever the URL says (measured on 0.2.0).
        address = urlsplit(f"//{host}")
        plain = socket.create_connection((address.hostname, address.port or 443))
        with self._context.wrap_socket(plain, server_hostname=address.hostname) as tls:
            return tls.getpeercert(True)


def get(url, session):
    try:
        return urllib.request.urlopen(url)
    except urllib.error.URLError as error:
        # It would refuse a complete chain whose leaf has no URL (measured on 0.2.0).
        if not isinstance(error.reason, ssl.SSLCertVerificationError):
            raise
        return urllib.request.urlopen(url, context=session.ssl_context_from_url(url))


if sys.argv[1:] == ["--version"]:
    print(f"aia {aia.__version__}")
    print(ssl.OPENSSL_VERSION)
else:
    # aia waits for ever for a CA that does not answer (measured on 0.2.0).
    socket.setdefaulttimeout(10)
    session = Session()
    for url in sys.argv[2:]:
        with get(url, session) as response:
            print(response.read().decode())
