"""From an observation to a verdict.

A verdict counts only if the client's output and the camera's record agree. If they disagree, it
is `error`, never a rejection.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from leafonly.clients.client import Testimony
from leafonly.clients.refusal import (
    CERTIFICATE_ALERTS,
    Reason,
    Vocabulary,
    meanings,
    reason_of,
    without_names,
)

__all__ = [
    "VERDICTS",
    "ClientSaid",
    "Judgement",
    "Observation",
    "ServerSaw",
    "Verdict",
    "judge",
    "unbelievable",
]

Verdict = Literal["accepted", "rejected", "error", "not_applicable"]

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True)
class ClientSaid:
    """The client's own account.

    `exit_code` is None if its time limit ended it.
    """

    exit_code: int | None
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """The whole output, standard error first."""
        return "\n".join(part for part in (self.stderr.strip(), self.stdout.strip()) if part)


@dataclass(frozen=True)
class ServerSaw:
    """The camera's account of this client's connections, and the issuer's site's.

    Attributes:
        client_hello: At least one ClientHello arrived.
        handshake_completed: At least one handshake completed on the camera's side. This does not
            mean that the client accepted: many clients judge the certificate only afterwards.
        alert: The first alert that the client sent, by name. Its absence means nothing, because
            many clients reject without an alert.
        request_seen: A request arrived.
        aia_fetches: How often the intermediate was asked for at the caIssuers URL.
        tokens: The secrets in the responses that were sent.
        client_left: After a handshake that completed, the client itself ended the connection
            without a request.

    """

    client_hello: bool
    handshake_completed: bool
    alert: str | None
    request_seen: bool
    aia_fetches: int
    tokens: tuple[str, ...] = field(repr=False)
    client_left: bool = False


@dataclass(frozen=True)
class Observation:
    """The client's output and the camera's record of a cell, and what the cell was.

    Attributes:
        client_said: None if the client was never started.
        server_saw: None if the camera kept no record.
        had_issuer: The client had the leaf's issuer: presented, stored or fetched. None where
            the client may have fetched it and the fetch cannot be seen.
        obstacle: Why the cell has no verdict, whatever client and camera say: the camera presented
            other certificates, the warm-up visit failed, the program did not start.
        seconds: Wall time of the client's processes.
        command: The command line that reproduces the cell.
        picture: The client's error page as PNG; None if it saved none.
        names: What is written in the cell's certificates: text that is no message of the client.

    """

    client_said: ClientSaid | None
    server_saw: ServerSaw | None
    had_issuer: bool | None
    obstacle: str | None = None
    seconds: float = 0.0
    command: str = ""
    picture: bytes | None = field(default=None, repr=False)
    names: frozenset[str] = frozenset()

    @property
    def took_place(self) -> bool:
        """Whether the client connected to the camera and exited by itself."""
        said, saw = self.client_said, self.server_saw
        if self.obstacle is not None or said is None or saw is None:
            return False
        return said.exit_code is not None and saw.client_hello


@dataclass(frozen=True)
class Judgement:
    """A verdict with its reason: from the closed list for `rejected`, a sentence otherwise."""

    verdict: Verdict
    reason: str | None = None


def judge(
    observation: Observation,
    vocabulary: Vocabulary,
    *,
    testimony: Testimony = "token",
    exit_code_lies: bool = False,
) -> Judgement:
    """Return the verdict on one observation.

    Args:
        observation: The client's output and the camera's record.
        vocabulary: The client's error messages about certificates.
        testimony: The client's evidence of acceptance.
        exit_code_lies: The client exits with 0 even if it rejects the certificate.

    """
    said, saw = observation.client_said, observation.server_saw
    if observation.obstacle is not None:
        return Judgement("error", observation.obstacle)
    if said is None or saw is None:
        return Judgement("error", "the client was not started")
    if said.exit_code is None:
        return Judgement("error", "the client did not end within its time limit")
    if testimony == "stub":
        return _judge_stub(observation, said, saw, vocabulary)
    proven = _proves_acceptance(said, saw, testimony)
    # A client that has sent its request and ended well prints the page of a remote host.
    has_page = proven and testimony == "request" and said.exit_code == 0 and not exit_code_lies
    reason = reason_of(
        without_names(said.stderr if has_page else said.text, observation.names, vocabulary),
        saw.alert,
        vocabulary,
        had_issuer=observation.had_issuer,
        client_left=saw.client_left,
    )
    if not proven:
        return _rejection(said, saw, vocabulary, reason, exit_code_lies=exit_code_lies)
    if reason is not None:
        deed = "sent its request" if testimony == "request" else "returned the token"
        return Judgement("error", f"the client {deed} but {_rejected(saw, reason)}")
    return Judgement("accepted")


def _rejection(
    said: ClientSaid,
    saw: ServerSaw,
    vocabulary: Vocabulary,
    reason: Reason | None,
    *,
    exit_code_lies: bool,
) -> Judgement:
    """Return the verdict on a client that did not accept: a rejection only with evidence."""
    if not saw.client_hello:
        return Judgement("error", "the camera saw no ClientHello: the client did not connect")
    if saw.request_seen:
        because = "the camera answered a request, but the client did not return the token"
        return Judgement("error", because)
    if reason is None:
        return Judgement("error", _no_reason(said, vocabulary))
    if said.exit_code == 0 and not exit_code_lies:
        return Judgement("error", f"the client {_rejected(saw, reason)} but exited with code 0")
    return Judgement("rejected", reason)


def _rejected(saw: ServerSaw, reason: Reason) -> str:
    evidence = f"{reason}, alert {saw.alert}" if saw.alert in CERTIFICATE_ALERTS else reason
    return f"rejected the certificate ({evidence})"


def _no_reason(said: ClientSaid, vocabulary: Vocabulary) -> str:
    """Return why neither message nor alert shows that the client rejected the certificate.

    A handshake can fail for other reasons: the server may have refused the client, for example
    because it demands a client certificate.
    """
    if "protocol" in meanings(vocabulary, said.text):
        return "the handshake failed, and the client's message is not about the certificate"
    return f"the client exited with code {said.exit_code} and no message about the certificate"


def _proves_acceptance(said: ClientSaid, saw: ServerSaw, testimony: Testimony) -> bool:
    """Return whether output and record show that a client accepted the certificate.

    The token may be in either stream: it is secret, so a client that prints it received the
    response. A `request` is weaker: it shows that the client sent a request under TLS, not that
    it accepted the certificate. It counts for clients of other protocols than HTTP, and a
    message against the certificate still turns it into an error.
    """
    if testimony == "request":
        return saw.handshake_completed and saw.request_seen
    return any(token in said.text for token in saw.tokens)


def _judge_stub(
    observation: Observation, said: ClientSaid, saw: ServerSaw, vocabulary: Vocabulary
) -> Judgement:
    """Return the verdict on a stub: its own counts only if the camera's record agrees."""
    lines = said.stdout.strip().splitlines()
    if said.exit_code != 0 or not lines:
        return Judgement("error", f"the stub exited with code {said.exit_code} and no verdict")
    word, because = lines[-1].strip(), "\n".join(lines[:-1])
    reason = reason_of(
        without_names(because, observation.names, vocabulary),
        saw.alert,
        vocabulary,
        had_issuer=observation.had_issuer,
    )
    if word == "UNSUPPORTED":
        return Judgement("not_applicable", because or "the stub does not support this")
    if word == "ACCEPT":
        if saw.alert in CERTIFICATE_ALERTS:
            return Judgement("error", f"the stub says ACCEPT, but its client sent {saw.alert}")
        if saw.handshake_completed or saw.request_seen:
            return Judgement("accepted")
        return Judgement("error", "the stub says ACCEPT, but the camera saw no handshake complete")
    if word == "REJECT":
        if not saw.client_hello:
            return Judgement("error", "the stub says REJECT, but the camera saw no ClientHello")
        if saw.request_seen:
            return Judgement("error", "the stub says REJECT, but the camera saw its request")
        return Judgement("rejected", reason or "other")
    return Judgement(
        "error", f"the stub's last line is not ACCEPT, REJECT or UNSUPPORTED: {word!r}"
    )


def unbelievable(controls: Mapping[str, Judgement]) -> str | None:
    """Return why a client's other verdicts do not count; None if they do.

    Args:
        controls: The judgements of `full_chain` and `untrusted_root` for the same client and
            key type.

    """
    full_chain, untrusted_root = controls["full_chain"], controls["untrusted_root"]
    if full_chain.verdict != "accepted":
        return f"inconclusive: the full chain was not accepted ({_outcome(full_chain)})"
    if untrusted_root.verdict == "accepted":
        return "inconclusive: an untrusted root was accepted, so this client verifies nothing"
    if untrusted_root.verdict != "rejected":
        return f"inconclusive: an untrusted root was not rejected ({_outcome(untrusted_root)})"
    return None


def _outcome(judgement: Judgement) -> str:
    return ": ".join(filter(None, (judgement.verdict, judgement.reason)))
