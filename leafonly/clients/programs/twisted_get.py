import sys
from pathlib import Path

import OpenSSL.SSL
import twisted
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from twisted.internet import ssl
from twisted.internet.defer import ensureDeferred
from twisted.internet.task import react
from twisted.web.client import Agent, BrowserLikePolicyForHTTPS, readBody


def roots(trust):
    if trust == "native":
        return None
    return ssl.trustRootFromCertificates(
        ssl.Certificate.load(certificate.public_bytes(Encoding.DER))
        for certificate in x509.load_pem_x509_certificates(Path(trust).read_bytes())
    )


async def visit(reactor, trust, urls):
    agent = Agent(reactor, contextFactory=BrowserLikePolicyForHTTPS(roots(trust)))
    for url in urls:
        response = await agent.request(b"GET", url.encode())
        print((await readBody(response)).decode())


if sys.argv[1:] == ["--version"]:
    print(f"Twisted {twisted.__version__}")
    print(OpenSSL.SSL.OpenSSL_version(OpenSSL.SSL.OPENSSL_VERSION).decode())
else:
    react(lambda reactor: ensureDeferred(visit(reactor, sys.argv[1], sys.argv[2:])))
