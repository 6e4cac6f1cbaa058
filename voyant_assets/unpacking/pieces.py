"""What comes out of a container: readable files with their tables, in scratch landings until it is known which of them stay."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resources._kit.confined import confined
from resources.files import containers, decompress, zips
from resources.files.budget import Budget
from resources.files.landing import Landings
from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.model.source import Container, FoundTable, Landing

MOST_LAYERS = 3  # a zip of gzip-compressed databases; a zip in a zip is not opened
EXPORTERS = {
    Container.EXCEL: "resources.excel.workbook:unpack",
    Container.SQLITE: "resources.sqlite.database_file:unpack",
    Container.DUCKDB: "resources.duckdb.database_file:unpack",
}
_NO_TABLE = frozenset({errors.UNREADABLE_FILE.number, errors.EMPTY_FILE.number})


@dataclass(frozen=True, slots=True)
class Piece:
    """A table as one file of a container holds it. `inner` is its name within that file where this can hold several."""

    found: FoundTable
    landing: Landing
    file: str
    inner: str = ""


@dataclass(slots=True)
class Opening:
    """One source being opened: its limits, where bytes go meanwhile, and what was left out and why."""

    environment: Environment
    scratch: Landings
    budget: Budget
    left_out: list[str] = field(default_factory=list[str])

    def pieces(self, landing: Landing, landings: Landings, layers: Sequence[Container] = ()) -> list[Piece]:
        """The tables in landed bytes. UNREADABLE_FILE, EMPTY_FILE, TOO_LARGE."""
        path = landings.path(landing.sha256)
        container = containers.container_of(path, landing.file_name)
        match container:
            case None:
                return [self._plain(landing, landings)]
            case _ if len(layers) >= MOST_LAYERS or (container is Container.ZIP and Container.ZIP in layers):
                raise errors.VoyantError(
                    errors.UNREADABLE_FILE,
                    f"{landing.file_name} is a container within containers, which is not opened.",
                    hint="Unpack the outer one and give what is in it.",
                )
            case Container.GZIP | Container.ZSTD:
                inside = decompress.decompressed(path, container, landing.file_name, self.budget)
                unpacked = self.scratch.land_stream(inside, decompress.without_compression(landing.file_name))
                return self.pieces(unpacked, self.scratch, [*layers, container])
            case Container.ZIP:
                return self._zipped(landing, landings, [*layers, container])
            case _:
                return self._exported(container, landing, landings)

    def of_files(self, files: Iterable[tuple[str, Landing]], layers: Sequence[Container]) -> list[Piece]:
        """The tables of several scratch files, each with the name to show; files that hold no table are left out."""
        found: list[Piece] = []
        first_error: errors.VoyantError | None = None
        for name, landing in files:
            try:
                pieces = self.pieces(landing, self.scratch, layers)
            except errors.VoyantError as error:
                if error.code.number not in _NO_TABLE:
                    raise
                first_error = first_error or error
                self.left_out.append(f"{name} ({error.detail.rstrip('.')})")
                continue
            found += [Piece(piece.found, piece.landing, name, piece.inner) for piece in pieces]
        if not found and first_error is not None:
            raise first_error
        return found

    def joined(self, group: Sequence[Piece], title: str) -> Piece:
        """Like files as one table; a single one as it is."""
        if len(group) == 1:
            (only,) = group
            return Piece(only.found.model_copy(update={"title": title}), only.landing, only.file, only.inner)
        from resources.duckdb.union import Part, write_union

        environment, folder = self.environment, self.scratch.folder()
        parts = [
            Part(f"{piece.file}/{piece.inner}" if piece.inner else piece.file, self.scratch.path(piece.landing.sha256), piece.found)
            for piece in group
        ]
        target = folder / "union.parquet"
        notes = write_union(environment.engine, parts, folder, target, environment.settings.engine.memory_limit)
        landing = self.scratch.take(target, f"{title}.parquet")
        found = self._plain(landing, self.scratch).found
        read = found.read.model_copy(update={"renamed": group[0].found.read.renamed, "notes": notes})
        shutil.rmtree(folder, ignore_errors=True)
        return Piece(found.model_copy(update={"title": title, "read": read}), landing, f"{len(group)} files from {group[0].file} on")

    def _plain(self, landing: Landing, landings: Landings) -> Piece:
        from resources.duckdb.probe import probe_tables

        environment = self.environment
        path = landings.path(landing.sha256)
        (found,) = probe_tables(path, landing.file_name, environment.settings.files, environment.engine)
        return Piece(found, landing, landing.file_name)

    def _exported(self, container: Container, landing: Landing, landings: Landings) -> list[Piece]:
        """The tables of a workbook or database file: a process of its own writes them as Parquet."""
        environment = self.environment
        archive = environment.settings.archive
        folder = self.scratch.folder()
        arguments = {
            "path": str(landings.path(landing.sha256)),
            "folder": str(folder),
            "file_name": landing.file_name,
            "max_columns": environment.settings.files.max_columns,
            "max_tables": archive.max_tables,
        }
        answer = confined(
            EXPORTERS[container], arguments, landing.file_name, memory_bytes=archive.memory_bytes, timeout_s=archive.timeout_s
        )
        self.left_out += answer["left_out"]
        tables: list[dict[str, Any]] = answer["tables"]
        return [self._table(table, folder, landing) for table in tables]

    def _table(self, table: dict[str, Any], folder: Path, landing: Landing) -> Piece:
        """One exported table. Its title is the sheet's or table's own name."""
        title: str = table["title"]
        written = self.scratch.take(folder / table["file"], f"{title}.parquet")
        self.budget.spend(written.size_bytes)
        piece = self._plain(written, self.scratch)
        found = with_notes(piece.found.model_copy(update={"title": title}), table["notes"])
        return Piece(found, written, landing.file_name, title)

    def _zipped(self, landing: Landing, landings: Landings, layers: Sequence[Container]) -> list[Piece]:
        most = self.environment.settings.archive.max_members
        with zips.opened(landings.path(landing.sha256), landing.file_name) as archive:
            members, ignored = zips.files_in(archive, landing.file_name, most)
            self.left_out += ignored
            files = [
                (member.name, self.scratch.land_stream(zips.chunks_of(archive, member, landing.file_name, self.budget), member.name))
                for member in members
                if member.info.file_size
            ]
        self.left_out += [f"{member.name} (empty)" for member in members if not member.info.file_size]
        if not files:
            raise errors.VoyantError(errors.EMPTY_FILE, f"{landing.file_name} holds no files with data.", hint="Pack the files again.")
        return self.of_files(files, layers)


def with_notes(table: FoundTable, notes: Sequence[str]) -> FoundTable:
    return table.model_copy(update={"read": table.read.model_copy(update={"notes": [*table.read.notes, *notes]})})
