# pyOpenSSL does not verify the host name (its users take service_identity). The name is right in
# every scenario, so nothing here depends on it.
import socket
import sys
import urllib.parse

import OpenSSL
from OpenSSL import SSL


def report(connection, certificate, number, depth, ok):
    if not ok:
        print(f"verify error:num={number} at depth {depth}", file=sys.stderr)
    return ok


if sys.argv[1:] == ["--version"]:
    print(f"pyOpenSSL {OpenSSL.__version__}")
    print(SSL.OpenSSL_version(SSL.OPENSSL_VERSION).decode())
else:
    trust, *urls = sys.argv[1:]
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    if trust == "native":
        context.set_default_verify_paths()
    else:
        context.load_verify_locations(trust)
    context.set_verify(SSL.VERIFY_PEER, report)
    for url in urls:
        host, port = urllib.parse.urlsplit(url).hostname, urllib.parse.urlsplit(url).port
        connection = SSL.Connection(context, socket.create_connection((host, port)))
        connection.set_tlsext_host_name(host.encode())
        connection.set_connect_state()
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        try:
            while True:
                print(connection.recv(4096).decode())
        except SSL.ZeroReturnError:
            connection.close()
