"""KPIs of a request, checked before anything runs: a wrong one is refused with its place, what is wrong and what was probably meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resources._kit.sql_safety import CheckedQuery, checked_query
from voyant_core import errors
from voyant_core.model.kpi import KpiRequest
from voyant_core.model.source import Column

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class KpiFlaw:
    """What is wrong with one KPI. `code` is UNKNOWN_COLUMN, INVALID_SQL or SQL_NOT_A_READ; `pointer` leads to its SQL in the request."""

    code: errors.ErrorCode
    pointer: str
    detail: str
    hint: str | None = None


def kpi_flaws(kpis: Sequence[KpiRequest], tables: Mapping[str, Sequence[Column]]) -> list[KpiFlaw]:
    """The flaws of the KPIs against the tables' columns, in order; empty when all may run."""
    flaws: list[KpiFlaw] = []
    for place, kpi in enumerate(kpis):
        try:
            checked_kpi(kpi, tables)
        except errors.VoyantError as error:
            flaws.append(KpiFlaw(error.code, f"/kpis/{place}/sql", error.detail, error.hint))
    return flaws


def check_kpis(kpis: Sequence[KpiRequest], tables: Mapping[str, Sequence[Column]]) -> None:
    """Nothing when all KPIs may run, else one VoyantError for all flaws: the first one's code, detail and hint, every one as a `Flaw`."""
    flaws = kpi_flaws(kpis, tables)
    if flaws:
        first = flaws[0]
        listed = [errors.Flaw(flaw.pointer, flaw.detail) for flaw in flaws]
        raise errors.VoyantError(first.code, first.detail, hint=first.hint, errors=listed)


def checked_kpi(kpi: KpiRequest, tables: Mapping[str, Sequence[Column]]) -> CheckedQuery:
    """The KPI's SQL as it may run. It reads nothing that changes while the data do not."""
    subject = subject_of(kpi)
    checked = checked_query(kpi.sql, tables, subject=subject)
    if checked.volatile:
        raise errors.VoyantError(
            errors.INVALID_SQL,
            f"{subject}: `{checked.volatile[0]}` gives another answer every time, so the figure could not be kept with the data.",
            hint="Measure time against the data: (SELECT max(time_column) FROM table_name).",
        )
    return checked


def subject_of(kpi: KpiRequest) -> str:
    name = " ".join(kpi.name.split()).replace("`", "'")
    return f"KPI `{name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + '…'}`"
