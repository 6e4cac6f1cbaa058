"""Artifacts and manifests of a job, and the reading of one for a model: inline, cut to a budget, or a pointer's value."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.model.artifact import ManifestArtifact
from voyant_core.tenancy import CallContext

if TYPE_CHECKING:
    from voyant_assets.launch import Launch

MANIFEST_NAME = "manifest.json"
_INLINE_TYPES = ("application/json", "text/plain", "text/markdown", "text/csv")
_MOST_READ_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Characters `offset` to `offset + len(content)` of `total_chars`."""

    content: str
    offset: int
    total_chars: int

    @property
    def next_offset(self) -> int | None:
        end = self.offset + len(self.content)
        return end if end < self.total_chars else None


class ArtifactService:
    def __init__(self, launch: Launch) -> None:
        self.launch = launch

    def manifest(self, call: CallContext, job_id: str) -> bytes:
        """The manifest's bytes as they were stored when the job ended."""
        return self.launch.manifest_bytes(call.tenant, job_id)

    def all(self, call: CallContext, job_id: str) -> list[ManifestArtifact]:
        return self.launch.artifacts(call.tenant, job_id)

    def find(self, call: CallContext, job_id: str, name: str) -> tuple[ManifestArtifact, Path]:
        return self.launch.artifact(call.tenant, job_id, name)


def is_inline(media_type: str) -> bool:
    """Whether a model reads it as text: JSON of any kind, plain text, Markdown, CSV."""
    essence = media_type.split(";", maxsplit=1)[0].strip()
    return essence in _INLINE_TYPES or essence.endswith("+json")


def excerpt(data: bytes, *, pointer: str, offset: int, max_chars: int) -> Excerpt:
    """At most `max_chars` characters of the text, or of the JSON value at `pointer`, from `offset` on."""
    text = json.dumps(at_pointer(data, pointer), ensure_ascii=False, sort_keys=True) if pointer else data.decode("utf-8", "replace")
    return Excerpt(text[offset : offset + max_chars], offset, len(text))


def read_small(path: Path, size_bytes: int) -> bytes:
    if size_bytes > _MOST_READ_BYTES:
        raise VoyantError(errors.TOO_LARGE, f"{size_bytes:,} bytes are too many to read into an answer.", hint="Fetch the artifact's link.")
    return path.read_bytes()


def at_pointer(data: bytes, pointer: str) -> Any:
    """The value at an RFC 6901 pointer into JSON; VYNT-1014 when nothing stands there."""
    path = pointer.removeprefix("#")
    try:
        here = json.loads(data)
        if not path.startswith("/"):
            raise KeyError(path)
        for raw in path.split("/")[1:]:
            here = _child(here, raw.replace("~1", "/").replace("~0", "~"))
    except (KeyError, ValueError) as error:
        raise VoyantError(
            errors.BAD_REQUEST,
            f"Nothing stands at {pointer[:200]!r}.",
            hint="Pointers lead into JSON and look like /columns/0/name; leave it out for the whole.",
        ) from error
    return here


def _child(here: Any, key: str) -> Any:
    """KeyError where there is none."""
    if isinstance(here, dict):
        return cast(dict[str, Any], here)[key]
    if isinstance(here, list) and key.isascii() and key.isdigit() and int(key) < len(cast(list[Any], here)):
        return cast(list[Any], here)[int(key)]
    raise KeyError(key)
