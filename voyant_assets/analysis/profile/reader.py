"""What the profile needs of an engine. `voyant_core.ports.QueryEngine` fulfils it, so does a bare connection in a test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol


class Reader(Protocol):
    """Answers SQL in DuckDB's dialect over one view."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]: ...
    def arrays(self, sql: str) -> dict[str, Any]: ...
    def batches(self, sql: str, rows_per_batch: int) -> Iterator[Any]: ...
    def columns(self, sql: str) -> list[tuple[str, str]]: ...
