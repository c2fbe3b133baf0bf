"""Which files of a folder are history: what ACME clients keep of what they have renewed."""

import re
from collections.abc import Sequence
from pathlib import Path

__all__ = ["IN_ARCHIVE", "IN_ONE_FOLDER", "current"]

IN_ARCHIVE = re.compile(r"(cert|chain|fullchain|privkey)(\d{1,6})\.pem")
"""certbot's archive, in which it keeps what it has renewed ("Where are my certificates?")."""

IN_ONE_FOLDER = re.compile(r"\d{4}_(cert|chain)\.pem")
"""What `certbot certonly --csr` writes where it is started, counting up (unique_file in
certbot/util.py): the certificate, the chain and, as another `chain.pem`, the full chain."""

_BY_TIME = re.compile(r"(cert|chain|fullchain|privkey)-\d{9,11}\.(pem|csr)")
"""dehydrated's: each renewal under its time, and links to the newest (sign_domain there)."""


def current(paths: Sequence[Path]) -> list[Path]:
    """Leave out of a folder's files those that have been renewed since."""
    names = {path.name for path in paths}
    kept = []
    for path in paths:
        match = _BY_TIME.fullmatch(path.name)
        if match is None or f"{match[1]}.{match[2]}" not in names:
            kept.append(path)
    return _newest_in_archive(kept)


def _newest_in_archive(paths: Sequence[Path]) -> list[Path]:
    """Leave out cert1.pem where cert2.pem and privkey2.pem are."""
    numbers = {path: int(match[2]) for path in paths if (match := IN_ARCHIVE.fullmatch(path.name))}
    newest = max(numbers.values(), default=0)
    if not any(path.name == f"privkey{newest}.pem" for path in paths):
        return list(paths)  # who splits a chain into files may number them too
    return [path for path in paths if numbers.get(path, newest) == newest]
