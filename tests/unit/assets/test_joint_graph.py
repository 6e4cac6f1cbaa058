import pytest
from joint_source import Shop

from voyant_assets.adoption import selection_of
from voyant_assets.graph.registry import RegisteredSource
from voyant_assets.kpi_planning import kept_kpis
from voyant_assets.planning import planned
from voyant_core.model.kpi import KpiRequest
from voyant_core.model.source import table_groups


@pytest.fixture
def shop(environment, tmp_path):
    return Shop(environment, tmp_path)


def test_a_selection_tells_tables_from_what_is_over_them():
    paths = [
        ["acme", "shop", "orders"],
        ["acme", "shop", "orders", "profile"],
        ["acme", "shop", "joint", "0a1b", "report"],
        ["acme", "shop"],
    ]
    chosen = selection_of(paths, [(["acme", "shop", "joint", "0a1b", "relationships"], "references")])
    assert chosen.tables == {("acme", "shop", "orders"): ["ingest", "profile"]}
    assert chosen.joint == {("acme", "shop", "0a1b"): ["relationships", "report"]}


def test_all_tables_of_a_source_are_a_group_and_so_are_those_asked_for_while_they_last():
    kept = [["customers", "orders"], ["orders", "gone"], ["lines", "orders", "customers"]]
    assert table_groups(["orders", "customers", "lines"], kept) == [("orders", "customers", "lines"), ("customers", "orders")]
    assert table_groups(["orders"], kept) == []


def test_the_graph_shows_the_group_where_the_job_puts_it(shop):
    row = shop.environment.store.source_row(shop.source.id)
    (group,) = RegisteredSource.of(row).groups()
    assert group.address.digest == shop.job().plan.joint.digest


def test_a_source_keeps_the_kpis_asked_for_and_drops_those_that_fit_no_longer(shop):
    tables = planned([(shop.source, table, []) for table in shop.source.tables])
    old = [KpiRequest(name="a", sql="SELECT sum(prize) FROM orders"), KpiRequest(name="b", sql="SELECT count(*) FROM orders")]
    new = [KpiRequest(name="c", sql="SELECT count(*) FROM customers")]
    assert [kpi.name for kpi in kept_kpis(old, new, tables, "acme")] == ["c", "b"]


def test_what_a_source_keeps_outlives_its_next_version(shop):
    sources = shop.environment.store.sources("acme")
    kpi = KpiRequest(name="c", sql="SELECT count(*) FROM customers")
    sources.keep(shop.source.id, [kpi], [["customers", "orders"]])
    again = Shop(shop.environment, shop.folder).source
    assert (again.kpis, again.table_groups) == ([kpi], [["customers", "orders"]])
