"""JSON Schemas that every client takes: no `$ref`, no `anyOf` with null, `properties` always, no generated titles.

Several clients and model APIs reject the rest (copilot-cli#1876, FastGPT#6395, mcpx#28). Arguments are still checked against the models, so
a null for an optional argument is taken although the schema does not offer it.
"""

from __future__ import annotations

from typing import Any, cast

Schema = dict[str, Any]


def portable(schema: Schema) -> Schema:
    """`schema` written flat. A union of text and object is offered as text, which may hold the object as JSON."""
    return _flat(schema, schema.get("$defs", {}))


def _flat(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    if "$ref" in schema:
        target = definitions[schema["$ref"].rpartition("/")[2]]
        return _flat({**target, **{key: value for key, value in schema.items() if key != "$ref"}}, definitions)
    choices = [choice for choice in schema.get("anyOf", []) if choice.get("type") != "null"]
    if choices:
        chosen = next((choice for choice in choices if choice.get("type") == "string"), choices[0])
        schema = {**chosen, **{key: value for key, value in schema.items() if key not in ("anyOf", "default") or value is None}}
        schema.pop("anyOf", None)
        return _flat({key: value for key, value in schema.items() if key != "default"}, definitions)
    flat: Schema = {}
    for key, value in schema.items():
        if key in ("$defs", "title"):
            continue
        if key == "properties":
            flat[key] = {name: _flat(inner, definitions) for name, inner in cast(dict[str, Schema], value).items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            flat[key] = _flat(cast(Schema, value), definitions)
        else:
            flat[key] = value
    if flat.get("type") == "object":
        flat.setdefault("properties", {})
    return flat


def outline(schema: Schema) -> Schema:
    """The first level of an answer's schema. The whole stands in the OpenAPI document; here it would cost thousands of tokens per tool.

    What may be null has one type here, since `without_nulls` leaves nulls out of answers: lists of types are poorly supported by clients.
    """
    definitions: dict[str, Schema] = schema.get("$defs", {})
    properties = {name: _outlined(inner, definitions) for name, inner in cast(dict[str, Schema], schema["properties"]).items()}
    return {"type": "object", "properties": properties, "required": schema.get("required", [])}


def _outlined(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    target = {**definitions.get(str(schema.get("$ref", "")).rpartition("/")[2], {}), **schema}
    told: Schema = {"description": schema["description"]} if "description" in schema else {}
    if "anyOf" in target:
        kinds = sorted({_outlined(choice, definitions)["type"] for choice in target["anyOf"]} - {"null"})
        return {**told, "type": kinds[0] if len(kinds) == 1 else kinds}
    if target["type"] == "array":
        return {**told, "type": "array", "items": {"type": _outlined(target["items"], definitions)["type"]}}
    return {**told, "type": target["type"], **({"enum": target["enum"]} if "enum" in target else {})}


def without_nulls(answer: dict[str, Any]) -> dict[str, Any]:
    """`answer` without the members of its first level that are null, as `outline` describes it."""
    return {name: value for name, value in answer.items() if value is not None}
