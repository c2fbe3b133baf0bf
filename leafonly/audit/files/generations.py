"""Which files of a folder are history that ACME clients keep after a renewal."""

import re
from collections.abc import Sequence
from pathlib import Path

__all__ = ["IN_ARCHIVE", "IN_ONE_FOLDER", "current"]

IN_ARCHIVE = re.compile(r"(cert|chain|fullchain|privkey)(\d{1,6})\.pem")
"""certbot's archive of renewed files ("Where are my certificates?")."""

IN_ONE_FOLDER = re.compile(r"\d{4}_(cert|chain)\.pem")
"""What `certbot certonly --csr` writes into its working directory, with a counter (unique_file in
certbot/util.py): the certificate, the chain and, as another `chain.pem`, the full chain."""

_BY_TIME = re.compile(r"(cert|chain|fullchain|privkey)-\d{9,11}\.(pem|csr)")
"""dehydrated's files: the time of the renewal is in the name, the newest has a link
(sign_domain there)."""


def current(paths: Sequence[Path]) -> list[Path]:
    """Return a folder's files without those that have been renewed since."""
    names = {path.name for path in paths}
    kept = []
    for path in paths:
        match = _BY_TIME.fullmatch(path.name)
        if match is None or f"{match[1]}.{match[2]}" not in names:
            kept.append(path)
    return _newest_in_archive(kept)


def _newest_in_archive(paths: Sequence[Path]) -> list[Path]:
    """Leave out cert1.pem if cert2.pem and privkey2.pem exist."""
    numbers = {path: int(match[2]) for path in paths if (match := IN_ARCHIVE.fullmatch(path.name))}
    newest = max(numbers.values(), default=0)
    if not any(path.name == f"privkey{newest}.pem" for path in paths):
        return list(paths)  # a chain that was split into files may be numbered too
    return [path for path in paths if numbers.get(path, newest) == newest]
