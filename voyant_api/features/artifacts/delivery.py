"""An artifact as an HTTP answer: ETag, 304, ranges, download, and a content policy that keeps data from acting as a page.

Chart and report text comes from the data. SVG and HTML are therefore sandboxed; only the report may run its own inline script.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.model.artifact import ArtifactKind, ManifestArtifact

REPORT_POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "font-src data:; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DATA_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; frame-ancestors 'none'"
CACHE = "private, no-cache"
_RANGE = re.compile(r"bytes=\s*(?:\d+\s*-\s*\d*|-\s*\d+)(?:\s*,\s*(?:\d+\s*-\s*\d*|-\s*\d+)){0,99}")


def file_response(request: Request, artifact: ManifestArtifact, path: Path, *, download: bool) -> Response:
    """The artifact's bytes. VYNT-1015 for a range outside; a malformed Range header is ignored, as RFC 9110 allows."""
    headers = {
        "ETag": f'"{artifact.sha256}"',
        "Cache-Control": CACHE,
        "Content-Security-Policy": REPORT_POLICY if artifact.kind is ArtifactKind.REPORT else DATA_POLICY,
        "X-Voyant-Sha256": artifact.sha256,
    }
    if matches(request.headers.get("if-none-match"), artifact.sha256):
        return Response(status_code=304, headers=headers)
    _check_range(request, artifact)
    return FileResponse(
        path,
        headers=headers,
        media_type=artifact.media_type,
        filename=artifact.name.replace("/", "_"),
        content_disposition_type="attachment" if download else "inline",
    )


def bytes_response(request: Request, data: bytes, sha256: str, media_type: str, extra: Mapping[str, str] | None = None) -> Response:
    """As `file_response`, for bytes in memory and without ranges."""
    headers = {"ETag": f'"{sha256}"', "Cache-Control": CACHE, **(extra or {})}
    if matches(request.headers.get("if-none-match"), sha256):
        return Response(status_code=304, headers=headers)
    return Response(data, headers=headers, media_type=media_type)


def matches(if_none_match: str | None, sha256: str) -> bool:
    """Weak comparison (RFC 9110, 13.1.2) of an If-None-Match header with the entity tag of `sha256`."""
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or f'"{sha256}"' in tags


def _check_range(request: Request, artifact: ManifestArtifact) -> None:
    """Take a malformed Range header away, so that the whole is sent; refuse one that starts behind the end."""
    text = request.headers.get("range")
    if text is None:
        return
    if not _RANGE.fullmatch(text.strip()) or not _is_ordered(text):
        request.scope["headers"] = [(name, value) for name, value in request.scope["headers"] if name != b"range"]
        return
    if request.headers.get("if-range") not in (None, f'"{artifact.sha256}"'):
        return
    for part in text.partition("=")[2].split(","):
        first = part.partition("-")[0].strip()
        if first and int(first) >= artifact.size_bytes:
            raise VoyantError(
                errors.RANGE_NOT_SATISFIABLE,
                f"The artifact has {artifact.size_bytes:,} bytes; {text[:80]!r} is behind its end.",
                hint=f"Ask for bytes 0 to {artifact.size_bytes - 1}, or leave Range out.",
            )


def _is_ordered(text: str) -> bool:
    pairs = [part.strip().partition("-") for part in text.partition("=")[2].split(",")]
    return all(not (first.strip() and last.strip()) or int(first) <= int(last) for first, _, last in pairs)
