"""`test` and `audit`: pytest on leafonly's suites, from any directory.

In a clone they do what `uv run pytest` does there. A wheel carries the suites.
"""

import runpy
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from leafonly.command_line.messages import Add
from leafonly.distribution import rootdir
from leafonly.settings import settings_of

__all__ = ["add"]

REPORTS = "leafonly-report"
"""The folder, in the current directory, that gets a folder for each run."""

# A character that begins no argument, so that the parser takes every option for pytest's.
_NO_PREFIX = "\0"


def add(command: Add) -> None:
    """Declare both commands."""
    test = command(
        "test",
        "measure which clients connect, and what the camera presents",
        prefix_chars=_NO_PREFIX,
    )
    audit = command(
        "audit",
        "judge your own certificate, and which clients will connect with it",
        prefix_chars=_NO_PREFIX,
    )
    for parser in (test, audit):
        parser.add_argument(
            "arguments", nargs="*", metavar="ARGUMENT", help="an argument of pytest or leafonly"
        )
    test.set_defaults(run=_test)
    audit.set_defaults(run=_audit)


def _test(options: Namespace) -> int:
    suites = [] if _names_suite(options.arguments) else ["suites/matrix", "suites/presentation"]
    return _pytest([*suites, *options.arguments])


def _audit(options: Namespace) -> int:
    first, *rest = options.arguments or [""]
    if first and not first.startswith("-"):
        return _pytest(["suites/audit", f"--credentials={first}", *rest])
    return _pytest(["suites/audit", *options.arguments])


def _names_suite(arguments: Sequence[str]) -> bool:
    return any(_in_suites(each).exists() for each in arguments if each.startswith("suites"))


def _in_suites(argument: str) -> Path:
    """Return the file or folder of a node id."""
    return rootdir() / argument.partition("::")[0]


def _pytest(arguments: Sequence[str]) -> int:
    """Run pytest in this process, and return its exit code."""
    if not {"--help", "-h"}.isdisjoint(arguments):
        arguments = ["suites", "--leafonly-help"]
    root, reports = rootdir(), Path.cwd() / REPORTS
    given = [
        str(root / each) if each.startswith("suites") and _in_suites(each).exists() else each
        for each in arguments
    ]
    settings = [f"--override-ini={name}={text}" for name, text in settings_of(Path.cwd()).items()]
    sys.argv = [
        "pytest",
        f"--config-file={root / 'pyproject.toml'}",
        f"--rootdir={root}",
        f"--override-ini=leafonly_reports={reports}",
        f"--override-ini=cache_dir={reports / '.pytest_cache'}",
        # Other versions than a clone's pinned ones may warn. And leafonly is imported already, so
        # that pytest cannot rewrite its asserts.
        "--override-ini=filterwarnings=default\nignore::pytest.PytestAssertRewriteWarning",
        *settings,
        *given,
    ]
    try:
        runpy.run_module("pytest", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0
