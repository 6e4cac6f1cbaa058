"""Statements as strategies of hypothesis: pieces that may run and pieces that must not, put together in every way.

`@` stands for a folder that holds canary files; `#deep`, `#long` and the like for what is too long to write.
"""

from __future__ import annotations

from hypothesis import strategies as st

LARGE = {
    "#deep": "(" * 1200 + "1" + ")" * 1200,
    "#nested": "(" * 50 + "1" + ")" * 50,
    "#minus": "- " * 900 + "1",
    "#long": "a" * 15_000,
    "#in": "id IN (" + ",".join(["1"] * 3000) + ")",
    "#concat": "||".join(["name"] * 1000),
}


def _words(text: str) -> list[str]:
    return text.split()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


FILES = st.sampled_from(
    _words("""
    @/canary.csv @/canary.json @/globex/theirs.parquet @/globex/* @/other.db @/../*/canary.csv /proc/self/environ
    /etc/passwd ~/.bashrc file:///etc/passwd http://127.0.0.1:9/x.csv s3://bucket/x.parquet canary.csv * ../../canary.csv
    """)
)
QUOTED = st.sampled_from(["'{}'", "$${}$$", "$q${}$q$", "['{}']", "e'{}'", "'{}' || ''", "concat('{}')"]).flatmap(
    lambda shape: FILES.map(lambda file: shape.replace("{}", file))
)
READERS = st.sampled_from(
    _words("""
    read_csv read_csv_auto sniff_csv read_parquet parquet_scan parquet_metadata parquet_schema read_json read_json_auto
    read_ndjson read_json_objects read_text read_blob glob query query_table sqlite_scan postgres_scan read_duckdb
    iceberg_scan
    """)
)
PEEKS = st.sampled_from(
    _words("""
    duckdb_settings() duckdb_secrets() duckdb_tables() duckdb_views() duckdb_functions() duckdb_databases()
    duckdb_temporary_files() duckdb_logs() duckdb_memory() duckdb_extensions() pragma_database_list()
    pragma_storage_info('people') information_schema.tables pg_catalog.pg_class sqlite_master test_all_types()
    pragma_version() pragma_user_agent() duckdb_variables()
    """)
)
CALLS = st.sampled_from(
    _lines("""
    getenv('VOYANT_TEST_SECRET')
    current_setting('allowed_paths')
    getvariable('x')
    set_config('threads', '1', false)
    current_database()
    nextval('s')
    pg_sleep(9)
    write_log('x')
    txid_current()
    json_execute_serialized_sql('{}')
    pg_get_viewdef('people')
    add_parquet_key('k', 'v')
    which_secret('x', 's3')
    parse_path('/a')
    file_exists('@/canary.csv')
    checkpoint()
    enable_logging()
    content FROM read_text('@/canary.csv') --
    """)
)
NAMES = st.sampled_from(
    _words("""
    id name price tags at p.id "name" people.name nope secret * content "@/canary.csv" rowid filename
    """)
)
LITERALS = st.sampled_from(
    _lines(r"""
    1
    -0.0
    1e308
    1e999
    'a'
    NULL
    true
    DATE '9999-12-31'
    [1, 2]
    {'a': 1}
    x'00'
    U&'\0041'
    '\u0027; DROP VIEW people; --'
    E'\x27'
    99999999999999999999999999999999999999999
    """)
)
FUNCTIONS = st.sampled_from(
    _words("""
    abs lower upper length sum avg count min max median list coalesce round year regexp_matches concat hash md5 histogram
    mode
    """)
)
GROWING = st.sampled_from(
    _lines("""
    repeat('a', 1000000000)
    len(range(1000000000))
    lpad('a', 2000000000, 'b')
    format('{:900000000}', 1)
    printf('%900000000d', 1)
    list_resize([1], 900000000)
    string_agg(name, '') OVER ()
    (SELECT count(*) FROM range(100000000000))
    (SELECT max(x) FROM (WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r) SELECT x FROM r))
    regexp_matches(name, '((a{1,30}){1,30}){1,30}')
    #deep
    #nested
    #minus
    #long
    #in
    #concat
    """)
)
EXPRESSIONS = st.recursive(
    NAMES | LITERALS | CALLS | GROWING,
    lambda inner: st.one_of(
        st.tuples(FUNCTIONS, inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(inner, st.sampled_from(["+", "||", "=", "AND", "LIKE", "IN", "->", "::INT", "IS NOT DISTINCT FROM"]), inner).map(
            " ".join
        ),
        inner.map(lambda e: f"CASE WHEN {e} THEN 1 ELSE 0 END"),
        inner.map(lambda e: f"CAST({e} AS VARCHAR)"),
        inner.map(lambda e: f"list_transform(tags, lambda x: {e})"),
        inner.map(lambda e: f"(SELECT {e} FROM people LIMIT 1)"),
    ),
    max_leaves=4,
)
PLAIN_SOURCES = _lines("""
    people
    people p
    people AS p
    people p, people q
    "people"
    PEOPLE
    main.people
    memory.main.people
    range(10) r(id)
    people TABLESAMPLE 10%
    people POSITIONAL JOIN people q
    (VALUES (1), (2)) v(id)
    unnest([1, 2]) u(id)
    people p, LATERAL (SELECT p.id + 1 AS z) l
    people NATURAL JOIN people q
    globex.theirs
    theirs
""")
SOURCES = st.one_of(
    st.sampled_from(PLAIN_SOURCES[:3]),
    st.sampled_from(PLAIN_SOURCES),
    QUOTED,
    FILES.map(lambda file: f'"{file}"'),
    PEEKS,
    st.tuples(READERS, QUOTED).map(lambda p: f"{p[0]}({p[1]})"),
    st.tuples(READERS, QUOTED).map(lambda p: f"people, LATERAL {p[0]}({p[1]})"),
    st.tuples(READERS, QUOTED).map(lambda p: f'"{p[0]}"({p[1]}, union_by_name = true)'),
)
PLAIN_EXPRESSIONS = st.recursive(
    st.sampled_from(["id", "name", "price", "tags", "at", "1", "'a'", "NULL", "-0.0", "1e308", "DATE '9999-12-31'"]),
    lambda inner: st.one_of(
        st.tuples(FUNCTIONS, inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(inner, st.sampled_from(["+", "||", "=", "*", "%", "LIKE"]), inner).map(" ".join),
        inner.map(lambda e: f"(SELECT max({e}) FROM people)"),
        inner.map(lambda e: f"list_transform(tags, lambda x: {e})"),
    ),
    max_leaves=3,
)
PLAIN = st.recursive(
    st.tuples(PLAIN_EXPRESSIONS, st.sampled_from(["people", "people p", "people CROSS JOIN range(1000000) r", "people GROUP BY ALL"])).map(
        lambda p: f"SELECT {p[0]} AS id FROM {p[1]}"
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" UNION ".join),
        st.tuples(inner, inner).map(lambda p: f"WITH people AS ({p[0]}) {p[1]}"),
        inner.map(lambda s: f"SELECT count(*) FROM ({s}) q, people ORDER BY 1"),
    ),
    max_leaves=3,
)
COMMENTS = st.sampled_from(["", "", "", "/* hi */ ", "-- hi\n", "/* ; */", "/*/* nested */*/ "])
SELECTS = st.recursive(
    st.tuples(EXPRESSIONS, SOURCES, COMMENTS).map(lambda p: f"SELECT {p[2]}{p[0]} FROM {p[1]}"),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" UNION ALL ".join),
        inner.map(lambda s: f"SELECT * FROM ({s}) q"),
        st.tuples(inner, inner).map(lambda p: f"WITH people AS ({p[0]}) {p[1]}"),
        st.tuples(inner, inner).map(lambda p: f"WITH secret AS MATERIALIZED ({p[0]}) {p[1]}"),
        inner.map(lambda s: f"WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r) {s}, r"),
        inner.map(lambda s: f"SELECT * FROM people WHERE EXISTS ({s})"),
        inner.map(lambda s: f"FROM ({s}) SELECT *"),
        inner.map(lambda s: f"SELECT * FROM query('{s}')"),
    ),
    max_leaves=3,
)
CHANGES = _lines("""
    DROP VIEW people
    CREATE TABLE t AS SELECT 1
    CREATE OR REPLACE VIEW people AS SELECT 1 AS id
    INSERT INTO people VALUES (1)
    DELETE FROM people
    UPDATE people SET id = 1
    ATTACH '@/other.db' AS o
    ATTACH ':memory:' AS m
    INSTALL httpfs
    LOAD httpfs
    SET threads = 1
    SET GLOBAL enable_external_access = true
    RESET ALL
    PRAGMA database_list
    PRAGMA disable_checkpoint_on_shutdown
    CALL pragma_version()
    EXPORT DATABASE '@/out'
    IMPORT DATABASE '@/out'
    CREATE MACRO f() AS (SELECT 1)
    SET VARIABLE x = 1
    CREATE SECRET s (TYPE s3)
    BEGIN
    COMMIT
    CHECKPOINT
    VACUUM
    USE memory
    DETACH memory
    PREPARE q AS SELECT 1
    EXECUTE q
    CREATE SEQUENCE s
    CREATE TYPE t AS ENUM ('a')
    ALTER VIEW people RENAME TO q
    COMMENT ON VIEW people IS 'x'
    DESCRIBE people
""")
FORBIDDEN = st.one_of(
    st.sampled_from(CHANGES),
    st.tuples(SELECTS, st.sampled_from(["csv", "parquet", "json"])).map(lambda p: f"COPY ({p[0]}) TO '@/out.{p[1]}'"),
    FILES.map(lambda file: f"COPY people FROM '{file}'"),
    SELECTS.map(lambda s: f"EXPLAIN ANALYZE {s}"),
    SELECTS.map(lambda s: f"CREATE TABLE t AS {s}"),
    SELECTS.map(lambda s: f"PIVOT ({s}) ON id"),
)


def _spelt_out(statement: str) -> str:
    for short, large in LARGE.items():
        statement = statement.replace(short, large)
    return statement


STATEMENTS = st.one_of(
    PLAIN,
    PLAIN,
    st.tuples(PLAIN, SELECTS).map(" UNION ALL ".join),
    SELECTS,
    FORBIDDEN,
    st.tuples(SELECTS, FORBIDDEN).map("; ".join),
    st.tuples(FORBIDDEN, SELECTS).map("; ".join),
    st.tuples(SELECTS, FORBIDDEN).map(lambda p: f"{p[0]} /* */ ; -- \n {p[1]}"),
    st.tuples(SELECTS, FORBIDDEN).map(lambda p: f"WITH a AS ({p[1]}) {p[0]}"),
    st.tuples(SELECTS, FORBIDDEN).map(lambda p: f"{p[0]} UNION {p[1]}"),
).map(_spelt_out)
