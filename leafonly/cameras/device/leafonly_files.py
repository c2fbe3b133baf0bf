"""Print every file on the board with size and hash, to show that a run left them alone.

Each line begins with a mark, because a board's firmware may print lines of its own.
"""

import binascii
import hashlib
import os
import sys

# Large files are compared by size alone, and so is a whole SD card: hashing takes a small
# board a second for each megabyte.
LARGEST = 1 << 20


def digest(path):
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            data = file.read(512)
            if not data:
                return binascii.hexlify(sha.digest()).decode()
            sha.update(data)


def tell(path, hashing):
    try:
        size = os.stat(path)[6]
        print("@" + repr(path), size, digest(path) if hashing and size <= LARGEST else "-")
    except OSError as error:  # a card with a bad block
        print("@" + repr(path), "-", error.errno)


def walk(folder, hashing):
    try:
        entries = list(os.ilistdir(folder or "/"))
    except OSError as error:  # a slot without its card
        print("@" + repr(folder), "-", error.errno)
        return
    for entry in entries:
        path = folder + "/" + entry[0]
        if entry[1] == 0x4000:
            walk(path, hashing and path not in ("/sd", "/sdcard"))
        else:
            tell(path, hashing)


# In the unix program "/" is this machine's own file system.
walk(os.getcwd() if sys.platform in ("linux", "darwin") else "", True)
