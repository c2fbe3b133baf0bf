# For MicroPython: a camera that talks to a camera.
import binascii
import socket
import sys

import tls


def get(context, url):
    where = url.split("/")[2]
    host, port = where.split(":")
    plain = socket.socket()
    plain.connect(socket.getaddrinfo(host, int(port))[0][-1])
    stream = context.wrap_socket(plain, server_hostname=host)
    stream.write(b"GET / HTTP/1.0\r\nHost: %s\r\n\r\n" % where.encode())
    length = None
    while line := stream.readline().strip():
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    print(stream.read(-1 if length is None else length).decode())
    stream.close()


if sys.argv[1:] == ["--version"]:
    print("MicroPython", ".".join(str(part) for part in sys.implementation.version[:3]))
    print(tls.MBEDTLS_VERSION.replace("Mbed TLS", "mbedTLS"))
else:
    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_REQUIRED
    with open(sys.argv[1]) as file:
        # As DER, one by one: most firmware reads nothing else.
        for pem in file.read().split("-----BEGIN CERTIFICATE-----")[1:]:
            context.load_verify_locations(binascii.a2b_base64(pem.split("-----END")[0]))
    for url in sys.argv[2:]:
        get(context, url)
