"""The narrative of one table, from the models of its stages. Pure: the same models give the same narrative."""

from __future__ import annotations

from itertools import chain

from voyant_assets.analysis.narrative.figures import chart_findings
from voyant_assets.analysis.narrative.groups import group_findings
from voyant_assets.analysis.narrative.kpis import kpi_findings
from voyant_assets.analysis.narrative.material import Material
from voyant_assets.analysis.narrative.missing import missing_findings
from voyant_assets.analysis.narrative.periods import moment_name
from voyant_assets.analysis.narrative.phrases import counted, joined, names, say
from voyant_assets.analysis.narrative.ranking import ranked, signals
from voyant_assets.analysis.narrative.relations import is_series, relation_findings
from voyant_assets.analysis.narrative.rules import rule_findings
from voyant_assets.analysis.narrative.shape import shape_findings
from voyant_assets.analysis.narrative.values import value_findings
from voyant_assets.analysis.wording import numbers
from voyant_core.model.chart import Code, Text
from voyant_core.model.narrative import Narrative
from voyant_core.model.profile import Role, TableProfile

DETECTORS = (
    chart_findings, rule_findings, kpi_findings, missing_findings, value_findings, shape_findings, relation_findings, group_findings,
)  # fmt: skip


def narrate(material: Material) -> Narrative:
    """Title, summary and at most seven findings; none where nothing stands out."""
    findings = ranked(chain.from_iterable(detect(material) for detect in DETECTORS), signals(material.profile))
    return Narrative(table=material.table, title=material.title, summary=_summary(material), findings=findings)


def grain(profile: TableProfile) -> Text:
    """What a row is, where a column proves it: `one row per month`, `one row per id`; else empty."""
    time = profile.time
    if time is not None and is_series(profile) and profile.columns[time.column].distinct == profile.rows:
        return [f"one row per {time.frequency}"]
    for column in profile.ordered():
        whole = column.count == profile.rows and column.distinct_exact and column.distinct == column.count
        if column.role == "identifier" and whole and profile.rows > 1:
            return ["one row per ", Code(code=column.name)]
    return []


def _summary(material: Material) -> Text:
    profile = material.profile
    what = grain(profile)
    opening = say(
        "{} holds {}{}{}.",
        Code(code=material.table),
        counted(material.profile_figure(numbers.integer, "rows"), "row", "rows"),
        say(", {}", what) if what else [],
        _period(material),
    )
    measures, groups = _names(profile, "measure"), _names(profile, "dimension")
    if measures and groups:
        return joined([*opening, *say(" It measures {}, by {}.", names(measures), names(groups))])
    if measures:
        return joined([*opening, *say(" It measures {}.", names(measures))])
    return joined([*opening, *say(" It groups rows by {}.", names(groups))]) if groups else opening


def _period(material: Material) -> Text:
    time = material.profile.time
    if time is None:
        return []
    return say(
        ", from {} to {} ({})",
        material.profile_figure(moment_name, "time", "first"),
        material.profile_figure(moment_name, "time", "last"),
        Code(code=time.column),
    )


def _names(profile: TableProfile, role: Role) -> list[str]:
    return [column.name for column in profile.ordered() if column.role == role and column.distinct > 1]
