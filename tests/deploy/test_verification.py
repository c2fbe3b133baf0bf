"""What is taken for the deployed certificate, and what is not."""

import pytest

from leafonly.deploy import verification
from leafonly.deploy.verification import NotServed, OverNetwork
from leafonly.tls.address import Target
from leafonly.tls.flight import FlightError
from leafonly.tls.read_host import Presented

SERVED = [b"leaf", b"intermediate", b"above"]
AT = Target("192.0.2.7", 443)


@pytest.fixture
def verify(monkeypatch):
    """Verify against a host that presents these certificates, one answer after the other."""

    def verify_answers(*answers):
        left = list(answers)

        def read_host(target):
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(verification, "read_host", read_host)
        monkeypatch.setattr(verification, "_PAUSE", 0.0)
        monkeypatch.setattr(verification, "PATIENCE", 0.0 if len(answers) == 1 else 20.0)
        return OverNetwork(AT).verify(SERVED, ())

    return verify_answers


@pytest.mark.parametrize("count", [1, 2, 3])
def test_leaf_with_any_part_of_its_chain_is_what_was_deployed(count, verify):
    said = verify(Presented(tuple(SERVED[:count])))
    expected = "the leaf" if count == 1 else f"the chain of {count} certificates"
    assert said == f"192.0.2.7:443 presents {expected} that was issued"


@pytest.mark.parametrize(
    ("presented", "words"),
    [
        (Presented((b"another", *SERVED[1:])), "it presents another leaf than was issued"),
        (Presented(()), "it presents another leaf than was issued"),
        (Presented((b"leaf", b"above")), "it presents 2 certificates, which are not those"),
        (Presented((*SERVED, b"more")), "it presents 4 certificates, which are not those"),
        (Presented(tuple(SERVED), problem="another key"), "another key"),
        (FlightError("192.0.2.7:443: no answer"), "no answer"),
    ],
)
def test_anything_else_is_not(presented, words, verify):
    with pytest.raises(NotServed, match=rf"192\.0\.2\.7:443: {words}"):
        verify(presented)


def test_board_may_take_its_time(verify):
    assert "presents the leaf" in verify(
        FlightError("connection refused"), Presented((b"another",)), Presented((b"leaf",))
    )
