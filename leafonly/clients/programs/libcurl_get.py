# libcurl_get.py LIBRARY TRUST URL...: one of libcurl's builds, through its C interface. TRUST
# is a PEM file, or the directory of an NSS database, which a build on NSS takes from SSL_DIR.
import ctypes
import os
import sys
from pathlib import Path

# curl/curl.h
OPT_URL, OPT_CAINFO, OPT_CAPATH, OPT_ERRORBUFFER = 10002, 10065, 10097, 10010


def check(code):
    if code:
        words = curl.curl_easy_strerror(code).decode()
        sys.exit(f"curl: ({code}) {words}: {complaint.value.decode()}")


name, *arguments = sys.argv[1:]
curl = ctypes.CDLL(name)
curl.curl_easy_init.restype = ctypes.c_void_p
for function in (curl.curl_version, curl.curl_easy_strerror):
    function.restype = ctypes.c_char_p
if arguments == ["--version"]:
    library, tls = curl.curl_version().decode().split()[:2]
    print(library.replace("/", " "))
    print(tls.replace("/", " "))
else:
    trust, *urls = arguments
    complaint = ctypes.create_string_buffer(256)
    handle = ctypes.c_void_p(curl.curl_easy_init())
    curl.curl_easy_setopt(handle, OPT_ERRORBUFFER, complaint)
    if trust == "native":
        pass
    elif Path(trust).is_dir():
        os.environ["SSL_DIR"] = str(Path(trust).resolve())
    else:
        check(curl.curl_easy_setopt(handle, OPT_CAINFO, trust.encode()))
        check(curl.curl_easy_setopt(handle, OPT_CAPATH, None))
    for url in urls:
        check(curl.curl_easy_setopt(handle, OPT_URL, url.encode()))
        check(curl.curl_easy_perform(handle))
