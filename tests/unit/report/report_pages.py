"""Pages for the tests of the report: models by hand, and a reader of HTML that says what is wrong with it."""

import dataclasses
import html.parser
import json
import re
from typing import Any

from voyant_assets.analysis.narrative.compose import narrate
from voyant_assets.analysis.narrative.material import Material
from voyant_assets.charting.build import page_svg
from voyant_assets.charting.document import stored
from voyant_assets.report.inputs import DrawnChart, ReportInputs
from voyant_core.canonical import dumps, sha256
from voyant_core.model.artifact import Artifact, ArtifactKind
from voyant_core.model.chart import Chart, ChartSet, Citation, Code, DataTable, KeyEntry
from voyant_core.model.job import StageRun, StageState
from voyant_core.model.kpi import Kpi, KpiReport, Part, Point
from voyant_core.model.profile import (
    Bin,
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
from voyant_core.model.source import FileFormat, Landing, ReadOptions

VOID = {"meta", "link", "br", "hr", "img", "input"}
EVIL = "<script>alert('x')</script>\"'&amp;{{ 7*7 }}\n`"
ROWS = 1000


class Page(html.parser.HTMLParser):
    """What a page holds, and everything that is wrong with it in `problems`."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.html = data.decode()
        self.stack: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.headings: list[int] = []
        self.problems: list[str] = []
        self.tags: dict[str, int] = {}
        self.evidence: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self._open_figure: list[str] | None = None
        self.feed(self.html)
        self.close()
        self.problems += [f"left open: {self.stack}"] * bool(self.stack)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.ids += [found["id"]] if "id" in found else []
        self.references += [found["href"][1:]] if found.get("href", "").startswith("#") else []
        self.references += [name for key in ("aria-labelledby", "aria-describedby") for name in found.get(key, "").split()]
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        self.problems += [
            f"<{tag} {key}> reaches outside" for key in ("src", "href", "action", "data", "srcset") if found.get(key, "#")[:1] != "#"
        ]
        self.problems += [f"<{tag} {key}> is a handler" for key in found if key.startswith("on")]
        if tag == "svg" and not (found.get("role") == "img" and found.get("aria-label")) and found.get("aria-hidden") != "true":
            self.problems.append("an svg has neither a name nor aria-hidden")
        if re.search("#[0-9a-f]{3}", f"{found.get('fill')}{found.get('stroke')}"):
            self.problems.append(f"<{tag}> has a colour that is no token")
        if tag == "data":
            self.evidence.append((found["data-at"], found["value"], ""))
            self._open_figure = []
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.problems.append(f"unbalanced </{tag}> in line {self.getpos()[0]}")
        if tag == "data" and self._open_figure is not None:
            at, value, _ = self.evidence[-1]
            self.evidence[-1] = (at, value, "".join(self._open_figure))
            self._open_figure = None

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] in {"style", "script"}:
            return
        self.words.append(data)
        if self._open_figure is not None:
            self._open_figure.append(data)


def number(name: str, **given: Any) -> ColumnProfile:
    nulls = given.get("nulls", 0)
    known: dict[str, Any] = {
        "name": name, "position": 0, "type": "DOUBLE", "kind": "number", "count": ROWS - nulls, "nulls": nulls, "null_share": nulls / ROWS,
        "distinct": 400, "role": "measure", "semantic_type": "duration", "default_aggregation": "mean", "unit": "min", "min": -43.0,
        "max": 1301.0, "sum": 12639.0, "mean": 12.639, "std": 40.0, "skewness": 4.8,
        "quantiles": Quantiles(p01=-12.0, p05=-9.0, p25=-5.0, p50=-2.0, p75=11.0, p95=88.0, p99=191.0),
        "histogram": [Bin(low=float(low), high=float(low + 10), count=max(1, 300 - 3 * low)) for low in range(-40, 140, 10)],
        "top": [TopValue(value=-5, count=40, share=0.04), TopValue(value=-4, count=39, share=0.039)],
    }  # fmt: skip
    return ColumnProfile(**(known | given))


def category(name: str, *values: str, **given: Any) -> ColumnProfile:
    top = [TopValue(value=value, count=ROWS // len(values), share=1 / len(values)) for value in values]
    known: dict[str, Any] = {
        "name": name, "position": 0, "type": "VARCHAR", "kind": "string", "count": ROWS, "nulls": 0, "null_share": 0.0,
        "distinct": len(values), "role": "dimension", "semantic_type": "category", "default_aggregation": "none", "top": top,
    }  # fmt: skip
    return ColumnProfile(**(known | given))


def moments(name: str) -> ColumnProfile:
    return ColumnProfile(
        name=name, position=0, type="TIMESTAMP", kind="temporal", count=ROWS, nulls=0, null_share=0.0, distinct=ROWS, role="time",
        semantic_type="datetime", default_aggregation="none", min="2013-01-01T05:00:00", max="2013-12-31T23:00:00",
        histogram=[Bin(low=float(low), high=float(low + 1), count=5) for low in range(24)],
    )  # fmt: skip


def profile_of(*columns: ColumnProfile, rows: int = ROWS, **given: Any) -> TableProfile:
    placed = {found.name: found.model_copy(update={"position": place}) for place, found in enumerate(columns)}
    known: dict[str, Any] = {
        "table": "flights", "rows": rows, "columns": placed, "duplicate_rows": DuplicateRows(count=0, method="hash of the row"),
        "missingness": Missingness(complete_rows=rows),
    }  # fmt: skip
    return TableProfile(**(known | given))


def full_profile(delay: str = "dep_delay", carrier: str = "carrier", value: str = "UA") -> TableProfile:
    gaps = Missingness(
        complete_rows=940, patterns=[NullPattern(columns=[delay, "arr_delay"], rows=25), NullPattern(columns=["arr_delay"], rows=35)]
    )
    return profile_of(
        moments("time_hour"), number(delay, nulls=25), number("arr_delay", nulls=60), number("distance", unit="mi", skewness=0.1),
        category(carrier, value, "DL", "AA"), category("year", "2013", role="constant"),
        correlations=[Correlation(a=delay, b="arr_delay", r=0.9148, n=940), Correlation(a="arr_delay", b="distance", r=-0.06, n=940)],
        missingness=gaps, time=TimeAxis(column="time_hour", frequency="hour", first="2013-01-01T05:00:00", last="2013-12-31T23:00:00"),
        notes=["“NA” was read as an empty cell."],
    )  # fmt: skip


def full_quality(column: str = "dep_delay") -> QualityReport:
    def rule(name: str, failing: int, **given: Any) -> RuleResult:
        known: dict[str, Any] = {
            "id": f"between:{name}", "type": "between", "dimension": Dimension.RANGE, "columns": [name], "checked": ROWS,
            "failing": failing, "description": f"{name} lies between −60 and 1,500", "share": 1 - failing / ROWS,
            "passed": failing == 0, "why": "a clock that is wrong",
        }  # fmt: skip
        return RuleResult(**(known | given))

    many = [rule(f"x_{place}", 10 + place, type="not_null", why="never empty before") for place in range(7)]
    rules = [rule(column, 30, severity="high", examples=[{column: EVIL}, {column: None}]), *many, rule("distance", 0)]
    scores = {Dimension.RANGE: DimensionScore(score=98.5, rules=9, failed=8)}
    return QualityReport(table="flights", rows=ROWS, score=99.97, dimensions=scores, rules=rules)


def full_kpis(label: str = "Median dep_delay", value: str = "UA") -> KpiReport:
    series = [Point(at=f"2013-{month:02d}-01", value=float(month * month)) for month in range(1, 12)] + [
        Point(at="2013-12-01", value=1.0, complete=False)
    ]
    parts = [
        Part(label=value, value=-3.0, rows=300),
        Part(label="DL", value=5.0, rows=300),
        *(Part(label=f"C{n}", value=1.0, rows=60) for n in range(6)),
    ]
    return KpiReport(
        table="flights",
        kpis=[
            Kpi(name="delay", label=label, sql=f"select median(dep_delay) from flights where carrier <> '{value}'", origin="derived",
                value=-2.0, unit="min", period="month", series=series, by="carrier", parts=parts, source_columns=["dep_delay"]),
            Kpi(name="late", label="Late share", sql="select 1", origin="request", value=0.211, is_share=True),
            Kpi(name="by_origin", label="By origin", sql="select 2", origin="request", columns=["origin", "n"],
                data=[[value, 120835], [None, 3.5]], total=12, truncated=True),
        ],
    )  # fmt: skip


def a_chart(name: str = "dep_delay", label: str = "UA") -> Chart:
    late = Citation(text="37.2%", value=0.372, artifact="flights/chart_late.vl.json", pointer="/usermeta/voyant/facts/late")
    return Chart(
        slug="late", kind="composition", salience=0.9, form="bars",
        title=[Code(code=name), " is late in ", late, " of the evenings"],
        subtitle="Share by hour", note="Of departed flights.", facts={"late": 0.372}, columns=[name],
        key=[KeyEntry(token="seq-1", text="few")],
        table=DataTable(headers=["Hour", "Late"], rows=[[label, "37.2%"]]),
        arguments={"rows": [{"label": label, "value": 0.372, "text": "37.2%"}, {"label": "b", "value": 0.1, "text": "10%"}]},
    )  # fmt: skip


def progress(**reasons: tuple[str, str, str]) -> tuple[StageRun, ...]:
    """All stages done, but those that are named with state, code and reason; the report itself is running."""
    runs = [
        StageRun(table="flights", name=name, state=StageState.SUCCEEDED)
        for name in ("ingest", "profile", "quality", "kpi", "charts", "narrative")
    ]
    told = [
        run.model_copy(update={"state": StageState(reasons[run.name][0]), "code": reasons[run.name][1], "reason": reasons[run.name][2]})
        if run.name in reasons
        else run
        for run in runs
    ]
    return (*told, StageRun(table="flights", name="report", state=StageState.RUNNING))


def inputs(profile: TableProfile | None = None, *charts: Chart, **given: Any) -> ReportInputs:
    """A page of the profile alone, unless quality, kpis and charts are given."""
    profile = profile or full_profile()
    quality, kpis = given.pop("quality", None), given.pop("kpis", None)
    title = given.pop("title", "Flights")
    chart_set = ChartSet(table="flights", charts=list(charts)) if charts else None
    narrative = narrate(Material(table="flights", title=title, profile=profile, quality=quality, kpis=kpis, charts=chart_set))
    drawn = tuple(DrawnChart(chart, page_svg(chart, 912), page_svg(chart, 328)) for chart in charts) or None
    known = ReportInputs(
        table="flights", source="flights.csv", narrative=narrative, profile=profile, quality=quality, kpis=kpis, charts=drawn,
        progress=progress(), artifacts=(), landing=Landing(sha256="c" * 64, size_bytes=31053850, file_name="flights.csv"),
        read=ReadOptions(format=FileFormat.CSV, delimiter=",", null_tokens=["", "NA"], renamed={"a": "A b"}), engine="DuckDB 2.0.0",
        code_versions={"profile": "3"},
    )  # fmt: skip
    made = dataclasses.replace(known, **given)
    return dataclasses.replace(made, artifacts=tuple(_artifact(name, data) for name, data in stored_files(made).items()))


def full(**given: Any) -> ReportInputs:
    return inputs(full_profile(), a_chart(), quality=full_quality(), kpis=full_kpis(), **given)


def stored_files(made: ReportInputs) -> dict[str, bytes]:
    models = {"profile": made.profile, "quality": made.quality, "kpis": made.kpis, "narrative": made.narrative}
    files = {f"flights/{name}.json": dumps(model) for name, model in models.items() if model is not None}
    return files | {f"flights/chart_{drawn.chart.slug}.vl.json": dumps(stored(drawn.chart)) for drawn in made.charts or ()}


def documents(made: ReportInputs) -> dict[str, Any]:
    return {name: json.loads(data) for name, data in stored_files(made).items()}


def _artifact(name: str, data: bytes) -> Artifact:
    return Artifact(name=name, kind=ArtifactKind.PROFILE, media_type="application/json", size_bytes=len(data), sha256=sha256(data))
