"""A real table in a real engine with its real profile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from resources.duckdb.engine import DuckDBEngine
from voyant_assets.analysis.kpi.derive import derive
from voyant_assets.analysis.meaning.interpret import interpret
from voyant_assets.analysis.profile.table import profile_table
from voyant_assets.analysis.quality.evaluate import evaluate, value_counts
from voyant_assets.analysis.quality.suggest import spelling_columns, suggest
from voyant_core.model.kpi import Kpi
from voyant_core.model.profile import TableProfile
from voyant_core.model.quality import RuleResult
from voyant_core.settings import Engine


@dataclass
class Table:
    engine: DuckDBEngine
    profile: TableProfile
    view: str

    def ask(self, sql: str) -> Any:
        return self.engine.rows(sql)[0][0]

    def kpis(self) -> dict[str, Kpi]:
        """What is derived, by name."""
        return {kpi.name: kpi for kpi in derive(self.profile, self.view, self.engine.rows)}

    def results(self) -> dict[str, RuleResult]:
        """What the suggested rules give, by id."""
        values = value_counts(spelling_columns(self.profile), self.view, self.engine.rows)
        found = evaluate(suggest(self.profile, values), self.profile, self.view, self.engine.rows)
        return {result.id: result for result in found}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    folder: Path = tmp_path_factory.mktemp("spill")
    opened = DuckDBEngine(Engine(threads=2), folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def table(engine: DuckDBEngine) -> Callable[[str], Table]:
    """The rows of a query as a table with a profile."""

    def make(query: str) -> Table:
        engine.rows(f'CREATE OR REPLACE TABLE "the rows" AS {query}')
        return Table(engine, profile_table(engine, "the rows", "things", interpret), "the rows")

    return make
