# The camera is no broker: a request that was sent, and no word from the library, is the most
# that this program can show.
import importlib.metadata
import ssl
import sys
import time
import urllib.parse

from paho.mqtt import client as mqtt

if sys.argv[1:] == ["--version"]:
    print(f"paho-mqtt {importlib.metadata.version('paho-mqtt')}")
    print(ssl.OPENSSL_VERSION)
else:
    trust, *urls = sys.argv[1:]
    for url in urls:
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        client.tls_set(ca_certs=None if trust == "native" else trust)
        client.connect(urllib.parse.urlsplit(url).hostname, urllib.parse.urlsplit(url).port)
        end = time.monotonic() + 1
        while time.monotonic() < end:
            client.loop(0.2)
        sys.exit("no CONNACK")
