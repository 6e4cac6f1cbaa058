import pytest
from single_stage import counted, stage

from voyant_assets.finishing import finish
from voyant_core import errors
from voyant_core.canonical import content_digest
from voyant_core.model.artifact import ArtifactKind, Manifest
from voyant_core.model.job import JobState
from voyant_core.stage import CheckOutcome, Output, Stage, StageResult, StageSkipped

pytestmark = pytest.mark.usefixtures("store_kind")


def states(run):
    return {outcome.stage.name: str(outcome.stage.state) for outcome in run.outcomes()}


def raising(error):
    def run(_context):
        raise error

    return run


def test_a_stage_reads_the_pinned_table_and_the_models_of_what_it_needs(jobs, orders):
    seen = {}

    def second(context):
        seen.update(context.results["first"])
        return {"artifacts": [artifact.name for artifact in context.artifacts]}

    run = jobs.start(orders, [stage("first"), stage("second", second, needs=("first",))])
    assert states(run) == {"ingest": "succeeded", "first": "succeeded", "second": "succeeded"}
    assert seen == {"rows": 3}


def test_a_failed_stage_fails_alone_and_what_needs_it_is_skipped_with_the_reason(jobs, orders):
    broken = stage("broken", raising(errors.VoyantError(errors.TOO_LITTLE_DATA, "Three rows.", hint="Give more.")))
    run = jobs.start(orders, [broken, stage("after", needs=("broken",)), stage("aside", wants=("broken",))])
    ended = {outcome.stage.name: outcome.stage for outcome in run.outcomes()}
    assert (ended["broken"].state, ended["broken"].code, ended["broken"].reason) == ("failed", "VYNT-7002", "Three rows. Give more.")
    assert (ended["after"].state, ended["after"].reason) == ("skipped", "needs broken, which failed")
    assert ended["aside"].state == "succeeded"


def test_a_stage_that_cannot_apply_is_skipped_with_its_own_reason(jobs, orders):
    run = jobs.start(orders, [stage("forecast", raising(StageSkipped(errors.TOO_LITTLE_DATA, "no time column")))])
    (_, outcome) = run.outcomes()
    assert (outcome.stage.state, outcome.stage.code, outcome.stage.reason) == ("skipped", "VYNT-7002", "no time column")


def test_an_unexpected_exception_is_an_internal_error_without_its_text(jobs, orders):
    run = jobs.start(orders, [stage("odd", raising(RuntimeError("password=hunter2")))])
    (_, outcome) = run.outcomes()
    assert outcome.stage.code == "VYNT-5001"
    assert "hunter2" not in outcome.stage.reason


def test_a_transient_failure_is_tried_again_and_a_permanent_one_is_not(jobs, orders, monkeypatch):
    monkeypatch.setattr("voyant_assets.walk.time.sleep", lambda _: None)
    tries = {"transient": 0, "permanent": 0}

    def flaky(name, code):
        def run(context):
            tries[name] += 1
            if tries[name] < 3:
                raise errors.VoyantError(code, "not now")
            return counted(context)

        return run

    run = jobs.start(orders, [stage("a", flaky("transient", errors.DATABASE)), stage("b", flaky("permanent", errors.INVALID_SQL))])
    assert states(run) == {"ingest": "succeeded", "a": "succeeded", "b": "failed"}
    assert tries == {"transient": 3, "permanent": 1}


def test_what_was_computed_before_is_reused_and_its_model_still_feeds_what_is_new(jobs, orders):
    assert states(jobs.start(orders, [stage("first")])) == {"ingest": "succeeded", "first": "succeeded"}
    again = jobs.start(
        orders, [stage("first", raising(AssertionError)), stage("new", lambda c: dict(c.results["first"]), needs=("first",))]
    )
    outcomes = {outcome.stage.name: outcome for outcome in again.outcomes()}
    assert {name: str(outcome.stage.state) for name, outcome in outcomes.items()} == {
        "ingest": "reused",
        "first": "reused",
        "new": "succeeded",
    }
    assert [artifact.name for artifact in outcomes["first"].artifacts] == ["orders/first.json"]


def test_a_reused_stage_tells_the_same_numbers_preview_and_checks(jobs, orders):
    check = CheckOutcome("schema", passed=False, severity="WARN", description="One column too few.", metadata={"rules": 2})
    outputs = (Output("q.json", ArtifactKind.QUALITY, "application/json", b"{}"),)
    told = StageResult(model={}, outputs=outputs, metadata={"score": 99.5}, preview="# Quality", checks=(check,))
    quality = Stage(name="q", title="q", run=lambda _: told, load=lambda _: {}, code_version="1", needs=("ingest",), checks=("schema",))
    for _ in range(2):
        *_, outcome = jobs.start(orders, [quality]).outcomes()
    assert outcome.stage.state == "reused"
    assert (outcome.result.metadata, outcome.result.preview, outcome.result.checks) == ({"score": 99.5}, "# Quality", (check,))


def test_a_new_code_version_or_new_bytes_are_computed_anew(jobs, orders):
    states(jobs.start(orders, [stage("first")]))
    assert states(jobs.start(orders, [stage("first", code_version="2")]))["first"] == "succeeded"
    orders.write_text("id,amount\n1,10.5\n")
    assert states(jobs.start(orders, [stage("first")])) == {"ingest": "succeeded", "first": "succeeded"}


def test_a_source_that_changes_after_the_plan_does_not_change_what_is_read(jobs, orders):
    run = jobs.start(orders, [stage("first")])
    orders.write_text("id,amount\n1,10.5\n")
    newer = jobs.source(orders)
    assert newer.landing != run.table.landing
    list(run.outcomes())
    _, manifest = finished(jobs, run)
    assert (manifest.inputs[0].rows, manifest.inputs[0].landing_sha256) == (3, run.table.landing.sha256)


def test_a_subset_runs_alone_on_what_was_computed_for_the_same_version(jobs, orders):
    stages = [stage("first"), stage("second", lambda c: dict(c.results["first"]), needs=("first",))]
    states(jobs.start(orders, stages))
    stages[1] = stage("second", lambda c: {"again": c.results["first"]["rows"]}, needs=("first",), code_version="2")
    assert states(jobs.start(orders, stages, selected={"second"})) == {"second": "succeeded"}


def test_a_subset_without_what_it_needs_is_skipped_and_says_what_to_do(jobs, orders):
    stages = [stage("first"), stage("second", needs=("first",))]
    states(jobs.start(orders, [stage("other")]))
    (outcome,) = jobs.start(orders, stages, selected={"second"}).outcomes()
    assert outcome.stage.reason == "needs first, which was never computed for this version: materialize it as well"


def finished(jobs, run, ended=JobState.SUCCEEDED):
    environment = jobs.environment
    job = finish(environment.store, environment.objects, "acme", run.job.id, ended)
    return job, Manifest.model_validate_json(environment.objects.get("acme", job.manifest_sha256))


def test_the_manifest_lists_every_artifact_with_its_hash_and_what_it_was_made_from(jobs, orders):
    run = jobs.start(orders, [stage("first", required=True)])
    list(run.outcomes())
    job, manifest = finished(jobs, run)
    assert job.state is JobState.SUCCEEDED
    (artifact,) = manifest.artifacts
    assert artifact.sha256 == __import__("hashlib").sha256(b'{"rows":3}').hexdigest()
    assert manifest.content_digest == content_digest([("orders/first.json", artifact.sha256)])
    (used,) = manifest.inputs
    assert (used.table, used.rows, used.landing_sha256) == ("acme__orders.orders", 3, run.source.landing.sha256)
    assert manifest.model_dump(mode="json")["schema"] == "voyant.manifest/1"


def test_a_required_stage_that_failed_fails_the_job_with_its_code(jobs, orders):
    run = jobs.start(orders, [stage("first", raising(errors.VoyantError(errors.UNREADABLE_FILE, "Rubbish.")), required=True)])
    list(run.outcomes())
    job, manifest = finished(jobs, run, JobState.FAILED)
    assert (job.state, job.problem.code, job.problem.detail) == (JobState.FAILED, "VYNT-7004", "first of orders: Rubbish.")
    assert manifest.state == "failed"


def test_a_run_that_died_leaves_a_final_state_and_finishing_again_changes_nothing(jobs, orders):
    run = jobs.start(orders, [stage("first")])
    job, manifest = finished(jobs, run, JobState.FAILED)
    assert (job.state, job.problem.code) == (JobState.FAILED, "VYNT-5004")
    assert {s.name: (s.state, s.reason) for s in manifest.stages}["first"] == ("skipped", "the run ended before this stage did")
    assert finished(jobs, run, JobState.SUCCEEDED)[0].state is JobState.FAILED


def test_a_canceled_job_keeps_what_was_finished(jobs, orders):
    run = jobs.start(orders, [stage("first"), stage("second", needs=("first",))])
    outcomes = run.outcomes()
    next(outcomes), next(outcomes)
    outcomes.close()
    job, manifest = finished(jobs, run, JobState.CANCELED)
    assert job.state is JobState.CANCELED
    assert [artifact.name for artifact in manifest.artifacts] == ["orders/first.json"]


def test_lineage_leads_from_the_source_to_the_artifact(jobs, orders):
    run = jobs.start(orders, [stage("first")])
    list(run.outcomes())
    artifacts = jobs.environment.store.artifacts("acme")
    urn, path = "urn:voyant:acme:source:orders", []
    while True:
        below = [edge.downstream for edge in artifacts.lineage(urn) if edge.upstream == urn]
        if not below:
            break
        urn = below[0]
        path.append(urn.split(":")[3])
    assert path == ["table", "stage", "artifact"]


@pytest.mark.parametrize("name", ["ingest", "first"])
def test_every_stage_tells_when_it_begins_and_how_it_ends(jobs, orders, name):
    run = jobs.start(orders, [stage("first")])
    list(run.outcomes())
    events = [
        (event.type, event.data.get("state"))
        for event in jobs.environment.store.jobs("acme").events(run.job.id, 0)
        if event.data.get("name") == name
    ]
    assert events == [("stage.started", "running"), ("stage.finished", "succeeded")]
