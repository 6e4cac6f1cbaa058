"""The Markdown that an analyst sees in Dagit."""

from __future__ import annotations

from profile_views import VIEW, interpret, view_of

from voyant_assets.analysis.profile.preview import markdown
from voyant_assets.analysis.profile.table import profile_table


def preview(query: str) -> str:
    return markdown(profile_table(view_of(query), VIEW, "t", interpret))


def test_each_column_is_a_row_and_the_table_is_summed_up() -> None:
    text = preview("SELECT i % 5 AS weight, CASE WHEN i > 2 THEN 'red' END AS colour FROM range(8) rows(i)")
    assert "| weight | BIGINT | measure, number, kg | 100% | 5 | 0\u00a0kg | 1.5\u00a0kg | 4\u00a0kg | 0 (25.0%) |" in text
    assert "| colour | VARCHAR | dimension, category | 62.5% | 1 | red |  | red | red (100%) |" in text
    assert "8 rows · 5 complete · 0 duplicates" in text


def test_names_and_values_from_the_data_never_become_markup() -> None:
    text = preview("""SELECT '<img src=x onerror="alert(1)">' AS "a|b
[x](javascript:y)<b>" FROM range(2)""")
    row = next(line for line in text.splitlines() if "img" in line)
    assert row.replace("\\|", "").count("|") == 10
    assert '\\<img src=x onerror="alert\\(1\\)"\\>' in row
    assert "a\\|b \\[x\\]\\(javascript:y\\)\\<b\\>" in row


def test_the_table_ends_after_a_hundred_columns() -> None:
    text = preview("SELECT " + ", ".join(f"1 AS c{place}" for place in range(130)))
    assert text.count("| measure,") == 100
    assert "30 more columns stand in profile.json." in text
