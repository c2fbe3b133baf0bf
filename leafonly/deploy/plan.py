"""What goes onto the board, and under which names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509

from leafonly.audit import CHECKS, Evidence, Finding, run_check
from leafonly.audit.bundle import BundleError, camera_files, file_names
from leafonly.cameras import Load, LoadRefused
from leafonly.cameras.emulator.loading_rules import load
from leafonly.cameras.emulator.profiles import DEFAULT, Profile
from leafonly.certificates.printable import printable
from leafonly.deploy import Refused
from leafonly.tls.message_size import certificate_message_size

__all__ = ["FOLDER", "Plan", "check_folder", "check_names", "judge", "make_plan"]

FOLDER = "tls"
_MOST_ISSUERS = 8  # for which the default has names; 4096 bytes hold four small ones at the most
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,39}")


@dataclass(frozen=True)
class Plan:
    """The files to be written, and what the board then serves.

    Attributes:
        folder: The folder on the board, as the user named it.
        names: Every name that a file in this folder may have: leaf, key, intermediates.
        files: DER by name: leaf, key, intermediates. Never in `repr`.
        chain: The certificates among them.

    """

    folder: str
    names: Sequence[str]
    files: Mapping[str, bytes] = field(repr=False)
    chain: Sequence[x509.Certificate]

    @property
    def key_name(self) -> str:
        """The name of the key's file."""
        return self.names[1]

    @property
    def certificate_names(self) -> list[str]:
        """The names that certificates may have: the leaf's first."""
        return [name for name in self.names if name != self.key_name]

    @property
    def served(self) -> list[bytes]:
        """The certificates as DER, in the order in which the board serves them."""
        return [self.files[name] for name in self.certificate_names if name in self.files]


def check_folder(text: str) -> str:
    """Return a folder on a board, as the user named it.

    Raises:
        ValueError: The folder is the board's whole file system, or not a plain path.

    """
    parts = text.strip("/").split("/")
    if not all(_NAME.fullmatch(part) for part in parts):
        raise ValueError(
            f"--to={text}: name a folder of its own on the board, in letters, digits, '.', '_' "
            "and '-', such as tls"
        )
    return ("/" if text.startswith("/") else "") + "/".join(parts)


def check_names(text: str) -> list[str]:
    """Return the names of the files: leaf, key, and an intermediate each.

    Raises:
        ValueError: There are fewer than two names, a name is repeated or not a plain one, or
            its suffix is for another format than DER.

    """
    names = [each.strip() for each in text.split(",")]
    # FAT does not tell upper from lower case.
    is_twice = len({each.casefold() for each in names}) < len(names)
    if len(names) < 2 or is_twice or not all(_NAME.fullmatch(each) for each in names):
        raise ValueError(
            f"--names={text}: give LEAF,KEY or LEAF,KEY,INTERMEDIATE,...: different names of "
            "letters, digits, '.', '_' and '-'"
        )
    if any(each.casefold().endswith(".pem") for each in names):
        raise ValueError(
            f"--names={text}: the files are DER, which every firmware loads: name them .der"
        )
    return names


def judge(evidence: Evidence) -> list[Finding]:
    """Return the audit's warnings.

    Raises:
        Refused: There is a blocker. The message has all of them, a line each.

    """
    found = [each for check in CHECKS.values() for each in run_check(check, evidence)]
    blockers = [f"{each.check}: {each}" for each in found if each.severity == "blocker"]
    if blockers:
        raise Refused("\n".join(printable(each) for each in blockers))
    return [each for each in found if each.severity == "warning"]


def make_plan(
    evidence: Evidence, folder: str, names: Sequence[str] = (), profile: Profile = DEFAULT
) -> Plan:
    """Return what is to be written.

    Args:
        evidence: Credentials that `judge` has passed.
        folder: From `check_folder`.
        names: From `check_names`; empty for the names of `--bundle`.
        profile: The board's firmware.

    Raises:
        Refused: This firmware would not load these files or could not send them, or there are more
            intermediates than names.

    """
    count = len(evidence.issuers)
    if len(names) > 2 and len(names) < 2 + count:
        raise Refused(
            f"--names has {len(names) - 2} names for {count} intermediates: add names, or give two "
            "alone (leaf and key) if the board presents only its leaf"
        )
    try:
        files = camera_files(evidence, names)
    except BundleError as error:
        raise Refused(str(error)) from error
    chain = [evidence.leaf, *evidence.issuers][: len(files) - 1]
    known = tuple(names) or tuple(file_names(max(count, _MOST_ISSUERS)))
    plan = Plan(folder, known, files, chain)
    _check_firmware(plan, profile)
    return plan


def _check_firmware(plan: Plan, profile: Profile) -> None:
    """Raise Refused if a firmware would not present what a plan writes."""
    if not profile.reads_der:
        raise Refused(
            f"{profile.title} does not load DER, and deploy writes nothing else: copy the files "
            f"of --bundle with --camera=emulator:{profile.name}"
        )
    size = certificate_message_size(plan.chain)
    if size > profile.message_limit:
        raise Refused(
            f"the Certificate message would have {size} bytes, and {profile.message_limit} fit "
            f"{profile.title}: obtain a shorter chain (see docs/deploy.md), or write the leaf and "
            "the key alone: --names server.der,server.key.der"
        )
    try:
        load([Load(each, plan.files[plan.key_name]) for each in plan.served], profile)
    except LoadRefused as error:
        raise Refused(f"{profile.title} would not load these files: {error}") from error
