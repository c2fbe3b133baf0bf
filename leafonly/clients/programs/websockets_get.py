# The camera speaks no WebSocket: its plain answer comes back as the refusal's body.
import ssl
import sys

import websockets
from websockets.sync.client import connect

if sys.argv[1:] == ["--version"]:
    print(f"websockets {websockets.__version__}")
    print(ssl.OPENSSL_VERSION)
else:
    trust, *urls = sys.argv[1:]
    context = ssl.create_default_context(cafile=None if trust == "native" else trust)
    for url in urls:
        try:
            connect(url.replace("https:", "wss:"), ssl=context, proxy=None).close()
        except websockets.InvalidStatus as refusal:
            print(refusal.response.body.decode())
