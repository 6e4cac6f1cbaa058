"""One page from the OpenAPI document: every operation with parameters, bodies, answers and a call to copy.

Our own, since FastAPI's pages load scripts from elsewhere: this one loads nothing and holds no script. Examples are the document's.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

Part = dict[str, Any]
HERE = Path(__file__).parent
_BOUNDS = {
    "minimum": "from {:g}",
    "maximum": "to {:g}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "maxItems": "at most {} items",
}


@dataclass(frozen=True, slots=True)
class Page:
    html: str
    policy: str


def rendered(document: Part, base_url: str) -> Page:
    """The page with calls to `base_url`, and a content policy under which nothing but its own style sheet applies."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    style = (HERE / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    templates = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    html = templates.get_template("page.html").render(
        style=style,
        info=document["info"],
        groups=_groups(document, base_url),
        schemas=_schemas(document),
        names=set(document["components"]["schemas"]),
        base=base_url,
    )
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return Page(html, policy)


def _groups(document: Part, base_url: str) -> list[Part]:
    """Operations by tag, in the order of the document."""
    groups: dict[str, Part] = {tag["name"]: {**tag, "operations": []} for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups[operation["tags"][0]]["operations"].append(_operation(document, method, path, operation, base_url))
    return list(groups.values())


def _operation(document: Part, method: str, path: str, operation: Part, base_url: str) -> Part:
    content: Part = operation.get("requestBody", {}).get("content", {})
    media_type = next(iter(content), None)
    schema: Part = content[media_type]["schema"] if media_type else {}
    examples: list[Any] = _resolved(document, schema).get("examples", [])
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "paragraphs": [" ".join(part.split()) for part in operation.get("description", "").split("\n\n") if part.strip()],
        "parameters": [_parameter(each) for each in operation.get("parameters", [])],
        "bodies": [{"media_type": name, "type": type_of(body["schema"])} for name, body in content.items()],
        "answers": [_answer(status, answer) for status, answer in operation["responses"].items()],
        "call": _call(method, f"{base_url}{path}", media_type, examples),
        "examples": [json.dumps(example, indent=2, ensure_ascii=False) for example in examples],
    }


def _parameter(parameter: Part) -> Part:
    schema: Part = parameter["schema"]
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "type": type_of(schema),
        "required": parameter.get("required", False),
        "limits": limits_of(schema),
        "description": parameter.get("description") or schema.get("description", ""),
    }


def _answer(status: str, answer: Part) -> Part:
    content: Part = answer.get("content", {})
    told = ", ".join(dict.fromkeys(f"{type_of(body['schema'])}" if "schema" in body else name for name, body in content.items()))
    return {"status": status, "description": answer["description"], "body": told, "headers": list(answer.get("headers", {}))}


def _call(method: str, url: str, media_type: str | None, examples: list[Any]) -> str:
    words = ["curl", *([] if method == "get" else ["-X", method.upper()])]
    if examples:
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(examples[0], ensure_ascii=False)]
    elif media_type is not None:
        words += ["-H", f"Content-Type: {media_type}", "--data-binary", "@orders.csv"]
    return f"{shlex.join(words)} {shlex.quote(url)}"


def _schemas(document: Part) -> list[Part]:
    """Every named object: its fields, or the values it may take."""
    found: list[Part] = []
    for name, schema in sorted(cast(Part, document["components"]["schemas"]).items()):
        required: list[str] = schema.get("required", [])
        fields = [
            {
                "name": field,
                "type": type_of(part),
                "required": field in required,
                "limits": limits_of(part),
                "description": part.get("description", ""),
            }
            for field, part in schema.get("properties", {}).items()
        ]
        found.append({"name": name, "description": schema.get("description", ""), "fields": fields, "values": schema.get("enum", [])})
    return found


def _resolved(document: Part, schema: Part) -> Part:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


def type_of(schema: Part) -> str:
    """In words: `text`, `list of FindingOut`, `text or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(type_of(choice) for choice in schema["anyOf"]))
    if "const" in schema:
        return json.dumps(schema["const"])
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    kind = str(schema.get("type", "anything"))
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind)


def limits_of(schema: Part) -> str:
    """Default and bounds, as a reader wants them."""
    choices = [schema, *schema.get("anyOf", [])]
    told: list[str] = []
    if schema.get("default") is not None:
        told.append(f"default {json.dumps(schema['default'], ensure_ascii=False)}")
    for key, words in _BOUNDS.items():
        told += [words.format(choice[key]) for choice in choices if key in choice]
    return ", ".join(told)
