"""Scores, the order of the report, and one verdict per dimension."""

from __future__ import annotations

from collections.abc import Sequence

from voyant_assets.analysis.quality.preview import rule_list
from voyant_core.model.quality import Dimension, DimensionScore, QualityReport, RuleResult
from voyant_core.stage import CheckOutcome

WEIGHT = {"high": 3, "medium": 2, "low": 1}


def report(table: str, rows: int, results: Sequence[RuleResult]) -> QualityReport:
    """The report, failing rules first, then by severity, then by id."""
    ordered = sorted(results, key=lambda result: (result.passed, -WEIGHT[result.severity], result.id))
    by_dimension = {dimension: [r for r in ordered if r.dimension is dimension] for dimension in Dimension}
    return QualityReport(
        table=table,
        rows=rows,
        score=score(ordered),
        dimensions={
            dimension: DimensionScore(score=score(found), rules=len(found), failed=sum(not r.passed for r in found))
            for dimension, found in by_dimension.items()
            if found
        },
        rules=ordered,
    )


def score(results: Sequence[RuleResult]) -> float:
    """0..100: the mean passing share, weighted by severity; 100 when there are no rules."""
    weight = sum(WEIGHT[result.severity] for result in results)
    return 100 * sum(WEIGHT[result.severity] * result.share for result in results) / weight if weight else 100.0


def outcomes(quality: QualityReport) -> tuple[CheckOutcome, ...]:
    """One check per dimension that has rules: ERROR when a rule of high severity fails, WARN for the others."""
    return tuple(_outcome(dimension, quality) for dimension in Dimension if dimension in quality.dimensions)


def _outcome(dimension: Dimension, quality: QualityReport) -> CheckOutcome:
    scored = quality.dimensions[dimension]
    failed = [rule for rule in quality.rules if rule.dimension is dimension and not rule.passed]
    is_grave = any(rule.severity == "high" for rule in failed)
    tally = (
        f"{scored.failed} of {scored.rules} rules fail"
        if failed
        else f"{scored.rules} {'rule holds' if scored.rules == 1 else 'rules hold'}"
    )
    return CheckOutcome(
        name=dimension.value,
        passed=not failed,
        severity="ERROR" if is_grave else "WARN",
        description=f"{dimension.value.capitalize()}: {tally}.",
        metadata={
            "rules": scored.rules,
            "failed": scored.failed,
            "score": round(scored.score, 4),
            **({"failing": rule_list(failed)} if failed else {}),
        },
    )
