import pytest
from pydantic import BaseModel, ConfigDict

from voyant_assets.catalogue import Catalogue
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
