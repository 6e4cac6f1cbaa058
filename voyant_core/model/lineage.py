"""Lineage edges: source → table → stage → artifact."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class LineageEdge(BaseModel):
    """`upstream` fed `downstream`. URNs: `urn:voyant:<tenant>:{source,table,stage,artifact}:<path>`."""

    model_config = ConfigDict(frozen=True)

    upstream: str
    downstream: str
    kind: Literal["ingest", "compute", "produce"]
    job_id: str
