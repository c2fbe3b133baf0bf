"""What this Python's own default context makes of an intermediate in its store."""

import ssl


def kind_of_a_stored_intermediate() -> str:
    """Return the kind of `cached`; Python 3.13 sets this flag first (Lib/ssl.py)."""
    flags = ssl.create_default_context().verify_flags
    return "anchors" if flags & ssl.VERIFY_X509_PARTIAL_CHAIN else "completes"
