"""The checks by schema.json: open for readers, strict for the writer.

`examples` in it are all values that this version writes (JSON Schema 2020-12, Validation, section
9.5: an annotation, which no validator enforces). `default` is what a reader takes for a value
that it does not know. A row that has another unknown value cannot be shown, and is left out.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema

__all__ = ["check", "check_written", "without_unknown"]

_SCHEMA = Path(__file__).with_name("schema.json")


class _UnknownValueError(ValueError):
    """A later version of leafonly wrote a value that has no default."""


def check(report: object) -> None:
    """Raise jsonschema.ValidationError if a report, also of a later version, is wrong.

    Raises:
        jsonschema.ValidationError: A field is missing, or has a wrong type.

    """
    jsonschema.validate(report, _read_schema())


def check_written(report: object) -> None:
    """Raise jsonschema.ValidationError if a report of this version is wrong.

    Raises:
        jsonschema.ValidationError: A field is missing, is unknown, or has a wrong value.

    """
    jsonschema.validate(report, json.loads(_SCHEMA.read_text(), object_hook=_closed))


def without_unknown(report: dict[str, Any]) -> dict[str, Any]:
    """Return a checked report as if this version had written it.

    Fields that the schema does not name are left out, and so are rows with an unknown value. A
    rejection with an unknown reason gets the schema's default.

    Raises:
        ValueError: An unknown value is not in a row, so it cannot be left out.

    """
    kept = _kept(report, _read_schema(), "")
    assert isinstance(kept, dict)
    return kept


def _read_schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(_SCHEMA.read_text())
    return schema


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that allows no other field and no other value than it names."""
    if "properties" in schema and "required" in schema:
        schema["additionalProperties"] = False
    if "examples" in schema:
        schema["enum"] = schema["examples"]
    return schema


def _kept(value: Any, schema: dict[str, Any], place: str) -> Any:
    """Return what this version knows of a value.

    Raises:
        _UnknownValueError: The value is unknown and has no default.

    """
    if "examples" in schema and value not in schema["examples"]:
        if "default" not in schema:
            raise _UnknownValueError(
                f"{place or 'the report'} is {value!r}, which leafonly knows only from a later "
                "version on: update leafonly"
            )
        return schema["default"]
    if isinstance(value, list) and "items" in schema:
        return _kept_rows(value, schema["items"], place)
    if isinstance(value, dict):
        return _kept_fields(value, schema, place)
    return value


def _kept_rows(rows: list[Any], schema: dict[str, Any], place: str) -> list[Any]:
    kept = []
    for row in rows:
        try:
            kept.append(_kept(row, schema, f"{place}[]"))
        except _UnknownValueError:
            continue
    return kept


def _kept_fields(value: dict[str, Any], schema: dict[str, Any], place: str) -> dict[str, Any]:
    fields = _fields(value, schema)
    others = schema.get("additionalProperties")
    return {
        name: _kept(each, fields.get(name, others or {}), f"{place}.{name}".lstrip("."))
        for name, each in value.items()
        if name in fields or others or "properties" not in schema
    }


def _fields(value: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of each field, also where it depends on another (`if` and `then`)."""
    fields = dict(schema.get("properties", {}))
    for each in schema.get("allOf", ()):
        condition = each["if"]["properties"]
        if all(value.get(name) == rule["const"] for name, rule in condition.items()):
            fields |= each["then"]["properties"]
    return fields
