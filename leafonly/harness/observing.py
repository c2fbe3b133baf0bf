"""Start a client in a cell that is set up, and take down both accounts: its own, the camera's."""

from collections.abc import Sequence
from pathlib import Path

from leafonly.cameras import Connection
from leafonly.cameras.remote import CHANGED, REFUSED
from leafonly.clients.process import Finished
from leafonly.harness.scenario import Scenario
from leafonly.harness.staging import Staged
from leafonly.harness.verdict import ClientSaid, Observation, ServerSaw

__all__ = ["observe", "server_saw"]

_MOST_BUNDLE = 1 << 20  # bytes that are compared; leafonly writes below 20,000
_TRUST_CHANGED = "the file with what the client trusts was changed while it ran; run it alone"


def observe(staged: Staged, scenario: Scenario) -> Observation:
    """Run the client, once for each of its commands, and return what was observed.

    Raises:
        OSError: The client does not start.

    """
    finished: list[Finished] = []
    before = _trusted(staged)
    for invocation in staged.invocations:
        finished.append(invocation.start(staged.client.time_limit))
    changed = _TRUST_CHANGED if _trusted(staged) != before else None
    saw = _ask_camera(staged)
    return Observation(
        client_said=_without_folder(_account(finished[-1]), staged.invocations[-1].directory),
        server_saw=saw,
        had_issuer=_had_issuer(staged, scenario, saw),
        obstacle=changed or _fault(staged) or _warm_up_failure(staged, finished[0]),
        seconds=sum(each.seconds for each in finished),
        command=" && ".join(each.shell() for each in staged.invocations),
        picture=staged.invocations[-1].picture(),
        names=staged.names,
    )


def _trusted(staged: Staged) -> bytes | None:
    """Return the bundle that the client trusts; None if its store is of another kind.

    Cells share a parent folder and a user, so one client could write to another's. Databases
    (NSS, a browser's profile) are written to by their own client, and are not compared.
    """
    path = staged.invocations[-1].directory / "trust.pem"
    try:
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(_MOST_BUNDLE)
    except OSError:
        return None


def _account(finished: Finished) -> ClientSaid:
    return ClientSaid(finished.exit_code, finished.stdout, finished.stderr)


def _without_folder(said: ClientSaid, directory: Path) -> ClientSaid:
    """Write the cell's folder as the command does, which is to be run in it."""
    stdout, stderr = said.stdout, said.stderr
    for spelling in dict.fromkeys((str(directory.resolve()), str(directory))):
        stdout = stdout.replace(spelling, "$PWD")
        stderr = stderr.replace(spelling, "$PWD")
    return ClientSaid(said.exit_code, stdout, stderr)


def _ask_camera(staged: Staged) -> ServerSaw:
    staged.endpoint.settle()
    fetches = staged.to_serve.fetches
    return server_saw(_connections(staged), fetches() if fetches else 0)


def server_saw(seen: Sequence[Connection], fetches: int) -> ServerSaw:
    """Return the camera's account of one client's connections.

    Args:
        seen: The connections, in the order accepted.
        fetches: How often the leaf's issuer was asked for at its caIssuers URL.

    """
    # A browser opens several connections. What it says of the certificate on the one that it
    # then uses counts; Firefox 153 was seen to end another one with unknown_ca, and to return
    # the token of the first.
    decisive = [each for each in seen if each.request] or seen
    return ServerSaw(
        client_hello=any(each.client_hello for each in seen),
        handshake_completed=any(each.handshake_completed for each in seen),
        alert=next((each.alert for each in decisive if each.alert), None),
        request_seen=any(each.request for each in seen),
        aia_fetches=fetches,
        tokens=tuple(each.token for each in seen if each.token),
        client_left=any(
            each.handshake_completed and each.client_left and not each.request for each in seen
        ),
    )


def _connections(staged: Staged) -> Sequence[Connection]:
    return staged.endpoint.connections[staged.seen_before :]


def _fault(staged: Staged) -> str | None:
    """Return why what the client said is no verdict on this certificate: the server's deed."""
    errors = {each.error for each in _connections(staged)}
    if CHANGED in errors:
        return CHANGED
    if REFUSED not in errors:
        return None
    return "; ".join(filter(None, (REFUSED, staged.to_serve.if_refused)))


def _had_issuer(staged: Staged, scenario: Scenario, saw: ServerSaw) -> bool | None:
    """Return whether the client had all intermediates: presented, stored or fetched."""
    if scenario.served == "full_chain" or scenario.stored_suffice:
        return True
    if scenario.aia and staged.to_serve.fetches is None and staged.client.fetches_issuer:
        return None
    # Asking the address that never answers brings nothing.
    asked = staged.to_serve.fetched_all
    return asked() if asked else scenario.aia == "live" and saw.aia_fetches > 0


def _warm_up_failure(staged: Staged, finished: Finished) -> str | None:
    """Return why a visit that should have come first did not happen; None if it did."""
    if staged.warm_up is None:
        return None
    if finished.timed_out:
        return "the visit before this one did not end within its time limit"
    staged.warm_up.settle()
    seen = staged.warm_up.connections
    if any(each.token in _account(finished).text for each in seen if each.token):
        return None
    if staged.client.testimony == "request" and any(each.request for each in seen):
        return None
    if staged.client.testimony == "stub" and any(each.handshake_completed for each in seen):
        return None
    return "the visit to the full-chain server before this one did not succeed"
