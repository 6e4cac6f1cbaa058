"""Text from the data in Markdown tables and lists, where it must stay text."""

from __future__ import annotations

import re

LONGEST = 100
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def code(text: str) -> str:
    """A code span that is safe inside a table: one line, no backticks, no pipes, at most 100 characters."""
    shown = _BREAKS.sub(" ", text).replace("`", "'").replace("|", "¦").strip() or " "
    return f"`{shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + '…'}`"
