"""Every form in which `look` says what it found."""

import json

from leafonly.cameras.look_data import as_json, nagios, prometheus
from leafonly.cameras.look_outcome import Outcome
from leafonly.cameras.look_text import details


def assert_harmless(outcome: Outcome) -> None:
    """Fail if a form of the outcome cannot be read back, or could steer a terminal."""
    assert all(line.isprintable() for line in details(outcome))
    assert json.loads(json.dumps(as_json(outcome)))["verdict"] == outcome.verdict
    assert all(line.isprintable() for line in prometheus([outcome]))
    assert nagios([outcome])[0].count("|") == 1
