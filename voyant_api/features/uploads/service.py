"""Uploads: a stream of bytes becomes a landing, and the landing a source to name."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from typing import Protocol

from anyio.to_thread import run_sync

from voyant_api.features.uploads.schemas import Upload
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.model.source import Landing
from voyant_core.tenancy import CallContext

_FLUSH_BYTES = 2**20


class Writer(Protocol):
    """Takes bytes to the landing; closing it before `finish` leaves nothing behind."""

    def write(self, data: bytes) -> None: ...
    def finish(self) -> Landing: ...
    def close(self) -> None: ...


OpenWriter = Callable[[str], Writer]
Register = Callable[[Landing, CallContext], str]


class UploadService:
    """`open_writer` starts a landing for a file name, `register` gives the id under which landed bytes can be named."""

    def __init__(self, open_writer: OpenWriter, register: Register, max_bytes: int) -> None:
        self._open_writer = open_writer
        self._register = register
        self.max_bytes = max_bytes

    def check_declared(self, content_length: str | None) -> None:
        """Refuse by the declared length, before a byte is read."""
        if content_length is not None and content_length.isdigit() and int(content_length) > self.max_bytes + _FLUSH_BYTES:
            raise self._too_large()

    async def accept(self, parts: AsyncIterable[tuple[str, bytes]], call: CallContext) -> Upload:
        """Write (file name, bytes) pieces to the landing as they come; nothing stays behind when the stream breaks."""
        writer: Writer | None = None
        size, held = 0, bytearray()
        try:
            async for name, data in parts:
                if writer is None:
                    writer = await run_sync(self._open_writer, name)
                size += len(data)
                if size > self.max_bytes:
                    raise self._too_large()
                held += data
                if len(held) >= _FLUSH_BYTES:
                    await run_sync(writer.write, bytes(held))
                    held.clear()
            if size == 0 or writer is None:
                raise VoyantError(errors.EMPTY_FILE, "The upload holds no bytes.", hint="Send the file as the body or as a form part.")
            await run_sync(writer.write, bytes(held))
            landing = await run_sync(writer.finish)
        finally:
            if writer is not None:
                writer.close()
        upload_id = await run_sync(self._register, landing, call)
        return Upload(
            upload_id=upload_id,
            source={"type": "upload", "id": upload_id},
            file_name=landing.file_name,
            size_bytes=landing.size_bytes,
            sha256=landing.sha256,
        )

    def _too_large(self) -> VoyantError:
        return VoyantError(
            errors.TOO_LARGE,
            f"The upload is larger than {self.max_bytes:,} bytes.",
            hint="The operator sets the limit with VOYANT_FILES__MAX_BYTES.",
        )


def checked_file_name(text: str) -> str:
    """The last part of the name a caller gave, without control characters, at most 200 characters; `upload` when nothing is left."""
    name = text.replace("\\", "/").rpartition("/")[2]
    name = "".join(character for character in name if character.isprintable()).strip(" .")
    return name[-200:] or "upload"
