"""Where each KPI of a request runs: in the stage of the one table that it reads, or over several once all of them are there."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from resources._kit.sql_names import QUALIFIED
from voyant_assets.analysis.kpi.check import check_kpis, checked_kpi
from voyant_core.errors import VoyantError
from voyant_core.keys import JOINT
from voyant_core.model.job import PlannedKpi, PlannedTable
from voyant_core.model.kpi import KpiRequest

MOST_KEPT = 50
log = logging.getLogger(__name__)

_NOT_SCHEMAS = frozenset({"memory", "system", "temp"})  # DuckDB's own catalogs: `memory.orders` would be ambiguous


def spellings(tables: Sequence[PlannedTable], tenant: str) -> dict[str, str]:
    """How SQL may name the tables -> their labels.

    A label always; a slug or a title (quoted in SQL) that only one table has; `source.table` and `tenant__source.table`. Case does not
    count, so of two names that differ in case only the stronger one stays.
    """
    found: dict[str, tuple[str, str]] = {table.label.lower(): (table.label, table.label) for table in tables}
    qualified = {table.label: f"{table.source}.{table.name}" for table in tables if table.source not in _NOT_SCHEMAS}
    addresses = {table.label: f"{tenant}__{table.source}.{table.name}" for table in tables}
    titles = {table.label: table.found.title for table in tables if not QUALIFIED.fullmatch(table.found.title)}
    for names in ({table.label: table.name for table in tables}, titles, qualified, addresses):
        lowered = [name.lower() for name in names.values()]
        for label, name in names.items():
            if lowered.count(name.lower()) == 1:
                found.setdefault(name.lower(), (name, label))
    return dict(found.values())


def planned_kpis(kpis: Sequence[KpiRequest], tables: Sequence[PlannedTable], tenant: str) -> list[PlannedKpi]:
    """The KPIs with their places, or one VoyantError for all that cannot run over these tables."""
    if not kpis:
        return []
    labels = spellings(tables, tenant)
    columns = {table.label: table.found.columns for table in tables}
    known = {name: columns[label] for name, label in labels.items()}
    check_kpis(kpis, known)
    return [_placed(kpi, {name: labels[name] for name in checked_kpi(kpi, known).tables}, tables[0].label) for kpi in kpis]


def fitting_kpis(kpis: Sequence[KpiRequest], tables: Sequence[PlannedTable], tenant: str) -> list[PlannedKpi]:
    """Those that can run over these tables, of KPIs that nobody asks for now: kept ones may name tables that are not in the run."""
    found: list[PlannedKpi] = []
    for kpi in kpis:
        try:
            found += planned_kpis([kpi], tables, tenant)
        except VoyantError as error:
            log.info("a kept KPI does not fit", extra={"kpi": kpi.name, "code": error.code.code, "detail": error.detail})
    return found


def kept_kpis(kept: Sequence[KpiRequest], asked: Sequence[KpiRequest], tables: Sequence[PlannedTable], tenant: str) -> list[KpiRequest]:
    """What a source keeps after a request: the KPIs asked for, and the earlier ones of other names that still fit its tables."""
    names = {kpi.name for kpi in asked}
    fit = {kpi.name for kpi in fitting_kpis([kpi for kpi in kept if kpi.name not in names], tables, tenant)}
    return [*asked, *(kpi for kpi in kept if kpi.name in fit)][:MOST_KEPT]


def _placed(kpi: KpiRequest, reads: Mapping[str, str], first: str) -> PlannedKpi:
    """A KPI that reads no table belongs to the first one."""
    places = set(reads.values()) or {first}
    return PlannedKpi(name=kpi.name, sql=kpi.sql, place=JOINT if len(places) > 1 else places.pop(), reads=dict(sorted(reads.items())))
