"""`leafonly gateway` for a user's files: its programs start on what it writes."""

import http.client
import socket
import stat

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key

from leafonly.__main__ import main
from leafonly.audit.bundle import KEY, LEAF
from leafonly.cameras import Load, loads_for
from leafonly.cameras.emulator.camera import Emulator
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.gateways import GATEWAYS, free_ports, running
from leafonly.tls.address import Target
from tests.helpers.gateways import EACH, checked, skip_without, trusting
from tests.helpers.run_pytest import bare_environment, report_of, run_pytest
from tests.helpers.secrets import assert_the_search_finds, files_below, leaks
from tests.helpers.waiting import LONGEST

AUTHORITY = Authority()
DOMAIN = "tür.cam.example.net"
A_LABEL = "xn--tr-xka.cam.example.net"
ODD = 'it\'s a "folder", #1; ünï\u2603'


def delivery(directory, name, *, files=("fullchain", "privkey")):
    """A folder as certbot has it, with only some of its files."""
    chain = AUTHORITY.issue(name)
    texts = {
        "cert": pem([chain.leaf]),
        "chain": pem(chain.intermediates),
        "fullchain": pem(chain.full),
        "privkey": chain.key_bytes(Encoding.PEM),
    }
    directory.mkdir(parents=True)
    for each in files:
        (directory / f"{each}.pem").write_bytes(texts[each])
    (directory / "privkey.pem").chmod(0o600)
    return chain


def write(gateway, tmp_path, camera, *more):
    """Run the command, and return the folder that it wrote to and the port for clients."""
    port, inner = free_ports(2)
    output = tmp_path / ODD / "out"
    given = ("--credentials", tmp_path / ODD / "live", "--camera", f"127.0.0.1:{camera}")
    ports = ("--listen", f"127.0.0.1:{port}", "--inner-port", inner)
    code = main(list(map(str, ["gateway", gateway, *given, "-o", output, *ports, *more])))
    return code, output, port


def serving(directory):
    """Serve what the command wrote for the camera."""
    load = Load(
        (directory / "camera" / LEAF).read_bytes(), (directory / "camera" / KEY).read_bytes()
    )
    return Emulator().serve([load])


def ask(port, name, root):
    connection = http.client.HTTPConnection(name, port, timeout=LONGEST)
    plain = socket.create_connection(("127.0.0.1", port), LONGEST)
    connection.sock = trusting(root).wrap_socket(plain, server_hostname=name)
    connection.request("GET", "/", headers={"Connection": "close"})
    with connection.getresponse() as answer:
        return answer.read().decode().strip()


@EACH
def test_the_program_runs_on_what_is_written(gateway, tmp_path, capsys):
    skip_without(gateway)
    chain = delivery(tmp_path / ODD / "live", A_LABEL)
    # The camera's port must be known first, and its certificate is made by the command.
    (camera,) = free_ports(1)
    code, output, port = write(gateway.name, tmp_path, camera, "--domain", DOMAIN)
    printed = capsys.readouterr().out
    assert code == 0
    assert len(printed.splitlines()) <= 8
    assert gateway.line(gateway.run, output) in printed
    if gateway.check is not None:
        done = checked(gateway, output)
        assert done.returncode == 0, done.stdout + done.stderr
    with serving(output) as endpoint:
        # Once more, now that the camera has a port; its certificate stays.
        kept = ("--camera-certificate", output / "camera.pem", "--force")
        code, output, port = write(gateway.name, tmp_path, endpoint.port, *kept)
        assert code == 0
        with running(gateway, output, Target("127.0.0.1", port)):
            token = ask(port, A_LABEL, AUTHORITY.root)
        endpoint.settle()
        assert token in [each.token for each in endpoint.connections]
        assert {each.server_name for each in endpoint.connections} == {A_LABEL}
    key = {w: t for w, t in files_below(output).items() if not w.endswith(KEY)}
    assert_the_search_finds(chain.key)
    assert leaks(chain.key, key | {"printed": printed.encode()}) == []


def test_the_camera_gets_a_key_that_only_its_owner_can_read(tmp_path):
    delivery(tmp_path / ODD / "live", "cam.example.com")
    code, output, _ = write("nginx", tmp_path, 443)
    assert code == 0
    assert stat.S_IMODE((output / "camera" / KEY).stat().st_mode) == 0o600
    key = load_der_private_key((output / "camera" / KEY).read_bytes(), None)
    leaf = x509.load_der_x509_certificate((output / "camera" / LEAF).read_bytes())
    assert key.public_key() == leaf.public_key()
    assert (output / "camera.pem").read_bytes() == pem([leaf])


@pytest.mark.parametrize("name", ["nginx", "haproxy"])
def test_a_chain_in_two_files_is_put_together(tmp_path, name, capsys):
    chain = delivery(tmp_path / ODD / "live", "cam.example.com", files=("cert", "chain", "privkey"))
    code, output, _ = write(name, tmp_path, 443)
    assert code == 0
    assert (output / "fullchain.pem").read_bytes() == pem(chain.full)
    assert "--force" in capsys.readouterr().out


def test_nothing_is_replaced_unless_it_is_forced(tmp_path, capsys):
    delivery(tmp_path / ODD / "live", "cam.example.com")
    _, output, _ = write("nginx", tmp_path, 443)
    before = files_below(output)
    code, _, _ = write("nginx", tmp_path, 443)
    assert (code, files_below(output)) == (2, before)
    assert "nginx.conf is there already: --force replaces it" in capsys.readouterr().err
    code, _, _ = write("nginx", tmp_path, 443, "--force")
    assert code == 0
    assert (output / "camera.pem").read_bytes() != before[str(output / "camera.pem")]


def _without_key(live):
    (live / "privkey.pem").unlink()


def _key_as_der(live):
    chain = AUTHORITY.issue("cam.example.com")
    (live / "privkey.pem").write_bytes(chain.key_bytes())


def _without_chain(live):
    (live / "fullchain.pem").write_bytes(pem([AUTHORITY.issue("cam.example.com").leaf]))


def _expired(live):
    (live / "fullchain.pem").write_bytes(pem(AUTHORITY.issue("cam.example.com", expired=True).full))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_without_key, "private key"),
        (_key_as_der, "openssl pkey"),
        (_without_chain, "issuer"),
        (_expired, "expired"),
    ],
)
def test_what_clients_would_refuse_in_any_case_is_not_offered(tmp_path, capsys, damage, words):
    delivery(tmp_path / ODD / "live", "cam.example.com")
    damage(tmp_path / ODD / "live")
    code, output, _ = write("nginx", tmp_path, 443)
    message = capsys.readouterr().err
    assert (code, output.exists()) == (2, False)
    assert words in message
    assert message.count("\n") == 1


def test_a_camera_certificate_that_a_ca_issued_is_not_offered_as_an_anchor(tmp_path, capsys):
    delivery(tmp_path / ODD / "live", "cam.example.com")
    (tmp_path / "issued.pem").write_bytes(pem([AUTHORITY.issue("cam.example.com").leaf]))
    given = ("--camera-certificate", tmp_path / "issued.pem")
    code, output, _ = write("nginx", tmp_path, 443, *given)
    message = capsys.readouterr().err
    assert (code, output.exists()) == (2, False)
    assert "it is not self-signed" in message
    assert message.count("\n") == 1


def test_look_and_a_remote_run_tell_the_camera_from_its_gateway(tmp_path, capsys):
    """Before the gateway the chain is incomplete, after it is complete."""
    gateway = GATEWAYS["nginx"]
    skip_without(gateway)
    root = tmp_path / "root.pem"
    root.write_bytes(pem([AUTHORITY.root]))
    chain = delivery(tmp_path / ODD / "live", "localhost")
    with Emulator().serve(loads_for("leaf", chain)) as camera:
        assert main(["look", f"localhost:{camera.port}", "--trust", str(root)]) == 1
        assert "incomplete" in capsys.readouterr().out
        assert verdicts(tmp_path, camera.port, root) == {"absent": "rejected"}
    _, output, _ = write("nginx", tmp_path, 443)
    with serving(output) as camera:
        kept = ("--camera-certificate", output / "camera.pem", "--force")
        _, output, port = write("nginx", tmp_path, camera.port, *kept)
        capsys.readouterr()
        with running(gateway, output, Target("127.0.0.1", port)):
            assert main(["look", f"localhost:{port}", "--trust", str(root)]) == 0
            assert "complete" in capsys.readouterr().out
            assert verdicts(tmp_path, port, root) == {"full_chain": "accepted"}


def verdicts(tmp_path, port, root):
    finished = run_pytest(
        *("-n0", "suites/matrix", f"--camera=localhost:{port}", f"--trust={root}"),
        *("--clients=requests", "--report-dir", tmp_path / "report"),
        environment=bare_environment(tmp_path),
    )
    assert finished.returncode == 0, finished.stdout
    cells = report_of(tmp_path / "report")["cells"]
    return {cell["scenario"]: cell["verdict"] for cell in cells}
