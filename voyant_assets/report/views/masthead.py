"""The first screen: what the table is, and four verdicts."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from voyant_assets.analysis.narrative.compose import grain
from voyant_assets.analysis.narrative.periods import span_name
from voyant_assets.analysis.wording import numbers
from voyant_assets.report.inputs import ReportInputs
from voyant_assets.report.markup import cited, code, rich
from voyant_assets.report.views.stages import is_told, shown_runs
from voyant_core.model.source import Container, ReadOptions

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "blank"}


@dataclass(frozen=True, slots=True)
class Verdict:
    href: str
    big: Markup
    label: str
    small: str
    bad: bool


@dataclass(frozen=True, slots=True)
class Masthead:
    deck: Markup
    description: str
    verdicts: list[Verdict]
    facts: list[tuple[str, Markup]]


CONTAINERS = {
    Container.GZIP: "a gzip file",
    Container.ZSTD: "a zstd file",
    Container.ZIP: "a zip archive",
    Container.EXCEL: "a workbook",
    Container.SQLITE: "an SQLite database",
    Container.DUCKDB: "a DuckDB database",
    Container.FOLDER: "a folder",
}


def masthead(inputs: ReportInputs) -> Masthead:
    profile = inputs.profile
    rows = cited(inputs.evidence("profile.json"), numbers.integer, "rows")
    columns = len(profile.columns)
    parts = [Markup("{} {}").format(rows, "row" if profile.rows == 1 else "rows"), f"{columns} column{'s' * (columns != 1)}"]
    what, span = rich(grain(profile)), period(inputs)
    parts[0] += Markup(", {}").format(what) if what else ""
    deck = Markup("; ").join([*parts, *([span] if span else [])]) + "."
    plain = f"{numbers.integer(profile.rows)} rows, {columns} columns; {len(inputs.narrative.findings)} findings"
    return Masthead(deck, plain, _verdicts(inputs), _facts(inputs))


def period(inputs: ReportInputs) -> str:
    time = inputs.profile.time
    return span_name(time.first, time.last) if time is not None else ""


def score_text(score: float) -> str:
    """A score of 0 to 100; never 100 for less than all."""
    return "100" if score == 100 else ">99.9" if score >= 99.95 else f"{score:.1f}"


def _verdicts(inputs: ReportInputs) -> list[Verdict]:
    found = inputs.narrative.findings
    high = sum(finding.severity == "high" for finding in found)
    runs = shown_runs(inputs)
    failed, skipped = (sum(str(run.state) == state for run in runs) for state in ("failed", "skipped"))
    done = len(runs) - sum(is_told(run) for run in runs)
    troubles = f"{failed} failed, {skipped} skipped" if failed or skipped else "none failed, none skipped"
    return [
        _quality_verdict(inputs),
        Verdict(
            "#findings", Markup("{}").format(len(found)), "finding" if len(found) == 1 else "findings", f"{high or 'none'} high", high > 0
        ),
        _filled_verdict(inputs),
        Verdict("#stages", Markup("{}").format(done), f"of {len(runs)} stages done", troubles, failed > 0),
    ]


def _quality_verdict(inputs: ReportInputs) -> Verdict:
    quality = inputs.quality
    if quality is None:
        return Verdict("#quality", Markup("–"), "quality", "not measured", False)
    failing = sum(not rule.passed for rule in quality.rules)
    small = (
        f"{failing or 'none'} of {len(quality.rules)} rules {'fails' if failing == 1 else 'fail'}" if quality.rules else "no rule applies"
    )
    big = cited(inputs.evidence("quality.json"), score_text, "score") if quality.rules else Markup("–")
    return Verdict("#quality", big, "quality, of 100", small, failing > 0)


def _filled_verdict(inputs: ReportInputs) -> Verdict:
    columns = inputs.profile.columns.values()
    cells = inputs.profile.rows * len(columns)
    share = sum(column.count for column in columns) / cells if cells else None
    complete = sum(column.nulls == 0 for column in columns)
    return Verdict(
        "#missing", Markup("{}").format(numbers.pct(share)), "of cells filled", f"{complete} of {len(columns)} columns complete", False
    )


def _facts(inputs: ReportInputs) -> list[tuple[str, Markup]]:
    entity = inputs.profile.entity
    exact = all(column.distinct_exact and column.quantiles_error is None for column in inputs.profile.columns.values())
    how = "all rows, exact" if exact else "all rows; figures marked ≈ are estimates"
    if (sampling := inputs.profile.sampling) is not None:
        how += f", percentiles from a sample of {numbers.integer(sampling.rows)} rows"
    facts = [
        ("Source", Markup("{}").format(inputs.source)),
        ("File", _file(inputs)),
        ("Read as", Markup("{}").format(reading(inputs.read))),
        ("Measured thing", code(entity) if entity else Markup("")),
        ("Engine", Markup("{}<small>{}</small>").format(inputs.engine, how)),
    ]
    return [(term, text) for term, text in facts if text]


def _file(inputs: ReportInputs) -> Markup:
    if inputs.origin is not None:
        return code(inputs.origin.member) + Markup("<small>in {}</small>").format(CONTAINERS[inputs.origin.container])
    size = inputs.landing.size_bytes  # 0: older bytes, whose size nobody kept
    return code(inputs.landing.file_name) + (Markup("<small>{}</small>").format(numbers.size(size)) if size else "")


def reading(read: ReadOptions) -> str:
    """How the file became a table, in words."""
    parts = [{"csv": "CSV", "parquet": "Parquet", "ndjson": "JSON lines"}.get(str(read.format), str(read.format))]
    if read.delimiter:
        parts.append(f"{DELIMITERS.get(read.delimiter, repr(read.delimiter))} between values")
    if read.encoding and read.encoding.lower().replace("-", "") not in {"utf8", "ascii"}:
        parts.append(read.encoding)
    if read.header is False:
        parts.append("no header")
    if read.skip:
        parts.append(f"{read.skip} lines skipped")
    if any(form.decimal == "," for form in read.forms.values()):
        parts.append("decimal comma")
    tokens = [token for token in read.null_tokens if token]
    if tokens:
        parts.append("read as empty: " + ", ".join(f"“{token}”" for token in tokens))
    return ", ".join(parts)
