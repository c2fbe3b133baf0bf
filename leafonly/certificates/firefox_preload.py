"""The intermediates that the Firefox on this machine preloads, by hash; read offline.

Firefox ships `defaults/settings/security-state/intermediates.json` inside `browser/omni.ja`, a zip
archive. It holds hashes only; Firefox downloads the certificates themselves in the background
(Mozilla Security Blog, 2020-11-13). Seen in Firefox ESR 153.7.
"""

import configparser
import functools
import hashlib
import json
import shutil
import zipfile
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from leafonly.certificates.chain import der

__all__ = ["Preloaded", "firefox_preloads", "read_preloads"]

_LIST = "defaults/settings/security-state/intermediates.json"
_MOST_BYTES = 64 * 2**20  # the list of Firefox 153 has 1.5 MB
_FOLDERS = (
    "/usr/lib/firefox",
    "/usr/lib/firefox-esr",
    "/usr/lib64/firefox",
    "/opt/firefox",
    "/Applications/Firefox.app/Contents/Resources",
    "C:/Program Files/Mozilla Firefox",
)


@dataclass(frozen=True)
class Preloaded:
    """The list of one Firefox.

    Attributes:
        version: The version of Firefox.
        hashes: The SHA-256 of each certificate's DER, as base64.

    """

    version: str
    hashes: Collection[str]

    def __contains__(self, certificate: x509.Certificate) -> bool:
        """Return whether Firefox preloads this certificate."""
        digest = hashlib.sha256(der(certificate)).digest()
        return b64encode(digest).decode() in self.hashes


@functools.cache
def firefox_preloads() -> Preloaded | None:
    """Return the list of the Firefox that is installed here; None if there is none."""
    programs = (shutil.which(name) for name in ("firefox", "firefox-esr"))
    folders = [Path(each).resolve().parent for each in programs if each]
    for folder in [*folders, *map(Path, _FOLDERS)]:
        if found := read_preloads(folder):
            return found
    return None


def read_preloads(folder: Path) -> Preloaded | None:
    """Return the list of the Firefox in a folder; None if it cannot be read."""
    try:
        with zipfile.ZipFile(folder / "browser" / "omni.ja") as archive:
            if archive.getinfo(_LIST).file_size > _MOST_BYTES:
                return None
            document = json.loads(archive.read(_LIST))
        about = configparser.ConfigParser(strict=False, interpolation=None)
        # Debian's file begins with comments; `;` is one for configparser, too.
        about.read_string((folder / "application.ini").read_text("utf-8", "replace"))
        hashes = frozenset(str(each["derHash"]) for each in document["data"])
        return Preloaded(about["App"]["Version"][:40], hashes)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    except (zipfile.BadZipFile, NotImplementedError, configparser.Error, RuntimeError):
        return None
