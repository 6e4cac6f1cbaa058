"""How single values of columns stand in tables."""

from __future__ import annotations

from voyant_assets.analysis.wording import numbers
from voyant_core.model.profile import Scalar


def bare(value: Scalar) -> str:
    """Codes, years and clock times are no quantities: no thousands separator."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return numbers.scalar(value)
    return str(int(value)).replace("-", numbers.MINUS)
