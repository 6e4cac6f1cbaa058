"""Which aggregation suits a column by default."""

from __future__ import annotations

from voyant_assets.analysis.meaning.words.quantities import Nature
from voyant_core.model.profile import Aggregation

_FLAT = frozenset({"percentage", "share", "ratio", "rate", "score", "index", "temperature", "age"})
_SKEWED = 2.0


def measure_aggregation(kind: str, nature: Nature | None, skew: float, is_series: bool) -> Aggregation:
    """The default aggregation of a measure."""
    match nature:
        case "max" | "min" | "last" | "none":
            return nature
        case "flow" if kind not in _FLAT:
            return "sum"
        case "stock" if is_series:
            return "last"
        case "stock" if kind == "count":
            return "sum"
        case _:
            return "median" if skew > _SKEWED or kind == "duration" else "mean"
