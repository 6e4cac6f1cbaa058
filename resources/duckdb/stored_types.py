"""Which DuckDB types a table can keep, and what the others become. The kept ones are those that Iceberg v2 has."""

from __future__ import annotations

from collections.abc import Sequence

from resources.duckdb import column_names
from voyant_core import type_names
from voyant_core.model.source import Column, FileFormat, ReadOptions
from voyant_core.type_names import TypeName

KEPT = frozenset(
    {
        "BOOLEAN", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL", "VARCHAR", "BLOB", "DATE", "TIME", "TIMESTAMP",
        "TIMESTAMP WITH TIME ZONE", "UUID",
    }
)  # fmt: skip
# wider types of the same meaning: nothing to report
WIDER = {
    "TINYINT": "INTEGER",
    "SMALLINT": "INTEGER",
    "UTINYINT": "INTEGER",
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "ENUM": "VARCHAR",
    '"NULL"': "VARCHAR",
}
REPORTED = {
    "UBIGINT": "DECIMAL(20,0)",
    "HUGEINT": "DECIMAL(38,0)",
    "UHUGEINT": "DECIMAL(38,0)",
    "TIMESTAMP_NS": "TIMESTAMP",
    "TIME_NS": "TIME",
    "TIMESTAMPTZ_NS": "TIMESTAMP WITH TIME ZONE",
}
DEEPEST = 12


def stored(type_name: str) -> tuple[str, bool]:
    """The name under which a column of this type is kept, and whether that has to be told: precision or structure may go."""
    try:
        tree = type_names.parse(type_name)
    except ValueError:  # a struct without names, a type newer than this code
        return "VARCHAR", True
    kept, told = _stored(tree, 0)
    return str(kept), told


def table_columns(found: Sequence[tuple[str, str]], file_format: FileFormat) -> tuple[list[Column], ReadOptions]:
    """What becomes of the (name, type) pairs of a Parquet or JSON file."""
    originals = [name for name, _ in found]
    kept = [stored(type_name) for _, type_name in found]
    names = column_names.safe_names(originals, plain_dots=not any("(" in kind or "[" in kind for kind, _ in kept if "DECIMAL" not in kind))
    notes = [
        f"{name} is {type_name.split('(')[0]}, which is kept as {kind.split('(')[0]}."
        for name, (_, type_name), (kind, told) in zip(names, found, kept, strict=True)
        if told and type_name != "JSON"
    ]
    notes += [
        f"{name} holds values of several kinds and is kept as text." for name, (_, kind) in zip(names, found, strict=True) if kind == "JSON"
    ]
    columns = [Column(name=name, type=kind) for name, (kind, _) in zip(names, kept, strict=True)]
    return columns, ReadOptions(format=file_format, renamed=column_names.renamed(originals, names), notes=notes)


def is_textual(type_name: str) -> bool:
    """Whether a value of this type must become JSON text to be read back as what it was."""
    return type_name.startswith(("UNION", "VARIANT", "STRUCT", "MAP")) or type_name.endswith("]")


def _stored(tree: TypeName, depth: int) -> tuple[TypeName, bool]:
    if tree.base in KEPT:
        return tree, False
    if tree.base in WIDER:
        return TypeName(WIDER[tree.base]), False
    if tree.base in REPORTED:
        return type_names.parse(REPORTED[tree.base]), True
    if tree.base in {"LIST", "ARRAY", "STRUCT", "MAP"} and depth < DEEPEST and _has_distinct_names(tree):
        children = [(name, *_stored(child, depth + 1)) for name, child in tree.fields]
        base = "LIST" if tree.base == "ARRAY" else tree.base
        return TypeName(base, fields=tuple((name, child) for name, child, _ in children)), any(told for _, _, told in children)
    return TypeName("VARCHAR"), True


def _has_distinct_names(tree: TypeName) -> bool:
    names = [name.casefold() for name, _ in tree.fields]
    return bool(names) and all(names) and len(set(names)) == len(names)
