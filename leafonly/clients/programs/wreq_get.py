import importlib.metadata
import sys
from pathlib import Path

from wreq.blocking import Client

if sys.argv[1:] == ["--version"]:
    print(f"wreq {importlib.metadata.version('wreq')}")
    print("BoringSSL")
else:
    trust, *urls = sys.argv[1:]
    client = Client() if trust == "native" else Client(tls_verify=Path(trust))
    for url in urls:
        print(client.get(url).text())
