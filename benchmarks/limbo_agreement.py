"""How far the audit agrees with x509-limbo, and with OpenSSL, on limbo's server cases.

    python benchmarks/limbo_agreement.py limbo.json

The file is what `python -m limbo compile --output limbo.json` writes in a checkout of
C2SP/x509-limbo. Cases with client certificates or CRLs are left out. The exit code is 1 if the
audit passes a chain that limbo and OpenSSL both reject, blocks a path that both accept, or has no
finding about a chain that a strict verifier rejects. Needs the openssl program.
"""

import contextlib
import datetime as dt
import ipaddress
import json
import subprocess
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from pathlib import Path

from cryptography import x509

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from leafonly.audit import CHECKS, Evidence, Finding, run_check  # noqa: E402
from leafonly.audit.context import normal_name  # noqa: E402
from leafonly.audit.files.credentials import CredentialFile, sort_out  # noqa: E402
from leafonly.audit.files.parser import read_contents  # noqa: E402
from leafonly.certificates.paths import Issuers  # noqa: E402

Case = dict[str, object]

OWN_RULES = {
    "certificate_fits_camera": "a message that does not fit the camera",
    "camera_can_use_key": "a key that the camera does not load",
    "signature_is_usable": "a signature that the camera does not load",
    "files_are_understood": "a file that cannot be read",
}
"""Blockers that are about the camera or its files, and not about a path."""

DELIVERY = (
    "aia_names_issuer",
    "certificate_fits_camera",
    "chain_is_in_order",
    "issuer_is_given",
    "name_is_public",
    "root_is_left_out",
)

DEPTH = "max-chain-depth"
"""These cases set a limit of their own, which the audit and OpenSSL do not get."""


def audited(case: Case) -> list[Finding]:
    """Return what the audit finds in a delivery of the case's certificates."""
    text = "\n".join([str(case["peer_certificate"]), *case["untrusted_intermediates"]])  # type: ignore[misc]
    files = [CredentialFile(Path("fullchain.pem"), read_contents(text.encode(), lambda: None))]
    # As --trust is read: a root may say what its reader does not understand.
    roots = x509.load_pem_x509_certificates("\n".join(case["trusted_certs"]).encode())  # type: ignore[arg-type]
    wanted = case["expected_peer_name"]
    name = normal_name(str(wanted["value"])) if isinstance(wanted, dict) else None
    evidence = Evidence(sort_out(files), moment(case), name, private=Issuers(roots))
    return [each for check in CHECKS.values() for each in run_check(check, evidence)]


def moment(case: Case) -> dt.datetime:
    """Return the moment to judge as of."""
    text = case["validation_time"]
    return dt.datetime.fromisoformat(str(text)) if text else dt.datetime.now(dt.UTC)


def openssl(case: Case, directory: Path, *, strict: bool) -> bool:
    """Return whether `openssl verify` accepts the case."""
    parts = {
        "leaf": [case["peer_certificate"]],
        "others": case["untrusted_intermediates"],
        "roots": case["trusted_certs"],
    }
    for name, certificates in parts.items():
        (directory / f"{name}.pem").write_text("\n".join(certificates))  # type: ignore[arg-type]
    wanted, named = case["expected_peer_name"], []
    if isinstance(wanted, dict):
        named = ["-verify_hostname", str(wanted["value"])]
        with contextlib.suppress(ValueError):
            named = ["-verify_ip", str(ipaddress.ip_address(str(wanted["value"])))]
    command = [
        *("openssl", "verify", "-purpose", "sslserver", "-auth_level", "2", *named),
        *("-attime", str(int(moment(case).timestamp())), "-no-CAfile", "-no-CApath"),
        *(["-x509_strict"] if strict else []),
        *(["-untrusted", "others.pem"] if case["untrusted_intermediates"] else []),
        *("-no-CAstore", "-CAfile", "roots.pem", "leaf.pem"),
    ]
    ended = subprocess.run(command, cwd=directory, capture_output=True, check=False)
    return ended.returncode == 0


def main() -> int:
    """Print the table and the disagreements."""
    cases = [
        case
        for case in json.loads(Path(sys.argv[1]).read_text())["testcases"]
        if case["validation_kind"] == "SERVER" and not case["crls"]
    ]
    table: Counter[tuple[str, str, str, str]] = Counter()
    wrong: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        limbo = case["expected_result"] == "SUCCESS"
        with tempfile.TemporaryDirectory() as directory:
            plain, strict = (openssl(case, Path(directory), strict=each) for each in (False, True))
        found = audited(case)
        blocking = [each for each in found if each.severity == "blocker"]
        result = "blocker" if blocking else "warning" if _warns(found) else "green"
        table[_said(limbo), _said(plain), _said(strict), result] += 1
        if fault := _fault(limbo, plain, strict, found, case):
            wrong[fault].append(f"{case['id']}: {'; '.join(map(str, blocking))[:300]}")
    print(f"{len(cases)} cases\n\nlimbo    openssl  strict   audit    cases")
    for row, count in sorted(table.items()):
        print(*(f"{word:8}" for word in row), count)
    for fault, which in wrong.items():
        print(f"\n{fault}:", *which, sep="\n  ")
    return 1 if wrong else 0


def _said(accepts: bool) -> str:
    return "accepts" if accepts else "refuses"


def _warns(found: list[Finding]) -> bool:
    """Return whether there is a warning about the path or the leaf, and not about the files."""
    return any(each.severity == "warning" and each.check not in DELIVERY for each in found)


def _fault(limbo: bool, plain: bool, strict: bool, found: list[Finding], case: Case) -> str | None:
    blocking = [each for each in found if each.severity == "blocker"]
    own = {*OWN_RULES, *(() if case["expected_peer_name"] else ("name_is_in_certificate",))}
    about_path = [each for each in blocking if each.check not in own]
    if not limbo and not plain and not blocking:
        return "passed, though limbo and OpenSSL refuse"
    if limbo and plain and about_path:
        return "blocked, though limbo and OpenSSL accept"
    is_limit = DEPTH in case["features"]  # type: ignore[operator]
    if not (limbo or is_limit) and not blocking and not _warns(found):
        return "nothing said, though limbo refuses"
    if not strict and not blocking and not _warns(found):
        return "nothing said, though OpenSSL refuses when it is strict"
    return None


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main())
