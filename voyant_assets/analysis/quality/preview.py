"""Quality as Markdown, for Dagit. Names and values from the data are code spans that their content cannot leave."""

from __future__ import annotations

from collections.abc import Sequence

from voyant_assets.analysis.wording import numbers
from voyant_assets.analysis.wording.markdown import code
from voyant_core.model.quality import QualityReport, RuleResult

SHOWN = 20


def rule_list(rules: Sequence[RuleResult]) -> str:
    """One line per rule: what must hold, how many rows break it, an example."""
    lines = [_line(rule) for rule in rules[:SHOWN]]
    if len(rules) > SHOWN:
        lines.append(f"- and {len(rules) - SHOWN} more")
    return "\n".join(lines)


def preview(quality: QualityReport) -> str:
    """The score, a table of the dimensions and the failing rules."""
    head = f"**{numbers.sig(quality.score)} of 100** over {len(quality.rules)} rules and {numbers.integer(quality.rows)} rows"
    table = ["| dimension | score | rules | failed |", "|---|--:|--:|--:|"]
    table += [
        f"| {name.value} | {numbers.sig(found.score)} | {found.rules} | {found.failed} |" for name, found in quality.dimensions.items()
    ]
    failing = [rule for rule in quality.rules if not rule.passed]
    return "\n\n".join([head, "\n".join(table), *([rule_list(failing)] if failing else ["All rules hold."])])


def _line(rule: RuleResult) -> str:
    shown = next(iter(rule.examples), None)
    example = ", such as " + ", ".join(code(str(value)) for value in shown.values()) if shown else ""
    broken = f"broken by {numbers.integer(rule.failing)} of {numbers.integer(rule.checked)}"
    return f"- {rule.severity}: {code(rule.description)}, {broken}{example}"
