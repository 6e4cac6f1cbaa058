"""Pydantic's findings as one error of the catalogue, the same for REST, MCP and the command line. Imports no framework."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from voyant_core import errors
from voyant_core.errors import Flaw, VoyantError

_UNION_TAGS = frozenset({"str", "int", "float", "bool", "dict[str,any]"})


def from_validation(found: Sequence[Any], content_type: str | None = None) -> VoyantError:
    """Pydantic's findings as one error. The values themselves are left out: they may be secrets."""
    if any(item["type"] == "json_invalid" for item in found):
        return VoyantError(errors.BAD_REQUEST, "The body is not valid JSON.", hint="Send one JSON object, encoded as UTF-8.")
    if "json" not in (content_type or "") and any(tuple(item["loc"]) == ("body",) and item["type"] != "missing" for item in found):
        return VoyantError(
            errors.UNSUPPORTED_MEDIA_TYPE,
            f"The body was sent as {(content_type or 'nothing')[:80]!r}; this route reads JSON.",
            hint="Send the header Content-Type: application/json.",
        )
    flaws = list(dict.fromkeys(_flaw(item) for item in found))
    code = errors.MISSING_PARAMETER if all(item["type"] == "missing" for item in found) else errors.INVALID_REQUEST
    return VoyantError(code, "The request does not fit the schema.", hint="See `errors`, and /openapi.json for the schema.", errors=flaws)


def _flaw(item: Any) -> Flaw:
    where, *path = [str(part) for part in item["loc"]] or ["body"]
    if where not in ("body", "query", "header", "path", "cookie"):
        where, path = "body", [where, *path]
    while len(path) > 1 and path[-1] in _UNION_TAGS:
        path = path[:-1]
    escaped = [part.replace("~", "~0").replace("/", "~1") for part in path]
    pointer = "".join(f"/{part}" for part in escaped) if where == "body" else f"{where}:{'.'.join(path)}"
    return Flaw(pointer, str(item["msg"]))
