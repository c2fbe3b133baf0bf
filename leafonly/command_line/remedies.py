"""`remedies`: how to give one client the certificates that the camera does not send."""

import contextlib
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leafonly.command_line.clients import named
from leafonly.command_line.credentials import PASSWORD, trusted_certificates
from leafonly.command_line.messages import Add

if TYPE_CHECKING:
    from cryptography import x509

    from leafonly.audit.context import Evidence
    from leafonly.clients import Client

__all__ = ["add"]


def add(command: Add) -> None:
    """Declare the command."""
    parser = command(
        "remedies",
        "print how to give a client the intermediate, or what a report recommends",
        "Nothing is written without -o. Only certificates are written, no key.",
    )
    parser.add_argument("client", nargs="?", metavar="CLIENT", help="a client: curl, for example")
    parser.add_argument(
        "--credentials", type=Path, metavar="DIR", help="the folder with the camera's certificate"
    )
    parser.add_argument(
        "--trust", type=Path, metavar="FILE", help="the root, as PEM, if the CA is not public"
    )
    parser.add_argument("--report", type=Path, metavar="REPORT", help="a report.json")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="write the file with all certificates into this folder",
    )
    parser.set_defaults(run=_run)


def _run(options: Namespace) -> int:
    if options.client is None:
        return _list(options)
    (client,) = named([options.client]).values()
    evidence = None
    if options.credentials is not None:
        evidence = _evidence(options.credentials, options.trust)
    lines = list(_recipe_lines(client, evidence, options.output))
    if options.report is not None:
        lines += _measured(client.name, options.report)
    else:
        lines.append(_expected(client))
    print("\n".join(lines))
    return 0


def _list(options: Namespace) -> int:
    """Print the remedies of a report, the best first."""
    from leafonly.certificates.printable import printable
    from leafonly.report.document import read
    from leafonly.report.remedies import recommendation

    if options.report is None:
        raise ValueError("remedies: name a client, or a report by --report=REPORT")
    rows = read(options.report)["remedies"]
    print(printable(recommendation(rows) or "No remedy was tried that makes a client connect."))
    for row in rows:
        if row["client"] is None:
            tried = f"{row['cells_fixed']} of {row['cells_failing']}" if row["tried"] else "untried"
            print(printable(f"{tried}: {row['name']}. {row['how']} {row['cost']}"))
    return 0


def _evidence(directory: Path, trust: Path | None) -> "Evidence":
    """Return the user's certificates, if they are a chain that verifiers accept.

    Raises:
        ValueError: Verifiers reject them. One line: what is wrong, and what to do.

    """
    import datetime as dt
    import os

    from leafonly.audit import Evidence, read_directory
    from leafonly.certificates.paths import roots_in

    password = os.environ.get(PASSWORD)
    given = read_directory(directory, lambda _: password.encode() if password else None)
    if given.leaf is None:
        raise ValueError(f"{directory} holds no leaf certificate: name the camera's folder")
    roots = roots_in(trusted_certificates(trust) if trust else ())
    evidence = Evidence(given, dt.datetime.now(dt.UTC), private=roots)
    if not evidence.paths:
        raise ValueError(
            f"{directory}: no root is known above the leaf: add the missing intermediates, or "
            "name the root by --trust=FILE"
        )
    if evidence.is_refused:
        because = "; ".join(str(each.because) for each in evidence.opinions if not each.accepts)
        raise ValueError(f"{directory}: clients reject even the full chain: {because}")
    return evidence


def _recipe_lines(
    client: "Client", evidence: "Evidence | None", output: Path | None
) -> Iterator[str]:
    """Yield the recipe, and write the file if a folder for it is given."""
    from leafonly.audit.finding import NotCheckedError
    from leafonly.certificates.printable import printable
    from leafonly.clients.recipe import EXAMPLE, recipe
    from leafonly.clients.trust_store import BUNDLE

    host = EXAMPLE
    if evidence is None:
        if output is not None:
            raise ValueError("remedies: -o needs the certificates: --credentials=DIR")
        yield f"# Have one file, {BUNDLE}: the root first, then every intermediate."
    else:
        with contextlib.suppress(NotCheckedError):  # of "*.example.com", say
            host = evidence.domain
        certificates = [max(evidence.paths, key=len)[-1], *evidence.issuers]
        where = "-o DIR writes it" if output is None else str(_write(output, certificates))
        yield f"# One file with all {len(certificates)} certificates, {BUNDLE}: {where}."
        for each in certificates:
            yield printable(f"#   {each.subject.rfc4514_string()}")
    chosen = recipe(client, host)
    for step in chosen.steps:
        yield f"# {step.text}"
        if step.lines:
            yield step.lines
    for name, text in chosen.files.items():
        yield f"# {name}:"
        yield text.rstrip()


def _write(directory: Path, certificates: "Sequence[x509.Certificate]") -> Path:
    from leafonly.certificates.chain import pem
    from leafonly.clients.trust_store import BUNDLE

    directory.mkdir(parents=True, exist_ok=True)
    path = directory / BUNDLE
    try:
        with path.open("xb") as file:
            file.write(pem(certificates))
    except FileExistsError:
        raise ValueError(f"{path} exists already: name another folder") from None
    return path


def _measured(name: str, path: Path) -> list[str]:
    """Return what a report measured of this client with the intermediate."""
    from leafonly.certificates.printable import printable
    from leafonly.report.document import read

    rows = [row for row in read(path)["remedies"] if row["client"] == name]
    if not rows:
        return [f"# In {path}, {name} was not seen to connect because of a stored intermediate."]
    said = [text for row in rows for text in (row["how"], row["widens"]) if text]
    return [printable(f"# In {path}: {text}") for text in said]


def _expected(client: "Client") -> str:
    """Return what was measured of this client, with the versions."""
    from leafonly.clients.measured import in_words

    cached = client.expected.get("cached", "not measured")
    return f"# Measured: {cached} (with {in_words(client.measured) or 'no version'})."
