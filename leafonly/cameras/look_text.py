"""A look as text: what is presented, what is missing, which clients reject it, what to do."""

import textwrap
from collections.abc import Iterator, Sequence

from leafonly.cameras.look_advice import concerned, fixes
from leafonly.cameras.look_outcome import Outcome
from leafonly.cameras.look_result import SeenCertificate
from leafonly.certificates.published_chain import PUBLISHER

__all__ = ["details", "verdict_line"]

_NARROWEST = 60


def verdict_line(outcome: Outcome) -> str:
    """Return the verdict on one host, in one line."""
    return f"{outcome.look.target}: {outcome.verdict}"


def details(outcome: Outcome, width: int = 80) -> Iterator[str]:
    """Yield the lines about one host; the verdict is the last.

    Args:
        outcome: The host.
        width: Columns; commands, URLs and the verdict are not broken.

    """
    look, width = outcome.look, max(width, _NARROWEST)
    if look.certificates:
        count = len(look.certificates)
        spoken = f" over {look.tls_version}" if look.tls_version else ""
        yield f"{look.target} presents {count} certificate{'s' * (count != 1)}{spoken}:"
        yield from _table(look.certificates, width)
    for each in look.missing_issuers:
        yield from _paragraph("missing", each.subject, width)
        if each.url:
            yield f"         from {each.url}"
        if each.published:
            yield f"         in {PUBLISHER}'s published chain"
    for warning in (*look.warnings, *outcome.expiring):
        yield from _paragraph("warning", warning, width)
    for difference in outcome.differences or ():
        yield from _paragraph("issued", difference.text, width)
    if look.is_read:
        yield from _paragraph("clients", concerned(look), width)
    for step in fixes(look):
        if step.startswith("$ "):
            yield f"         {step}"
        else:
            yield from _paragraph("to do", step, width)
    yield verdict_line(outcome)


def _paragraph(label: str, text: str, width: int) -> Iterator[str]:
    yield from textwrap.wrap(
        text,
        width,
        initial_indent=f"{label + ':':<9}",
        subsequent_indent=" " * 9,
        break_on_hyphens=False,
    )


def _table(certificates: Sequence[SeenCertificate], width: int) -> Iterator[str]:
    """Yield one line for each certificate, no longer than the width if names can be cut."""
    rows = [
        (str(number), each.name, each.issuer_name, each.key, _validity(each))
        for number, each in enumerate(certificates, 1)
    ]
    numbers, names, issuers, keys, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    fixed = numbers + keys + max(len(row[4]) for row in rows) + len("     issued by    ")
    for_names = max(width - fixed, 20)
    if names + issuers > for_names:
        names = max(min(names, for_names - min(issuers, for_names // 2)), 10)
        issuers = max(for_names - names, 10)
    for number, name, issuer, key, validity in rows:
        yield (
            f"  {number:>{numbers}}  {_cut(name, names)} issued by {_cut(issuer, issuers)} "
            f"{key:<{keys}}  {validity}"
        )


def _validity(certificate: SeenCertificate) -> str:
    days = certificate.days_left
    if days < 0:
        return f"expired {-days} day{'s' * (days != -1)} ago"
    return f"{days} day{'s' * (days != 1)} left"


def _cut(text: str, width: int) -> str:
    return f"{text if len(text) <= width else text[: width - 3] + '...':<{width}}"
