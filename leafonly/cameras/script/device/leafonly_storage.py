"""Write, compare and rename files on the board, for `leafonly deploy`.

Each answer is one line with a mark, because a board's firmware may print lines of its own. The
name of an error is told, never its text, because a text may repeat what was sent.
"""

import binascii
import hashlib
import os

_FOLDER = 0x4000


def answer(action, *arguments):
    """Print what an action returns, or the number or name of its error."""
    try:
        result = action(*arguments)
        if hasattr(os, "sync"):
            os.sync()
    except OSError as error:
        print("@! OSError", error.args[0] if error.args else "")
    except Exception as error:
        print("@!", type(error).__name__)
    else:
        print("@=", "" if result is None else result)


def kind(path):
    try:
        return "folder" if os.stat(path)[0] & _FOLDER else "file"
    except OSError as error:
        if error.args[0] == 2:
            return "nothing"
        raise


def digest(path):
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            data = file.read(512)
            if not data:
                return binascii.hexlify(sha.digest()).decode()
            sha.update(data)


def listing(path, most):
    """Print the entries of a folder, `most` at the most: name, size, hash."""
    for entry in os.ilistdir(path):
        if not most:
            print("@+ more")
            return
        most -= 1
        inside = path + "/" + entry[0]
        if entry[1] == _FOLDER:
            print("@+ folder", repr(entry[0]))
            continue
        size = os.stat(inside)[6]
        print("@+ file", size, digest(inside) if size <= 16384 else "-", repr(entry[0]))


def put(path, text, mode):
    """Write a piece of a file."""
    data = binascii.a2b_base64(text)
    with open(path, mode) as file:
        if file.write(data) != len(data):
            raise OSError(28)  # ENOSPC


def get(path):
    """Return a small file, as base64. Only certificates are asked for."""
    with open(path, "rb") as file:
        return binascii.b2a_base64(file.read(16384)).decode().strip()


def remove(path):
    """Remove a folder and the files in it."""
    for name in [entry[0] for entry in os.ilistdir(path)]:
        os.remove(path + "/" + name)
    os.rmdir(path)
