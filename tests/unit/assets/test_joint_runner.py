import json

import pytest
from joint_source import CUSTOMERS, ORDERS, Shop

from voyant_core.model.job import JobState

JOIN = {"name": "Rome revenue", "sql": "SELECT sum(price) FROM orders JOIN customers USING (customer_id) WHERE city = 'Rome'"}
ROME = sum(n + 0.5 for n in range(4, 61) if (1 + n % 19) % 2 == 0)


@pytest.fixture
def shop(environment, tmp_path):
    return Shop(environment, tmp_path)


def kpis(shop, manifest, name="joint/kpis.json"):
    artifact = next(a for a in manifest.artifacts if a.name == name)
    return json.loads(shop.environment.objects.get("acme", artifact.sha256))["kpis"]


def test_a_kpi_that_joins_two_tables_runs_once_over_both(shop):
    job = shop.job(kpis=[JOIN], stages=["kpi"])
    outcomes = shop.run(job)
    _, manifest = shop.finished(job)
    (kpi,) = kpis(shop, manifest)
    assert kpi["value"] == pytest.approx(ROME)
    assert kpi["source_columns"] == ["customers.city", "orders.price"]
    assert [k["origin"] for k in kpis(shop, manifest, "orders/kpis.json") if k["origin"] == "request"] == []
    assert outcomes["joint", "kpi"].artifacts[0].name == "joint/kpis.json"


def test_the_manifest_tells_where_the_joint_figures_stand_in_the_graph(shop):
    job = shop.job(kpis=[JOIN], stages=["kpi"])
    shop.run(job)
    _, manifest = shop.finished(job)
    artifact = next(a for a in manifest.artifacts if a.name == "joint/kpis.json")
    assert artifact.asset_key == ["acme", "shop", "joint", job.plan.joint.digest, "kpi"]
    assert {used.table for used in manifest.inputs} == {"acme__shop.customers", "acme__shop.orders"}


def test_a_kpi_of_one_table_stays_with_that_table(shop):
    job = shop.job(kpis=[{"name": "n", "sql": "SELECT count(*) FROM orders"}], stages=["kpi"])
    shop.run(job)
    _, manifest = shop.finished(job)
    assert [k["value"] for k in kpis(shop, manifest, "orders/kpis.json") if k["origin"] == "request"] == [60]
    assert not any(a.name.startswith("joint/kpi") for a in manifest.artifacts)


def test_the_same_request_again_reuses_the_joint_stages_too(shop):
    first = shop.job(kpis=[JOIN])
    shop.run(first)
    second = shop.job(kpis=[JOIN])
    assert {str(outcome.stage.state) for outcome in shop.run(second).values()} == {"reused"}
    assert shop.finished(first)[1].content_digest == shop.finished(second)[1].content_digest


def test_new_rows_in_one_table_make_the_joint_figures_anew(shop):
    shop.run(shop.job(kpis=[JOIN], stages=["kpi"]))
    shop = Shop(shop.environment, shop.folder, {"customers": CUSTOMERS, "orders": ORDERS + "61,2,1000\n"})
    job = shop.job(kpis=[JOIN], stages=["kpi"])
    outcomes = shop.run(job)
    assert str(outcomes["customers", "kpi"].stage.state) == "reused"
    assert str(outcomes["joint", "kpi"].stage.state) == "succeeded"
    assert kpis(shop, shop.finished(job)[1])[0]["value"] == pytest.approx(ROME + 1000)


def test_lineage_leads_from_every_table_to_the_joint_figures(shop):
    shop.run(shop.job(kpis=[JOIN], stages=["kpi"]))
    artifacts = shop.environment.store.artifacts("acme")
    for table in ("customers", "orders"):
        below = [edge.downstream for edge in artifacts.lineage(f"urn:voyant:acme:table:acme__shop.{table}")]
        assert any(".joint." in urn and urn.endswith(".kpi") for urn in below)


def test_a_table_that_was_not_ingested_skips_the_joint_figures_and_fails_the_job(shop):
    job = shop.job(kpis=[JOIN])
    landing = job.plan.tables[1].readable
    shop.environment.landings.path(landing.sha256).unlink()
    outcomes = shop.run(job)
    stage = outcomes["joint", "kpi"].stage
    assert (stage.state, stage.code) == ("skipped", "VYNT-7007")
    assert "needs the table orders, which was not ingested" in stage.reason
    done, _ = shop.finished(job, JobState.FAILED)
    assert done.state is JobState.FAILED
    assert "ingest of orders" in done.problem.detail
    assert "1 of 2 tables are complete" in done.problem.detail


def document(shop, manifest, name):
    artifact = next(a for a in manifest.artifacts if a.name == name)
    return shop.environment.objects.get("acme", artifact.sha256)


def test_a_request_for_several_tables_gets_relationships_a_narrative_and_a_report_over_all(shop):
    job = shop.job(kpis=[JOIN])
    shop.run(job)
    done, manifest = shop.finished(job)
    assert done.state is JobState.SUCCEEDED
    (link,) = json.loads(document(shop, manifest, "joint/relationships.json"))["relationships"]
    assert (link["child"], link["parent"]["table"]) == ({"table": "orders", "column": "customer_id"}, "customers")
    assert (link["orphan_rows"], link["orphan_examples"]) == (3, [91, 92, 93])
    narrative = json.loads(document(shop, manifest, "joint/narrative.json"))
    assert [finding["kind"] for finding in narrative["findings"]] == ["orphans"]
    page = document(shop, manifest, "joint/report.html").decode()
    for told in ('href="../orders/report.html"', 'href="../customers/report.html"', "Rome revenue", "SELECT sum(price) FROM orders JOIN"):
        assert told in page


def test_one_table_alone_gets_nothing_joint(shop):
    job = shop.job(tables=["orders"])
    assert job.plan.joint is None
    shop.run(job)
    assert not any(a.name.startswith("joint/") for a in shop.finished(job)[1].artifacts)


def test_the_report_tells_which_table_is_missing_and_shows_the_others(shop):
    job = shop.job()
    shop.environment.landings.path(job.plan.tables[0].readable.sha256).unlink()
    outcomes = shop.run(job)
    assert str(outcomes["joint", "relationships"].stage.state) == "skipped"
    assert str(outcomes["joint", "report"].stage.state) == "succeeded"
    page = document(shop, shop.finished(job, JobState.FAILED)[1], "joint/report.html").decode()
    assert "ingest failed" in page
    assert 'href="../orders/report.html"' in page


def test_two_homes_give_the_same_bytes(shop, tmp_path_factory):
    from voyant_assets.runtime.environment import Environment
    from voyant_core.settings import Settings

    other = Environment(Settings(home=tmp_path_factory.mktemp("home")))
    other.prepare()
    digests = []
    for here in (shop, Shop(other, shop.folder)):
        job = here.job(kpis=[JOIN])
        here.run(job)
        digests.append(here.finished(job)[1].content_digest)
    other.engine.close()
    other.guarded.close()
    other.store.database.close()
    assert digests[0] == digests[1]
