"""Quality: the score never without its failing rules. A rule that fails on many columns is one line."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from voyant_assets.analysis.narrative.phrases import marked
from voyant_assets.analysis.wording import numbers
from voyant_assets.report.inputs import ReportInputs
from voyant_assets.report.markup import cited, clipped, code, code_list, rich
from voyant_assets.report.values import bare
from voyant_assets.report.views.masthead import score_text
from voyant_core.model.quality import QualityReport, RuleResult

SEVERITIES = ("high", "medium", "low")
SHOWN = 15
TICKS = 24
SEPARATE = 5
"""More failing rules of one type and severity than this are one line."""


@dataclass(frozen=True, slots=True)
class RuleView:
    severity: str
    rule: Markup
    why: Markup
    passing: str
    asked: str
    failing: str
    checked: str
    examples: str


@dataclass(frozen=True, slots=True)
class DimensionView:
    name: str
    score: str
    rules: int
    failed: int
    ticks: bool


@dataclass(frozen=True, slots=True)
class QualityView:
    score: Markup
    rules: int
    failing_rules: int
    dimensions: list[DimensionView]
    failing: list[RuleView]
    more: int
    passing: list[RuleView]


def quality_view(inputs: ReportInputs) -> QualityView | None:
    quality = inputs.quality
    if quality is None:
        return None
    failing = sorted((rule for rule in quality.rules if not rule.passed), key=_worst_first)
    lines = _folded(failing)
    return QualityView(
        score=cited(inputs.evidence("quality.json"), score_text, "score"),
        rules=len(quality.rules),
        failing_rules=len(failing),
        dimensions=_dimensions(quality),
        failing=lines[:SHOWN],
        more=max(0, len(lines) - SHOWN),
        passing=[_line(rule) for rule in quality.rules if rule.passed],
    )


def _dimensions(quality: QualityReport) -> list[DimensionView]:
    ordered = sorted(quality.dimensions.items(), key=lambda entry: (entry[1].failed == 0, entry[1].score, str(entry[0])))
    return [
        DimensionView(str(name).capitalize(), score_text(entry.score), entry.rules, entry.failed, entry.rules <= TICKS)
        for name, entry in ordered
        if entry.rules
    ]


def _worst_first(rule: RuleResult) -> tuple[int, float, str]:
    return SEVERITIES.index(rule.severity), rule.share, rule.id


def _folded(failing: list[RuleResult]) -> list[RuleView]:
    lines: list[tuple[tuple[int, float, str], RuleView]] = []
    alike = sorted(failing, key=lambda rule: (rule.severity, rule.type))
    for _, group in groupby(alike, key=lambda rule: (rule.severity, rule.type)):
        rules = sorted(group, key=_worst_first)
        if len(rules) <= SEPARATE:
            lines += [(_worst_first(rule), _line(rule)) for rule in rules]
        else:
            lines.append((_worst_first(rules[0]), _many(rules)))
    return [line for _, line in sorted(lines, key=lambda entry: entry[0])]


def _line(rule: RuleResult) -> RuleView:
    return RuleView(
        severity=rule.severity,
        rule=rich(marked(rule.description, rule.columns)),
        why=rich(marked(rule.why, rule.columns)),
        passing=numbers.pct(rule.share, 2),
        asked="all" if rule.at_least == 1 else f"≥ {rule.at_least * 100:g}%",
        failing=numbers.integer(rule.failing),
        checked=numbers.integer(rule.checked),
        examples=_examples(rule),
    )


def _examples(rule: RuleResult) -> str:
    if rule.passed or not rule.examples:
        return ""
    shown = [", ".join(clipped(bare(value) if value is not None else "empty", 40) for value in row.values()) for row in rule.examples]
    return " · ".join(dict.fromkeys(shown))


def _many(rules: list[RuleResult]) -> RuleView:
    first = rules[0]
    worst = Markup(", ").join(
        Markup("{} {}").format(code(rule.columns[0] if rule.columns else "table"), numbers.pct(rule.share)) for rule in rules[:4]
    )
    least, most = min(rule.failing for rule in rules), max(rule.failing for rule in rules)
    columns = list(dict.fromkeys(name for rule in rules for name in rule.columns))
    return RuleView(
        severity=first.severity,
        rule=Markup("{}, and {} rules like it: {}").format(
            rich(marked(first.description, first.columns)), len(rules) - 1, code_list(columns[1:], 3)
        ),
        why=Markup("{}least passing: {}").format(
            f"{first.why.rstrip('.')}; " if len({rule.why for rule in rules}) == 1 and first.why else "", worst
        ),
        passing=f"from {numbers.pct(first.share, 2)}",
        asked="all" if first.at_least == 1 else f"≥ {first.at_least * 100:g}%",
        failing=numbers.integer(most) if least == most else f"{numbers.integer(least)}–{numbers.integer(most)}",
        checked=numbers.integer(first.checked),
        examples="",
    )
