"""`gateway`: write the configuration of a gateway in front of a camera, for the user's files."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leafonly.certificates.printable import printable
from leafonly.command_line.messages import Add, fail, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography import x509

    from leafonly.audit import Credentials, Evidence
    from leafonly.gateways import Gateway, Site

__all__ = ["add"]

_MUST_HOLD = (
    *("name_is_in_certificate", "leaf_is_valid_now", "certificate_is_for_servers"),
    *("issuer_is_given", "issuers_are_valid", "chain_is_verified"),
)
"""The audit's checks of what clients will be presented; the others are about the camera."""

_CHAIN, _PINNED, _FOR_CAMERA = "fullchain.pem", "camera.pem", "camera"
_NO_DOMAIN = "camera.internal"
"""The camera's name where clients use an address: gateways check a DNS name."""


def add(command: Add) -> None:
    """Declare the command."""
    parser = command(
        "gateway",
        "write the configuration of a gateway that presents the full chain for a camera",
        "It also makes a self-signed certificate for the camera, the only one that the gateway "
        "accepts. The private key of your certificate stays where it is: the configuration names "
        "its file.",
    )
    _add_whose(parser)
    parser.add_argument(
        "--listen",
        default="0.0.0.0:443",  # clients are elsewhere
        metavar="ADDRESS:PORT",
        help="where clients connect; default: 0.0.0.0:443",
    )
    parser.add_argument(
        "--inner-port",
        type=int,
        default=8444,
        metavar="PORT",
        help="stunnel's port on loopback; default: 8444",
    )
    parser.add_argument("--force", action="store_true", help="replace existing files")
    parser.set_defaults(run=_run)


def _add_whose(parser: ArgumentParser) -> None:
    parser.add_argument("gateway", metavar="GATEWAY", help="nginx, haproxy, caddy, stunnel, envoy")
    parser.add_argument(
        "--credentials",
        type=Path,
        required=True,
        metavar="DIR",
        help="the folder of your certificate, from certbot, acme.sh or a CA",
    )
    parser.add_argument(
        "--camera", required=True, metavar="HOST[:PORT]", help="the camera's address"
    )
    parser.add_argument(
        *("-o", "--output"), type=Path, required=True, metavar="DIR", help="the folder to write to"
    )
    parser.add_argument(
        "--domain", metavar="NAME", help="the name that clients use; default: the one in the leaf"
    )
    parser.add_argument(
        "--camera-certificate",
        type=Path,
        metavar="FILE",
        help="the certificate that the camera already presents; default: a new one is made",
    )


def _run(options: Namespace) -> int:
    from leafonly.gateways import GATEWAYS
    from leafonly.gateways.writing import write_files

    if options.gateway not in GATEWAYS:
        return fail(unknown("gateway", options.gateway, GATEWAYS))
    gateway = GATEWAYS[options.gateway]
    evidence = _evidence(options)
    served, camera = _served(evidence), _camera(options, evidence.domain)
    site = _site(options, gateway, evidence.domain, served, camera)
    made = {Path(gateway.file): gateway.render(site).encode()} | camera.files
    links: dict[Path, Path] = {}
    if served.chain is None:
        made[Path(_CHAIN)] = served.text
    if gateway.key_beside_chain:
        links = {Path(f"{_CHAIN}.key"): served.key}
        links |= {Path(_CHAIN): served.chain} if served.chain else {}
    write_files(site.directory, made, links, force=options.force)
    for line in _next_steps(gateway, site, served, camera):
        print(printable(line))
    return 0


@dataclass(frozen=True)
class _Served:
    """What the gateway presents: the user's file, or the text if there is no such file."""

    chain: Path | None
    text: bytes
    key: Path


@dataclass(frozen=True)
class _CameraSide:
    """What the camera presents to the gateway, and the files for both."""

    name: str
    files: "dict[Path, bytes]"
    is_new: bool


def _evidence(options: Namespace) -> "Evidence":
    """Return the user's files; raise ValueError if clients reject them in any case."""
    import datetime as dt

    from leafonly.audit import CHECKS, Evidence, read_directory, run_check
    from leafonly.audit.context import normal_name
    from leafonly.audit.finding import NotCheckedError

    domain = normal_name(options.domain) if options.domain else None
    credentials = read_directory(options.credentials.absolute(), lambda _: None)
    credentials = credentials.about(domain) if domain else credentials
    evidence = Evidence(credentials, dt.datetime.now(dt.UTC), domain)
    try:
        _ = evidence.leaf, evidence.domain
    except NotCheckedError as error:
        raise ValueError(f"{options.credentials}: {error}") from error
    for name in _MUST_HOLD:
        for finding in run_check(CHECKS[name], evidence):
            if finding.severity == "blocker":
                remedy = f": {finding.remedy}" if finding.remedy else ""
                raise ValueError(f"{options.credentials}: {finding.message}{remedy}")
    if not evidence.issuers and not evidence.is_issued_by_root:
        raise ValueError(
            f"{options.credentials}: it has no intermediate, so the gateway would present the leaf "
            "alone, too: add the issuer's certificate (chain.pem)"
        )
    return evidence


def _served(evidence: "Evidence") -> _Served:
    from leafonly.certificates.chain import pem

    full = [evidence.leaf, *evidence.issuers]
    files = [each for each in evidence.credentials.files if each.contents.form == "pem"]
    whole = (e.path for e in files if e.contents.certificates == full and not e.contents.keys)
    return _Served(next(whole, None), pem(full), _key_file(evidence.credentials))


def _key_file(credentials: "Credentials") -> Path:
    """Return the file from which a gateway can read the key: plain PEM. Nothing is copied."""
    from leafonly.audit.files.credentials import spki

    leaf = credentials.leaf
    wanted = spki(leaf.public_key()) if leaf else b""
    holding = [
        each
        for each in credentials.files
        if any(spki(key.public_key()) == wanted for key in each.contents.keys)
    ]
    for each in holding:
        if each.contents.form == "pem" and not each.contents.oddities & {"encrypted", "utf16"}:
            return each.path
    if holding:
        raise ValueError(
            f"{holding[0].path}: a gateway reads a private key as plain PEM: convert it: "
            f"openssl pkey -in {holding[0].name} -out privkey.pem"
        )
    raise ValueError(
        "no file there holds the private key of the certificate in a form that a gateway reads: "
        "add it as plain PEM (openssl pkey -in FILE -out privkey.pem)"
    )


def _camera(options: Namespace, domain: str) -> _CameraSide:
    from leafonly.certificates.chain import der, pem
    from leafonly.certificates.self_signed import self_signed
    from leafonly.tls.address import is_address, target

    if options.camera_certificate is not None:
        leaf = _present_certificate(options.camera_certificate)
        name = _name_in(leaf, domain, options.camera_certificate)
        return _CameraSide(name, {Path(_PINNED): pem([leaf])}, is_new=False)
    from leafonly.audit.bundle import KEY, LEAF, micropython_lines

    name = _NO_DOMAIN if is_address(domain) else domain
    chain = self_signed(name, target(options.camera).host)
    place = Path(_FOR_CAMERA)
    files = {
        Path(_PINNED): pem([chain.leaf]),
        place / LEAF: der(chain.leaf),
        place / KEY: chain.key_bytes(),
        place / "load.py": micropython_lines(0, presents_chain=False).encode(),
    }
    return _CameraSide(name, files, is_new=True)


def _present_certificate(path: Path) -> "x509.Certificate":
    """Return the camera's certificate; raise ValueError if a gateway does not trust it alone."""
    from leafonly.audit.files.credentials import read_file
    from leafonly.certificates.inspection import is_self_signed

    certificates = read_file(path, None, lambda _: None).contents.certificates
    if len(certificates) != 1:
        raise ValueError(f"{path}: {len(certificates)} certificates can be read from it: give one")
    # With its CA beside it the gateway would trust whatever else that CA issues.
    if not is_self_signed(certificates[0]):
        raise ValueError(
            f"{path}: it is not self-signed, and nginx, HAProxy and stunnel would ask for its CA: "
            "leave --camera-certificate out, and a new certificate is made"
        )
    return certificates[0]


def _name_in(leaf: "x509.Certificate", domain: str, path: Path) -> str:
    from leafonly.certificates.inspection import dns_names

    names: Sequence[str] = dns_names(leaf)
    if not names:
        raise ValueError(
            f"{path}: it has no DNS name (subjectAltName), so a gateway cannot check one: leave "
            "--camera-certificate out, and a new certificate is made"
        )
    return domain if domain in names else names[0]


def _site(
    options: Namespace, gateway: "Gateway", domain: str, served: _Served, camera: _CameraSide
) -> "Site":
    from leafonly.gateways import Site
    from leafonly.tls.address import target

    directory = options.output.absolute()
    chain = directory / _CHAIN if gateway.key_beside_chain else served.chain
    chain = chain or directory / _CHAIN
    return Site(
        domain=domain,
        camera=target(options.camera),
        camera_name=camera.name,
        camera_certificate=directory / _PINNED,
        chain=chain,
        key=chain.with_name(f"{chain.name}.key") if gateway.key_beside_chain else served.key,
        listen=target(options.listen, None),
        inner_port=options.inner_port,
        directory=directory,
    )


def _next_steps(
    gateway: "Gateway", site: "Site", served: _Served, camera: _CameraSide
) -> "list[str]":
    """Return at most eight lines."""
    import shlex

    place = site.directory
    lines = [f"{gateway.file} for {site.domain} is in {place}. Next:"]
    if camera.is_new:
        folder = shlex.quote(str(place / _FOR_CAMERA))
        lines.append(f"camera:  mpremote cp {folder}/* :   and load the files as load.py says")
        lines.append(f"         then delete the camera's key here: rm {folder}/*.key.der")
    if gateway.check is not None:
        lines.append(f"check:   {gateway.line(gateway.check, place)}")
    else:
        lines.append(f"check:   {gateway.or_check}")
    lines.append(f"start:   {gateway.line(gateway.run, place)}")
    lines.append(f"verify:  python -m leafonly look {site.domain}:{site.listen.port}")
    if served.chain is None:
        lines.append(f"renewal: {_CHAIN} was made from your files: run this again, with --force")
        lines[-1] += f" --camera-certificate {shlex.quote(str(site.camera_certificate))}"
    else:
        lines.append("renewal: restart the gateway; it then reads your new files")
    return lines
