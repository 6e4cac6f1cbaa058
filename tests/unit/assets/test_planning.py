import pytest
from pydantic import BaseModel, ConfigDict

from voyant_assets.catalogue import Catalogue, catalogue, joint_catalogue
from voyant_assets.planning import make_plan
from voyant_core import errors
from voyant_core.model.job import AnalyzeRequest
from voyant_core.model.source import Column, FileFormat, FoundTable, Landing, ReadOptions, SourceRecord, SourceType
from voyant_core.stage import Stage


class ForecastParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")
    horizon: int = 12


def stage(name, needs=("ingest",), wants=(), required=False, parameters=None):
    kwargs = {"parameters": parameters} if parameters else {}
    return Stage(
        name=name,
        title=name,
        run=lambda _: None,
        load=lambda _: None,
        code_version="1",
        needs=needs,
        wants=wants,
        required=required,
        **kwargs,
    )


STAGES = Catalogue.of(
    [
        stage("report", needs=("profile", "narrative"), wants=("quality",), required=True),
        stage("narrative", needs=("profile",), wants=("quality", "forecast"), required=True),
        stage("quality", needs=("ingest", "profile")),
        stage("profile", required=True),
        stage("forecast", parameters=ForecastParameters),
    ]
)


def source(slug="sales", tables=("orders", "customers")):
    found = [
        FoundTable(name=t, title=t.title(), columns=[Column(name="id", type="BIGINT")], read=ReadOptions(format=FileFormat.CSV))
        for t in tables
    ]
    landing = Landing(sha256="ab" * 32, size_bytes=1, file_name="x.csv")
    return SourceRecord(
        id=f"src_{slug}",
        tenant="acme",
        slug=slug,
        type=SourceType.FILE,
        uri=f"file:///{slug}",
        title=slug,
        tables=found,
        landing=landing,
        created_at="t",
        updated_at="t",
    )


def plan(**request):
    return make_plan("acme", AnalyzeRequest(source="src_sales", **request), [source()], STAGES)


def test_a_stage_comes_after_what_it_needs_and_wants():
    order = list(STAGES.stages)
    assert order.index("profile") < order.index("quality") < order.index("narrative") < order.index("report")


def test_without_a_wish_every_table_gets_every_stage():
    made = plan()
    assert [table.name for table in made.tables] == ["orders", "customers"]
    assert set(made.tables[0].stages) == {"ingest", *STAGES.stages}
    assert made.tables[0].stages[0] == "ingest"


def test_a_named_stage_brings_what_it_needs_and_nothing_else():
    made = plan(stages=["quality"], tables=["orders"])
    assert made.tables[0].stages == ["ingest", "profile", "quality"]
    assert made.required == ["ingest", "quality"]


def test_a_table_may_be_named_as_the_source_spells_it():
    assert [table.name for table in plan(tables=["Customers"]).tables] == ["customers"]


@pytest.mark.parametrize(
    ("request_fields", "code", "hint"),
    [
        ({"stages": ["profil"]}, errors.UNKNOWN_STAGE, "'profile'"),
        ({"tables": ["order"]}, errors.TABLE_NOT_FOUND, "'orders'"),
        ({"preset": "x"}, errors.PRESET_NOT_FOUND, "preset"),
        ({"baseline": "x"}, errors.BASELINE_NOT_FOUND, "baseline"),
        ({"params": {"forecast": {"horizon": "many"}}}, errors.INVALID_REQUEST, None),
        ({"params": {"forecast": {"horizn": 3}}}, errors.INVALID_REQUEST, None),
        ({"params": {"nothing": {}}}, errors.UNKNOWN_STAGE, "stages are"),
        ({"kpis": [{"name": "a", "sql": "select 1"}, {"name": "a", "sql": "select 2"}]}, errors.INVALID_REQUEST, "name of its own"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(request_fields, code, hint):
    with pytest.raises(errors.VoyantError) as refused:
        plan(**request_fields)
    assert refused.value.code is code
    if hint:
        assert hint in (refused.value.hint or "")


def test_the_digest_leaves_ids_out_and_takes_parameters_in():
    same = make_plan("acme", AnalyzeRequest(source="elsewhere"), [source().model_copy(update={"id": "src_other"})], STAGES)
    assert same.digest == plan().digest
    assert plan(params={"forecast": {"horizon": 3}}).digest != plan().digest


def test_tables_of_two_sources_with_one_name_get_labels_that_differ():
    made = make_plan("acme", AnalyzeRequest(source="x"), [source("a", ("orders",)), source("b", ("orders",))], STAGES)
    assert [table.label for table in made.tables] == ["a__orders", "b__orders"]


def test_two_stages_of_one_name_are_refused():
    with pytest.raises(ValueError, match="two stages"):
        Catalogue.of([stage("profile"), stage("profile")])


def joint_plan_of(tables=("orders", "customers"), **request):
    columns = {"orders": ["order_id", "customer_id"], "customers": ["customer_id", "city"], "Order Lines": ["order_id", "price"]}
    found = [
        FoundTable(
            name=title.lower().replace(" ", "_"),
            title=title,
            columns=[Column(name=name, type="BIGINT") for name in columns[title]],
            read=ReadOptions(format=FileFormat.CSV),
        )
        for title in tables
    ]
    made = source().model_copy(update={"tables": found})
    return make_plan("acme", AnalyzeRequest(source="src_sales", **request), [made], catalogue(), joint_catalogue(), 2)


def kpi(sql):
    return {"name": "k", "sql": sql}


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("SELECT count(*) FROM orders", "orders"),
        ("SELECT count(*) FROM Customers c", "customers"),
        ("SELECT 1", "orders"),
        ("SELECT count(*) FROM orders JOIN customers USING (customer_id)", "joint"),
        ("WITH c AS (SELECT customer_id FROM customers) SELECT count(*) FROM orders, c", "joint"),
        ("SELECT (SELECT count(*) FROM customers) / count(*) FROM orders", "joint"),
        ("SELECT count(*) FROM sales.orders, acme__sales.customers", "joint"),
        ("SELECT count(*) FROM orders a JOIN sales.orders b USING (order_id)", "orders"),
    ],
)
def test_a_kpi_runs_where_the_tables_are_that_it_reads(sql, place):
    (planned,) = joint_plan_of(kpis=[kpi(sql)]).kpis
    assert planned.place == place


def test_a_sheet_may_be_named_by_its_quoted_title():
    made = joint_plan_of(("orders", "Order Lines"), kpis=[kpi('SELECT sum(price) FROM "Order Lines" JOIN orders USING (order_id)')])
    assert made.kpis[0].reads == {"Order Lines": "order_lines", "orders": "orders"}


@pytest.mark.parametrize(
    ("sql", "code", "told"),
    [
        ("SELECT count(*) FROM order", errors.INVALID_SQL, ""),
        ("SELECT count(*) FROM orderz", errors.INVALID_SQL, "`orders`"),
        ("SELECT count(*) FROM other.orders", errors.INVALID_SQL, ""),
        ("SELECT sum(o.citty) FROM orders JOIN customers o USING (customer_id)", errors.UNKNOWN_COLUMN, ""),
    ],
)
def test_a_kpi_over_what_is_not_there_is_refused_at_the_door(sql, code, told):
    with pytest.raises(errors.VoyantError) as refused:
        joint_plan_of(kpis=[kpi(sql)])
    assert refused.value.code is code
    assert told in (refused.value.hint or "")


def test_a_kpi_may_not_read_a_table_that_the_request_leaves_out():
    request = AnalyzeRequest(source="x", tables=["orders"], kpis=[kpi("SELECT count(*) FROM customers")])
    with pytest.raises(errors.VoyantError) as refused:
        make_plan("acme", request, [source()], catalogue(), joint_catalogue())
    assert refused.value.code is errors.INVALID_SQL


def test_several_tables_get_the_joint_stages_and_the_figures_only_when_asked():
    assert joint_plan_of().joint.stages == ["relationships", "narrative", "report"]
    assert "kpi" in joint_plan_of(kpis=[kpi("SELECT 1 FROM orders, customers")]).joint.required
    assert joint_plan_of(tables=("orders",)).joint is None


def test_naming_stages_names_those_over_several_tables_too():
    made = joint_plan_of(stages=["relationships"])
    assert made.joint.stages == ["relationships"]
    assert made.tables[0].stages == ["ingest", "profile"]


def test_a_kpi_is_not_forgotten_because_other_stages_are_named():
    made = joint_plan_of(stages=["profile"], kpis=[kpi("SELECT count(*) FROM orders")])
    assert "kpi" in made.tables[0].stages
    assert "kpi" in made.required


def test_too_many_tables_are_refused_with_the_way_to_choose():
    with pytest.raises(errors.VoyantError) as refused:
        joint_plan_of(("orders", "customers", "Order Lines"))
    assert refused.value.code is errors.TOO_MANY_TABLES
    assert "`tables`" in refused.value.hint


def test_tables_of_two_sources_are_told_apart_by_their_source():
    first, second = source("a", ("orders",)), source("b", ("orders",))
    request = AnalyzeRequest(source="x", kpis=[kpi("SELECT count(*) FROM a.orders, b.orders")])
    (planned,) = make_plan("acme", request, [first, second], catalogue(), joint_catalogue()).kpis
    assert planned.reads == {"a.orders": "a__orders", "b.orders": "b__orders"}
