"""Print every file on the board with size and hash, to show that a run left them alone.

Each line begins with a mark, because a board's firmware may print lines of its own.
"""

import binascii
import hashlib
import os

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


def tell(path, size, hashing):
    try:
        if size is None:
            size = os.stat(path)[6]
        print("@" + repr(path), size, digest(path) if hashing and size <= LARGEST else "-")
    except OSError as error:  # a card with a bad block
        print("@" + repr(path), "-", error.errno)


def walk(folder, hashing):
    # One entry after the other, because a list of a thousand does not fit into a small board's
    # memory. FAT and littlefs give the size along with the name, and FAT would search the
    # whole folder again for it; the unix program does not give it.
    try:
        for entry in os.ilistdir(folder or "/"):
            path = folder + "/" + entry[0]
            if entry[1] == 0x4000:
                walk(path, hashing and path not in ("/sd", "/sdcard"))
            else:
                tell(path, entry[3] if len(entry) > 3 else None, hashing)
    except OSError as error:  # a slot without its card
        print("@" + repr(folder), "-", error.errno)


# In the unix program "/" is this machine's own file system. No board has an environment.
walk(os.getcwd() if hasattr(os, "getenv") else "", True)
