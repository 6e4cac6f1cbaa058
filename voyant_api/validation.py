"""Pydantic's findings as one error of the catalogue, the same for REST, MCP and the command line. Imports no framework."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from voyant_core import errors
from voyant_core.errors import Flaw, VoyantError

ONE_OBJECT = "Send one JSON object, encoded as UTF-8."
_SHOULD_BE = "Input should be "
_PLAIN = {
    "missing": "This field is required",
    "extra_forbidden": "There is no such field",
    "string_type": "Input should be text",
    "dict_type": "Input should be an object",
    "model_attributes_type": "Input should be an object",
    "list_type": "Input should be a list",
}
_UNION_TAGS = frozenset({"str", "int", "float", "bool", "dict[str,any]"})


def from_validation(found: Sequence[Any], content_type: str | None = None) -> VoyantError:
    """Pydantic's findings as one error. The values themselves are left out: they may be secrets."""
    if any(item["type"] == "json_invalid" for item in found):
        return VoyantError(errors.BAD_REQUEST, "The body is not valid JSON.", hint=ONE_OBJECT)
    if any(item["type"] == "missing" and tuple(item["loc"]) == ("body",) for item in found):
        return VoyantError(errors.MISSING_PARAMETER, "The body is missing.", hint=ONE_OBJECT)
    if "json" not in (content_type or "") and any(tuple(item["loc"]) == ("body",) and item["type"] != "missing" for item in found):
        sent = f"as {content_type[:80]!r}" if content_type else "without a Content-Type"
        return VoyantError(
            errors.UNSUPPORTED_MEDIA_TYPE,
            f"The body was sent {sent}; this route reads JSON.",
            hint="Send the header Content-Type: application/json.",
        )
    flaws = _flaws(found)
    code = errors.MISSING_PARAMETER if all(item["type"] == "missing" for item in found) else errors.INVALID_REQUEST
    more = f" And {len(flaws) - 1} more." if len(flaws) > 1 else ""
    detail = f"The request does not fit the schema: {flaws[0].pointer or 'the body'}: {flaws[0].detail}.{more}"
    return VoyantError(code, detail, hint="See `errors`, and /docs for the schema.", errors=flaws)


def _flaws(found: Sequence[Any]) -> list[Flaw]:
    """One per place: what each member of a union asked for is joined by `or`."""
    details: dict[str, list[str]] = {}
    for item in found:
        pointer, detail = _placed(item)
        known = details.setdefault(pointer, [])
        if detail not in known:
            known.append(detail)
    return [
        Flaw(pointer, " or ".join([first, *(detail.removeprefix(_SHOULD_BE) for detail in rest)]))
        for pointer, (first, *rest) in details.items()
    ]


def _placed(item: Any) -> tuple[str, str]:
    where, *path = [str(part) for part in item["loc"]] or ["body"]
    if where not in ("body", "query", "header", "path", "cookie"):
        where, path = "body", [where, *path]
    while len(path) > 1 and path[-1] in _UNION_TAGS:
        path = path[:-1]
    escaped = [part.replace("~", "~0").replace("/", "~1") for part in path]
    pointer = "".join(f"/{part}" for part in escaped) if where == "body" else f"{where}:{'.'.join(path)}"
    return pointer, _PLAIN.get(item["type"]) or str(item["msg"])
