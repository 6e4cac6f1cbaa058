"""Relationships against truth made by hand: those that are there, and friends that are false."""

import pytest

from resources.duckdb.engine import DuckDBEngine
from voyant_assets.analysis.meaning.interpret import interpret
from voyant_assets.analysis.profile.table import profile_table
from voyant_assets.analysis.relationships.compare import find_relationships
from voyant_core.settings import Engine


@pytest.fixture
def found(tmp_path):
    engine = DuckDBEngine(Engine(threads=2), tmp_path / "spill")

    def find(**tables):
        for name, sql in tables.items():
            engine.rows(f'CREATE OR REPLACE TABLE "{name}" AS {sql}')
        profiles = {name: profile_table(engine, name, name, interpret) for name in tables}
        return find_relationships(profiles, engine.rows).relationships

    yield find
    engine.close()


def links(relationships):
    return {(f"{r.child.table}.{r.child.column}", f"{r.parent.table}.{r.parent.column}", r.cardinality) for r in relationships}


CUSTOMERS = "SELECT i AS customer_id, 'Customer ' || i AS name FROM range(1, 101) t(i)"
ORDERS = "SELECT i AS order_id, 1 + i % 90 AS customer_id FROM range(1, 501) t(i)"
LINES = "SELECT i AS line_id, 1 + i % 500 AS order_id, i % 7 AS quantity FROM range(1, 2001) t(i)"


def test_the_keys_of_a_shop_lead_from_lines_to_orders_to_customers(found):
    assert links(found(lines=LINES, orders=ORDERS, customers=CUSTOMERS)) == {
        ("lines.order_id", "orders.order_id", "n:1"),
        ("orders.customer_id", "customers.customer_id", "n:1"),
    }


def test_the_evidence_is_counted_exactly(found):
    customer = "CASE WHEN i <= 30 THEN 1000 + i // 10 WHEN i > 480 THEN NULL ELSE 1 + i % 90 END"
    orders = f"SELECT i AS order_id, {customer} AS customer_id FROM range(1, 501) t(i)"
    (link,) = found(customers=CUSTOMERS, orders=orders)
    assert (link.child_rows, link.orphan_rows, link.orphan_values) == (480, 30, 4)
    assert (link.child_values, link.matched_values, link.unreferenced_values) == (94, 90, 10)
    assert link.containment == pytest.approx(90 / 94)
    assert link.orphan_examples == [1001, 1002, 1000, 1003]


def test_a_bare_id_is_referred_to_by_the_name_of_its_table_and_by_no_other_id(found):
    made = found(
        customers="SELECT i AS id, 'c' || i AS name FROM range(1, 51) t(i)",
        orders="SELECT i AS id, 1 + i % 50 AS customer_id, 1 + i % 40 AS billing_customer_id FROM range(1, 201) t(i)",
        products="SELECT i AS id, 'p' || i AS title FROM range(1, 31) t(i)",
    )
    assert links(made) == {
        ("orders.customer_id", "customers.id", "n:1"),
        ("orders.billing_customer_id", "customers.id", "n:1"),
    }


def test_quantities_years_and_row_numbers_are_no_references(found):
    made = found(
        ranking="SELECT i AS rank, i AS year, i * 2 AS amount FROM range(1, 31) t(i)",
        sales="SELECT 1 + i % 30 AS rank, 1 + i % 30 AS year, 2 + 2 * (i % 10) AS amount, i % 5 AS quantity FROM range(1, 101) t(i)",
    )
    assert made == []


def test_sheets_of_one_kind_are_not_linked_to_each_other(found):
    sheet = "SELECT i AS order_id, i % 9 AS kind, i * 2 AS amount FROM range(1, 101) t(i)"
    assert found(january=sheet, february=sheet, march=sheet) == []


def test_codes_that_agree_are_a_reference_whatever_they_are_called(found):
    letters = "'ABCDEFGHIJKLMNOPQRSTUVWXYZ'"
    code = f"{letters}[1 + {{0}} // 26 % 26] || {letters}[1 + {{0}} % 26] || 'X'"
    airports = f"SELECT {code.format('i')} AS faa, 'Airport ' || i AS name FROM range(300) t(i)"
    flights = f"SELECT i AS flight_no, {code.format('(i % 60)')} AS dest FROM range(2000) t(i)"
    (link,) = found(airports=airports, flights=flights)
    assert (link.child.column, link.parent.column, link.basis, link.cardinality) == ("dest", "faa", "values", "n:1")


def test_a_name_without_matching_values_is_no_reference(found):
    assert found(customers=CUSTOMERS, orders="SELECT i AS order_id, 5000 + i % 90 AS customer_id FROM range(1, 501) t(i)") == []


def test_a_table_may_refer_to_itself(found):
    staff = "SELECT i AS employee_id, CASE WHEN i > 1 THEN 1 + i // 10 END AS manager_id, i % 7 AS team FROM range(1, 101) t(i)"
    assert links(found(employees=staff, other="SELECT 1 AS a, 'x' AS b")) == {("employees.manager_id", "employees.employee_id", "n:1")}


def test_an_extension_of_a_table_is_one_to_one_and_points_at_the_owner_of_the_key(found):
    made = found(customer_details="SELECT i AS customer_id, 'd' || i AS note_text FROM range(1, 81) t(i)", customers=CUSTOMERS)
    assert links(made) == {("customer_details.customer_id", "customers.customer_id", "1:1")}


def test_a_key_with_doubles_is_no_key(found):
    doubled = "SELECT 1 + i % 99 AS customer_id, 'n' || i AS name FROM range(1, 101) t(i)"
    assert found(customers=doubled, orders=ORDERS) == []
