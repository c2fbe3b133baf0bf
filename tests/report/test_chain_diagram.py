"""The chain in the diagram is the one that the audit's findings name."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from fixtures.report_rows import finding_row
from leafonly.audit import Evidence, read_directory, run_check
from leafonly.audit.checks.chain import roots_are_listed
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.certificates.paths import Issuers
from leafonly.report.chain_diagram import links, paths
from leafonly.report.document import read

SAMPLE = Path(__file__).parents[2] / "reports/sample/report.json"


@pytest.mark.parametrize("intermediates", [1, 2])
def test_names_are_those_of_the_certificates(tmp_path: Path, intermediates: int) -> None:
    authority = Authority(intermediates=intermediates)
    chain = authority.issue("cam.example.com")
    (tmp_path / "cam.pem").write_bytes(pem(chain.full) + chain.key_bytes(Encoding.PEM))
    evidence = Evidence(
        read_directory(tmp_path, lambda _: None),
        dt.datetime.now(dt.UTC),
        private=Issuers([authority.root]),
    )
    # The finding is the audit's own: its message goes on after the last name.
    report: Any = read(SAMPLE)
    report["findings"] = [finding_row(each) for each in run_check(roots_are_listed, evidence)]
    (names,) = paths(report)
    assert len(names) == intermediates + 2
    for name, certificate in zip(names, [*chain.full, chain.root], strict=True):
        assert name in certificate.subject.rfc4514_string() or name == "cam.example.com"
    assert [each.name for each in links(report)] == [
        names[-1],
        " ← ".join(names[1:-1]),
        "cam.example.com",
    ]
