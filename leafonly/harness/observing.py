"""Start the client of a cell that is set up: its output and the camera's record."""

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
_TRUST_CHANGED = "the client's trust file was changed while the client ran; run this cell alone"


def observe(staged: Staged, scenario: Scenario) -> Observation:
    """Return the observation of a cell; the client is run once for each of its commands.

    Raises:
        OSError: The client cannot be started.

    """
    finished: list[Finished] = []
    before = _trusted(staged)
    for invocation in staged.invocations:
        finished.append(invocation.start(staged.client.time_limit))
    changed = _TRUST_CHANGED if _trusted(staged) != before else None
    saw = _ask_camera(staged)
    return Observation(
        client_said=_without_folder(_output(finished[-1]), staged.invocations[-1].directory),
        server_saw=saw,
        had_issuer=_had_issuer(staged, scenario, saw),
        obstacle=changed or _fault_of_server(staged) or _warm_up_failure(staged, finished[0]),
        seconds=sum(each.seconds for each in finished),
        command=" && ".join(each.shell() for each in staged.invocations),
        picture=staged.invocations[-1].picture(),
        names=staged.names,
    )


def _trusted(staged: Staged) -> bytes | None:
    """Return the client's PEM bundle; None if its trust store is of another kind.

    Cells share a parent folder and a user, so one client could write to another client's bundle.
    Databases (NSS, a browser's profile) are not compared, because their own client writes to
    them.
    """
    path = staged.invocations[-1].directory / "trust.pem"
    try:
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(_MOST_BUNDLE)
    except OSError:
        return None


def _output(finished: Finished) -> ClientSaid:
    return ClientSaid(finished.exit_code, finished.stdout, finished.stderr)


def _without_folder(said: ClientSaid, directory: Path) -> ClientSaid:
    """Return the output with `$PWD` for the cell's folder, as in the cell's command."""
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
    """Return the camera's record of one client's connections.

    Args:
        seen: The connections, in the order accepted.
        fetches: The number of requests to the caIssuers URL of the leaf.

    """
    # A browser opens several connections. The alert on the connection with the request counts:
    # Firefox 153 ended another connection with unknown_ca, and returned the token of the first.
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


def _fault_of_server(staged: Staged) -> str | None:
    """Return why the client did not judge the certificate, if the server is the cause."""
    errors = {each.error for each in _connections(staged)}
    if CHANGED in errors:
        return CHANGED
    if REFUSED not in errors:
        return None
    return "; ".join(filter(None, (REFUSED, staged.to_serve.if_refused)))


def _had_issuer(staged: Staged, scenario: Scenario, saw: ServerSaw) -> bool | None:
    """Return whether the client had all intermediates; None if a fetch cannot be seen."""
    if scenario.served == "full_chain" or scenario.stored_suffice:
        return True
    if scenario.aia and staged.to_serve.fetches is None and staged.client.fetches_issuer:
        return None
    fetched_all = staged.to_serve.fetched_all
    if fetched_all:
        return fetched_all()
    # A request to a URL that never answers brings nothing.
    return scenario.aia == "live" and saw.aia_fetches > 0


def _warm_up_failure(staged: Staged, finished: Finished) -> str | None:
    """Return why the visit to the full-chain server failed; None if it did not."""
    if staged.warm_up is None:
        return None
    if finished.timed_out:
        return "the visit before this one did not end within its time limit"
    staged.warm_up.settle()
    seen = staged.warm_up.connections
    if any(each.token in _output(finished).text for each in seen if each.token):
        return None
    if staged.client.testimony == "request" and any(each.request for each in seen):
        return None
    if staged.client.testimony == "stub" and any(each.handshake_completed for each in seen):
        return None
    return "the visit to the full-chain server before this one did not succeed"
