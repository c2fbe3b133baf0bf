"""Remedies are what the cells of a run show, and the order of the list is the recommendation."""

import re
from itertools import permutations
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafonly.certificates.hierarchy import HIERARCHIES, Hierarchy
from leafonly.report.document import read, to_json
from leafonly.report.remedies import ranked, recommendation, remedies
from leafonly.report.rows import Reach, RemedyKind
from leafonly.report.sentence import sentence
from tests.report.test_report import CAMERA, cell, report

names = st.lists(st.sampled_from("abcdef"), unique=True)
rows = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["one", "two", "three"]),
        "kind": st.sampled_from(get_args(RemedyKind)),
        "tried": st.booleans(),
        "cells_fixed": st.integers(0, 9),
        "cells_failing": st.integers(0, 9),
        "clients_fixed": names,
        "reach": st.sampled_from(get_args(Reach)),
        "client": st.none(),
    }
)


# The tables are small: on a busy machine only the machine is slow.
patient = settings(max_examples=50)


@patient
@given(st.lists(rows, max_size=3))
def test_the_order_of_the_tests_has_no_influence(some: Any) -> None:
    expected = [_essence(each) for each in ranked(some)]
    for other in permutations(some):
        assert [_essence(each) for each in ranked(other)] == expected


def _essence(row: Any) -> Any:
    """Return what the ranking looks at: rows that are alike in it may change places."""
    return {name: row[name] for name in ("name", "kind", "tried", "cells_fixed", "reach")} | {
        "clients": len(row["clients_fixed"])
    }


@patient
@given(rows, rows)
def test_more_clients_come_first_then_reach(one: Any, other: Any) -> None:
    first, second = ranked([one, other])
    assert first["tried"] >= second["tried"]
    if first["tried"] == second["tried"]:
        fixed = [len(each["clients_fixed"]) for each in (first, second)]
        assert fixed[0] >= fixed[1]
        if fixed[0] == fixed[1]:
            reach = [get_args(Reach).index(each["reach"]) for each in (first, second)]
            assert reach[0] <= reach[1]


@patient
@given(st.lists(rows, max_size=5))
def test_nothing_untried_is_recommended(some: Any) -> None:
    sentence = recommendation(ranked(some))
    helps = [each for each in some if each["tried"] and each["clients_fixed"]]
    assert (sentence is None) == (not helps)


def failing(name: str, **scenarios: str) -> list[Any]:
    cells = [cell(name, scenario, verdict) for scenario, verdict in scenarios.items()]
    return [cell(name, "absent", "rejected"), cell(name, "full_chain"), *cells]


def by_kind(given: Any, kind: str) -> list[Any]:
    return [row for row in given["remedies"] if row["kind"] == kind]


def test_the_camera_comes_first_with_both_counts_and_the_lines() -> None:
    found = report(*failing("curl", cached="accepted"), *failing("wget", cached="rejected"))
    first = found["remedies"][0]
    assert first["kind"] == "camera"
    assert (first["cells_fixed"], first["cells_failing"]) == (2, 2)
    assert "Before: 0 of 2 clients connect. After: 2." in first["how"]
    assert first["steps"][0]["lines"].count("load_cert_chain") == 2
    # The camera is the emulator, and a real one may differ.
    assert "--camera=auto" in first["how"]
    assert recommendation(found["remedies"]) == (
        "Recommended: present the full chain from the camera itself (tried on emulated firmware). "
        "2 clients then connect (2 of 2 failing cells)."
    )


def test_a_real_camera_needs_no_confirmation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CAMERA, "kind", "board")
    first = report(*failing("curl"))["remedies"][0]
    assert first["name"] == "present the full chain from the camera itself"
    assert "--camera=auto" not in str(first)


def test_other_ways_are_named_if_this_run_saw_them() -> None:
    def seen(method: str, presented: int) -> Any:
        fields = {"loaded": True, "subjects": [], "error": None}
        return {"method": f"{method} (p256)", "presented": presented, **fields}

    shown = [seen("der_concatenated", 1), seen("der_appended", 2), seen("pem_full_chain", 2)]
    told: Any = report(*failing("curl")) | {"remedies": [], "presentation": shown}
    lines = [step["lines"] for step in remedies(told)[0]["steps"]]
    assert "context.load_cert_chain(leaf_pem + intermediate_pem, key_pem)" in lines
    assert not any("leaf_der + intermediate_der" in (each or "") for each in lines)


def test_the_controls_of_a_remote_host_say_nothing_of_it() -> None:
    assert not by_kind(report(*failing("curl"), kind="remote_host"), "camera")


@pytest.mark.parametrize("verdict", ["accepted", "error", "not_applicable"])
def test_who_does_not_fail_needs_no_remedy(verdict: str) -> None:
    cells = [cell("curl", "absent", verdict), cell("curl", "full_chain"), cell("curl", "cached")]
    assert report(*cells)["remedies"] == []


def test_a_remedy_without_a_verdict_was_not_tried() -> None:
    cells = [cell("curl", "absent", "rejected"), cell("curl", "cached", "error")]
    assert report(*cells)["remedies"] == []


def test_a_recipe_names_the_client_and_what_it_widens() -> None:
    cells = [
        *failing("curl", wrong_cached="rejected"),
        cell("curl", "cached", cached_kind="anchors"),
        *failing("httpx"),
        cell("httpx", "cached", cached_kind="completes"),
    ]
    everybody, *recipes = by_kind(report(*cells), "client_store")
    assert everybody["clients_fixed"] == ["curl", "httpx"]
    assert everybody["widens"].startswith("curl: ")
    curl, httpx = sorted(recipes, key=lambda row: row["client"])
    assert curl["client"] == "curl"
    assert "curl trusts the intermediate itself." in curl["how"]
    assert "It breaks when the CA changes an intermediate" in curl["how"]
    assert curl["widens"]
    assert "--cacert camera-ca.pem" in curl["steps"][-1]["lines"]
    assert httpx["widens"] is None
    assert "was not measured" in httpx["how"]
    assert [file["name"] for file in httpx["files"]] == ["httpx_get.py"]


HELD = {
    "classic": "A client must hold 2 certificates: the root and the intermediate.",
    "cross": "A client must hold 2 certificates: the root and the intermediate. For clients that "
    "trust only the older root, 3 certificates: the older root, the intermediate and the "
    "cross-certificate.",
    "letsencrypt-rsa": "A client must hold 3 certificates: the root and 2 intermediates.",
    "letsencrypt-ecdsa": "A client must hold 3 certificates: the root and 2 intermediates. For "
    "clients that trust only the older root, 4 certificates: the older root, 2 intermediates and "
    "the cross-certificate.",
    "deep": "A client must hold 4 certificates: the root and 3 intermediates.",
}


@pytest.mark.parametrize("hierarchy", HIERARCHIES.values(), ids=lambda each: each.name)
def test_remedies_count_the_certificates_of_each_hierarchy(hierarchy: Hierarchy) -> None:
    several = hierarchy.needed > 1
    aia = {1: "aia", 2: "aia_two", 3: "aia_three"}[hierarchy.needed]
    cells = [
        *failing("go", wrong_cached="rejected"),
        cell("go", "cached", cached_kind="anchors"),
        *failing("java"),
        cell("java", "cached", cached_kind="completes"),
        cell("java", aia, seconds=0.1),
        *failing("go-added"),
        cell("go-added", "cached", cached_kind="completes"),
        *failing("java-aia"),
        cell("java-aia", aia),
    ]
    if several:
        cells += [
            cell("go", "cached_first", cached_kind="anchors"),
            cell("java", "cached_first", "rejected"),
        ]
    found = report(*cells, options={"hierarchy": hierarchy.name})["remedies"]
    rows = {row["name"]: row for row in found}
    text = str(found)
    noun = "the intermediates" if several else "the intermediate"

    chain = hierarchy.authority().issue()
    camera = next(row for row in found if row["kind"] == "camera")
    assert camera["steps"][0]["lines"].count("load_cert_chain") == len(chain.full)
    presented = len(chain.full) - hierarchy.crossed
    assert f"The camera must present {presented} certificates: the leaf and" in camera["how"]
    stores = rows[f"install {noun} on the clients"]
    assert HELD[hierarchy.name] in stores["how"]
    lowest = "With the lowest intermediate and the root alone, 1 of 2 clients connect. "
    assert (lowest in stores["how"]) == several
    assert f"java, {noun} complete" in rows[f"give java {noun}"]["how"]
    assert HELD[hierarchy.name] in rows[f"give java {noun}"]["how"]
    code = rows["change the application's code as go-added does"]["how"]
    assert f"The application brings {noun} along." in code
    (fetched,) = (row for row in found if row["kind"] == "aia")
    requests = f"{hierarchy.needed} request{'s' if several else ''} to the CA"
    assert fetched["cost"].startswith(requests)
    assert fetched["clients_fixed"] == ["java", "java-aia"]
    assert "change the application's code as java-aia does" in rows
    told = sentence(report(*cells, options={"hierarchy": hierarchy.name}))
    itself = "themselves" if several else "itself"
    assert f"With {noun} installed on the client: 3 of 3" in told
    assert f"(1 of them trusts {noun} {itself})" in told
    if several:
        lowest = told.partition("With only the lowest intermediate installed")[2]
        assert "(it trusts the intermediate itself)" in lowest
        assert not re.search(r"\bthe intermediate\b", text)


def test_the_number_is_that_of_the_user_s_own_chain_if_the_audit_knows_it() -> None:
    def held(*paths: str) -> str:
        findings = [
            {"check": "roots_are_listed", "severity": "info", "message": each, "remedy": None}
            for each in paths
        ]
        cells = [*failing("curl"), cell("curl", "cached", cached_kind="anchors")]
        found = report(*cells, kind="own_certificate", findings=findings)["remedies"]
        return next(str(row["how"]) for row in found if row["name"].startswith("install"))

    two, three = "path: cam <- YE1 <- Root YE <- X2", "path: cam <- YE1 <- Root YE <- X2 <- X1"
    assert HELD["letsencrypt-rsa"] in held(two)
    assert HELD["letsencrypt-ecdsa"] in held(three, two)
    assert HELD["deep"] in held(three)
    assert "A client must hold the root and every intermediate." in held()


def test_a_program_of_the_user_gets_its_own_command() -> None:
    own = [*failing("mine"), cell("mine", "cached", command="mine --ca trust.pem")]
    (recipe,) = (row for row in report(*own)["remedies"] if row["client"] == "mine")
    assert recipe["steps"][-1]["lines"] == "mine --ca trust.pem"
    assert recipe["files"] == []


def test_code_mends_the_clients_that_it_is_for() -> None:
    cells = [
        *failing("go"),
        *failing("curl"),
        *failing("go-added"),
        cell("go-added", "cached", cached_kind="completes"),
    ]
    (code,) = by_kind(report(*cells), "client_code")
    assert code["clients_fixed"] == ["go"]
    assert "InsecureSkipVerify" in code["widens"]
    assert code["files"][0]["name"] == "go_added_get.go"
    # Without the plain client, the same program with nothing brought along is the failing one.
    (alone,) = by_kind(report(*failing("go-added", cached="accepted")), "client_code")
    assert alone["clients_fixed"] == ["go-added"]


def test_aia_says_its_cost_and_what_a_dead_url_does() -> None:
    cells = [
        cell("chromium", "absent", "rejected"),
        cell("chromium", "full_chain", seconds=1.0),
        cell("chromium", "aia", seconds=1.25),
        cell("chromium", "aia_dead", "rejected", seconds=11.0),
        *failing("curl", aia="rejected"),
    ]
    (row,) = by_kind(report(*cells), "aia")
    assert (row["cells_fixed"], row["cells_failing"]) == (1, 2)
    assert "250 ms more than the full chain" in row["cost"]
    assert "they reject the camera after 11.0 s" in row["how"]


def test_remedies_that_suites_tried_are_ranked_with_the_others() -> None:
    gateway = {**report(*failing("curl"))["remedies"][0], "kind": "gateway", "name": "nginx"}
    gateway["clients_fixed"] = ["a", "b"]
    both = report(*failing("curl")) | {"remedies": [gateway]}
    assert [row["kind"] for row in remedies(both)] == ["gateway", "camera"]


def test_an_old_report_gets_what_its_cells_show(tmp_path: Any) -> None:
    new = report(*failing("curl", cached="accepted"))
    path = tmp_path / "report.json"
    path.write_text(to_json(new | {"remedies": []}))
    assert read(path)["remedies"] == new["remedies"]
    path.write_text(to_json(new))
    assert read(path)["remedies"] == new["remedies"]


def test_a_stored_intermediate_that_breaks_the_full_chain_is_told() -> None:
    stored = failing("curl", cached="accepted", stale_full_chain="rejected")
    stored += failing("wget", cached="accepted", stale_full_chain="accepted")
    told = [row["how"] for row in by_kind(report(*stored), "client_store")]
    words = "with an expired one in the store, curl rejects even the full chain"
    assert [words in each for each in told] == [True, True, False]
