"""The OpenAPI 3.1 document: what FastAPI derives from the routes, with every error declared as a problem document."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from voyant_api.errors import PROBLEM_JSON, ProblemDocument, problems
from voyant_core import errors

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


def complete(app: FastAPI) -> None:
    """Make `app.openapi()` the finished document, computed once."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        license_info=app.license_info,
        routes=app.routes,
        tags=_TAGS,
        servers=[{"url": "/"}],
    )
    schemas: dict[str, Any] = found["components"]["schemas"]
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    document = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= document.pop("$defs", {})
    schemas["ProblemDocument"] = document
    invalid = problems(errors.INVALID_REQUEST)[422]
    for path in found["paths"].values():
        for operation in path.values():
            responses: dict[str, Any] = operation["responses"]
            if "HTTPValidationError" in str(responses.get("422", "")):
                responses["422"] = invalid
            responses["default"] = {
                "description": "Any other failure.",
                "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
            }
    return found
