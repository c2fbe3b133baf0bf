"""leafonly tells which clients connect to a camera that can present only its leaf.

`serve` starts such a camera on loopback, for your own tests. Everything else is on the command
line: `leafonly --help`.
"""

from typing import TYPE_CHECKING, Any

from leafonly.distribution import __version__

if TYPE_CHECKING:
    from leafonly.serving import Connection, LeafOnlyServer, serve

__all__ = ["Connection", "LeafOnlyServer", "__version__", "serve"]


def __getattr__(name: str) -> Any:
    # Imported on first use, because pytest imports this package in every project where it is
    # installed, and few tests need a camera.
    if name not in __all__:
        raise AttributeError(f"module 'leafonly' has no attribute {name!r}")
    from leafonly import serving

    return getattr(serving, name)
