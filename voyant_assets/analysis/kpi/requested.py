"""KPIs that were asked for: run under the guard, each told as one figure when it is one, as a table otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from resources._kit.sql_safety import CheckedQuery
from voyant_assets.analysis.kpi import naming
from voyant_assets.analysis.kpi.check import checked_kpi, subject_of
from voyant_core import canonical, errors
from voyant_core.keys import JOINT
from voyant_core.model.job import PlannedKpi
from voyant_core.model.kpi import Kpi
from voyant_core.model.profile import ColumnProfile, Scalar
from voyant_core.model.table import TableSnapshot
from voyant_core.ports import GuardedQuery, GuardedRows

SHARES = re.compile(r"(?i)(^|[\W_])(share|rate|ratio|fraction|proportion|percent|percentage|pct|quota)([\W_]|$)")
LONGEST_TEXT = 1000


Known = tuple[TableSnapshot, Mapping[str, ColumnProfile]]
"""A table as KPIs read it: its pinned rows, and its columns where they were profiled."""


def answered(kpis: Sequence[PlannedKpi], tables: Mapping[str, Known], guarded: GuardedQuery, most_rows: int) -> list[Kpi]:
    """The figures, in order. `tables` are by label and hold all that the KPIs read. The guard's error names the KPI that broke."""
    # one set of names for all of them: the guarded database stays open while it is the same
    names = {name: label for kpi in kpis for name, label in kpi.reads.items()}
    names = names or dict.fromkeys([*tables][:1], next(iter(tables), ""))
    columns = {name: tables[label][0].columns for name, label in names.items()}
    snapshots = {name: tables[label][0] for name, label in names.items()}
    slugs = naming.unique_slugs([kpi.name for kpi in kpis])
    found: list[Kpi] = []
    for kpi, slug in zip(kpis, slugs, strict=True):
        checked = checked_kpi(kpi, columns)
        try:
            answer = guarded.run(checked.sql, snapshots, most_rows)
        except errors.VoyantError as error:
            detail = f"{subject_of(kpi)}: {error.detail}"
            raise errors.VoyantError(error.code, detail, hint=error.hint, retryable=error.retryable) from error
        found.append(kpi_of(kpi, slug, checked, answer, tables))
    return found


def kpi_of(kpi: PlannedKpi, slug: str, checked: CheckedQuery, answer: GuardedRows, tables: Mapping[str, Known]) -> Kpi:
    """The KPI from its guarded answer; unit and share are inferred from what the SQL measures."""
    rows = [[scalar(value) for value in row] for row in answer.rows]
    is_single = len(answer.columns) == 1 and len(rows) == 1 and answer.total == 1
    value = rows[0][0] if is_single else None
    column = _measured(kpi, checked, tables) if is_single else None
    is_share = _is_share(kpi.name, value) and column is None
    is_joint = kpi.place == JOINT
    return Kpi(
        name=slug,
        label=naming.title(kpi.name),
        sql=checked.sql,
        origin="request",
        value=value,
        unit=column.unit if column is not None and isinstance(value, int | float) else None,
        is_share=is_share or (column is not None and column.semantic_type == "share" and _is_share("share", value)),
        columns=[] if is_single else [column_name for column_name, _ in answer.columns],
        data=[] if is_single else rows,
        total=answer.total,
        truncated=answer.truncated,
        source_columns=[f"{kpi.reads.get(table, table)}.{name}" if is_joint else name for table, name in checked.columns],
    )


def _measured(kpi: PlannedKpi, checked: CheckedQuery, tables: Mapping[str, Known]) -> ColumnProfile | None:
    """The column in whose unit the figure stands, when just one table has it."""
    holders = [kpi.reads[table] for table, name in checked.columns if name == checked.measured and table in kpi.reads]
    return tables[holders[0]][1].get(checked.measured or "") if len(holders) == 1 else None


def scalar(value: Any) -> Scalar:
    """A cell as JSON scalar: nested values as JSON text, long texts cut."""
    plain: Any = canonical.plain(value)
    if isinstance(plain, dict | list):
        plain = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    if isinstance(plain, str) and len(plain) > LONGEST_TEXT:
        return plain[: LONGEST_TEXT - 1] + "…"
    return plain


def _is_share(name: str, value: Scalar) -> bool:
    if isinstance(value, bool) or not isinstance(value, float | int) or not 0 <= value <= 1:
        return False
    return SHARES.search(name) is not None
