# A board's flash for MicroPython's unix program: a file that is a disk, in sectors of 512 bytes.
import os

_SECTOR = 512


class Disk:
    """Attributes: `left` is how many sectors are still written; then `cut` is called."""

    def __init__(self, path, sectors=0):
        self.left, self.cut = -1, None
        if sectors:
            with open(path, "wb") as file:
                for _ in range(sectors):
                    file.write(bytes(_SECTOR))
        self._file = open(path, "r+b")
        self._sectors = self._file.seek(0, 2) // _SECTOR

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(block * _SECTOR + offset)
        self._file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=0):
        for start in range(0, len(buffer), _SECTOR):
            if self.left == 0:
                self.cut()
            self.left -= 1
            self._file.seek(block * _SECTOR + offset + start)
            self._file.write(buffer[start : start + _SECTOR])
            self._file.flush()

    def ioctl(self, request, argument):
        return {4: self._sectors, 5: _SECTOR}.get(request, 0)


def mount(path, kind, sectors, where, readonly=False):
    """Mount the disk; make it first, with a file system, if there is none."""
    try:
        os.stat(path)
        disk = Disk(path)
    except OSError:
        disk = Disk(path, sectors)
        getattr(os, kind).mkfs(disk)
    os.mount(getattr(os, kind)(disk), where, readonly=readonly)
    return disk
