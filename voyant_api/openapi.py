"""The OpenAPI 3.1 document: what FastAPI derives from the routes, with every error, header and parameter declared as it really is."""

from __future__ import annotations

from typing import Any, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from voyant_api.errors import PROBLEM_JSON, ProblemDocument, problems
from voyant_core import errors
from voyant_core.errors import ErrorCode

Part = dict[str, Any]

_FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")
_TAGS = [
    {"name": "analyze", "description": "One call from a source to profile, quality, KPIs, charts, narrative, report and manifest."},
    {"name": "jobs", "description": "Every analysis is a job; it goes on whatever happens to the connection."},
    {"name": "artifacts", "description": "Immutable results, named by their sha256."},
    {"name": "sources", "description": "Files, URLs and uploads that data come from."},
    {"name": "tables", "description": "What was read, in its newest version."},
    {"name": "uploads", "description": "Bytes to be named as a source."},
    {"name": "service", "description": "Health, metrics, versions."},
]
_HEADERS: Part = {
    "X-Request-ID": {"description": "The caller's id of the request, or a new one.", "schema": {"type": "string"}},
    "Location": {"description": "Path of what was made.", "schema": {"type": "string"}},
    "ETag": {"description": "The sha256 in quotes.", "schema": {"type": "string"}},
    "X-Voyant-Sha256": {"description": "The sha256 of the whole artifact.", "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
    "Retry-After": {"description": "Seconds to wait before the same call is tried again.", "schema": {"type": "integer"}},
}
_CALLER_REFUSALS = (errors.BAD_REQUEST, errors.INVALID_TENANT, errors.PERMISSION_DENIED)
_BODY_REFUSALS = (errors.MISSING_PARAMETER, errors.TOO_LARGE, errors.UNSUPPORTED_MEDIA_TYPE)


def headers(*names: str) -> Part:
    """`headers=` of a declared response."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names if name in _HEADERS}


def complete(app: FastAPI) -> None:
    """Make `app.openapi()` the finished document, computed once."""

    def document() -> Part:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document


def _document(app: FastAPI) -> Part:
    found = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        license_info=app.license_info,
        routes=app.routes,
        tags=_TAGS,
        servers=[{"url": "/"}],
    )
    schemas: Part = found["components"]["schemas"]
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    document = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= document.pop("$defs", {})
    schemas["ProblemDocument"] = document
    found["components"]["headers"] = _HEADERS
    for path, operations in found["paths"].items():
        for operation in operations.values():
            _finish(operation, is_ours=path.startswith("/v1/"))
    return found


def _finish(operation: Part, *, is_ours: bool) -> None:
    """Declare what every route of its kind may answer, beside what it declares itself."""
    for parameter in operation.get("parameters", []):
        parameter["schema"] = _without_null(parameter["schema"])
    responses: Part = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    refusals = list(_CALLER_REFUSALS) if is_ours else []
    if "application/json" in operation.get("requestBody", {}).get("content", {}):
        refusals += _BODY_REFUSALS
    if operation.get("parameters") or "requestBody" in operation:
        refusals.append(errors.INVALID_REQUEST)
    _declare(responses, refusals)
    responses["default"] = {
        "description": "Any other failure.",
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }
    for response in responses.values():
        response["headers"] = {**headers("X-Request-ID"), **response.get("headers", {})}
    operation["responses"] = dict(sorted(responses.items()))


def _declare(responses: Part, codes: list[ErrorCode]) -> None:
    """Add the codes that the route has not declared itself."""
    for status, response in problems(*codes).items():
        known = responses.setdefault(
            str(status), {"description": "", "content": {PROBLEM_JSON: {**response["content"][PROBLEM_JSON], "examples": {}}}}
        )
        examples: Part = known["content"][PROBLEM_JSON]["examples"]
        examples |= {code: example for code, example in response["content"][PROBLEM_JSON]["examples"].items() if code not in examples}
        known["description"] = " · ".join(f"{code} {example['summary']}" for code, example in sorted(examples.items()))


def _without_null(schema: Part) -> Part:
    """A parameter is there or not; it cannot be null on the wire."""
    choices = [choice for choice in cast(list[Part], schema.get("anyOf", [])) if choice.get("type") != "null"]
    if len(choices) != 1:
        return schema
    return {**choices[0], **{key: value for key, value in schema.items() if key not in ("anyOf", "title")}}
