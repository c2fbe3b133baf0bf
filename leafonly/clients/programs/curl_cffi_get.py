import sys

import curl_cffi
from curl_cffi import requests

if sys.argv[1:] == ["--version"]:
    print(f"curl_cffi {curl_cffi.__version__}")
    library = next(word for word in curl_cffi.Curl().version().decode().split() if "SSL" in word)
    print(*library.split("/"))
else:
    trust, *urls = sys.argv[1:]
    with requests.Session(verify=True if trust == "native" else trust) as session:
        for url in urls:
            print(session.get(url).text)
