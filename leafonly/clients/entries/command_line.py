"""Programs with a command line whose purpose is to connect or to fetch. One entry, one client.

Programs that fetch on the way to something else are in fetching_tools.py.
"""

from leafonly.clients import error_messages as says
from leafonly.clients.client import VERSION_LINES, Client, Install, NameOverride, apt
from leafonly.clients.library_version import CURLS, linked
from leafonly.clients.measured import by_default_context, measured
from leafonly.clients.own_trust import AS_RUN, NoneOfItsOwn, OwnTrust
from leafonly.clients.refusal import FAILED, REFUSED, together
from leafonly.clients.stack import GNUTLS, GNUTLS_OR_OPENSSL, LIBCURL, NSS, OPENSSL, RUSTLS
from leafonly.clients.trust_store import nss_database

__all__ = ["CLIENTS"]

_GET = "GET / HTTP/1.0\r\n\r\n"

# -verify_return_error: without it s_client goes on after a broken chain, and exits with 0.
# -quiet also means: wait for the server's end, not for the end of standard input.
_S_CLIENT = (
    "openssl s_client -quiet -verify_return_error -verify_hostname {host} "
    "-connect {address}:{port} -servername {host}"
)
_GNUTLS_CLI = "gnutls-cli --sni-hostname={host} --verify-hostname={host} --port={port} {address}"

# It seeks in what it writes, so standard output will not do.
_ARIA2 = (
    "{python} {programs}/print_file.py body "
    "aria2c --no-conf --max-tries=1 --file-allocation=none --dir=. --out=body"
)

_HTTPIE = "{python} -m httpie --ignore-stdin --pretty=none"

CLIENTS = (
    Client(
        name="openssl",
        kind="command-line",
        stack=OPENSSL,
        run=f"{_S_CLIENT} -CAfile {{trust}} -no-CApath -no-CAstore",
        own_trust=_S_CLIENT,
        stdin=_GET,
        # OpenSSL 1.1 names the library only where it is another than the program's.
        version=(
            r"\A(?P<stack>OpenSSL) (?P<version>\S+)"
            r"(?:.*?\(Library: \w+ (?P<stack_version>\S+))?"
        ),
        version_run="openssl version",
        library=linked,
        measured=measured("3.0.19", "3.5.9", "3.6.5"),
        install=apt("openssl", brew="openssl"),
        name_override=NameOverride(),
    ),
    Client(
        name="curl",
        kind="command-line",
        stack=LIBCURL,
        run="curl -sS --cacert {trust} --capath {empty} {urls}",
        own_trust="curl -sS {urls}",
        version=(
            rf"\Acurl (?P<version>\S++).*?(?P<stack>{'|'.join(CURLS)})"
            r"/?(?P<stack_version>[\w.]*)"
        ),
        messages=together((says.OPENSSL, says.BORINGSSL, says.GNUTLS, says.RUSTLS)),
        measured=measured("7.88.1/3.0.19", "8.14.1/3.5.9", "8.23.0/3.6.5"),
        install=apt("curl", brew="curl"),
        name_override=NameOverride(options=("--connect-to", "{host}:{port}:{address}:{port}")),
    ),
    Client(
        name="wget",
        kind="command-line",
        stack=GNUTLS_OR_OPENSSL,
        # --ca-directory is emptied: a plain GnuTLS build adds the system's own certificates.
        run=(
            "wget --no-config -nv -O- --tries=1 --ca-certificate={trust} --ca-directory={empty} "
            "{urls}"
        ),
        own_trust="wget --no-config -nv -O- --tries=1 {urls}",
        version=r"GNU Wget (?P<version>\S+)",
        measured=measured("1.21.3/3.7.9", "1.25.0/3.8.9", "1.25.0/3.8.13"),
        install=apt("wget", brew="wget"),
    ),
    Client(
        name="gnutls-cli",
        kind="command-line",
        stack=GNUTLS,
        run=f"{_GNUTLS_CLI} --x509cafile={{trust}}",
        own_trust=_GNUTLS_CLI,
        stdin=_GET,
        stdin_stays_open=True,
        version=r"gnutls-cli (?P<version>\S+)",
        measured=measured("3.7.9", "3.8.9", "3.8.13"),
        install=apt("gnutls-bin", brew="gnutls"),
        name_override=NameOverride(),
    ),
    Client(
        name="wget2",
        kind="command-line",
        stack=GNUTLS_OR_OPENSSL,
        run="wget2 -nv -O- --tries=1 --ca-certificate={trust} --ca-directory={empty} {urls}",
        own_trust="wget2 -nv -O- --tries=1 {urls}",
        version=r"GNU Wget2 (?P<version>\S+)",
        measured=measured("1.99.1/3.7.9", "2.2.0/3.8.9", "2.2.0/3.8.13"),
        install=apt("wget2", brew="wget2"),
    ),
    Client(
        name="aria2",
        kind="command-line",
        stack=GNUTLS_OR_OPENSSL,
        needs=("aria2c",),
        run=f"{_ARIA2} --ca-certificate={{trust}} {{url}}",
        own_trust=f"{_ARIA2} {{url}}",
        version=r"aria2 version (?P<version>\S+)",
        version_run="aria2c --version",
        measured=measured("1.36.0/3.7.9", "1.37.0/3.8.9", "1.37.0/3.8.13"),
        install=apt("aria2", brew="aria2"),
    ),
    Client(
        name="tstclnt",
        kind="command-line",
        stack=NSS,
        needs=("tstclnt", "certutil"),
        trust=nss_database("nss"),
        run="tstclnt -4 -h {host} -p {port} -d sql:{trust}",
        own_trust=NoneOfItsOwn("the client trusts only the certificates in the given database"),
        stdin=_GET,
        # It has no version of its own: it prints its usage.
        version="tstclnt -h host",
        version_exit_code=1,
        measured=measured("3.87.1", "3.110", "3.132"),
        install=apt("libnss3-tools", brew="nss"),
    ),
    Client(
        name="socat",
        kind="command-line",
        stack=OPENSSL,
        # -t: how long to wait for the response after the end of standard input. Some servers, such
        # as Envoy, do not answer a client that has ended its side: shut-none.
        run="socat -t10 - OPENSSL:{host}:{port},cafile={trust},verify=1,shut-none",
        own_trust="socat -t10 - OPENSSL:{host}:{port},verify=1,shut-none",
        stdin=_GET,
        version=r"socat version (?P<version>\S+)",
        version_run="socat -V",
        # Seen in its ClientHello: the one supported group is secp256r1.
        cannot={"p384": "socat 1.7 offers the curve P-256 alone, so no P-384 leaf can serve it"},
        measured=measured("1.7.4.4/3.0.19", "1.8.0.3/3.5.9", "1.8.1.3/3.6.5"),
        install=apt("socat", brew="socat"),
    ),
    Client(
        name="ncat",
        kind="command-line",
        stack=OPENSSL,
        run="ncat -v --no-shutdown --ssl-verify --ssl-trustfile {trust} {host} {port}",
        own_trust="ncat -v --no-shutdown --ssl-verify {host} {port}",
        stdin=_GET,
        version=r"Version (?P<version>\S+)",
        measured=measured("7.93/3.0.19", "7.95/3.5.9", "7.991/3.6.5"),
        install=apt("ncat", brew="nmap"),
    ),
    Client(
        name="lynx",
        kind="command-line",
        stack=GNUTLS_OR_OPENSSL,
        needs=("lynx",),
        # Only its trace says what is wrong with a certificate.
        run=("{python} {programs}/print_file.py {home}/Lynx.trace lynx -trace -tlog -dump {url}"),
        environment={"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{empty}"},
        own_trust=AS_RUN,
        version=r"Lynx Version (?P<version>\S+)",
        version_run="lynx -version",
        measured=measured(
            "2.9.0dev.12/3.7.9", "2.9.2/3.8.9", "2.9.3/3.8.13", absent="rejected: other"
        ),
        install=apt("lynx", brew="lynx"),
    ),
    Client(
        name="w3m",
        kind="command-line",
        stack=OPENSSL,
        # It does not find a relative file. It asks whether to go on, and gets no answer.
        # One visit per process, because it may treat a host that was fine once as unverified
        # later ("Accept unsecure SSL session"): that is about the host's name.
        run=(
            "w3m -no-proxy -o ssl_verify_server=1 -o ssl_ca_path= -o ssl_ca_default=0 "
            "-o ssl_ca_file={home}/../{trust} -dump {url}"
        ),
        own_trust="w3m -no-proxy -dump {url}",
        version=r"w3m/(?P<version>[^\s,]+)",
        version_run="w3m -version",
        exit_code_lies=True,
        measured=measured(
            "0.5.3+git20230121/3.0.19", "0.5.3+git20230121/3.5.9", "0.5.3+git20230121/3.6.5"
        ),
        install=apt("w3m", brew="w3m"),
    ),
    Client(
        name="links",
        kind="command-line",
        stack=OPENSSL,
        # 2: reject invalid certificates; the default would only warn.
        run="links -ssl.certificates 2 -dump {url}",
        environment={"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{empty}"},
        own_trust=AS_RUN,
        version=r"Links (?P<version>\S+)",
        version_run="links -version",
        messages={r"Invalid certificate": REFUSED},  # it prints nothing else (2.28)
        measured=measured("2.28/3.0.19", "2.29/3.5.9", "2.29/3.6.5", absent="rejected: other"),
        install=apt("links", brew="links"),
    ),
    Client(
        name="elinks",
        kind="command-line",
        stack=GNUTLS_OR_OPENSSL,
        run=(
            "elinks -no-home -eval 'set connection.ssl.cert_verify = 1' "
            """-eval 'set connection.ssl.trusted_ca_file = "{home}/../{trust}"' -dump {url}"""
        ),
        own_trust=NoneOfItsOwn(
            "without a file of roots, ELinks verifies nothing and connects to any server"
        ),
        version=r"ELinks (?P<version>\S+)",
        version_run="elinks -version",
        messages={r"ELinks: SSL error": FAILED},  # it prints nothing else (0.13.2)
        measured=measured(
            "0.13.2/3.7.9", "0.18.0/3.8.9", "0.19.1/3.8.13", absent="rejected: other"
        ),
        install=apt("elinks", brew="felinks"),
    ),
    Client(
        name="httpie",
        kind="command-line",
        stack=OPENSSL,
        needs=("python:httpie",),
        run=f"{_HTTPIE} --verify={{trust}} GET {{url}}",
        # The system's roots are used together with certifi's, or with those of the file.
        own_trust=OwnTrust(f"{_HTTPIE} GET {{url}}", adds=True),
        version=VERSION_LINES,
        version_run=(
            *("{python}", "-c"),
            "import httpie, ssl; print('httpie', httpie.__version__); print(ssl.OPENSSL_VERSION)",
        ),
        measured=by_default_context(
            "3.2.4/3.0.19", since=("3.2.4/3.0.19", "3.2.4/3.5.9", "3.2.4/3.6.5")
        ),
        install=Install(anywhere="uv sync --inexact --extra clients"),
    ),
    Client(
        name="xh",
        kind="command-line",
        stack=RUSTLS,
        run="xh --ignore-stdin --body --pretty=none --verify={trust} {url}",
        own_trust="xh --ignore-stdin --body --pretty=none {url}",
        version=r"xh (?P<version>\S+)",
        measured=measured("0.26.3/0.23.46"),
        install=Install(anywhere="cargo install xh --locked", macos="brew install xh"),
        name_override=NameOverride(options=("--resolve", "{host}:{address}")),
    ),
)
