"""Firefox with a preloaded intermediate, measured.

Firefox downloads preloaded intermediates from a settings server and verifies Mozilla's signature on
its lists (services/settings). No stand-in for that server was tried: the certificate is put into
the security-state database (`security_state/data.safe.bin` in the profile) by the call with which
Firefox stores what it has downloaded: nsICertStorage.addCerts, as in
`modules/psm/RemoteSecuritySettings.sys.mjs`. Firefox is then started again.
"""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from leafonly.cameras import Endpoint, loads_for
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import der, pem
from tests.helpers.marionette import Marionette

pytestmark = pytest.mark.skipif(
    not (shutil.which("firefox-esr") and shutil.which("certutil")),
    reason="no Firefox: apt install firefox-esr libnss3-tools",
)

STORE = """
const [cert, subject, done] = arguments;
const storage = Cc["@mozilla.org/security/certstorage;1"].getService(Ci.nsICertStorage);
const QueryInterface = ChromeUtils.generateQI(["nsICertInfo"]);
const trust = Ci.nsICertStorage.TRUST_INHERIT;
storage.addCerts([{ QueryInterface, cert, subject, trust }], done);
"""


def profile(folder: Path, root: x509.Certificate | None) -> Path:
    folder.mkdir()
    database = f"sql:{folder}"
    subprocess.run(["certutil", "-N", "-d", database, "--empty-password"], check=True)
    if root is not None:
        (folder / "root.pem").write_bytes(pem([root]))
        options = ["-n", "root", "-t", "C,,", "-i", str(folder / "root.pem")]
        subprocess.run(["certutil", "-A", "-d", database, *options], check=True)
    return folder


def preload(folder: Path, certificate: x509.Certificate) -> None:
    with Marionette(folder) as firefox:
        firefox.call("Marionette:SetContext", value="chrome")
        encoded = [
            base64.b64encode(each).decode()
            for each in (der(certificate), certificate.subject.public_bytes())
        ]
        error, result = firefox.call("WebDriver:ExecuteAsyncScript", script=STORE, args=encoded)
        assert (error, result) == (None, {"value": 0})
    assert list((folder / "security_state").glob("data.safe.bin"))


def is_accepted(folder: Path, endpoint: Endpoint) -> bool:
    """Visit the camera; the answer is the camera's: a request with its token, or an alert.

    Firefox opens a second connection beside the first and may drop it without an alert.
    """
    with Marionette(folder) as firefox:
        error, _ = firefox.call("WebDriver:Navigate", url=f"https://localhost:{endpoint.port}/")
        endpoint.settle()
    seen = endpoint.connections
    accepted = any(each.token for each in seen)
    assert accepted == (error is None)
    alerts = {each.alert for each in seen if each.alert}
    assert accepted or (alerts and alerts <= {"unknown_ca", "bad_certificate"})
    return accepted


@pytest.mark.parametrize(
    ("stored", "trusted", "accepted"),
    [
        pytest.param("issuer", True, True, id="preloaded"),
        pytest.param(None, True, False, id="control: nothing preloaded"),
        pytest.param("issuer", False, False, id="control: root not trusted"),
        pytest.param("other key", True, False, id="other key"),
    ],
)
def test_firefox_completes_a_leaf_with_a_preloaded_intermediate(
    tmp_path: Path, stored: str | None, trusted: bool, accepted: bool
) -> None:
    authority = Authority()
    folder = profile(tmp_path / "profile", authority.root if trusted else None)
    if stored is not None:
        rotated = stored == "other key"
        preload(folder, authority.rotated_intermediate if rotated else authority.intermediates[0])
    with Emulator().serve(loads_for("leaf", authority.issue())) as endpoint:
        assert is_accepted(folder, endpoint) == accepted
