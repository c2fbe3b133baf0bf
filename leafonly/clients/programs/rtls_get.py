import importlib.metadata
import socket
import sys
import urllib.parse

import rtls

if sys.argv[1:] == ["--version"]:
    print(f"rtls {importlib.metadata.version('rtls')}")
    print("rustls")
else:
    trust, *urls = sys.argv[1:]
    context = rtls.create_default_context(cafile=None if trust == "native" else trust)
    for url in urls:
        parts = urllib.parse.urlsplit(url)
        plain = socket.create_connection((parts.hostname, parts.port))
        with context.wrap_socket(plain, server_hostname=parts.hostname) as connection:
            connection.sendall(f"GET / HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
            while data := connection.recv(4096):
                print(data.decode())
