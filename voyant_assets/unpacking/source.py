"""From landed bytes to the tables of a source: containers are opened here, and each table that comes out gets a landing of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from resources.files.budget import Budget
from resources.files.containers import container_of
from resources.files.folders import copy_files
from voyant_assets.runtime.environment import Environment
from voyant_assets.unpacking.alike import grouped, title_of_group
from voyant_assets.unpacking.naming import named
from voyant_assets.unpacking.pieces import EXPORTERS, Opening, Piece, with_notes
from voyant_assets.unpacking.remembered import Remembered
from voyant_core import errors
from voyant_core.model.source import Container, FoundTable, Landing, Origin

MOST_NAMED = 10


def tables_of(landing: Landing, environment: Environment, reserved: Sequence[str]) -> list[FoundTable]:
    """The tables of landed bytes, whatever holds them. EMPTY_FILE, UNREADABLE_FILE, TOO_LARGE."""
    landings = environment.landings
    container = container_of(landings.path(landing.sha256), landing.file_name)
    remembered = Remembered(environment, landing, reserved) if container is not None else None
    if remembered is not None and (known := remembered.tables()) is not None:
        return known
    with landings.scratch() as scratch:
        opening = Opening(environment, scratch, Budget(environment.settings.archive, landing.size_bytes, landing.file_name))
        pieces = opening.pieces(landing, landings)
        if container is None or remembered is None:
            return named([piece.found for piece in pieces], reserved)
        return remembered.keep(_finished(opening, container, pieces, landing.file_name, reserved))


def folder_of(folder: Path, pattern: str, environment: Environment, reserved: Sequence[str]) -> tuple[Landing, list[FoundTable]]:
    """The listing of a folder's files, landed, and their tables. FILE_NOT_FOUND, and as `tables_of`."""
    landings, archive = environment.landings, environment.settings.archive
    with landings.scratch() as scratch:
        copied = copy_files(folder, pattern, scratch, archive)
        landing = landings.land_stream([copied.listing()], folder.name or "folder")
        remembered = Remembered(environment, landing, [*reserved, *copied.left_out])
        if (known := remembered.tables()) is not None:
            return landing, known
        opening = Opening(environment, scratch, Budget(archive, copied.size_bytes, folder.name), left_out=copied.left_out)
        pieces = opening.of_files(copied.files, [])
        return landing, remembered.keep(_finished(opening, Container.FOLDER, pieces, folder.name, reserved))


def _finished(opening: Opening, container: Container, pieces: Sequence[Piece], file_name: str, reserved: Sequence[str]) -> list[FoundTable]:
    """The tables, named, with their bytes moved to the landings that stay."""
    most = opening.environment.settings.archive.max_tables
    groups = grouped(pieces) if container in (Container.ZIP, Container.FOLDER) or _is_from_zip(pieces) else [[piece] for piece in pieces]
    if len(groups) > most:
        raise errors.VoyantError(
            errors.TOO_LARGE,
            f"{file_name} holds {len(groups):,} tables; at most {most:,} are read.",
            hint="Give fewer at a time, or raise VOYANT_ARCHIVE__MAX_TABLES.",
        )
    title = PurePosixPath(file_name).stem if container is not Container.FOLDER else file_name
    joined = [opening.joined(group, title_of_group(group, title, is_only=len(groups) == 1)) for group in groups]
    tables = [_kept(opening, container, piece) for piece in joined]
    if opening.left_out:
        tables[0] = with_notes(tables[0], [left_out_note(opening.left_out)])
    return named(tables, reserved)


def _is_from_zip(pieces: Sequence[Piece]) -> bool:
    """A compressed archive holds files as an archive does."""
    return len({piece.file for piece in pieces}) > 1


def _kept(opening: Opening, container: Container, piece: Piece) -> FoundTable:
    scratch = opening.scratch
    path = scratch.path(piece.landing.sha256)
    kept = opening.environment.landings
    # two members with the same bytes are one landing
    landing = kept.take(path, piece.landing.file_name, piece.landing.sha256) if path.exists() else piece.landing
    return piece.found.model_copy(update={"landing": landing, "origin": _origin(container, piece)})


def _origin(container: Container, piece: Piece) -> Origin:
    """Of a workbook or database the sheet or table; elsewhere the file, with the sheet or table in it."""
    inside = piece.inner if container in EXPORTERS else "/".join(part for part in (piece.file, piece.inner) if part)
    return Origin(container=container, member=inside)


def left_out_note(names: Sequence[str]) -> str:
    """`Left out: .DS_Store, notes.txt (holds no rows).`"""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"Left out: {', '.join(names[:MOST_NAMED])}{more}."
