"""DuckDB type names as Iceberg schemas and back, and which field ids the columns of the next version get.

Built from type names, without Arrow: `create_table(schema=pa.Schema)` would import pandas. Readers resolve columns by id, so a column keeps
its id as long as its old values could still be read under its new type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from pyiceberg import types
from pyiceberg.schema import Schema, assign_fresh_schema_ids

from voyant_core import errors, type_names
from voyant_core.model.source import Column
from voyant_core.type_names import PATH_JOINT, TypeName

if TYPE_CHECKING:
    from pyiceberg.table.metadata import TableMetadata

_TO_ICEBERG: dict[str, types.IcebergType] = {
    "BOOLEAN": types.BooleanType(),
    "INTEGER": types.IntegerType(),
    "BIGINT": types.LongType(),
    "FLOAT": types.FloatType(),
    "DOUBLE": types.DoubleType(),
    "VARCHAR": types.StringType(),
    "BLOB": types.BinaryType(),
    "DATE": types.DateType(),
    "TIME": types.TimeType(),
    "TIMESTAMP": types.TimestampType(),
    "TIMESTAMP WITH TIME ZONE": types.TimestamptzType(),
    "UUID": types.UUIDType(),
}
_TO_DUCKDB = {str(iceberg): name for name, iceberg in _TO_ICEBERG.items()} | {"timestamp_ns": "TIMESTAMP_NS"}
_PROMOTIONS = {("int", "long"), ("float", "double")}


def iceberg_type(tree: TypeName, next_id: Callable[[], int]) -> types.IcebergType:
    """The Iceberg type of a DuckDB one. UNSUPPORTED_TABLE for types that Iceberg v2 does not have."""
    match tree.base:
        case "DECIMAL":
            width, scale = (int(part) for part in (*tree.arguments, "18", "3")[:2])
            return types.DecimalType(width, scale)
        case "LIST":
            return types.ListType(element_id=next_id(), element=iceberg_type(tree.fields[0][1], next_id), element_required=False)
        case "MAP":
            key_id, value_id = next_id(), next_id()
            key, value = (iceberg_type(child, next_id) for _, child in tree.fields)
            return types.MapType(key_id=key_id, key_type=key, value_id=value_id, value_type=value, value_required=False)
        case "STRUCT":
            ids = [next_id() for _ in tree.fields]
            members = [_field(at, name, iceberg_type(child, next_id)) for at, (name, child) in zip(ids, tree.fields, strict=True)]
            return types.StructType(*members)
        case _ if tree.base in _TO_ICEBERG:
            return _TO_ICEBERG[tree.base]
        case _:
            raise errors.VoyantError(errors.UNSUPPORTED_TABLE, f"Iceberg has no type for {tree}.")


def duckdb_type(iceberg: types.IcebergType) -> TypeName:
    """The inverse of `iceberg_type`, also for types that only other writers use."""
    match iceberg:
        case types.DecimalType():
            return TypeName("DECIMAL", (str(iceberg.precision), str(iceberg.scale)))
        case types.ListType():
            return TypeName("LIST", fields=(("element", duckdb_type(iceberg.element_type)),))
        case types.MapType():
            return TypeName("MAP", fields=(("key", duckdb_type(iceberg.key_type)), ("value", duckdb_type(iceberg.value_type))))
        case types.StructType():
            return TypeName("STRUCT", fields=tuple((field.name, duckdb_type(field.field_type)) for field in iceberg.fields))
        case types.FixedType():
            return TypeName("BLOB")
        case _ if str(iceberg) in _TO_DUCKDB:
            return TypeName(_TO_DUCKDB[str(iceberg)])
        case _:
            raise errors.VoyantError(errors.UNSUPPORTED_TABLE, f"The query engine has no type for Iceberg's {iceberg}.")


def next_schema(columns: Sequence[Column], metadata: TableMetadata | None) -> Schema:
    """The schema of the next version, in the order of `columns`: fresh ids for a new table, else kept ones where the type allows."""
    current = metadata.schema() if metadata else None
    last_id = metadata.last_column_id if metadata else 0
    counter = iter(range(last_id + 1, 2**31))
    kept = {field.name: field for field in current.fields} if current else {}
    fields: list[types.NestedField] = []
    for column in columns:
        before = kept.get(column.name)
        tree = type_names.parse(column.type)
        if before is not None and str(duckdb_type(before.field_type)) == str(tree):
            fields.append(before)
            continue
        identifier = before.field_id if before is not None and _promotes(before.field_type, tree) else next(counter)
        fields.append(_field(identifier, column.name, iceberg_type(tree, counter.__next__)))
    if metadata is None:
        return assign_fresh_schema_ids(Schema(*fields))
    return Schema(*fields, schema_id=max(schema.schema_id for schema in metadata.schemas) + 1)


def field_ids(schema: Schema) -> dict[str, int]:
    """Every field's id by its path: the column's name, then the nested names, joined by `PATH_JOINT`."""
    return {path: identifier for path, identifier, _ in leaves_and_branches(schema)}


def leaves_and_branches(schema: Schema) -> Iterator[tuple[str, int, types.IcebergType]]:
    """(path, id, type) of all fields, parents first: the order in which Parquet lists its leaves."""
    for field in schema.fields:
        yield from _below(field.name, field.field_id, field.field_type)


def columns_of(schema: Schema) -> tuple[Column, ...]:
    return tuple(Column(name=field.name, type=str(duckdb_type(field.field_type))) for field in schema.fields)


def _below(path: str, identifier: int, iceberg: types.IcebergType) -> Iterator[tuple[str, int, types.IcebergType]]:
    yield path, identifier, iceberg
    match iceberg:
        case types.ListType():
            yield from _below(f"{path}{PATH_JOINT}element", iceberg.element_id, iceberg.element_type)
        case types.MapType():
            yield from _below(f"{path}{PATH_JOINT}key", iceberg.key_id, iceberg.key_type)
            yield from _below(f"{path}{PATH_JOINT}value", iceberg.value_id, iceberg.value_type)
        case types.StructType():
            for field in iceberg.fields:
                yield from _below(f"{path}{PATH_JOINT}{field.name}", field.field_id, field.field_type)
        case _:
            return


def _field(identifier: int, name: str, iceberg: types.IcebergType) -> types.NestedField:
    return types.NestedField(field_id=identifier, name=name, field_type=iceberg, required=False)


def _promotes(before: types.IcebergType, tree: TypeName) -> bool:
    """Iceberg's type promotions (spec, "Schema Evolution")."""
    if tree.fields:
        return False
    after = iceberg_type(tree, lambda: 0)
    if isinstance(before, types.DecimalType) and isinstance(after, types.DecimalType):
        return before.scale == after.scale and before.precision <= after.precision
    return (str(before), str(after)) in _PROMOTIONS
