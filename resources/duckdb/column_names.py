"""Names that a table can carry: never blank, never twice when case is ignored. Everything else of a name is kept as it is written."""

from __future__ import annotations

from collections.abc import Sequence


def safe_names(originals: Sequence[str], *, plain_dots: bool = True) -> list[str]:
    """One name per original, in order. Blank ones become `column_3` (counted from 1), repeated ones get `_2`, `_3` ...

    `plain_dots=False` replaces dots, which Iceberg would take for the path of a nested field where the table has one.
    """
    names: list[str] = []
    taken: set[str] = set()
    wanted = {_tidy(original, plain_dots).casefold() for original in originals}
    for position, original in enumerate(originals, start=1):
        tidy = _tidy(original, plain_dots)
        name, number = tidy or f"column_{position}", 1
        while name.casefold() in taken or (number > 1 and name.casefold() in wanted) or (not tidy and name.casefold() in wanted):
            number += 1
            name = f"{tidy or f'column_{position}'}_{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def renamed(originals: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Stored names with their originals, where they differ."""
    return {name: original for original, name in zip(originals, names, strict=True) if original != name}


def _tidy(original: str, plain_dots: bool) -> str:
    text = original.replace("\x00", "").encode("utf-8", "replace").decode().strip()
    return text if plain_dots else text.replace(".", "_")
