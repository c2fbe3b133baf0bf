import datetime as dt
import sys
from pathlib import Path

import obstore
from obstore.store import HTTPStore

if sys.argv[1:] == ["--version"]:
    print(f"obstore {obstore.__version__}")
    print("rustls")
else:
    trust, *urls = sys.argv[1:]
    native = trust == "native"
    options = {} if native else {"root_certificate": Path(trust).read_text()}
    for url in urls:
        once = {"max_retries": 0, "retry_timeout": dt.timedelta(seconds=1)}
        store = HTTPStore.from_url(url, client_options=options, retry_config=once)
        print(bytes(obstore.get(store, "token").bytes()).decode())
