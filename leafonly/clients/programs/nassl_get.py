# nassl does not verify the host name, which is right in every scenario.
import importlib.metadata
import socket
import sys
import urllib.parse
from pathlib import Path

from nassl.ssl_client import SslClient

if sys.argv[1:] == ["--version"]:
    print(f"nassl {importlib.metadata.version('nassl')}")
    print("OpenSSL")
else:
    trust, *urls = sys.argv[1:]
    for url in urls:
        parts = urllib.parse.urlsplit(url)
        client = SslClient(
            underlying_socket=socket.create_connection((parts.hostname, parts.port)),
            ssl_verify_locations=Path(trust),
            server_name_indication=parts.hostname,
        )
        client.do_handshake()
        client.write(f"GET / HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        answer = b""
        while not answer.endswith(b"\n") or b"\r\n\r\n" not in answer or answer.endswith(b"\r\n"):
            try:
                answer += client.read(4096)
            except OSError:
                # nassl 5.4 reads from the socket before it gives what it has received already.
                answer += client._ssl.read(4096)
        print(answer.decode())
