"""How a look is written: as text, JSON, for Prometheus, and as a monitoring plugin."""

import dataclasses
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from prometheus_client.parser import text_string_to_metric_families

from leafonly.__main__ import main
from leafonly.cameras.look import Look, Trusted, classify
from leafonly.cameras.look_data import as_json, nagios, prometheus
from leafonly.cameras.look_outcome import Outcome, compare
from leafonly.cameras.look_result import SeenCertificate
from leafonly.cameras.look_text import details, verdict_line
from leafonly.tls.address import Target
from leafonly.tls.read_host import Presented
from tests.helpers.look_forms import assert_harmless
from tests.helpers.making import DAY, HOST, LEAF, LOWER, NOW, ROOT, lay, make
from tests.report.hostile import HOSTILE as HOSTILE_NAMES

DOCS = Path(__file__).parents[2] / "docs/look.md"
CAMERA = Target(HOST, 443)
LAID = lay()
# Each would end a line, a label, a quoted word or the text before the performance data.
HOSTILE = "a\"b\\c|d\ne\x1b[31m'f;$(id)\u202e" + "long " * 100


def looked(*certificates: x509.Certificate, version: int = 0x0303) -> Look:
    presented = Presented(tuple(b"" for _ in certificates), version)
    return classify(CAMERA, certificates, Trusted(LAID.roots), presented)


def hostile() -> Look:
    where = x509.UniformResourceIdentifier("http://a/\x1b[31m\n';id;'|")
    method = AuthorityInformationAccessOID.CA_ISSUERS
    aia = x509.AuthorityInformationAccess([x509.AccessDescription(method, where)])
    name = HOSTILE[:60]
    return looked(make(replace(LEAF, name=name, issuer_name=name, extra=[(aia, False)]), LOWER))


LOOKS: dict[str, Callable[[], Look]] = {
    "full": lambda: looked(*LAID.presented),
    "leaf": lambda: looked(LAID.leaf),
    "hostile": hostile,
    "unreachable": lambda: Look(str(CAMERA), False, "unreachable: refused", ("unreachable",)),
}


@pytest.fixture(params=LOOKS)
def outcome(request: pytest.FixtureRequest) -> Outcome:
    return Outcome(LOOKS[request.param](), 30)


# --- text


def test_the_verdict_is_last_and_no_line_is_hostile(outcome: Outcome) -> None:
    lines = list(details(outcome))
    assert lines[-1] == verdict_line(outcome) == f"{CAMERA}: {outcome.verdict}"
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("width", [1, 80, 200])
def test_only_commands_urls_and_the_verdict_are_wider_than_asked(width: int) -> None:
    names = [replace(LOWER, name="intermediate " + "of a long name " * 3), LOWER]
    chain = [make(LEAF, names[0]), make(names[0], LOWER), make(LOWER, ROOT)]
    *lines, _ = details(Outcome(looked(*chain)), width)
    assert max(map(len, lines)) <= max(width, 60)
    table = [line for line in lines if "issued by" in line]
    assert [line.split()[0] for line in table] == ["1", "2", "3"]
    assert len({len(line.rstrip("days left").rstrip("0123456789")) for line in table}) == 1
    assert all(re.search(r"p256 +\d+ days left$", line) for line in table)


def test_an_expired_certificate_is_told_apart() -> None:
    expired = make(replace(LEAF, start=NOW - 9 * DAY, end=NOW - DAY / 2), LOWER)
    text = "\n".join(details(Outcome(looked(expired, *LAID.presented[1:]))))
    assert "expired 1 day ago" in text
    assert "Renew cam.example.com" in text


# --- JSON


def test_the_documents_describe_every_field(outcome: Outcome) -> None:
    def keys(found: object, above: str = "") -> Iterator[str]:
        if isinstance(found, dict):
            for key, value in found.items():
                yield above + key
                yield from keys(value, f"{above}{key}.")
        elif isinstance(found, list | tuple):
            for each in found:
                yield from keys(each, above)

    served = [SeenCertificate.of(each, NOW) for each in (make(LEAF, LOWER), *LAID.presented[1:])]
    full = Outcome(looked(LAID.leaf), 30, compare(looked(LAID.leaf), served))
    documented = re.findall(r"^\| `([\w.]+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(keys(as_json(full))) == {each for each in documented if "leafonly" not in each}
    assert set(keys(as_json(outcome))) <= set(documented)


def test_json_can_be_read_back(outcome: Outcome) -> None:
    found = json.loads(json.dumps(as_json(outcome)))
    assert found["schema"] == "leafonly-look/1"
    assert found["exit_code"] == (0 if outcome.is_good else 1)
    assert found["exit_reasons"] == list(outcome.reasons)
    assert len(found["certificates"]) == len(outcome.look.certificates)


# --- Prometheus


def families(outcomes: Sequence[Outcome]) -> dict[str, list[dict[str, object]]]:
    """Let Prometheus's own client read it."""
    text = "\n".join(prometheus(outcomes)) + "\n"
    return {
        family.name: [sample.labels | {"value": sample.value} for sample in family.samples]
        for family in text_string_to_metric_families(text)
    }


def test_prometheus_reads_what_was_seen(outcome: Outcome) -> None:
    found = families([outcome])
    assert [each["value"] for each in found["leafonly_look_complete"]] == [outcome.look.complete]
    certificates = found.get("leafonly_look_certificate_expiry_timestamp_seconds", [])
    assert [(each["subject"], each["issuer"], each["value"]) for each in certificates] == [
        (each.subject, each.issuer, each.not_after.timestamp())
        for each in outcome.look.certificates
    ]


def test_labels_of_any_text_are_read_back() -> None:
    look = replace(LOOKS["leaf"](), target='h"\\\n:1')
    assert families([Outcome(look)])["leafonly_look_up"][0]["target"] == look.target


def of_organization(text: str) -> x509.Certificate:
    """Make a self-signed certificate of any name: only a common name has a limit."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text)])
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .sign(key, hashes.SHA256())
    )


# No certificate can hold half a character.
@pytest.mark.parametrize("text", [each for each in HOSTILE_NAMES if each != "\ud800"])
def test_a_hostile_name_is_one_short_label(text: str) -> None:
    outcome = Outcome(looked(of_organization(text)))
    assert_harmless(outcome)
    for lines in (prometheus([outcome]), details(outcome), nagios([outcome])[0].splitlines()):
        assert max(map(len, lines)) < 3000
    (read,) = families([outcome])["leafonly_look_certificate_expiry_timestamp_seconds"]
    assert read.keys() == {"target", "position", "subject", "issuer", "sha256", "value"}


def test_a_host_that_is_named_twice_is_one_series() -> None:
    one = LOOKS["leaf"]()
    other = replace(one, target="other:443", complete=True)
    found = families([Outcome(one), Outcome(other), Outcome(replace(one, complete=True))])
    values = [(each["target"], each["value"]) for each in found["leafonly_look_complete"]]
    assert values == [(one.target, 0), (other.target, 1)]


def test_the_documents_name_every_metric() -> None:
    text = DOCS.read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(leafonly_look_\w+)` \|", text, re.MULTILINE)
    look = LOOKS["full"]()
    issued = [SeenCertificate.of(each, NOW) for each in LAID.presented]
    assert set(families([Outcome(look, None, compare(look, issued))])) == set(documented)


# --- monitoring plugins


# Of the Monitoring Plugins Development Guidelines: 'label'=value[UOM];[warn];[crit];[min];[max]
PERFORMANCE = re.compile(r"([a-z_]+)=(-?[0-9.]+)(s?)((;[0-9:.-]*){0,4})")


@pytest.mark.parametrize(
    ("look", "within", "state"),
    [
        ("full", None, 0),
        ("full", 9999, 1),
        ("leaf", None, 2),
        ("hostile", None, 2),
        ("unreachable", None, 2),
    ],
)
def test_a_plugin_line_has_its_state_and_performance_data(
    look: str, within: int | None, state: int
) -> None:
    output, code = nagios([Outcome(LOOKS[look](), within)])
    assert code == state
    text, _, data = output.partition(" | ")
    assert text.startswith(f"LEAFONLY {('OK', 'WARNING', 'CRITICAL')[state]} - {CAMERA}: ")
    assert output.count("|") == 1
    assert output.isprintable()
    assert all(PERFORMANCE.fullmatch(each) for each in data.split(" "))


def test_a_chain_that_some_clients_reject_is_a_warning() -> None:
    wrong_order = lay(between=(LOWER, replace(LOWER, name="upper", key="upper")))
    leaf, lower, upper = wrong_order.presented
    look = classify(CAMERA, [leaf, upper, lower], Trusted(wrong_order.roots))
    assert (look.complete, nagios([Outcome(look)])[1]) == (True, 1)
    asking = replace(LOOKS["full"](), kinds=("full_chain", "asks_for_certificate"))
    assert nagios([Outcome(asking)])[1] == 0


def test_of_many_hosts_the_worst_counts() -> None:
    looks = [LOOKS[name]() for name in ("full", "leaf", "full")]
    output, code = nagios([Outcome(each) for each in looks])
    first, *others = output.splitlines()
    assert (code, len(others)) == (2, 1)
    assert first == (
        "LEAFONLY CRITICAL - 2 of 3 hosts are as they should be | "
        "ok=2;;;0;3 warning=0;;;0;3 critical=1;;;0;3"
    )
    assert others[0].startswith(f"{CAMERA}: incomplete")


@pytest.mark.needs("perl")
def test_the_plugins_own_library_reads_the_performance_data() -> None:
    """`apt install libmonitoring-plugin-perl`"""
    script = (
        "use Monitoring::Plugin::Performance; "
        "my @p = Monitoring::Plugin::Performance->parse_perfstring($ARGV[0]); "
        'print join(" ", map { $_->label . "=" . $_->value } @p);'
    )
    output, _ = nagios([Outcome(LOOKS["leaf"](), 30)])
    data = output.partition(" | ")[2]
    perl = shutil.which("perl")
    assert perl
    read = subprocess.run([perl, "-e", script, data], capture_output=True, text=True, check=False)
    if "Can't locate Monitoring" in read.stderr:
        pytest.skip("Monitoring::Plugin is not on this machine")
    values = dict(each.split("=") for each in read.stdout.split())
    assert {name: float(value) for name, value in values.items()} == {
        "time": 0,
        "days_left": 49,
        "presented": 1,
        "missing": 1,
    }


def test_what_a_plugin_cannot_do_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["look", "host:x|y\x1b", "--format=nagios"]) == 3
    out = capsys.readouterr().out
    assert out == "LEAFONLY UNKNOWN - host:x/y? is not HOST, HOST:PORT or @FILE\n"


def test_a_list_has_a_line_each_and_details_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hosts").write_text("127.0.0.1:1\nlocalhost:1\n")
    assert main(["look", f"@{tmp_path / 'hosts'}"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["look", f"@{tmp_path / 'hosts'}", "-v"]) == 1
    assert "\n\n" in capsys.readouterr().out
    assert main(["look", f"@{tmp_path / 'hosts'}", "--json"]) == 1
    assert [each["target"] for each in json.loads(capsys.readouterr().out)] == [
        "127.0.0.1:1",
        "localhost:1",
    ]


def test_every_attribute_of_a_look_is_in_json() -> None:
    look = LOOKS["full"]()
    assert {each.name for each in dataclasses.fields(Look)} <= set(as_json(Outcome(look)))
