# The camera is no database: a request that was sent, and no word from the driver against the
# certificate, is the most that this program can show.
import sys
import urllib.parse

import OpenSSL.SSL
import pymongo

if sys.argv[1:] == ["--version"]:
    print(f"pymongo {pymongo.version}")
    # It takes pyOpenSSL wherever it is installed.
    print(OpenSSL.SSL.OpenSSL_version(OpenSSL.SSL.OPENSSL_VERSION).decode())
else:
    trust, *urls = sys.argv[1:]
    for url in urls:
        client = pymongo.MongoClient(
            f"mongodb://{urllib.parse.urlsplit(url).netloc}/",
            tls=True,
            tlsCAFile=None if trust == "native" else trust,
            directConnection=True,
            connectTimeoutMS=1000,
            serverSelectionTimeoutMS=1500,
        )
        client.admin.command("ping")
