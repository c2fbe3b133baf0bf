# Stored intermediates complete a path and do not end it, on every version of Python.
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
    # Python 3.13 sets it, and makes every certificate in the store an anchor.
    context.verify_flags &= ~ssl.VERIFY_X509_PARTIAL_CHAIN
    for url in urls:
        with urllib.request.urlopen(url, context=context) as response:
            print(response.read().decode())
