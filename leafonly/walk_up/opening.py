"""Open the ports of a walk-up test: the page on the first, one scenario on each of the others."""

import contextlib
import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence

import psutil

from leafonly.walk_up.bounded_server import BoundedServer
from leafonly.walk_up.chains import Offer
from leafonly.walk_up.page_server import PageServer, Site
from leafonly.walk_up.scenario_port import ScenarioPort

__all__ = ["addresses_at", "is_loopback", "opened"]

_ATTEMPTS = 50  # to find consecutive ports that are all free


def addresses_at(address: str) -> tuple[str, ...]:
    """Return the addresses by which a server that listens on an address can be reached.

    Args:
        address: An IPv4 address of this computer, or 0.0.0.0 for all of them.

    Returns:
        The address, or all addresses of this computer, loopback last.

    Raises:
        ValueError: This computer has no such address. The message lists its addresses.

    """
    here = [
        each.address
        for interface in psutil.net_if_addrs().values()
        for each in interface
        if each.family == socket.AF_INET
    ]
    here.sort(key=is_loopback)
    if address == "0.0.0.0":  # noqa: S104  # the user said so
        return tuple(here)
    is_address = address in here
    with contextlib.suppress(ValueError):
        # All of 127.0.0.0/8 is loopback, and Linux listens on any of it.
        is_address = is_address or is_loopback(address)
    if not is_address:
        raise ValueError(
            f"--address={address} is no IPv4 address of this computer: give one of "
            f"{', '.join(here)}, or 0.0.0.0 for all"
        )
    return (address,)


def is_loopback(address: str) -> bool:
    """Return whether only this computer can reach an IPv4 address.

    Raises:
        ValueError: The text is not an IPv4 address.

    """
    return ipaddress.IPv4Address(address).is_loopback


@contextlib.contextmanager
def opened(
    address: str, port: int, site: Site, offers: Callable[[int], Sequence[Offer]]
) -> Iterator[PageServer]:
    """Serve the page and the scenarios until the context ends.

    Args:
        address: Where to listen.
        port: The page's; the scenarios have the following ones. 0 takes any that are free.
        site: What the page shows; its ports are filled in.
        offers: Takes the page's port, and returns what the other ports present.

    Raises:
        OSError: A port is not free.

    """
    servers = _listening(address, port, site, offers)
    for server in servers:
        server.start()
    try:
        page = servers[0]
        assert isinstance(page, PageServer)
        yield page
    finally:
        for server in servers:
            server.close()


def _listening(
    address: str, port: int, site: Site, offers: Callable[[int], Sequence[Offer]]
) -> list[BoundedServer]:
    page, ports = _page_and_room(address, port, site)
    servers: list[BoundedServer] = [page]
    try:
        for offer, at in zip(offers(page.port), ports, strict=True):
            servers.append(ScenarioPort((address, at), offer, site.visitors))
            site.ports[offer.scenario.name] = at
    except OSError:
        for server in servers:
            server.server_close()
        raise
    return servers


def _page_and_room(address: str, port: int, site: Site) -> tuple[PageServer, Sequence[int]]:
    """Return the page's server, and as many ports after its own as there are scenarios."""
    for _ in range(1 if port else _ATTEMPTS):
        try:
            page = PageServer((address, port), site)
        except OSError as error:
            raise OSError(
                f"port {port} of {address}: {error.strerror}; give another --port"
            ) from None
        ports = range(page.port + 1, page.port + 1 + len(site.visitors.scenarios))
        taken = [each for each in ports if each > 65535 or not _is_free(address, each)]
        if not taken:
            return page, ports
        page.server_close()
    raise OSError(f"port {taken[0]} of {address} is not free; give another --port")


def _is_free(address: str, port: int) -> bool:
    try:
        socket.create_server((address, port)).close()
    except OSError:
        return False
    return True
