"""The guard of SQL from outside: one statement that only reads, over the given tables, made of syntax and functions on an allow-list.

It is the first of two walls: the engine runs what it lets through with external access off and under limits of time and memory. What runs
is the caller's statement written anew word by word (comments gone, strings and names quoted afresh), so that engine and guard cannot
differ on where a string or comment ends. It is not generated from the tree: sqlglot 30 writes `a ~ 'x'` as a full match, which DuckDB 2
does not mean. It is not a planner: types are left to the engine. sqlglot is imported on first use (0.2 s).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voyant_core import errors
from voyant_core.model.source import Column

LONGEST = 20_000
MOST_TOKENS = 8_000
DEEPEST = 60
FIRST_WORDS = frozenset({"SELECT", "WITH", "FROM", "VALUES", "L_PAREN"})
OPENING = frozenset({"L_PAREN", "L_BRACKET", "L_BRACE", "CASE"})
CLOSING = frozenset({"R_PAREN", "R_BRACKET", "R_BRACE", "END"})
STRINGS = frozenset({"STRING", "RAW_STRING", "HEREDOC_STRING"})
PREFIXES = frozenset({"DASH", "PLUS", "TILDE", "NOT"})


@dataclass(frozen=True, slots=True)
class CheckedQuery:
    """SQL that may run.

    `sql` is the caller's, without comments and closing semicolon. `tables` are the given tables that it reads, as they were given.
    `columns` are (table, column) pairs that it names. `measured` is the column whose unit the one figure of the answer carries
    (`SELECT median(dep_delay) FROM flights`). `volatile` names functions that depend on the clock or on chance.
    """

    sql: str
    tables: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    measured: str | None
    volatile: tuple[str, ...]


def checked_query(sql: str, tables: Mapping[str, Sequence[Column]], dialect: str = "duckdb", *, subject: str = "SQL") -> CheckedQuery:
    """`sql` checked against `tables`, or VoyantError: SQL_NOT_A_READ, INVALID_SQL or UNKNOWN_COLUMN.

    A table given without columns may hold any. `subject` opens every message: `` KPI `late`: no column `dep_dely` in flights ...``.
    """
    from resources._kit import sql_growth, sql_names

    try:
        tree, text = _parsed(sql, dialect, subject)
        volatile = _refuse_unlisted(tree, sql, subject)
        for node, instead in sql_growth.growing(tree):
            raise _not_allowed(subject, f"a value of unknown size (`{node.sql(dialect)[:60]}`)", sql_names.place(node, sql), instead)
        used = sql_names.resolve_tables(tree, tables, sql, subject)
        columns = sql_names.resolve_columns(tree, tables, used, sql, subject)
        return CheckedQuery(
            sql=text,
            tables=tuple(sorted(set(used.values()))),
            columns=columns,
            measured=sql_names.measured_column(tree, columns),
            volatile=tuple(sorted(volatile)),
        )
    except RecursionError as error:
        raise errors.VoyantError(errors.INVALID_SQL, f"{subject}: it is nested too deeply.", hint="Simplify the statement.") from error


def _parsed(sql: str, dialect: str, subject: str) -> tuple[Any, str]:
    """The tree of the one statement, and its text written anew."""
    from sqlglot import exp
    from sqlglot.dialects.dialect import Dialect
    from sqlglot.errors import ParseError, SqlglotError

    if len(sql) > LONGEST:
        raise errors.VoyantError(errors.INVALID_SQL, f"{subject}: it has {len(sql):,} characters; {LONGEST:,} are allowed.")
    if "\0" in sql:
        raise errors.VoyantError(errors.INVALID_SQL, f"{subject}: it holds a NUL character.")
    spoken = Dialect.get_or_raise(dialect)
    try:
        tokens = spoken.tokenize(sql)
        _refuse_by_tokens(tokens, subject)
        trees: list[Any] = spoken.parser().parse(tokens, sql)
    except ParseError as error:
        raise errors.VoyantError(
            errors.INVALID_SQL, f"{subject}: {_parse_detail(error)}", hint="Correct the SQL (DuckDB's dialect)."
        ) from error
    except SqlglotError as error:
        raise errors.VoyantError(
            errors.INVALID_SQL, f"{subject}: it cannot be split into words: a quote or comment is not closed.", hint="Close it."
        ) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:  # the parser stumbles over some wrong texts, such as `x {:1}`
        raise errors.VoyantError(
            errors.INVALID_SQL, f"{subject}: it cannot be parsed.", hint="Correct the SQL (DuckDB's dialect)."
        ) from error
    tree = trees[0]
    if not isinstance(tree, (exp.Select, exp.SetOperation, exp.Subquery, exp.Values)):
        raise _not_a_read(subject, type(tree).__name__.upper())
    return tree, _respelled(tokens, sql)


def _refuse_by_tokens(tokens: Sequence[Any], subject: str) -> None:
    """What can be told from the words alone, before a recursive parser sees them."""
    if not tokens:
        raise errors.VoyantError(errors.INVALID_SQL, f"{subject}: it is empty.", hint="Give one SELECT statement.")
    if len(tokens) > MOST_TOKENS:
        raise errors.VoyantError(errors.INVALID_SQL, f"{subject}: it has {len(tokens):,} words; {MOST_TOKENS:,} are allowed.")
    if tokens[0].token_type.name not in FIRST_WORDS:
        raise _not_a_read(subject, str(tokens[0].text).upper()[:40])
    depth = run = 0
    for token, following in itertools.zip_longest(tokens, tokens[1:]):
        kind = token.token_type.name
        if kind == "SEMICOLON" and following is not None:
            raise errors.VoyantError(
                errors.SQL_NOT_A_READ, f"{subject}: it holds more than one statement.", hint="Give one SELECT without semicolons."
            )
        depth += (kind in OPENING) - (kind in CLOSING)
        run = run + 1 if kind in PREFIXES else 0
        if depth > DEEPEST or run > DEEPEST:
            raise errors.VoyantError(errors.INVALID_SQL, f"{subject}: it is nested more than {DEEPEST} levels deep.", hint="Simplify it.")


def _not_a_read(subject: str, word: str) -> errors.VoyantError:
    return errors.VoyantError(
        errors.SQL_NOT_A_READ,
        f"{subject}: `{word}` is not a read; only SELECT is allowed.",
        hint="Give one SELECT, such as SELECT count(*) FROM table_name.",
    )


def _parse_detail(error: Any) -> str:
    if not error.errors:
        return "it cannot be parsed."
    flaw: dict[str, Any] = error.errors[0]
    near = str(flaw.get("highlight") or "").strip()
    words = str(flaw.get("description") or "it cannot be parsed").rstrip(".")
    place = f" near `{near[:60]}`" if near else ""
    at = f" (line {flaw['line']}, column {max(1, int(flaw['col']) - max(0, len(near) - 1))})" if flaw.get("line") else ""
    return f"{words[:1].lower()}{words[1:]}{place}{at}."


def _refuse_unlisted(tree: Any, sql: str, subject: str) -> set[str]:
    """Refuse every node that is not on the allow-list; returns the volatile functions met."""
    from sqlglot import exp

    from resources._kit import sql_functions as listed
    from resources._kit.sql_names import place

    volatile: set[str] = set()
    for node in tree.walk():
        kind = type(node).__name__
        if kind in listed.STATEMENTS:
            raise _not_a_read(subject, kind.upper())
        if isinstance(node, exp.Func) and kind not in listed.ALLOWED_SYNTAX:
            names = _function_names(node)
            if names & listed.VOLATILE_FUNCTIONS:
                volatile |= names & listed.VOLATILE_FUNCTIONS
            elif not names & listed.ALLOWED_FUNCTIONS and kind not in listed.ALLOWED_FUNCTION_CLASSES:
                raise _not_allowed(subject, f"the function `{min(names)[:60]}`", place(node, sql))
        elif kind not in listed.ALLOWED_SYNTAX:
            raise _not_allowed(subject, f"`{kind}`", place(node, sql))
        elif kind in listed.VOLATILE_CLASSES:
            volatile.add("sample")
        if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.USERDEFINED:
            raise _not_allowed(subject, f"the type `{str(node.args.get('kind'))[:60]}`", place(node, sql))
        if isinstance(node, exp.Select) and not node.expressions:
            raise errors.VoyantError(errors.INVALID_SQL, f"{subject}: a SELECT has nothing to select.", hint="Name a column or a figure.")
    return volatile


def _function_names(node: Any) -> set[str]:
    from sqlglot import exp

    if isinstance(node, (exp.Anonymous, exp.AnonymousAggFunc)):
        return {str(node.name).lower()}
    return {str(name).lower() for name in node.sql_names()}


def _not_allowed(
    subject: str,
    what: str,
    at: str,
    hint: str = "Use plain SELECTs over the tables of the request and functions that only compute.",
) -> errors.VoyantError:
    return errors.VoyantError(errors.INVALID_SQL, f"{subject}: {what} is not allowed{at}.", hint=hint)


def _respelled(tokens: Sequence[Any], sql: str) -> str:
    """The words as they stand, strings and quoted names quoted afresh, one blank where blanks or a comment stood."""
    written: list[str] = []
    end: int | None = None
    for token in tokens:
        kind, word = token.token_type.name, str(token.text)
        if kind == "SEMICOLON":
            break
        if kind in STRINGS:
            word = "'" + word.replace("'", "''") + "'"
        elif kind == "IDENTIFIER":
            word = '"' + word.replace('"', '""') + '"'
        else:
            word = sql[token.start : token.end + 1]
        written += [" ", word] if end is not None and token.start > end + 1 else [word]
        end = token.end
    return "".join(written)
