"""Findings on failed quality rules. A rule that fails on many columns is one finding."""

from __future__ import annotations

from collections.abc import Iterator

from voyant_assets.analysis.narrative.material import Material, finding
from voyant_assets.analysis.narrative.phrases import joined, marked, names, say
from voyant_assets.analysis.wording import numbers
from voyant_core.model.chart import Text
from voyant_core.model.narrative import Finding
from voyant_core.model.quality import RuleResult

KINDS = {"not_null": "missing", "not_blank": "missing", "unique": "key", "no_duplicate_rows": "duplicates", "between": "outlier"}
"""Rules whose failure is the same fact as a finding of the profile, which has more to say about it."""


def rule_findings(material: Material) -> Iterator[Finding]:
    if material.quality is None:
        return
    same: dict[str, list[int]] = {}
    for place, rule in enumerate(material.quality.rules):
        if not rule.passed:
            same.setdefault(rule.type, []).append(place)
    for places in same.values():
        yield _finding(material, places)


def _finding(material: Material, places: list[int]) -> Finding:
    rules = list(material.quality.rules) if material.quality is not None else []
    first = rules[places[0]]
    others = list(dict.fromkeys(name for place in places[1:] for name in rules[place].columns if name not in first.columns))
    text = say(
        f"{{}} of {{}} rows {'breaks' if first.failing == 1 else 'break'} the rule “{{}}”{{}}.",
        material.quality_figure(numbers.integer, "rules", places[0], "failing"),
        material.quality_figure(numbers.integer, "rules", places[0], "checked"),
        marked(first.description.rstrip("."), first.columns),
        say("; it fails for {} too", names(others, 3)) if others else [],
    )
    weight = 0.25 + 0.5 * (1 - first.share) + 0.03 * len(places)
    kind = KINDS.get(first.type, "quality")
    severity = "low" if kind == "missing" and first.severity == "medium" else first.severity
    columns = list(dict.fromkeys([*first.columns, *others]))
    return finding(kind, severity, weight, text, _consequence(first), columns=columns, section="quality", key=f"rule {first.id}")


def _consequence(rule: RuleResult) -> Text:
    if not rule.why:
        return joined(["Figures over these rows rest on values that should not be there."])
    why = rule.why[0].upper() + rule.why[1:]
    return marked(why if why.endswith((".", "!", "?")) else f"{why}.", rule.columns)
