"""Clients of other protocols than HTTP: a request under TLS is their acceptance."""

from leafonly.clients.error_messages import OPENSSL
from leafonly.harness.verdict import ClientSaid, Judgement, Observation, ServerSaw, judge

PAGE = "Your browser warns, because this camera has a self-signed certificate."


def _judged(
    words: str = "",
    *,
    request: bool,
    handshake: bool = True,
    exit_code: int = 27,
    page: str = "",
    lies: bool = False,
) -> Judgement:
    saw = ServerSaw(
        client_hello=True,
        handshake_completed=handshake,
        alert=None,
        request_seen=request,
        aia_fetches=0,
        tokens=("secret",) if request else (),
    )
    said = ClientSaid(exit_code, page, words)
    observed = Observation(said, saw, had_issuer=False)
    return judge(observed, OPENSSL, testimony="request", exit_code_lies=lies)


def test_a_request_without_a_word_against_the_certificate_is_acceptance() -> None:
    assert _judged("Timed out", request=True) == Judgement("accepted")


def test_a_completed_handshake_without_a_request_is_no_acceptance() -> None:
    assert _judged("Timed out", request=False).verdict == "error"


def test_a_request_before_a_word_against_the_certificate_is_an_error() -> None:
    assert _judged("certificate verify failed", request=True).verdict == "error"


def test_the_page_of_a_remote_host_may_speak_of_certificates() -> None:
    assert _judged(request=True, exit_code=0, page=PAGE) == Judgement("accepted")
    assert _judged(request=True, exit_code=1, page=PAGE).verdict == "error"
    assert _judged(request=True, exit_code=0, page=PAGE, lies=True).verdict == "error"
    assert _judged(PAGE, request=True, exit_code=0, page=PAGE).verdict == "error"
    assert _judged(request=False, exit_code=0, page=PAGE).verdict == "error"


def test_a_word_against_the_certificate_without_a_request_is_rejection() -> None:
    judgement = _judged("unable to get local issuer certificate", request=False)
    assert judgement == Judgement("rejected", "missing_issuer")


def test_a_word_against_the_certificate_and_exit_code_0_is_an_error() -> None:
    words = "unable to get local issuer certificate"
    assert _judged(words, request=False, exit_code=0).verdict == "error"


def test_the_other_clients_still_have_to_return_the_token() -> None:
    saw = ServerSaw(True, True, None, request_seen=True, aia_fetches=0, tokens=("secret",))
    observed = Observation(ClientSaid(0, "", "all is well"), saw, had_issuer=False)
    assert judge(observed, OPENSSL).verdict == "error"


def test_the_token_counts_on_either_stream() -> None:
    saw = ServerSaw(True, True, None, request_seen=True, aia_fetches=0, tokens=("secret",))
    observed = Observation(ClientSaid(1, "", "no such package: secret"), saw, had_issuer=False)
    assert judge(observed, OPENSSL) == Judgement("accepted")
