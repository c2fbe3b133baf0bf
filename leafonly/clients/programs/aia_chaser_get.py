# aia-chaser fetches a missing issuer from the URL in the leaf. Its roots are the system's
# default ones, so SSL_CERT_FILE names TRUST.
import importlib.metadata
import ssl
import sys
import urllib.error
import urllib.request

import aia_chaser


def get(url, chaser):
    try:
        return urllib.request.urlopen(url)
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ssl.SSLCertVerificationError):
            raise
        context = chaser.make_ssl_context_for_url(url)
        return urllib.request.urlopen(url, context=context)


if sys.argv[1:] == ["--version"]:
    print(f"aia-chaser {importlib.metadata.version('aia-chaser')}")
    print(ssl.OPENSSL_VERSION)
else:
    chaser = aia_chaser.AiaChaser()
    for url in sys.argv[2:]:
        with get(url, chaser) as response:
            print(response.read().decode())
