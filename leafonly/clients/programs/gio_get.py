# For the system's own python3, which has GLib's bindings.
import ctypes
import sys
import urllib.parse
from pathlib import Path

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib, GObject  # noqa: E402


def visit(database, host, port):
    def prepare(client, event, connectable, connection):
        if event == Gio.SocketClientEvent.TLS_HANDSHAKING:
            if database:
                connection.set_database(database)
            GObject.Object.connect(connection, "notify::peer-certificate-errors", tell)

    def tell(connection, property_):
        flags = connection.get_peer_certificate_errors()
        if flags:
            print("peer certificate errors:", flags.value_nicks, file=sys.stderr)

    client = Gio.SocketClient()
    client.set_tls(True)
    GObject.Object.connect(client, "event", prepare)
    connection = client.connect_to_host(host, port, None)
    connection.get_output_stream().write_all(b"GET / HTTP/1.0\r\n\r\n", None)
    stream = connection.get_input_stream()
    while data := stream.read_bytes(4096, None).get_data():
        print(data.decode())


def backend():
    name = Gio.TlsBackend.get_default().__gtype__.name
    if name == "GDummyTlsBackend":
        sys.exit("no TLS backend: install glib-networking")
    if name != "GTlsBackendGnutls":
        return name.replace("GTlsBackendOpenssl", "OpenSSL")
    check_version = ctypes.CDLL("libgnutls.so.30").gnutls_check_version
    check_version.restype = ctypes.c_char_p
    return f"GnuTLS {check_version(None).decode()}"


if sys.argv[1:] == ["--version"]:
    print(f"GLib {GLib.MAJOR_VERSION}.{GLib.MINOR_VERSION}.{GLib.MICRO_VERSION}")
    print(backend())
else:
    trust, *urls = sys.argv[1:]
    native = trust == "native"
    database = None if native else Gio.TlsFileDatabase.new(str(Path(trust).resolve()))
    for url in urls:
        visit(database, urllib.parse.urlsplit(url).hostname, urllib.parse.urlsplit(url).port)
