"""The Debian packages that the entries' install commands name."""

import re

__all__ = ["apt_packages"]


def apt_packages(install: str) -> list[str]:
    """Return the packages in an install command: `apt install A B; ...`."""
    found = re.findall(r"apt install ([^;,]+)", install)
    return [package for packages in found for package in packages.split()]
