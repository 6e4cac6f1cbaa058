"""Figures with their evidence: a `Citation` is made by looking the value up, so that a sentence cannot disagree with the artifact.

`resolve` and `shows` are the other direction: does the pointer lead to the value, and does the text write that value?
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel

from voyant_assets.analysis.narrative.periods import SEASON, period_name
from voyant_assets.analysis.wording import numbers
from voyant_core.canonical import plain
from voyant_core.model.chart import Citation

Step = str | int
Show = Callable[[Any], str]

_FIGURE = re.compile(
    r"(?P<bound>[<>]?)(?P<figure>[−+]?[\d,]+(?:\.\d+)?)(?:\u00a0×\u00a010(?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(?P<share>%|\u00a0pp)?"
)
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def pointer(*path: Step) -> str:
    """The RFC 6901 pointer to `path`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def resolve(at: str, document: Any) -> Any:
    """The value to which the RFC 6901 pointer `at` leads in a JSON document. KeyError, IndexError or ValueError where it leads nowhere."""
    if at and not at.startswith("/"):
        raise ValueError(f"not a JSON pointer: {at!r}")
    value = document
    for token in at.split("/")[1:]:
        step = token.replace("~1", "/").replace("~0", "~")
        value = cast(Sequence[Any], value)[int(step)] if isinstance(value, list) else cast(Mapping[str, Any], value)[step]
    return value


def shows(text: str, value: Any) -> bool:
    """Is `text` a way to write `value`: the same words, the same period, or the same figure to the places that are shown?"""
    if isinstance(value, str):
        return text == value or any(text == period_name(value, period) for period in SEASON)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return text == numbers.scalar(value)
    found = _FIGURE.match(text)
    if found is None:
        return False
    shown, places = _read(found)
    targets = [value * 100, value] if found["share"] else [value]
    step = 10.0**-places
    if found["bound"]:
        return any(target < shown if found["bound"] == "<" else target > shown for target in targets)
    return any(abs(shown - target) <= step * 0.501 + abs(target) * 1e-9 for target in targets)


def _read(found: re.Match[str]) -> tuple[float, int]:
    """The figure, and how many decimal places of it were shown."""
    digits = found["figure"].replace(",", "").replace("−", "-")
    places = len(digits.partition(".")[2])
    power = int(found["power"].translate(_DIGITS)) if found["power"] else 0
    return float(digits) * 10.0**power, places - power


@dataclass(frozen=True, slots=True)
class Evidence:
    """An artifact by its name, and the model whose canonical JSON it holds."""

    artifact: str
    model: BaseModel

    def value(self, *path: Step) -> Any:
        """What stands at `path` in the artifact's JSON."""
        found: Any = self.model
        for step in path:
            found = getattr(found, cast(str, step)) if isinstance(found, BaseModel) else found[step]
        return plain(found)

    def cite(self, show: Show, *path: Step) -> Citation:
        """The value at `path`, written by `show`."""
        value = self.value(*path)
        return Citation(text=show(value), value=value, artifact=self.artifact, pointer=pointer(*path))
