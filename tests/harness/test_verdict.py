"""Every way in which two witnesses can agree and disagree, and what it comes to."""

from dataclasses import replace
from typing import Any

import pytest

from leafonly.clients.error_messages import GNUTLS, NODE, OPENSSL
from leafonly.harness.verdict import (
    ClientSaid,
    Judgement,
    Observation,
    ServerSaw,
    judge,
    unbelievable,
)

TOKEN = "0123456789abcdef"
UNKNOWN = "unable to get local issuer certificate"

CAME_AND_LEFT = ServerSaw(
    client_hello=True,
    handshake_completed=False,
    alert=None,
    request_seen=False,
    aia_fetches=0,
    tokens=(),
)
SERVED = replace(CAME_AND_LEFT, handshake_completed=True, request_seen=True, tokens=(TOKEN,))
NEVER_CAME = replace(CAME_AND_LEFT, client_hello=False)

REJECTION = Observation(
    client_said=ClientSaid(60, "", UNKNOWN), server_saw=CAME_AND_LEFT, had_issuer=False
)
ACCEPTANCE = Observation(client_said=ClientSaid(0, TOKEN, ""), server_saw=SERVED, had_issuer=False)


def test_token_back_and_request_seen_is_accepted() -> None:
    assert judge(ACCEPTANCE, OPENSSL) == Judgement("accepted")


def test_words_and_hello_without_request_is_rejected() -> None:
    assert judge(REJECTION, OPENSSL) == Judgement("rejected", "missing_issuer")


def test_handshake_completed_before_a_rejection_does_not_matter() -> None:
    late = replace(REJECTION, server_saw=replace(CAME_AND_LEFT, handshake_completed=True))
    assert judge(late, OPENSSL) == Judgement("rejected", "missing_issuer")


@pytest.mark.parametrize(
    ("observation", "words"),
    [
        (replace(REJECTION, server_saw=NEVER_CAME), "did not connect"),
        (replace(REJECTION, server_saw=SERVED), "did not return the token"),
        (replace(REJECTION, client_said=ClientSaid(None, "", UNKNOWN)), "time limit"),
        (replace(REJECTION, client_said=ClientSaid(0, "", UNKNOWN)), "but exited with code 0"),
        (replace(REJECTION, client_said=ClientSaid(-11, "", "")), "code -11 and no message"),
        (replace(REJECTION, client_said=ClientSaid(7, "", "Connection refused")), "no message"),
        (replace(REJECTION, client_said=None), "was not started"),
        (replace(REJECTION, obstacle="the camera presents 2 certificates"), "presents 2"),
        (replace(ACCEPTANCE, server_saw=NEVER_CAME), "did not connect"),
        (replace(ACCEPTANCE, client_said=ClientSaid(0, "hello", "")), "return the token"),
        (replace(ACCEPTANCE, client_said=ClientSaid(0, TOKEN, UNKNOWN)), "but rejected"),
        (replace(ACCEPTANCE, client_said=ClientSaid(None, TOKEN, "")), "time limit"),
    ],
)
def test_everything_else_is_an_error_that_says_why(observation: Observation, words: str) -> None:
    judgement = judge(observation, OPENSSL)
    assert judgement.verdict == "error"
    assert words in str(judgement.reason)


def test_an_acceptance_with_a_certificate_alert_is_an_error_that_names_it() -> None:
    alerted = replace(SERVED, alert="unknown_ca")
    judgement = judge(replace(ACCEPTANCE, server_saw=alerted), OPENSSL)
    assert judgement.verdict == "error"
    assert "alert unknown_ca" in str(judgement.reason)
    by_stub = stub("ACCEPT\n", saw=alerted)
    assert by_stub == Judgement("error", "the stub says ACCEPT, but its client sent unknown_ca")
    # It is sent for a handshake that was tampered with, too.
    assert judge(
        replace(ACCEPTANCE, server_saw=replace(SERVED, alert="decrypt_error")), OPENSSL
    ) == (Judgement("accepted"))


def test_a_cell_with_an_obstacle_did_not_take_place() -> None:
    assert REJECTION.took_place
    assert not replace(REJECTION, obstacle="the camera is gone").took_place
    assert not replace(REJECTION, server_saw=NEVER_CAME).took_place


def test_exit_code_0_is_no_contradiction_where_it_is_known_to_lie() -> None:
    lying = replace(REJECTION, client_said=ClientSaid(0, "", UNKNOWN))
    assert judge(lying, OPENSSL, exit_code_lies=True).verdict == "rejected"


def reason(text: str, vocabulary: Any = OPENSSL, **of: Any) -> str | None:
    said = replace(REJECTION, client_said=ClientSaid(1, "", text))
    return judge(replace(said, **of), vocabulary).reason


def test_unknown_issuer_is_the_roots_when_the_leafs_was_at_hand() -> None:
    assert reason(UNKNOWN, had_issuer=True) == "untrusted_root"


def test_missing_issuer_comes_only_when_nothing_else_is_wrong() -> None:
    both = "The certificate doesn't have a known issuer. The certificate has expired."
    assert reason(both, GNUTLS) == "expired"


def test_a_rejection_without_a_why_is_other() -> None:
    assert reason("error: certificate verify failed") == "other"


def test_words_in_an_answer_of_another_kind_are_no_rejection() -> None:
    assert (
        judge(
            replace(REJECTION, client_said=ClientSaid(1, "", "Cannot find module 'https'")), NODE
        ).verdict
        == "error"
    )


NAMED = frozenset({"Self-Signed Certificate", "Self-Signed Certificate, Ltd.", "US"})


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("issuer O = Self-Signed Certificate\nconnection reset", ("error", None)),
        ("issuer Self-Signed Certificate, Ltd.\nconnection reset", ("error", None)),
        (f"O = Self-Signed Certificate\n{UNKNOWN}", ("rejected", "missing_issuer")),
        ("O = Self-Signed Certificate\nself-signed certificate", ("rejected", "untrusted_root")),
    ],
)
def test_the_name_of_a_certificate_is_no_message(
    text: str, outcome: tuple[str, str | None]
) -> None:
    named = replace(REJECTION, client_said=ClientSaid(1, "", text), names=NAMED)
    judgement = judge(named, OPENSSL)
    assert judgement.verdict == outcome[0]
    assert outcome[1] in (None, judgement.reason)
    reject = replace(named, client_said=ClientSaid(0, f"{text}\nREJECT", ""))
    assert judge(reject, OPENSSL, testimony="stub").reason == (outcome[1] or "other")


def test_a_client_that_prints_such_a_name_accepts() -> None:
    said = ClientSaid(0, TOKEN, "issuer: O=Self-Signed Certificate")
    named = replace(ACCEPTANCE, client_said=said, names=NAMED)
    assert judge(named, OPENSSL) == Judgement("accepted")


def stub(stdout: str, exit_code: int | None = 0, saw: ServerSaw = CAME_AND_LEFT) -> Judgement:
    said = ClientSaid(exit_code, stdout, "")
    return judge(Observation(said, saw, had_issuer=False), OPENSSL, testimony="stub")


def test_stub_is_believed_where_the_camera_agrees() -> None:
    handshake = replace(CAME_AND_LEFT, handshake_completed=True)
    assert stub("ACCEPT\n", saw=handshake) == Judgement("accepted")
    assert stub(f"{UNKNOWN}\nREJECT\n") == Judgement("rejected", "missing_issuer")
    assert stub("no\nREJECT\n", saw=handshake) == Judgement("rejected", "other")
    assert stub("no SNI\nUNSUPPORTED\n") == Judgement("not_applicable", "no SNI")


@pytest.mark.parametrize(
    "judgement",
    [
        stub("ACCEPT\n"),
        stub("ACCEPT\n", saw=NEVER_CAME),
        stub("REJECT\n", saw=NEVER_CAME),
        stub("REJECT\n", saw=SERVED),
        stub("REJECT\n", exit_code=1),
        stub("ACCEPT\n", exit_code=None, saw=SERVED),
        stub(""),
        stub("VERIFY SUCCESS\n", saw=SERVED),
    ],
)
def test_stub_is_not_believed_otherwise(judgement: Judgement) -> None:
    assert judgement.verdict == "error"


RIGHT = {"full_chain": Judgement("accepted"), "untrusted_root": Judgement("rejected", "other")}


@pytest.mark.parametrize(
    ("control", "came_out", "words"),
    [
        ("full_chain", Judgement("rejected", "other"), "full chain was not accepted"),
        ("full_chain", Judgement("error", "it hung"), "it hung"),
        ("untrusted_root", Judgement("accepted"), "verifies nothing"),
        ("untrusted_root", Judgement("error", "it hung"), "it hung"),
    ],
)
def test_one_wrong_control_makes_the_rest_unbelievable(
    control: str, came_out: Judgement, words: str
) -> None:
    assert unbelievable(RIGHT) is None
    assert words in str(unbelievable(RIGHT | {control: came_out}))
