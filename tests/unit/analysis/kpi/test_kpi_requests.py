"""KPIs of a request: checked before a run, and how their answers are shown."""

from __future__ import annotations

import datetime as dt
import decimal
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from resources._kit.sql_safety import CheckedQuery
from voyant_assets.analysis.kpi.check import check_kpis, checked_kpi, kpi_flaws
from voyant_assets.analysis.kpi.naming import label, title, unique_slugs, words
from voyant_assets.analysis.kpi.preview import preview
from voyant_assets.analysis.kpi.requested import kpi_of
from voyant_core import errors
from voyant_core.model.job import PlannedKpi
from voyant_core.model.kpi import Kpi, KpiReport, KpiRequest
from voyant_core.model.profile import ColumnProfile
from voyant_core.model.source import Column

TABLES = {
    "flights": [Column(name=name, type="BIGINT") for name in ("dep_delay", "arr_delay", "carrier", "time_hour")],
    "airlines": [Column(name="carrier", type="VARCHAR"), Column(name="name", type="VARCHAR")],
}


def request(sql: str, name: str = "late") -> KpiRequest:
    return KpiRequest(name=name, sql=sql)


def test_a_misspelt_column_is_refused_with_the_near_one_and_its_place() -> None:
    flaws = kpi_flaws([request("select count(*) from flights"), request("select avg(dep_dely) from flights")], TABLES)
    assert [(flaw.code, flaw.pointer) for flaw in flaws] == [(errors.UNKNOWN_COLUMN, "/kpis/1/sql")]
    assert flaws[0].detail == "KPI `late`: no column `dep_dely` in flights (line 1, column 12); did you mean `dep_delay`?"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select 1; select 2", errors.SQL_NOT_A_READ),
        ("drop table flights", errors.SQL_NOT_A_READ),
        ("select * from 'x.csv'", errors.INVALID_SQL),
        ("select nope from flights", errors.UNKNOWN_COLUMN),
        ("select count(*) from flights where time_hour > now()", errors.INVALID_SQL),
        ("select random()", errors.INVALID_SQL),
    ],
)
def test_a_wrong_kpi_is_refused_with_its_code(sql: str, code: errors.ErrorCode) -> None:
    with pytest.raises(errors.VoyantError) as caught:
        checked_kpi(request(sql), TABLES)
    assert caught.value.code == code
    assert caught.value.detail.startswith("KPI `late`: ")


def test_all_flaws_come_in_one_error() -> None:
    wrong = [request("select x from flights", "a"), request("select 1"), request("drop table flights", "b")]
    with pytest.raises(errors.VoyantError) as caught:
        check_kpis(wrong, TABLES)
    assert caught.value.code == errors.UNKNOWN_COLUMN
    assert [flaw.pointer for flaw in caught.value.errors] == ["/kpis/0/sql", "/kpis/2/sql"]


def test_right_kpis_pass() -> None:
    check_kpis([request("select carrier, count(*) from flights group by all"), request("select name from airlines")], TABLES)


def test_a_request_without_kpis_does_not_load_the_parser() -> None:
    code = "import sys; from voyant_assets.analysis.kpi.check import check_kpis; check_kpis([], {}); sys.exit('sqlglot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


DELAY = ColumnProfile(
    name="dep_delay", position=0, type="BIGINT", kind="number", count=9, nulls=0, null_share=0, distinct=5, role="measure",
    semantic_type="duration", default_aggregation="median", unit="min",
)  # fmt: skip


def answered(name: str, sql: str, rows: list[tuple[Any, ...]], columns: tuple[str, ...] = ("x",), total: int | None = None) -> Kpi:
    checked = checked_kpi(request(sql), TABLES)
    count = len(rows) if total is None else total
    answer: Any = SimpleNamespace(columns=[(column, "DOUBLE") for column in columns], rows=rows, total=count, truncated=count > len(rows))
    kpi = PlannedKpi(name=name, sql=sql, place="flights", reads={"flights": "flights"})
    pinned: Any = None  # the rows themselves are the guard's business
    return kpi_of(kpi, "slug", checked, answer, {"flights": (pinned, {"dep_delay": DELAY})})


def test_a_single_figure_is_a_value_with_the_unit_of_what_it_measures() -> None:
    kpi = answered("median_delay", "select median(dep_delay) from flights", [(-2.0,)])
    assert (kpi.value, kpi.unit, kpi.label, kpi.columns, kpi.source_columns) == (-2.0, "min", "Median delay", [], ["dep_delay"])


@pytest.mark.parametrize(
    ("name", "value", "is_share"),
    [("late_share", 0.23, True), ("cancel rate", 0.02, True), ("late_share", 23.0, False), ("shareholders", 0.5, False)],
)
def test_a_share_is_told_by_name_and_value(name: str, value: float, is_share: bool) -> None:
    assert answered(name, "select avg((arr_delay > 15)::int) from flights", [(value,)]).is_share is is_share


def test_several_rows_or_columns_are_a_table() -> None:
    kpi = answered("by carrier", "select carrier, count(*) n from flights group by all", [("AA", 3), ("UA", 4)], ("carrier", "n"), total=9)
    assert (kpi.value, kpi.columns, kpi.data, kpi.total, kpi.truncated) == (None, ["carrier", "n"], [["AA", 3], ["UA", 4]], 9, True)


def test_no_row_is_an_empty_table_and_no_figure() -> None:
    kpi = answered("none", "select dep_delay from flights where false", [])
    assert (kpi.value, kpi.columns, kpi.data, kpi.total) == (None, ["x"], [], 0)


def test_cells_become_json_scalars() -> None:
    row = (decimal.Decimal("1.50"), dt.date(2024, 1, 2), [1, 2], {"a": None}, b"\x01", "x" * 5000, float("nan"))
    kpi = answered("mixed", "select 1", [row], tuple("abcdefg"))
    assert kpi.data[0][:5] == [1.5, "2024-01-02", "[1, 2]", '{"a": null}', "01"]
    assert len(str(kpi.data[0][5])) == 1000
    assert kpi.data[0][6] is None


def test_the_sql_shown_is_what_ran() -> None:
    assert answered("n", "select count(*) -- all\nfrom flights;", [(9,)]).sql == "select count(*) from flights"


def test_names_become_unique_slugs() -> None:
    assert unique_slugs(["Late share", "late_share", "Größe!", "***", "***"]) == ["late_share", "late_share_2", "groe", "kpi", "kpi_2"]


def test_labels_read_like_words() -> None:
    assert label("median", "dep_delay") == "Median dep delay"
    assert label("sum", "total_bill") == "Total bill"
    assert label("mean", "GDPGrowth") == "Mean GDP growth"
    assert (words("Miles_per_Gallon"), title("late_over_15")) == ("miles per gallon", "Late over 15")


def test_a_preview_cannot_be_broken_by_names() -> None:
    kpi = answered("a | `b` <script>\n|", "select carrier, 1 from flights", [("x|y", None)], ("c`|", "n"))
    shown = preview(KpiReport(table="flights", kpis=[kpi]))
    assert "`c'¦`" in shown
    assert "| `x¦y` |" in shown


def test_a_checked_query_is_a_value() -> None:
    assert checked_kpi(request("select 1"), TABLES) == CheckedQuery("select 1", (), (), None, ())
