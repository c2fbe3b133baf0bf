import ctypes
import sys
from pathlib import Path

import av


def gnutls():
    # The one that the wheel brings for FFmpeg, where it lies on Linux.
    library = next((Path(av.__file__).parent.parent / "av.libs").glob("libgnutls-*"), None)
    if library is None:
        return ""
    check_version = ctypes.CDLL(str(library)).gnutls_check_version
    check_version.restype = ctypes.c_char_p
    return check_version(None).decode()


if sys.argv[1:] == ["--version"]:
    print(f"PyAV {av.__version__}")
    print(f"GnuTLS {gnutls()}")
else:
    trust, *urls = sys.argv[1:]
    av.logging.set_level(av.logging.ERROR)
    for url in urls:
        # Without tls_verify FFmpeg verifies nothing. The body passes through as raw data.
        options = {"tls_verify": "1", "ca_file": trust}
        with av.open(url, format="data", options=options) as container:
            for packet in container.demux():
                print(bytes(packet).decode())
