import importlib.metadata
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyreqwest.client import SyncClientBuilder

if sys.argv[1:] == ["--version"]:
    print(f"pyreqwest {importlib.metadata.version('pyreqwest')}")
    print("rustls")
else:
    trust, *urls = sys.argv[1:]
    builder = SyncClientBuilder()
    given = b"" if trust == "native" else Path(trust).read_bytes()
    for certificate in x509.load_pem_x509_certificates(given) if given else ():
        builder = builder.add_root_certificate_der(certificate.public_bytes(Encoding.DER))
    with builder.build() as client:
        for url in urls:
            print(client.get(url).build().send().text())
