"""A cancel at every point of a job's way. Afterwards the job and its run are canceled, and nothing of it is left in the way."""

import os
import signal

import pytest
from bed import Bed, is_alive, until

from voyant_assets.runtime.environment import environment
from voyant_assets.serving import Server
from voyant_core import settings as settings_module
from voyant_core.keys import TableAddress
from voyant_core.model.job import AnalyzeRequest, JobState
from voyant_core.tenancy import CallContext

CALL = CallContext(tenant="acme", may_read_any_file=True)
LIMITS = {"slots": 3, "per_tenant": 3, "cancel_grace_s": 3.0}


class Served:
    """A home with a worker whose stages can be made to stall, and the launch door on it."""

    def __init__(self, home, monkeypatch):
        monkeypatch.setenv("VOYANT_HOME", str(home))
        monkeypatch.setenv("VOYANT_SQL__TIMEOUT_S", "100")
        for name, value in LIMITS.items():
            monkeypatch.setenv(f"VOYANT_RUNS__{name.upper()}", str(value))
        settings_module.settings.cache_clear()
        environment.cache_clear()
        self.bed = Bed(home, **LIMITS)
        self.server = Server(environment())
        self.launch = self.server.launch
        self.files = 0
        self.start()

    @property
    def home(self):
        return self.bed.settings.home

    def start(self):
        self.bed.start(hooks="stalling_hooks")
        until(lambda: self.bed.info().get("preloaded"), 120)

    def file(self, rows=40):
        self.files += 1
        path = self.home / f"orders_{self.files}.csv"
        path.write_text(
            "id,amount,region\n" + "".join(f"{n},{n * 1.5 + self.files},{'north' if n % 3 else 'south'}\n" for n in range(rows))
        )
        return path

    def stall(self, stage, manner):
        (self.home / "began").unlink(missing_ok=True)
        (self.home / "stall").write_text(f"{stage} {manner}")

    def analyze(self, path, **request):
        return self.launch.analyze(AnalyzeRequest(source=str(path), **request), CALL)

    def began(self):
        path = self.home / "began"
        return int(until(lambda: path.exists() and path.read_text()))

    def job(self, job_id):
        return self.launch.job("acme", job_id)

    def ended(self, job_id, timeout_s=30):
        until(lambda: self.job(job_id).state.is_final, timeout_s)
        return self.job(job_id)

    def assert_nothing_is_left(self, job, pid=None):
        """No process, no lease, no slot, no files that no snapshot names."""
        environment_ = self.server.environment
        assert self.bed.status(job.run_id) == "CANCELED"
        until(lambda: job.run_id not in self.bed.info()["running"])
        assert pid is None or not is_alive(pid)
        until(lambda: environment_.store.leases.held_now() == {})
        for table in job.plan.tables:
            assert environment_.lake.unregistered(TableAddress("acme", table.source, table.name)) == []

    def assert_it_ended_by_itself(self, job):
        """The worker kills what does not listen for `cancel_grace_s`, and writes the exit code down."""
        events = [entry.dagster_event for entry in self.server.instance.all_logs(job.run_id)]
        assert [event.message for event in events if event and "exit code" in (event.message or "")] == []

    def close(self):
        (self.home / "stall").unlink(missing_ok=True)
        self.server.close()
        self.bed.close()


@pytest.fixture(scope="module")
def patch():
    with pytest.MonkeyPatch.context() as patch:
        yield patch
    settings_module.settings.cache_clear()
    environment.cache_clear()


@pytest.fixture(scope="module")
def served(tmp_path_factory, patch):
    served = Served(tmp_path_factory.mktemp("cancel") / "home", patch)
    yield served
    served.close()


@pytest.mark.parametrize(
    ("stage", "manner"),
    [
        ("ingest", "copy"),
        ("profile", "execute"),
        ("profile", "batches"),
        ("quality", "python"),
        ("charts", "execute"),
        ("report", "python"),
    ],
)
def test_a_cancel_in_a_stage_ends_the_job_and_keeps_what_was_finished(served, stage, manner):
    path = served.file()
    served.stall(stage, manner)
    job = served.analyze(path)
    pid = served.began()
    assert served.launch.cancel(job.id, CALL).cancel_requested
    job = served.ended(job.id)
    assert job.state is JobState.CANCELED
    served.assert_it_ended_by_itself(job)
    states = {run.name: (str(run.state), run.reason) for run in job.stages}
    assert states[stage] == ("failed", "the job was canceled")
    before = list(states)[: list(states).index(stage)]
    assert {states[name][0] for name in before} <= {"succeeded"}
    artifacts = {artifact.name.partition("/")[2] for artifact in served.launch.artifacts("acme", job.id)}
    assert ("profile.json" in artifacts) == ("profile" in before)
    served.assert_nothing_is_left(job, pid)
    served.stall("nothing", "python")
    again = served.ended(served.analyze(path).id)
    assert again.state is JobState.SUCCEEDED


def test_a_kpi_that_never_ends_is_stopped(served):
    served.stall("nothing", "python")
    path = served.file(3000)
    name = path.stem
    sql = f"SELECT sum(a.amount * b.amount * c.amount * d.amount) FROM {name} a, {name} b, {name} c, {name} d"
    job = served.analyze(path, kpis=[{"name": "endless", "sql": sql}], stages=["kpi"])
    until(lambda: [run for run in served.job(job.id).stages if run.name == "kpi" and str(run.state) == "running"])
    served.launch.cancel(job.id, CALL)
    job = served.ended(job.id)
    assert job.state is JobState.CANCELED
    served.assert_it_ended_by_itself(job)
    served.assert_nothing_is_left(job)


def test_a_queued_job_is_canceled_at_once(served):
    served.stall("profile", "python")
    busy = [served.analyze(served.file()) for _ in range(3)]
    waiting = served.analyze(served.file())
    assert waiting.state is JobState.QUEUED
    assert served.launch.cancel(waiting.id, CALL).state is JobState.CANCELED
    served.assert_nothing_is_left(served.job(waiting.id))
    for job in busy:
        served.launch.cancel(job.id, CALL)
    assert {served.ended(job.id).state for job in busy} == {JobState.CANCELED}


def test_a_cancel_between_a_jobs_acceptance_and_its_run_holds(served):
    served.stall("nothing", "python")
    submit = served.server.instance.submit_run

    def canceled_first(run_id, workspace):
        (newest,), _ = served.launch.jobs("acme", limit=1)
        served.launch.environment.store.jobs("acme").request_cancel(newest.id)
        return submit(run_id, workspace)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(served.server.instance, "submit_run", canceled_first)
        job = served.analyze(served.file())
    job = served.ended(job.id)
    assert job.state is JobState.CANCELED
    assert {str(run.state) for run in job.stages} == {"skipped"}
    served.assert_nothing_is_left(job)


def test_a_cancel_that_meets_a_dead_worker_is_obeyed_without_being_repeated(served):
    served.stall("profile", "execute")
    job = served.analyze(served.file())
    pid = served.began()
    served.bed.kill_worker()
    assert served.launch.cancel(job.id, CALL).cancel_requested
    until(lambda: not is_alive(pid))
    served.start()
    job = served.ended(job.id)
    assert job.state is JobState.CANCELED
    served.assert_nothing_is_left(job, pid)


def test_a_killed_run_leaves_no_lease_behind(served):
    served.stall("ingest", "copy")
    path = served.file()
    job = served.analyze(path)
    os.kill(served.began(), signal.SIGKILL)
    assert served.ended(job.id).state is JobState.FAILED
    until(lambda: served.server.environment.store.leases.held_now() == {}, 5)
    served.stall("nothing", "python")
    assert served.ended(served.analyze(path).id).state is JobState.SUCCEEDED
