import io
import os
import sys

import pycurl

if sys.argv[1:] == ["--version"]:
    print(f"pycurl {pycurl.version_info()[1]}")
    print(pycurl.version_info()[5].replace("/", " "))
else:
    trust, *urls = sys.argv[1:]
    handle = pycurl.Curl()
    if trust != "native":
        handle.setopt(pycurl.CAINFO, trust)
    if "LEAFONLY_MAP" in os.environ:
        # curl resolves names by itself; ports stay as they are.
        handle.setopt(
            pycurl.CONNECT_TO, ["::" + os.environ["LEAFONLY_MAP"].partition("=")[2] + ":"]
        )
    for url in urls:
        body = io.BytesIO()
        handle.setopt(pycurl.URL, url)
        handle.setopt(pycurl.WRITEDATA, body)
        handle.perform()
        print(body.getvalue().decode())
