"""Statements built from pieces that may run and pieces that must not, against both walls: the AST guard, and the engine without it.

Whatever is built: nothing outside the planned files is read or written, no setting changes, and the answer is rows or a coded error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, event, given, settings
from sql_grammar import STATEMENTS

from resources._kit.sql_safety import checked_query
from resources.duckdb import guarded as guarded_module
from resources.duckdb.guarded import GuardedDuckDB
from voyant_core import errors
from voyant_core import settings as voyant_settings
from voyant_core.keys import TableAddress
from voyant_core.model.source import Column
from voyant_core.model.table import TableSnapshot

CANARY = "sesame-8431"
COLUMNS = {"id": "BIGINT", "name": "VARCHAR", "price": "DOUBLE", "tags": "VARCHAR[]", "at": "TIMESTAMP"}
REFUSALS = {errors.INVALID_SQL, errors.UNKNOWN_COLUMN, errors.SQL_NOT_A_READ, errors.TIMEOUT, errors.UNREADABLE_FILE}


@dataclass(frozen=True)
class Bed:
    folder: Path
    guarded: GuardedDuckDB
    table: TableSnapshot

    def listing(self) -> dict[str, tuple[int, int]]:
        """What lies outside the spill folder."""
        outside = (path for path in self.folder.rglob("*") if not path.is_relative_to(self.folder / "spill"))
        return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in outside}

    def tried(self, sql: str) -> str:
        """Everything that a caller is told."""
        refusal = None
        try:
            answer = self.guarded.run(sql, {"people": self.table}, 20)
        except errors.VoyantError as error:
            refusal = error
        else:
            return repr(answer.rows) + repr(answer.columns)
        assert refusal.code in REFUSALS, (refusal, sql)
        return refusal.to_text()


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    folder = tmp_path_factory.mktemp("bed")
    (folder / "canary.csv").write_text(f"secret\n{CANARY}\n")
    (folder / "canary.json").write_text(f'[{{"secret": "{CANARY}"}}]')
    (folder / "globex").mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT '{CANARY}' AS secret) TO '{folder}/globex/theirs.parquet'")
        connection.execute(f"ATTACH '{folder}/other.db' AS o").execute(f"CREATE TABLE o.t AS SELECT '{CANARY}' AS secret")
        connection.execute(
            f"COPY (SELECT range AS id, 'n' || range AS name, range / 3.0 AS price, [name, 'x'] AS tags,"
            f" TIMESTAMP '2020-01-01' + to_days(range::INTEGER) AS at FROM range(50)) TO '{folder}/people.parquet'"
        )
    file = str(folder / "people.parquet")
    table = TableSnapshot(
        address=TableAddress("acme", "s", "people"), snapshot_id="1", content_version="1", rows=50, size_bytes=1, files=(file,),
        columns=tuple(Column(name=name, type=kind) for name, kind in COLUMNS.items()),
        relation=f"read_parquet('{file}')", landing_sha256="",
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOYANT_TEST_SECRET", CANARY)
        patch.setattr(guarded_module, "GRACE_S", 0.5)
        guarded = GuardedDuckDB(voyant_settings.Sql(timeout_s=0.5, memory_limit="100MB"), folder / "spill")
        yield Bed(folder, guarded, table)
        guarded.close()


def holds(bed: Bed, before: dict[str, tuple[int, int]], told: str, sql: str) -> None:
    assert CANARY not in told, sql
    assert "root:" not in told, sql
    assert bed.listing() == before, sql


def passed(sql: str, table: TableSnapshot) -> str | None:
    """What the guard lets through; None where it refuses."""
    refusal = None
    try:
        checked = checked_query(sql, {"people": table.columns})
    except errors.VoyantError as error:
        refusal = error
    else:
        assert set(checked.tables) <= {"people"}
        return checked.sql
    assert refusal.code in REFUSALS, (refusal, sql)
    assert CANARY not in refusal.to_text()
    return None


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(statement=STATEMENTS)
def test_no_statement_reaches_beyond_its_table_through_either_wall(bed: Bed, statement: str) -> None:
    sql = statement.replace("@", str(bed.folder))
    before = bed.listing()
    holds(bed, before, bed.tried(sql), sql)
    checked = passed(sql, bed.table)
    event("refused by the guard" if checked is None else "passed the guard")
    if checked is not None:
        holds(bed, before, bed.tried(checked), sql)


def test_after_all_of_it_the_settings_and_the_table_are_as_they_were(bed: Bed) -> None:
    asked = "SELECT current_setting('enable_external_access'), current_setting('lock_configuration'), count(*), sum(id) FROM people"
    assert bed.guarded.run(asked, {"people": bed.table}, 1).rows == [(False, True, 50, 1225)]
    assert os.environ["VOYANT_TEST_SECRET"] == CANARY
