import io
import sys

import pycurl

if sys.argv[1:] == ["--version"]:
    print(f"pycurl {pycurl.version_info()[1]}")
    print(pycurl.version_info()[5].replace("/", " "))
else:
    trust, *urls = sys.argv[1:]
    handle = pycurl.Curl()
    handle.setopt(pycurl.CAINFO, trust)
    for url in urls:
        body = io.BytesIO()
        handle.setopt(pycurl.URL, url)
        handle.setopt(pycurl.WRITEDATA, body)
        handle.perform()
        print(body.getvalue().decode())
