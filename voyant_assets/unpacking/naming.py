"""Names of the tables of one source: slugs that differ, none of which means something else."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from voyant_core import keys
from voyant_core.model.source import FoundTable


def named(tables: Sequence[FoundTable], reserved: Collection[str]) -> list[FoundTable]:
    """The tables with slugs of their titles; one that is taken gets a number: `orders`, `orders_2`."""
    refused = frozenset({keys.MARTS, keys.JOINT, *reserved})
    wanted = [keys.slugify(table.title, "table", refused) for table in tables]
    taken: set[str] = set()
    names: list[str] = []
    for slug in wanted:
        name, number = slug, 1
        while name in taken or (number > 1 and name in wanted):
            number += 1
            name = _numbered(slug, number)
        taken.add(name)
        names.append(name)
    return [table.model_copy(update={"name": name}) for table, name in zip(tables, names, strict=True)]


def _numbered(slug: str, number: int) -> str:
    tail = f"_{number}"
    return slug[: keys.LONGEST - len(tail)].rstrip("_") + tail
