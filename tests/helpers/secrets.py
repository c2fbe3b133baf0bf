"""Where a private key shows: sixteen bytes of it, in any form in which it could be written."""

import base64
import os
from pathlib import Path

import psutil
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

RUN = 16  # bytes: too long for a coincidence


def leaks(key, texts):
    """Give the places, of those given by name, at which the key shows."""
    runs = _runs(key)
    return sorted(where for where, text in texts.items() if any(run in text for run in runs))


def _runs(key):
    found = set()
    for number in _secret_numbers(key):
        secret = number.to_bytes((number.bit_length() + 7) // 8)
        forms = [secret, secret.hex().encode(), secret.hex().upper().encode()]
        forms.append(str(number).encode())
        # What stands before it decides how base64 cuts it; at its ends it is mixed with that.
        for before in range(3):
            forms.append(base64.b64encode(bytes(before) + secret)[4:-4])
        for form in forms:
            found |= {form[at : at + RUN] for at in range(len(form) - RUN + 1)}
    return found


def _secret_numbers(key):
    numbers = key.private_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        return [numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp]
    return [numbers.private_value]


def assert_the_search_finds(key):
    """The search finds the key in every form it is kept in, and in what a debugger prints."""
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        for encoding in (Encoding.PEM, Encoding.DER):
            assert leaks(key, {"here": key.private_bytes(encoding, form, NoEncryption())})
    assert leaks(key, {"here": f"private_value={_secret_numbers(key)[0]}".encode()})


def files_below(directory: Path):
    """Read every file below a folder, by its path."""
    return {
        str(path): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def processes():
    """Read the command lines and environments of all processes that let us."""
    seen = {}
    for process in psutil.process_iter():
        try:
            words = process.cmdline() + [f"{k}={v}" for k, v in process.environ().items()]
        except psutil.Error:
            continue
        seen[f"process {process.pid}"] = "\0".join(words).encode(errors="surrogateescape")
    assert f"process {os.getpid()}" in seen
    return seen
