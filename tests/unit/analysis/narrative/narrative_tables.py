"""Small tables as the stages would describe them, for the tests of the narrative."""

import datetime as dt
from typing import Any

from voyant_assets.analysis.narrative.material import Material
from voyant_core.canonical import dumps
from voyant_core.model.chart import Chart, ChartSet, Citation, Code, DataTable
from voyant_core.model.kpi import Kpi, KpiReport, Part, Point
from voyant_core.model.profile import (
    ColumnProfile,
    Correlation,
    DuplicateRows,
    Missingness,
    NullPattern,
    Quantiles,
    TableProfile,
    TimeAxis,
    TopValue,
)
from voyant_core.model.quality import Dimension, DimensionScore, QualityReport, RuleResult


def column(name: str, rows: int = 1000, nulls: int = 0, **given: Any) -> ColumnProfile:
    """A calm measure from 0 to 100, unless told otherwise."""
    filled = rows - nulls
    values: dict[str, Any] = {
        "name": name, "position": 0, "type": "DOUBLE", "kind": "number", "count": filled, "nulls": nulls,
        "null_share": nulls / rows if rows else 0.0, "distinct": min(filled, 400), "role": "measure", "semantic_type": "number",
        "default_aggregation": "mean", "min": 0.0, "max": 100.0, "sum": 50.0 * filled, "mean": 50.0, "std": 20.0, "skewness": 0.0,
        "quantiles": quantiles(1, 5, 30, 50, 70, 95, 99),
        "top": [TopValue(value=50, count=5, share=0.005), TopValue(value=51, count=4, share=0.004)],
    }  # fmt: skip
    return ColumnProfile(**(values | given))


def words(name: str, *counts: tuple[str, int], rows: int = 1000, distinct: int | None = None, **given: Any) -> ColumnProfile:
    """A dimension with these values and counts."""
    top = [TopValue(value=value, count=count, share=count / rows) for value, count in counts]
    numeric = {"min": None, "max": None, "sum": None, "mean": None, "std": None, "skewness": None, "quantiles": None}
    kind = {"type": "VARCHAR", "kind": "string", "role": "dimension", "semantic_type": "category", "default_aggregation": "none"}
    return column(name, rows, **(numeric | kind | {"top": top, "distinct": distinct or len(top)} | given))


def quantiles(*values: float) -> Quantiles:
    return Quantiles(**dict(zip(("p01", "p05", "p25", "p50", "p75", "p95", "p99"), map(float, values), strict=True)))


def table(*columns: ColumnProfile, rows: int = 1000, **given: Any) -> TableProfile:
    placed = {found.name: found.model_copy(update={"position": place}) for place, found in enumerate(columns)}
    values: dict[str, Any] = {
        "table": "sales", "rows": rows, "columns": placed, "duplicate_rows": DuplicateRows(count=0, method="hash of the row"),
        "missingness": Missingness(complete_rows=rows),
    }  # fmt: skip
    return TableProfile(**(values | given))


def material(profile: TableProfile, **given: Any) -> Material:
    return Material(table=profile.table, title="Sales", profile=profile, **given)


def skewed(name: str = "delay") -> ColumnProfile:
    return column(name, unit="min", skewness=5.0, mean=12.639, max=180.0, quantiles=quantiles(-12, -9, -5, -2, 11, 88, 170))


def monthly(*values: float | None, label: str = "Sum of amount", **given: Any) -> Kpi:
    points = [Point(at=dt.date(2010 + place // 12, place % 12 + 1, 1).isoformat(), value=value) for place, value in enumerate(values)]
    known: dict[str, Any] = {
        "name": "sum_amount",
        "label": label,
        "sql": "select 1",
        "origin": "derived",
        "value": 100.0,
        "period": "month",
    }
    return Kpi(**(known | {"series": points, "source_columns": ["amount"]} | given))


def parts(kpi: Kpi, by: str, *groups: tuple[str, float], rows: int = 100) -> Kpi:
    found = [Part(label=label, value=value, rows=rows) for label, value in groups]
    return kpi.model_copy(update={"by": by, "parts": found})


def kpi_report(*kpis: Kpi) -> KpiReport:
    return KpiReport(table="sales", kpis=list(kpis))


def failed_rule(rule_type: str, *columns: str, failing: int = 30, **given: Any) -> RuleResult:
    known: dict[str, Any] = {
        "id": f"{rule_type}:{'+'.join(columns)}", "type": rule_type, "dimension": Dimension.VALIDITY, "columns": list(columns),
        "description": f"{columns[0]} is not negative" if columns else "no row repeats", "checked": 1000, "failing": failing,
        "share": 1 - failing / 1000, "passed": False,
    }  # fmt: skip
    return RuleResult(**(known | given))


def quality(*rules: RuleResult) -> QualityReport:
    score = DimensionScore(score=97.0, rules=len(rules), failed=len(rules))
    return QualityReport(table="sales", rows=1000, score=97.0, dimensions={Dimension.VALIDITY: score}, rules=list(rules))


def chart(slug: str, kind: str, salience: float, *columns: str) -> Chart:
    worst = Citation(text="37.2%", value=0.372, artifact=f"sales/chart_{slug}.vl.json", pointer="/usermeta/voyant/facts/worst")
    return Chart(
        slug=slug, kind=kind, salience=salience, form="bars", title=[Code(code=columns[0]), " is late in ", worst, " of the evenings"],
        subtitle="Share by hour", consequence=["Mornings are the safe choice"], facts={"worst": 0.372}, columns=list(columns),
        arguments={"rows": []}, table=DataTable(headers=["Hour", "Late"], rows=[["21", "37.2%"]]),
    )  # fmt: skip


def charts(*found: Chart) -> ChartSet:
    return ChartSet(table="sales", charts=list(found))


def artifacts(found: Material) -> dict[str, bytes]:
    """What the stages would have stored."""
    files = {f"{found.table}/profile.json": dumps(found.profile)}
    if found.quality is not None:
        files[f"{found.table}/quality.json"] = dumps(found.quality)
    if found.kpis is not None:
        files[f"{found.table}/kpis.json"] = dumps(found.kpis)
    for made in found.charts.charts if found.charts is not None else []:
        files[f"{found.table}/chart_{made.slug}.vl.json"] = dumps({"usermeta": {"voyant": made}})
    return files


def everything() -> list[Material]:
    """Tables that between them set off every detector."""
    rows = 1000
    gappy = Missingness(
        complete_rows=860, patterns=[NullPattern(columns=["left", "arrived"], rows=100), NullPattern(columns=["arrived"], rows=40)]
    )
    shaped = table(
        column("id/1", role="identifier", distinct=995),
        column("gone", count=0, nulls=rows, null_share=1.0, distinct=0, top=[], quantiles=None, mean=None, skewness=None),
        column("year", distinct=1, role="constant", top=[TopValue(value=2013, count=rows, share=1.0)]),
        column("left", nulls=100), column("arrived", nulls=140), skewed(),
        words("country", ("DE", 700), ("FR", 200), ("*", 50), ("de", 30), ("IT", 20)),
        missingness=gappy, duplicate_rows=DuplicateRows(count=60, method="hash of the row"),
        time=TimeAxis(column="day", frequency="day", first="2013-01-01", last="2013-12-31"),
    )  # fmt: skip
    valued = table(
        column("speed", max=1048.36, quantiles=quantiles(0, 1, 6, 10, 14, 20, 27)),
        column("rain", top=[TopValue(value=0, count=933, share=0.933)], distinct=60),
        column("age", top=[TopValue(value=999, count=200, share=0.2), TopValue(value=31, count=6, share=0.006)]),
        column("gust", nulls=796), column("open"), column("high"), column("close"), column("volume"), column("price"),
        words("size", ("small", 20), ("large", 980), distinct=9),
        correlations=[Correlation(a="open", b="close", r=0.9998, n=1000), Correlation(a="high", b="open", r=0.97, n=1000),
                      Correlation(a="price", b="volume", r=-0.8, n=900)],
        missingness=Missingness(complete_rows=204, patterns=[NullPattern(columns=["gust"], rows=796)]),
    )  # fmt: skip
    figured = table(column("amount"), words("region", ("north", 500), ("south", 500)))
    rising = monthly(*(100.0 + 10 * place for place in range(26)), label="Mean amount", name="mean_amount")
    falling = monthly(*[10.0, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 40], label="Late share", name="late", source_columns=["late"])
    losing = parts(
        monthly(label="Sum of profit", name="profit", value=500.0, source_columns=["profit"]), "region", ("north", 700), ("south", -200)
    )
    gap = parts(monthly(label="Mean price", name="price", value=20.0, source_columns=["price"]), "meal", ("Dinner", 30.0), ("7", 10.0))
    ruled = quality(failed_rule("not_negative", "amount"), failed_rule("matches", "region", severity="high"))
    return [
        material(shaped),
        material(valued),
        material(figured, kpis=kpi_report(rising, falling, losing, gap)),
        material(
            figured,
            quality=ruled,
            charts=charts(chart("late", "group_gap", 0.9, "amount", "region"), chart("dull", "distribution", 0.1, "x")),
        ),
    ]
