"""The guard of SQL from outside, table-driven; figures are compared with DuckDB running the caller's own text."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources._kit.sql_safety import checked_query
from voyant_core import errors
from voyant_core.model.source import Column

TABLES = {
    "flights": [
        Column(name=name, type=kind)
        for name, kind in {
            "id": "BIGINT", "month": "BIGINT", "dep_delay": "DOUBLE", "carrier": "VARCHAR", "ts": "TIMESTAMP", "tail num": "VARCHAR",
            "ok": "BOOLEAN", "tags": "VARCHAR[]",
        }.items()
    ],
    "Airlines": [Column(name="carrier", type="VARCHAR"), Column(name="name", type="VARCHAR")],
}  # fmt: skip

NOT_READS = [
    "select 1; drop table flights",
    "select 1;;select 2",
    "select 1 /* ; */ ; -- \n select 2",
    "drop table flights",
    "/* hi */ DELETE FROM flights",
    "insert into flights select * from flights",
    "update flights set id = 1",
    "with a as (insert into flights values (1) returning *) select * from a",
    "with a as (delete from flights returning *) select * from a",
    "create table x as select 1",
    "copy flights to 'out.csv'",
    "copy (select 1) to '/tmp/x'",
    "attach 'other.db'",
    "pragma database_list",
    "set memory_limit = '90GB'",
    "reset all",
    "install httpfs",
    "load httpfs",
    "call pragma_version()",
    "export database 'x'",
    "import database 'x'",
    "explain analyze select 1",
    "describe flights",
    "summarize flights",
    "show tables",
    "use memory",
    "checkpoint",
    "vacuum",
    "begin; select 1",
    "prepare q as select 1",
    "execute q",
    "create macro f(x) as x",
    "select 1 into x",
    "pivot flights on month using sum(dep_delay)",
    "unpivot flights on month into name a value b",
    "table flights",
    "count(*)",
    "1",
]

REFUSED = [
    "",
    " ; ",
    "select",
    "select 'open",
    "select /* open",
    "select * from 'file.csv'",
    'select * from "file.csv"',
    "from '/etc/passwd'",
    "from read_text('/etc/passwd')",
    "select * from read_csv('x.csv')",
    "select * from read_csv_auto(['x.csv'])",
    "select * from read_parquet('x')",
    "select * from parquet_scan('x')",
    "select * from glob('*')",
    "select * from sniff_csv('x')",
    "select * from read_blob('x')",
    "select * from duckdb_settings()",
    "select * from duckdb_secrets()",
    "select * from pragma_table_info('flights')",
    "select * from query('select 1')",
    "select * from query_table('flights')",
    "select * from json_execute_serialized_sql('x')",
    "select * from \"read_text\"('x')",
    "select * from main.read_text('x')",
    "select 'x'.read_text()",
    "select * from information_schema.tables",
    "select * from pg_catalog.pg_class",
    "select * from sqlite_master",
    "select * from duckdb_tables",
    "select * from memory.main.flights",
    "select * from other",
    "select * from flights, other",
    "select * from flights where exists (from 'x.csv')",
    "select (select content from read_text('x'))",
    "select * from (with other as (select 1) select * from other) q, other",
    "with a as (select * from b), b as (select 1) select * from a",
    "select * from (describe flights)",
    "select * from (show all tables)",
    "select * from (pivot flights on month using sum(dep_delay))",
    "select * from flights pivot (sum(dep_delay) for month in (1, 2))",
    "select getenv('HOME')",
    "select current_setting('memory_limit')",
    "select current_user",
    "select current_database()",
    "select getvariable('x')",
    "select nextval('s')",
    "select setseed(0.5)",
    "select sleep_ms(100000)",
    "select pg_sleep(10)",
    "select write_log('x')",
    "select error('x')",
    "select version()",
    "select json_serialize_sql('select 1')",
    "select no_such_function(1)",
    "select * from (update flights set id = 1 returning id)",
    "select list_transform([1], x -> getenv('HOME'))",
    "select [getenv('HOME') for x in tags] from flights",
    "select len(range(1000000000))",
    "select unnest(generate_series(1, id)) from flights",
    "select lpad('a', 1000000000, 'b')",
    "select rpad(carrier, id, 'b') from flights",
    "select repeat('a', 1000000000)",
    "select list_resize([1], 1000000000)",
    "select replace(replace(replace(carrier, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaaaaaaaaa'), 'a', carrier) from flights",
    "select 'flights'::regclass",
    "select $1",
    "select ?",
    "select :name",
    "select * from flights at (version => 3)",
    "select e'\\\\' || getenv('HOME') || '' from flights",
    "select * from flights for update of 1 = 1 from",
    "selеct 1 from flights where",  # a Cyrillic letter
    "select 1 \0",
    "select 'a'{:900}",
    "(" * 100 + "select 1" + ")" * 100,
    "select " + "(" * 61 + "1" + ")" * 61,
    "select " + "- " * 500 + "1",
    "select " + "not " * 500 + "true",
    "select " + "case when true then " * 100 + "1" + " end" * 100,
    "select " + "+".join(["1"] * 5000),
    "select '" + "a" * 30_000 + "'",
]

SAME_ANSWER = (pathlib.Path(__file__).parent / "same_answer.sql").read_text(encoding="utf-8").strip().split("\n\n")


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("""create table flights as select * from (values
        (1, 1, -2.5, 'AA', timestamp '2020-01-31 10:00:00', 'N1', true, ['a', 'b']),
        (2, 1, 20.0, 'UA', timestamp '2020-02-01 00:00:00', 'N2', false, ['c']),
        (3, 2, null, 'UA', timestamp '2020-02-29 23:59:59', 'N1', true, []),
        (4, 3, 7.0, 'B6', timestamp '2020-03-01 12:30:00', null, null, ['b', 'a', 'c'])
        ) t(id, month, dep_delay, carrier, ts, "tail num", ok, tags)""")
    connection.execute("create table \"Airlines\" as select * from (values ('AA', 'American'), ('UA', 'United')) t(carrier, name)")
    return connection


def code_of(sql: str) -> errors.ErrorCode | None:
    """The code of the refusal; None when the statement passes."""
    try:
        checked_query(sql, TABLES)
    except errors.VoyantError as error:
        return error.code
    return None


def refusal(sql: str) -> errors.VoyantError:
    with pytest.raises(errors.VoyantError) as caught:
        checked_query(sql, TABLES)
    return caught.value


@pytest.mark.parametrize("sql", NOT_READS)
def test_what_is_not_a_single_read_is_refused_as_such(sql: str) -> None:
    assert refusal(sql).code == errors.SQL_NOT_A_READ


@pytest.mark.parametrize("sql", REFUSED, ids=lambda sql: sql[:40])
def test_files_settings_foreign_tables_and_oversized_statements_are_refused(sql: str) -> None:
    assert refusal(sql).code in (errors.INVALID_SQL, errors.SQL_NOT_A_READ)


@pytest.mark.parametrize("sql", SAME_ANSWER, ids=lambda sql: sql[:60])
def test_what_passes_gives_the_answer_of_the_callers_own_text(sql: str, database: duckdb.DuckDBPyConnection) -> None:
    checked = checked_query(sql, TABLES)
    assert database.execute(checked.sql).fetchall() == database.execute(sql).fetchall()


@pytest.mark.parametrize("sql", SAME_ANSWER, ids=lambda sql: sql[:60])
def test_checked_sql_passes_the_check_unchanged(sql: str) -> None:
    checked = checked_query(sql, TABLES)
    assert checked_query(checked.sql, TABLES).sql == checked.sql


def test_an_unknown_column_is_named_with_its_place_and_the_near_one() -> None:
    error = refusal("select avg(dep_dely)\n  from flights f\n  where f.mnth = 1")
    assert error.code == errors.UNKNOWN_COLUMN
    assert "no column `dep_dely` in flights (line 1, column 12); did you mean `dep_delay`?" in error.detail
    assert "no column `f.mnth` in flights (line 3, column 9); did you mean `month`?" in error.detail


def test_the_subject_opens_the_message() -> None:
    with pytest.raises(errors.VoyantError, match=r"KPI `late`: no column `x` in flights"):
        checked_query("select x from flights", TABLES, subject="KPI `late`")


@pytest.mark.parametrize(
    ("sql", "column"),
    [
        ("with a as (select carrier c from flights) select d from a", "d"),
        ("select q.nope from (select * from flights) q", "q.nope"),
        ("select (select max(zz) from flights g) from flights", "zz"),
        ("select list_transform(tags, t -> t || nope) from flights", "nope"),
        ("select carrier from flights union select name from Airlines order by nope", "nope"),
        ("select * exclude (nope) from flights", "nope"),
        ("select count(*) from flights group by nope", "nope"),
        ("select x from (select count(*) as n from flights) t(y)", "x"),
    ],
)
def test_columns_are_looked_up_where_they_stand(sql: str, column: str) -> None:
    error = refusal(sql)
    assert error.code == errors.UNKNOWN_COLUMN
    assert f"`{column}`" in error.detail


@pytest.mark.parametrize(
    "sql",
    [
        'select "count_star()" from (select count(*) from flights)',
        "select carrier as c, c || 'x' as d from flights where c = 'AA' order by d",
        "select flights.tags, f from flights, (select 1) f",
        "select id.a.b from (select {'a': {'b': 1}} as id)",
        "select y from (select count(*) as n from flights) t(y)",
        "select n from unnest([1]) as u(n)",
        "select value from range(3) t(value)",
        "select id from flights f where exists (select 1 from Airlines a where a.carrier = f.carrier and month = 1)",
    ],
)
def test_names_that_a_source_in_reach_can_hold_pass(sql: str) -> None:
    assert checked_query(sql, TABLES).sql


def test_tables_are_found_whatever_the_case_and_reported_as_given() -> None:
    checked = checked_query('select count(*) from FLIGHTS, "airlines"', TABLES)
    assert checked.tables == ("Airlines", "flights")


def test_an_unknown_table_is_answered_with_the_near_one() -> None:
    error = refusal("select * from flihgts")
    assert "no table `flihgts` (line 1, column 15)" in error.detail
    assert error.hint == "Did you mean `flights`?"


def test_a_syntax_error_is_placed() -> None:
    error = refusal("select count(*)\nfrm flights")
    assert error.code == errors.INVALID_SQL
    assert "line 2" in error.detail


def test_columns_and_the_measured_one_are_reported() -> None:
    checked = checked_query("select round(median(f.DEP_DELAY), 1) from flights f where ok", TABLES)
    assert checked.columns == (("flights", "dep_delay"), ("flights", "ok"))
    assert checked.measured == "dep_delay"
    assert checked_query("select avg(dep_delay * 2) from flights", TABLES).measured is None


@pytest.mark.parametrize(
    ("sql", "volatile"),
    [
        ("select count(*) from flights where ts > now() - interval 3 day", ("now",)),
        ("select current_date, random()", ("current_date", "random")),
        ("select id from flights using sample 2", ("sample",)),
        ("select max(ts) from flights", ()),
    ],
)
def test_what_depends_on_the_clock_or_on_chance_is_told(sql: str, volatile: tuple[str, ...]) -> None:
    assert checked_query(sql, TABLES).volatile == volatile


def test_comments_do_not_reach_the_engine() -> None:
    assert checked_query("select /* hi */ 1 -- there", TABLES).sql == "select 1"


def test_a_misspelt_column_in_a_wide_table_does_not_list_all_of_them() -> None:
    wide = {"t": [Column(name=f"column_{number}", type="BIGINT") for number in range(2000)]}
    with pytest.raises(errors.VoyantError) as caught:
        checked_query("select colum_7 from t", wide)
    assert len(caught.value.to_text()) < 400


def test_the_guard_is_imported_without_sqlglot() -> None:
    code = "import sys, resources._kit.sql_safety; sys.exit('sqlglot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


WORDS = st.sampled_from(
    [
        "select", "from", "flights", "where", "(", ")", ",", "*", ";", "'x.csv'", '"x.csv"', "read_text", "getenv", "insert into", "with",
        "as", "id", "carrier", "=", "1", "union", "copy", "to", "--\n", "/*", "*/", "$$", "'", '"', "group by", "order by", "->", "[", "]",
        "attach", "count", ".", "main", "\\", "é", "::", "join", "on", "lateral", "values", "pivot", "set", "recursive", "e'\\'", "x",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=14))
def test_any_mixture_of_words_is_refused_or_reads_given_tables_only(words: list[str]) -> None:
    sql = " ".join(words)
    code = code_of(sql)
    if code is not None:
        assert code in (errors.INVALID_SQL, errors.UNKNOWN_COLUMN, errors.SQL_NOT_A_READ)
        return
    checked = checked_query(sql, TABLES)
    assert set(checked.tables) <= set(TABLES)
    assert not any(word in checked.sql.lower() for word in ("read_text(", "getenv(", "insert ", "attach ", "copy "))
    statements = duckdb.extract_statements(checked.sql)
    assert [statement.type for statement in statements] == [duckdb.StatementType.SELECT]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_refused_with_a_code_or_checked(text: str) -> None:
    assert code_of(text) in (None, errors.INVALID_SQL, errors.UNKNOWN_COLUMN, errors.SQL_NOT_A_READ)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_string_and_any_name_survive_the_way_through(text: str) -> None:
    literal, name = text.replace("'", "''"), text.replace('"', '""')
    checked = checked_query(f"select '{literal}' as \"{name}\"", TABLES)
    answer = duckdb.connect().execute(checked.sql)
    assert answer.fetchall() == [(text,)]
    assert answer.description[0][0] == text
