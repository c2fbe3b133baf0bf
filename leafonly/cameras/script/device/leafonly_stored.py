"""Serve certificates and keys from files on the board, as its main.py loads them.

Runs after leafonly_device.py, in its namespace.
"""
# ruff: noqa: F821  # what that script has defined


def read(path):
    with open(path, "rb") as file:
        return file.read()


def stored(pairs):
    """Return a loader for `serve_usb`: one load_cert_chain call for each pair of paths."""

    def load_stored():
        while get()[0] != b"S":
            pass
        context = new_context()
        for certificate, key in pairs:
            try:
                context.load_cert_chain(read(certificate), read(key))
            except Exception as error:
                put(b"X", repr(error).encode())
                flush()
                return None
            gc.collect()
        return context

    return load_stored
