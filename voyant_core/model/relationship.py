"""`relationships.json`, format `voyant.relationships/1`: which table refers to which, with the evidence."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from voyant_core.model.profile import Scalar


class ColumnRef(BaseModel):
    table: str = Field(description="Label of the table.")
    column: str


class Relationship(BaseModel):
    """Values of `child` refer to rows of `parent`, whose column is unique. Figures are exact and count non-null values."""

    child: ColumnRef
    parent: ColumnRef
    cardinality: Literal["n:1", "1:1"] = Field(description="Read from child to parent.")
    basis: Literal["same name", "table and key name", "name ends alike", "values"]
    child_rows: int = Field(description="Rows of the child with a value.")
    child_values: int = Field(description="Distinct values of the child.")
    matched_values: int
    containment: float = Field(description="Share of the child's distinct values that the parent has.")
    orphan_rows: int = Field(description="Rows of the child whose value the parent lacks.")
    orphan_values: int
    orphan_examples: list[Scalar] = Field(default=[], description="At most 5, those with most rows first.")
    parent_values: int
    unreferenced_values: int = Field(description="Values of the parent that no child row has.")


class RelationshipReport(BaseModel):
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    format: Literal["voyant.relationships/1"] = Field(default="voyant.relationships/1", alias="schema")
    tables: list[str]
    relationships: list[Relationship]
    compared: int = Field(description="Pairs of columns whose values were compared.")
    not_compared: int = Field(default=0, description="Candidates that the budget left out, the weakest.")
    notes: list[str] = []
