"""Key figures as Markdown, for Dagit. Names and values from the data are code spans that their content cannot leave."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voyant_assets.analysis.wording import numbers
from voyant_assets.analysis.wording.markdown import code
from voyant_core.model.kpi import Kpi, KpiReport
from voyant_core.model.profile import Scalar

SHOWN_ROWS = 10


def preview(report: KpiReport) -> str:
    single = [kpi for kpi in report.kpis if not kpi.columns]
    lines = ["| figure | value |", "|---|--:|", *(f"| {code(kpi.label)} | {shown(kpi)} |" for kpi in single)]
    tables = [f"**{code(kpi.label)}**\n\n{_table(kpi)}" for kpi in report.kpis if kpi.columns]
    return "\n\n".join([*(["\n".join(lines)] if single else []), *tables]) or "No key figures."


def shown(kpi: Kpi) -> str:
    if isinstance(kpi.value, bool) or not isinstance(kpi.value, int | float):
        return code(str(kpi.value)) if kpi.value is not None else "none"
    return numbers.pct(kpi.value) if kpi.is_share else numbers.with_unit(kpi.value, _safe(kpi.unit))


def _table(kpi: Kpi) -> str:
    head = ["| " + " | ".join(code(name) for name in kpi.columns) + " |", "|" + "---|" * len(kpi.columns)]
    body = ["| " + " | ".join(_cells(row)) + " |" for row in kpi.data[:SHOWN_ROWS]]
    more = f"\n\n{numbers.integer(kpi.total - SHOWN_ROWS)} more rows" if kpi.total > SHOWN_ROWS else ""
    return "\n".join([*head, *body]) + more


def _cells(row: Sequence[Scalar]) -> list[str]:
    return [code(numbers.scalar(value)) if value is not None else "" for value in row]


def _safe(unit: str | None) -> str | None:
    return re.sub(r"[|`<>\[\]*_\n]", " ", unit) if unit else unit
