"""The rows' types have the schema's fields, and the schema has the engine's names."""

import json
import types
from collections.abc import Mapping
from pathlib import Path
from typing import (
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import leafonly.report
from leafonly.clients.client import Kind
from leafonly.clients.measured import SCENARIO_NAMES
from leafonly.clients.refusal import REASONS
from leafonly.report.rows import Report

SCHEMA = json.loads(Path(leafonly.report.__file__).with_name("schema.json").read_text())
FILLED_IN = {"run", "summary", "cells[].id", "cells[].news"}
"""`read` makes them up for a report of version 0.1.0, so that they are there in memory."""

UNKNOWN_BEFORE = {"run.exit_status", "run.tests_planned", "run.tests_run"}
"""Version 0.1.0 did not write `run`, and these follow from nothing else."""


def fields_of_schema(schema: Mapping[str, Any], place: str = "") -> dict[str, Mapping[str, Any]]:
    found = {}
    for name, value in schema["properties"].items():
        path, inner = f"{place}{name}", value
        found[path] = value
        while "properties" not in inner and isinstance(
            inner.get("items", inner.get("additionalProperties")), dict
        ):
            path += "[]"
            inner = inner.get("items", inner.get("additionalProperties"))
        if "properties" in inner:
            found |= fields_of_schema(inner, f"{path}.")
    return found


def alternatives(hint: Any) -> list[Any]:
    return list(get_args(hint)) if get_origin(hint) in (Union, types.UnionType) else [hint]


def fields_of_type(typed_dict: Any, place: str = "") -> dict[str, Any]:
    found = {}
    for name, hint in get_type_hints(typed_dict, include_extras=True).items():
        found[f"{place}{name}"] = hint
        inner = get_args(hint)[0] if get_origin(hint) in (NotRequired, Required) else hint
        for each in alternatives(inner):
            path, row = f"{place}{name}", each
            while get_origin(row) in (list, dict):
                path, row = f"{path}[]", get_args(row)[-1]
            if is_typeddict(row):
                found |= fields_of_type(row, f"{path}.")
    return found


def required_by_schema(schema: Mapping[str, Any], place: str = "") -> set[str]:
    found = {f"{place}{name}" for name in schema["required"]}
    for name, value in schema["properties"].items():
        path, inner = f"{place}{name}", value
        while "properties" not in inner and isinstance(
            inner.get("items", inner.get("additionalProperties")), dict
        ):
            path += "[]"
            inner = inner.get("items", inner.get("additionalProperties"))
        if "properties" in inner:
            found |= required_by_schema(inner, f"{path}.")
    return found


def test_the_types_and_the_schema_have_the_same_fields() -> None:
    assert fields_of_type(Report).keys() == fields_of_schema(SCHEMA).keys()


def test_what_is_required_differs_by_what_an_old_report_lacks() -> None:
    required = {
        path for path, hint in fields_of_type(Report).items() if get_origin(hint) is not NotRequired
    }
    by_schema = required_by_schema(SCHEMA)
    assert required - by_schema == FILLED_IN
    assert by_schema - required == UNKNOWN_BEFORE


def test_the_types_and_the_schema_allow_the_same_words_and_nulls() -> None:
    for path, value in fields_of_schema(SCHEMA).items():
        options = alternatives(fields_of_type(Report)[path])
        words = {word for each in options if get_origin(each) is Literal for word in get_args(each)}
        allowed = value.get("enum", value.get("examples", ()))
        if allowed and path != "cells[].scenario":
            assert words == set(allowed) - {None}, path
        may_be_null = None in allowed or "null" in value.get("type", ())
        if path != "run.options":
            assert may_be_null == (type(None) in options), path


def test_the_schema_describes_the_kinds_of_clients() -> None:
    kind = SCHEMA["properties"]["clients"]["items"]["properties"]["kind"]
    assert all(word in kind["description"] for word in get_args(Kind))


def test_the_schema_has_the_scenarios_in_order_and_the_reasons() -> None:
    cell = SCHEMA["properties"]["cells"]["items"]
    assert tuple(cell["properties"]["scenario"]["examples"]) == SCENARIO_NAMES
    reasons = cell["allOf"][0]["then"]["properties"]["reason"]["examples"]
    assert sorted(reasons) == sorted(REASONS)
