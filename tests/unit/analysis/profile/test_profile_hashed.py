"""Counts by sorted hashes against plain counting: in one piece and in several, with few and with many ties."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from profile_views import QUOTED, VIEW, interpret, rows_of, view_of

from voyant_assets.analysis.profile import hashed, queries
from voyant_assets.analysis.profile.collect import Budget
from voyant_assets.analysis.profile.counted import leading, spread
from voyant_assets.analysis.profile.frequencies import FrequencyTable, sample
from voyant_assets.analysis.profile.kinds import TypedColumn, quote
from voyant_assets.analysis.profile.table import profile_table

WORD = TypedColumn("s", 0, "VARCHAR")
TABLES = {
    "all values once": [f"w{place}" for place in range(500)],
    "a few often": [f"w{place % (3 + place % 97)}" for place in range(700)],
    "pairs": [f"w{place // 2}" for place in range(600)],
    "one value": ["x"] * 40,
    "three values": ["b", "a", "b", "c"],
    "some often, the rest once": ["often"] * 50 + ["also"] * 9 + [f"v{place}" for place in range(300)],
}


@pytest.mark.parametrize("table", sorted(TABLES))
@pytest.mark.parametrize(("ties", "piece_rows"), [(2000, 10**6), (5, 10**6), (5, 100), (2000, 100)])
def test_counts_by_hash_are_those_of_plain_counting(table: str, ties: int, piece_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashed, "TIES", ties)
    monkeypatch.setattr(hashed, "PIECE_ROWS", piece_rows)
    monkeypatch.setattr(queries, "SAMPLE", 12)
    values = TABLES[table]
    found = hashed.count(rows_of({"s": "VARCHAR"}, [[value] for value in [*values, None]]), QUOTED, WORD, len(values))
    counts = Counter(values)
    assert (found.distinct, found.unique, found.error) == (len(counts), sum(k == 1 for k in counts.values()), None)
    assert found.entropy == pytest.approx(-sum(k / len(values) * math.log(k / len(values)) for k in counts.values()), abs=1e-12)
    assert found.top == sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:10]
    assert len(found.sample) == min(12, len(counts))
    assert all(counts[str(value)] == k for value, k in found.sample)


def test_intervals_and_wide_numbers_that_the_engine_hashes_alike_are_told_apart() -> None:
    engine = view_of("SELECT to_days(i::INTEGER) AS span, i::HUGEINT * 18446744073709551617 AS wide FROM range(60) rows(i)")
    for place, (name, kind) in enumerate((("span", "INTERVAL"), ("wide", "HUGEINT"))):
        assert hashed.count(engine, QUOTED, TypedColumn(name, place, kind), 60).distinct == 60


@pytest.mark.parametrize("piece_rows", [10**6, 7])
def test_repeated_rows_are_counted_in_pieces_too(piece_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashed, "PIECE_ROWS", piece_rows)
    engine = view_of("SELECT i % 4 AS a, CASE WHEN i % 2 = 0 THEN 'x' END AS b FROM range(50) rows(i)")
    columns = [TypedColumn("a", 0, "BIGINT"), TypedColumn("b", 1, "VARCHAR")]
    assert hashed.repeated(engine, QUOTED, columns, 50) == 46


def test_texts_are_left_unread_when_the_numbers_alone_tell_the_rows_apart() -> None:
    engine = view_of("SELECT i // 2 AS a, i % 2 AS b, 'same' AS s FROM range(1200000) rows(i)")
    asked: list[str] = []
    batches = engine.batches

    def noted(sql: str, rows_per_batch: int) -> object:
        asked.append(sql)
        return batches(sql, rows_per_batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "batches", noted)
        found = profile_table(engine, VIEW, "t", interpret, Budget(frequency_values=5)).duplicate_rows
    assert (found.count, found.method) == (0, "hash of the row")
    assert not any("hash(" in sql and quote("s") in sql for sql in asked)


def test_the_largest_counts_come_first_and_ties_in_order_or_from_the_whole_range() -> None:
    import numpy as np

    draw = np.random.default_rng(5)
    for limit in (1, 3, 10, 200):
        counts = draw.integers(1, 6, size=100)
        assert leading(counts, limit).tolist() == np.argsort(-counts, kind="stable")[:limit].tolist()
        table = FrequencyTable(np.arange(100), np.arange(100.0), counts)
        expected = sample(TypedColumn("n", 0, "BIGINT"), table, limit)
        assert sorted((place, counts[place]) for place in spread(counts, limit).tolist()) == sorted(expected)
