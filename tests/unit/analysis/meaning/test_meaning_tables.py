"""Whole tables of many domains against labels by hand: the rules are no list of names."""

from __future__ import annotations

import random

import pytest
from meaning_build import meanings
from meaning_domains import DOMAINS
from meaning_exports import TABLES

CALENDAR = {"date", "datetime", "time_of_day", "year", "quarter", "month", "weekday", "day", "hour"}
MEASURES = {
    *("amount", "count", "percentage", "share", "ratio", "rate", "score", "index", "temperature", "length", "area"),
    *("volume", "mass", "speed", "duration", "age", "number"),
}
GROUPS = {
    "category",
    "ordinal",
    "boolean",
    "country",
    "region",
    "city",
    "postal_code",
    "gender",
    "currency_code",
    "language",
    "name",
    "code",
}
VOCABULARY = {
    "identifier": {"id", "code", "name", "email", "url", "phone", "ip"},
    "time": CALENDAR,
    "dimension": GROUPS | CALENDAR,
    "measure": MEASURES,
    "location": {"latitude", "longitude"},
    "text": {"free_text", "json"},
}
VOCABULARY["constant"] = set().union(*VOCABULARY.values())


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.__name__)
def test_an_invented_table_is_read_as_its_labels_say(domain):
    table = domain(random.Random(domain.__name__))
    found = meanings(domain.__name__, {name: cells for name, (_, cells) in table.items()})
    wrong = []
    for name, (label, _) in table.items():
        role, semantic_type, aggregation = (part.split("|") for part in label.split("/"))
        meaning = found[name]
        if meaning.role not in role or meaning.semantic_type not in semantic_type or meaning.default_aggregation not in aggregation:
            wrong.append(f"{name}: {label}, found {meaning.role}/{meaning.semantic_type}/{meaning.default_aggregation} ({meaning.reason})")
    assert wrong == []


@pytest.mark.parametrize("table", TABLES)
def test_the_columns_of_a_popular_export_get_a_role_that_a_person_accepts(table):
    rows, columns = TABLES[table]
    generator = random.Random(table)
    found = meanings(table, {name: list(cells(generator, rows)) for name, (cells, _) in columns.items()})
    wrong = [f"{name}: {found[name].role} ({found[name].reason})" for name, (_, roles) in columns.items() if found[name].role not in roles]
    assert wrong == []


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.__name__)
def test_every_answer_is_a_word_of_the_vocabulary_with_a_reason(domain):
    table = domain(random.Random(1))
    for meaning in meanings(domain.__name__, {name: cells for name, (_, cells) in table.items()}).values():
        assert meaning.semantic_type in VOCABULARY[meaning.role]
        assert meaning.reason


def test_the_same_table_is_read_the_same_way_twice():
    def read():
        table = DOMAINS[0](random.Random(5))
        return meanings("orders", {name: cells for name, (_, cells) in table.items()})

    assert read() == read()
