# Reads the library's buffer (PEP 543) instead of its socket, whose recv loses an answer that
# comes together with the server's close_notify (measured on 2.10.1). http.client ends where
# Content-Length says (RFC 9112 section 6.3): cameras send no close_notify.
import http.client
import importlib.metadata
import io
import socket
import sys
import urllib.parse

from mbedtls import tls, version


class Stream(io.RawIOBase):
    def __init__(self, plain, buffer):
        self.plain, self.buffer = plain, buffer

    def readable(self):
        return True

    def readinto(self, target):
        while True:
            try:
                return self.buffer.readinto(target, len(target))
            except tls.WantReadError:
                data = self.plain.recv(4096)
                if not data:
                    return 0
                self.buffer.receive_from_network(data)

    def makefile(self, _mode):
        return io.BufferedReader(self)


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
        response = http.client.HTTPResponse(Stream(plain, connection._buffer))
        response.begin()
        print(response.read().decode())
