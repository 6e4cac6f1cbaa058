"""Null patterns over more columns than one mask holds."""

from __future__ import annotations

from pathlib import Path

from resources.duckdb.engine import DuckDBEngine
from voyant_assets.analysis.meaning.interpret import interpret
from voyant_assets.analysis.profile.table import profile_table
from voyant_core.settings import Engine


def test_rows_that_lack_nearly_all_of_many_columns_are_counted(tmp_path: Path) -> None:
    engine = DuckDBEngine(Engine(threads=1), tmp_path)
    columns = ", ".join(f"CASE WHEN i % 4 > 0 THEN i END AS c{place}" for place in range(600))
    engine.rows(f"CREATE TABLE wide AS SELECT i, {columns} FROM range(40) t(i)")
    missing = profile_table(engine, "wide", "wide", interpret).missingness
    engine.close()
    assert missing.complete_rows == 30
    assert [(len(pattern.columns), pattern.rows) for pattern in missing.patterns] == [(600, 10)]
