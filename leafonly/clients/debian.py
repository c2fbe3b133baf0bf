"""What Debian's package manager can install, read off the entries' install lines."""

import re

__all__ = ["apt_packages"]


def apt_packages(install: str) -> list[str]:
    """Return the packages that an install line names: `apt install A B; ...`."""
    found = re.findall(r"apt install ([^;,]+)", install)
    return [package for packages in found for package in packages.split()]
