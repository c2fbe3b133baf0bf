"""The list of clients can be read on a terminal, and says how to install what is missing."""

from typing import Any

from leafonly.report.terminal import client_list


def here(name: str) -> Any:
    return {
        "name": name,
        "stack": "OpenSSL",
        "stack_version": "3.0.19",
        "version": "1.0",
        "kind": "library",
        "available": True,
        "unavailable_because": None,
        "install": "uv sync",
    }


def absent(name: str, install: str) -> Any:
    fields = {"available": False, "version": None, "install": install}
    return here(name) | fields | {"unavailable_because": "why"}


def test_each_client_has_one_line_and_each_way_of_installing_one_command() -> None:
    clients = [
        here("here"),
        absent("x", "apt install b a"),
        absent(
            "rather-long-name",
            "apt install a c; uv sync --inexact --extra clients" + " and so on" * 9,
        ),
        absent("y", "uv sync --inexact --extra browsers"),
        absent("z", "install Rust, then: python -m leafonly build"),
        absent("n", "npm install n"),
    ]
    lines = client_list(clients, width=80).splitlines()
    assert [line.split()[0] for line in lines[:7]] == ["client", *(row["name"] for row in clients)]
    assert "no: apt install b a (why)" in lines[2]
    assert max(map(len, lines)) == len(lines[3]) == 80
    assert lines[7:] == [
        "",
        "5 of 6 clients are not on this machine.",
        "apt install a b c",
        "python -m leafonly build",
        "uv sync --inexact --extra browsers --extra clients",
    ]


def test_nothing_is_cut_without_a_width_and_nothing_missing_is_not_mentioned() -> None:
    assert client_list([absent("x", "install it " * 20)]).splitlines()[1].endswith("(why)")
    assert client_list([here("x")]).splitlines()[1:] == [
        "x      library      1.0     OpenSSL 3.0.19"
    ]
