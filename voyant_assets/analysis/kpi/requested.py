"""The answer of a KPI that was asked for: one figure when it is one, a table otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Protocol

from resources._kit.sql_safety import CheckedQuery
from voyant_assets.analysis.kpi import naming
from voyant_core import canonical
from voyant_core.model.kpi import Kpi
from voyant_core.model.profile import Scalar, TableProfile

SHARES = re.compile(r"(?i)(^|[\W_])(share|rate|ratio|fraction|proportion|percent|percentage|pct|quota)([\W_]|$)")
LONGEST_TEXT = 1000


class Answer(Protocol):
    """`voyant_core.ports.GuardedRows`, as far as it is read."""

    @property
    def columns(self) -> list[tuple[str, str]]: ...
    @property
    def rows(self) -> list[tuple[Any, ...]]: ...
    @property
    def total(self) -> int: ...
    @property
    def truncated(self) -> bool: ...


def kpi_of(name: str, slug: str, checked: CheckedQuery, answer: Answer, profile: TableProfile) -> Kpi:
    """The KPI from its guarded answer. `name` is the caller's; unit and share are inferred from what the SQL measures."""
    rows = [[scalar(value) for value in row] for row in answer.rows]
    is_single = len(answer.columns) == 1 and len(rows) == 1 and answer.total == 1
    value = rows[0][0] if is_single else None
    column = profile.columns.get(checked.measured) if is_single and checked.measured is not None else None
    is_share = _is_share(name, value) and column is None
    return Kpi(
        name=slug,
        label=naming.title(name),
        sql=checked.sql,
        origin="request",
        value=value,
        unit=column.unit if column is not None and isinstance(value, int | float) else None,
        is_share=is_share or (column is not None and column.semantic_type == "share" and _is_share("share", value)),
        columns=[] if is_single else [column_name for column_name, _ in answer.columns],
        data=[] if is_single else rows,
        total=answer.total,
        truncated=answer.truncated,
        source_columns=[column_name for _, column_name in checked.columns],
    )


def scalar(value: Any) -> Scalar:
    """A cell as JSON scalar: nested values as JSON text, long texts cut."""
    plain: Any = canonical.plain(value)
    if isinstance(plain, dict | list):
        plain = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    if isinstance(plain, str) and len(plain) > LONGEST_TEXT:
        return plain[: LONGEST_TEXT - 1] + "…"
    return plain


def _is_share(name: str, value: Scalar) -> bool:
    if isinstance(value, bool) or not isinstance(value, float | int) or not 0 <= value <= 1:
        return False
    return SHARES.search(name) is not None


def names(requests: Sequence[str]) -> list[str]:
    """Unique slugs for the KPIs' names."""
    return naming.unique_slugs(requests)
