import dagster as dg
import pytest
from dagster._core.launcher.base import RunLauncher
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.run_coordinator.base import SubmitRunContext
from dagster._core.storage.tags import PRIORITY_TAG
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from voyant_assets.runtime.coordinator import TENANT_TAG, current_load
from voyant_assets.runtime.instance import open_instance, write_dagster_yaml
from voyant_assets.runtime.launcher import WorkerAwayError
from voyant_core.settings import Runs, Settings


class RecordingLauncher(RunLauncher):
    """Takes runs and never starts them: they stay active."""

    def __init__(self) -> None:
        super().__init__()
        self.launched: list[str] = []
        self.away = False

    def launch_run(self, context) -> None:
        if self.away:
            raise WorkerAwayError("nobody took it.")
        self.launched.append(context.dagster_run.run_id)

    def terminate(self, run_id) -> bool:
        return False


LOCATION = ManagedGrpcPythonEnvCodeLocationOrigin(LoadableTargetOrigin(module_name="somewhere"), "somewhere")
ORIGIN = RemoteJobOrigin(RemoteRepositoryOrigin(LOCATION, "__repository__"), "nothing")


@dg.job
def nothing() -> None:
    pass


@pytest.fixture
def instance(store_kind, tmp_path, monkeypatch):
    settings = Settings(home=tmp_path / "home", runs=Runs(slots=3, per_tenant=2))
    write_dagster_yaml(settings.layout, settings)
    with open_instance(settings.layout) as opened:
        launcher = RecordingLauncher()
        monkeypatch.setattr(opened, "_run_launcher", launcher)
        yield opened


def submit(instance, tenant: str, **tags: str) -> dg.DagsterRun:
    run = instance.create_run_for_job(nothing, tags={TENANT_TAG: tenant, **tags}, remote_job_origin=ORIGIN)
    return instance.run_coordinator.submit_run(SubmitRunContext(run, workspace=None))


def end(instance, run: dg.DagsterRun) -> None:
    instance.report_run_failed(instance.get_run_by_id(run.run_id))


def test_a_run_is_launched_at_once_while_there_is_room(instance):
    run = submit(instance, "acme")
    assert run.status == dg.DagsterRunStatus.STARTING
    assert instance.run_launcher.launched == [run.run_id]


def test_a_run_over_its_tenants_share_waits_queued(instance):
    submit(instance, "acme"), submit(instance, "acme")
    assert submit(instance, "acme").status == dg.DagsterRunStatus.QUEUED
    assert submit(instance, "beta").status == dg.DagsterRunStatus.STARTING


def test_when_a_run_ends_the_next_one_starts_and_tenants_take_turns(instance):
    running = [submit(instance, "acme"), submit(instance, "acme"), submit(instance, "beta")]
    waiting = [submit(instance, tenant) for tenant in ("acme", "acme", "beta", "beta")]
    for run in running:
        end(instance, run)
    started = instance.run_coordinator.start_queued()
    assert started == [waiting[0].run_id, waiting[2].run_id, waiting[1].run_id]
    assert instance.get_run_by_id(waiting[3].run_id).status == dg.DagsterRunStatus.QUEUED
    assert instance.run_coordinator.start_queued() == []


def test_the_order_is_written_where_dagsters_daemon_reads_it(instance):
    submit(instance, "acme"), submit(instance, "acme"), submit(instance, "beta")
    queued = [submit(instance, "acme") for _ in range(3)]
    assert [instance.get_run_by_id(run.run_id).tags[PRIORITY_TAG] for run in queued] == ["0", "-1", "-2"]


def test_a_priority_given_by_an_operator_is_kept(instance):
    submit(instance, "acme"), submit(instance, "acme")
    run = submit(instance, "acme", **{PRIORITY_TAG: "7"})
    assert instance.get_run_by_id(run.run_id).tags[PRIORITY_TAG] == "7"


def test_a_run_that_nobody_takes_goes_back_into_the_queue(instance):
    instance.run_launcher.away = True
    run = submit(instance, "acme")
    assert run.status == dg.DagsterRunStatus.QUEUED
    assert instance.run_coordinator.start_queued() == []
    instance.run_launcher.away = False
    assert instance.run_coordinator.start_queued() == [run.run_id]


def test_a_queued_run_that_was_canceled_is_not_started(instance):
    first = [submit(instance, "acme"), submit(instance, "acme")]
    waiting = submit(instance, "acme")
    assert instance.run_coordinator.cancel_run(waiting.run_id)
    for run in first:
        end(instance, run)
    assert instance.run_coordinator.start_queued() == []
    assert instance.get_run_by_id(waiting.run_id).status == dg.DagsterRunStatus.CANCELED


def test_the_load_counts_active_runs_by_tenant(instance):
    submit(instance, "acme"), submit(instance, "acme"), submit(instance, "beta"), submit(instance, "gamma")
    load = current_load(instance)
    assert load.active == {"acme": 2, "beta": 1}
    assert [waiting.tenant for waiting in load.queued] == ["gamma"]


def test_submitting_twice_launches_once(instance):
    run = submit(instance, "acme")
    instance.run_coordinator.submit_run(SubmitRunContext(instance.get_run_by_id(run.run_id), workspace=None))
    assert instance.run_launcher.launched == [run.run_id]
