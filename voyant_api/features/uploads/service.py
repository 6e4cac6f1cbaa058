"""Uploads: a stream of bytes becomes a landing, and the landing a source to name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Protocol, Self

from anyio.to_thread import run_sync

from voyant_api.features.uploads.schemas import Upload
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.model.source import Landing
from voyant_core.tenancy import CallContext

_FLUSH_BYTES = 2**20
_FORM_BYTES = 2**16  # what a form may add around its file


class Writer(Protocol):
    """Takes bytes to the landing; leaving its context before `finish` leaves nothing behind (`resources.files.landing.LandingWriter`)."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
    def write(self, chunk: bytes) -> None: ...
    def finish(self) -> Landing: ...


OpenWriter = Callable[[str], Writer]
Register = Callable[[Landing, CallContext], str]


class UploadService:
    """`open_writer` starts a landing for a file name, `register` gives the id under which landed bytes can be named."""

    def __init__(self, open_writer: OpenWriter, register: Register, max_bytes: int) -> None:
        self._open_writer = open_writer
        self._register = register
        self._max_bytes = max_bytes

    def check_declared(self, content_length: str | None) -> None:
        """Refuse by the declared length, before a byte is read."""
        if content_length is not None and content_length.isdigit() and int(content_length) > self._max_bytes + _FORM_BYTES:
            raise VoyantError(
                errors.TOO_LARGE,
                f"The upload is larger than {self._max_bytes:,} bytes.",
                hint="The operator sets the limit with VOYANT_FILES__MAX_BYTES.",
            )

    async def accept(self, parts: AsyncIterator[tuple[str, bytes]], call: CallContext) -> Upload:
        """Write (file name, bytes) pieces to the landing as they come; nothing stays behind when the stream breaks."""
        name, first = await anext(parts)
        with self._open_writer(name) as writer:
            await _fill(writer, first, parts)
            landing = await run_sync(writer.finish)
        upload_id = await run_sync(self._register, landing, call)
        return Upload(
            upload_id=upload_id,
            source={"type": "upload", "id": upload_id},
            file_name=landing.file_name,
            size_bytes=landing.size_bytes,
            sha256=landing.sha256,
        )


async def _fill(writer: Writer, first: bytes, parts: AsyncIterator[tuple[str, bytes]]) -> None:
    held = bytearray(first)
    async for _, data in parts:
        held += data
        if len(held) >= _FLUSH_BYTES:
            await run_sync(writer.write, bytes(held))
            held.clear()
    if held:
        await run_sync(writer.write, bytes(held))


def checked_file_name(text: str) -> str:
    """The last part of the name a caller gave, without control characters, at most 200 characters; `upload` when nothing is left."""
    name = text.replace("\\", "/").rpartition("/")[2]
    name = "".join(character for character in name if character.isprintable()).strip(" .")
    return name[-200:] or "upload"
