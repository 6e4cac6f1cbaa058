"""Failures as RFC 9457 problem documents: ours, the framework's and those nobody expected.

MCP and the command line render the same `VoyantError`s in their own way; this module is HTTP only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from voyant_api.identity import LOCAL
from voyant_api.validation import ONE_OBJECT, from_validation
from voyant_core import errors
from voyant_core.errors import ErrorCode, VoyantError
from voyant_core.hints import Door

PROBLEM_JSON = "application/problem+json"
_BY_STATUS: Mapping[int, ErrorCode] = {
    400: errors.BAD_REQUEST,
    404: errors.ROUTE_NOT_FOUND,
    405: errors.METHOD_NOT_ALLOWED,
    413: errors.TOO_LARGE,
    415: errors.UNSUPPORTED_MEDIA_TYPE,
    422: errors.INVALID_REQUEST,
    500: errors.INTERNAL,
    503: errors.WORKER_AWAY,
}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_RETRY_AFTER_S = {429: 5, 503: 2}


class FlawOut(BaseModel):
    pointer: str = Field(description="RFC 6901 pointer into the body, or `query:name`, `header:name`.")
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457 problem details. `code` is a line of the error catalogue (docs/errors.md), `hint` says what to do next."""

    type: str = Field(examples=["urn:voyant:problem:VYNT-2003"])
    title: str = Field(examples=["No such source"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no source 'src_01J…'."])
    instance: str | None = Field(default=None, examples=["/v1/sources/src_01J…"])
    code: str = Field(pattern=r"^VYNT-\d{4}$", examples=["VYNT-2003"])
    request_id: str | None = None
    retryable: bool = False
    hint: str | None = None
    errors: list[FlawOut] | None = None


def problems(*codes: ErrorCode) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: its errors by status, each with an example per code."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        entry = by_status.setdefault(
            code.status,
            {"description": "", "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}, "examples": {}}}},
        )
        entry["description"] = " · ".join(filter(None, [entry["description"], f"{code.code} {code.title}"]))
        if code.retryable and code.status in _RETRY_AFTER_S:
            entry["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
        example = VoyantError(code, f"{code.title}.").to_problem(request_id="req_01J00000000000000000000000")
        entry["content"][PROBLEM_JSON]["examples"][code.code] = {"summary": code.title, "value": example}
    return by_status


def problem_response(
    error: VoyantError, *, instance: str | None, request_id: str | None, headers: Mapping[str, str] | None = None, door: Door = Door.REST
) -> Response:
    """The error as a response; a retryable one says when to come back."""
    status = error.code.status
    extra = dict(headers or {})
    if error.retryable and status in _RETRY_AFTER_S:
        extra.setdefault("Retry-After", str(_RETRY_AFTER_S[status]))
    # request_id and instance echo what the caller sent; surrogates from broken percent-encoding must not break the answer
    body = json.dumps(error.to_problem(instance, request_id, door), ensure_ascii=True).encode()
    return Response(body, status, extra, PROBLEM_JSON)


def request_id_of(request: Request) -> str | None:
    return request.scope.get("state", {}).get("request_id")


def install(app: FastAPI) -> None:
    """Answer every failure inside the application with a problem document."""

    def answer(request: Request, error: VoyantError, headers: Mapping[str, str] | None = None) -> Response:
        # the command line asks through REST, and its user reads the answer
        door = Door.CLI if LOCAL in request.headers else Door.REST
        return problem_response(error, instance=request.url.path, request_id=request_id_of(request), headers=headers, door=door)

    def on_voyant_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, VoyantError)  # noqa: S101 - registered for this class only
        return answer(request, error)

    def on_http_exception(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(allowed_methods(app, request))
        return answer(request, from_http(error.status_code, request.method, request.url.path, error.detail), headers)

    def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return answer(request, from_validation(error.errors(), request.headers.get("content-type")))

    app.add_exception_handler(VoyantError, on_voyant_error)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_invalid)


def allowed_methods(app: FastAPI, request: Request) -> list[str]:
    """Every method of the path. The router names those of the first route only, and a path may have several."""
    fixed = app.openapi()["paths"].get(request.url.path)
    if fixed is not None:  # `/v1/sources/discover` is no source's id
        return [method for method in _METHODS if method.lower() in fixed]

    def is_taken(method: str) -> bool:
        scope = {**request.scope, "method": method}
        return any(route.matches(scope)[0] is Match.FULL for route in app.router.routes)

    return [method for method in _METHODS if is_taken(method)]


def from_http(status: int, method: str, path: str, detail: str) -> VoyantError:
    """What the framework refuses, as an error of the catalogue."""
    code = _BY_STATUS.get(status, errors.BAD_REQUEST if status < 500 else errors.INTERNAL)
    shown = path[:200]
    if code is errors.ROUTE_NOT_FOUND:
        return VoyantError(code, f"There is nothing at {shown}.", hint="GET /docs shows every route, /openapi.json is for machines.")
    if code is errors.METHOD_NOT_ALLOWED:
        return VoyantError(code, f"{method} is not allowed on {shown}.", hint="The Allow header lists the methods.")
    if code is errors.BAD_REQUEST:
        return VoyantError(code, f"{method} {shown}: {detail}".rstrip(".") + ".", hint=ONE_OBJECT)
    return VoyantError(code, f"{method} {shown}: {detail}" if status < 500 else "The request failed inside Voyant.")
