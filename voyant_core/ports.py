"""The narrow seams between stages and systems. Each is written from its caller's need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from voyant_core.model.table import TableSnapshot


class QueryEngine(Protocol):
    """Reads rows of pinned tables. SQL is DuckDB's dialect unless `dialect` says otherwise. Errors leave as VoyantError."""

    @property
    def dialect(self) -> str: ...

    @property
    def version(self) -> str: ...

    def attach(self, name: str, snapshot: TableSnapshot) -> None:
        """Make the snapshot readable as the view `name`. Attaching a name again replaces it."""
        ...

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]: ...

    def arrays(self, sql: str, parameters: Sequence[Any] = ()) -> dict[str, Any]:
        """Columns as numpy arrays (masked where null), by name."""
        ...

    def batches(self, sql: str, rows_per_batch: int) -> Iterator[Any]:
        """pyarrow RecordBatches; reading one at a time keeps memory flat."""
        ...

    def columns(self, sql: str) -> list[tuple[str, str]]:
        """(name, DuckDB type) of a query's answer, without running it."""
        ...

    def interrupt(self) -> None:
        """Stop the running statement from another thread; it then raises."""
        ...


class GuardedQuery(Protocol):
    """Runs one statement of a caller under all limits: planned files only, no other access, time, memory and rows capped."""

    def run(self, sql: str, tables: Mapping[str, TableSnapshot], max_rows: int) -> GuardedRows: ...


class GuardedRows(Protocol):
    """The answer of a guarded query; `total` is at least `len(rows)`, more when it was cut."""

    @property
    def columns(self) -> list[tuple[str, str]]: ...
    @property
    def rows(self) -> list[tuple[Any, ...]]: ...
    @property
    def total(self) -> int: ...
    @property
    def truncated(self) -> bool: ...
