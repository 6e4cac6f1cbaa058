"""The first file of a multipart/form-data body as a stream, without ever holding the file in memory or twice on disk.

The framework's own form parser spools the file to a temporary one before a route sees it; a 20 GB upload would be written twice.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass, field
from email.message import Message

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError

from voyant_core import errors
from voyant_core.errors import VoyantError

_MOST_HEADER_BYTES = 8 * 1024


@dataclass(slots=True)
class _Part:
    """What the parser's callbacks gather: the file's name once its headers ended, and its bytes since the last look."""

    header_name: bytes = b""
    header_value: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    file_name: str | None = None
    reading: bool = False
    is_complete: bool = False
    chunks: list[bytes] = field(default_factory=list[bytes])

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self.header_name = self._grown(self.header_name, data[start:end])

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self.header_value = self._grown(self.header_value, data[start:end])

    def on_header_end(self) -> None:
        self.headers[self.header_name.decode("latin-1").lower()] = self.header_value.decode("utf-8", "replace")
        self.header_name = self.header_value = b""

    def on_headers_finished(self) -> None:
        name = _file_name(self.headers.get("content-disposition", ""))
        self.headers = {}
        if name is not None and self.file_name is None:
            self.file_name, self.reading = name, True

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self.reading:
            self.chunks.append(data[start:end])

    def on_part_end(self) -> None:
        if self.reading:
            self.reading, self.is_complete = False, True

    @staticmethod
    def _grown(text: bytes, more: bytes) -> bytes:
        if len(text) + len(more) > _MOST_HEADER_BYTES:
            raise VoyantError(errors.BAD_REQUEST, "A header of the multipart body is too long.")
        return text + more


async def first_file(body: AsyncIterable[bytes], boundary: str) -> AsyncGenerator[tuple[str, bytes]]:
    """(file name, bytes) again and again for the first part that has a file name. VYNT-1014 when the body is broken or holds none."""
    part = _Part()
    callbacks = {name: getattr(part, name) for name in dir(part) if name.startswith("on_")}
    parser = MultipartParser(boundary, callbacks)  # pyright: ignore[reportArgumentType] - a TypedDict of optional callables
    try:
        async for chunk in body:
            if chunk:
                parser.write(chunk)
            if part.chunks and part.file_name is not None:
                yield part.file_name, b"".join(part.chunks)
                part.chunks.clear()
        parser.finalize()
    except FormParserError as error:
        raise VoyantError(errors.BAD_REQUEST, "The multipart body is broken.", hint="Send one file as multipart/form-data.") from error
    if not part.is_complete or part.file_name is None:
        raise VoyantError(
            errors.BAD_REQUEST, "The multipart body holds no complete file.", hint="Send the file in a part with a file name."
        )
    yield part.file_name, b""


def _file_name(disposition: str) -> str | None:
    message = Message()
    message["content-disposition"] = disposition
    return message.get_filename()
