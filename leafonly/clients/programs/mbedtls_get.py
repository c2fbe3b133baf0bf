# Reads byte by byte below the library's socket, whose recv loses an answer that comes
# together with the server's close_notify (measured on 2.10.1).
import importlib.metadata
import socket
import sys
import urllib.parse

from mbedtls import tls, version
from mbedtls.exceptions import TLSError


def read_all(plain, buffer):
    while data := plain.recv(4096):
        buffer.receive_from_network(data)
    answer = b""
    try:
        while True:
            answer += buffer.read(1)
    except TLSError:
        if not answer:
            raise
    return answer


if sys.argv[1:] == ["--version"]:
    print(f"python-mbedtls {importlib.metadata.version('python-mbedtls')}")
    print(version.version.replace("Mbed TLS", "mbedTLS"))
else:
    trust, *urls = sys.argv[1:]
    native = trust == "native"
    store = tls.TrustStore.system() if native else tls.TrustStore.from_pem_file(trust)
    configuration = tls.TLSConfiguration(trust_store=store)
    context = tls.ClientContext(configuration)
    for url in urls:
        parts = urllib.parse.urlsplit(url)
        plain = socket.create_connection((parts.hostname, parts.port))
        connection = context.wrap_socket(plain, server_hostname=parts.hostname)
        connection.do_handshake()
        connection.sendall(f"GET / HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        print(read_all(plain, connection._buffer).decode())
