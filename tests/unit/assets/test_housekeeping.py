"""Rounds of housekeeping on a real home. `now` moves; what a round finds too young today it finds old then."""

import shutil
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from single_stage import stage

from resources.metadata.artifacts import Computed, Link, NewStage
from voyant_assets.catalogue import Catalogue
from voyant_assets.finishing import finish
from voyant_assets.housekeeping.duty import keep_house, keep_house_if_due
from voyant_assets.launch import new_job
from voyant_assets.planning import make_plan
from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.keys import TableAddress
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.job import AnalyzeRequest, JobState
from voyant_core.model.source import FileFormat, FoundTable, ProbeResult, ReadOptions, SourceType
from voyant_core.settings import Settings
from voyant_core.tenancy import CallContext

pytestmark = pytest.mark.usefixtures("store_kind")

DAY = 86400.0
ADDRESS = TableAddress("acme", "orders", "orders")


def later(environment, days, **options):
    forgotten = []
    freed = keep_house(environment, forgotten.append, now=time.time() + days * DAY, **options)
    return freed, forgotten


@pytest.fixture
def ended(environment, jobs, orders):
    """A job over one table that has ended."""
    run = jobs.start(orders, [stage("first")])
    list(run.outcomes())
    environment.store.jobs("acme").set_run(run.job.id, run.run_id)
    return finish(environment.store, environment.objects, "acme", run.job.id, JobState.SUCCEEDED)


def sizes(environment):
    kept = [folder for folder in ("landing", "objects", "lake/warehouse", "tmp") if (environment.layout.root / folder).exists()]
    paths = [path for folder in kept for path in (environment.layout.root / folder).rglob("*")]
    return sorted(path.name for path in paths if path.is_file() and not path.name.startswith("."))


def test_a_home_in_use_loses_nothing(environment, ended):
    before = sizes(environment)
    freed, _ = later(environment, 1)
    assert (freed.counts, sizes(environment)) == ({}, before)


def test_a_source_that_nobody_used_leaves_with_its_table_and_bytes_and_the_job_stays_readable(environment, ended):
    freed, _ = later(environment, 8)
    assert (freed.counts["sources"], freed.counts["tables"]) == (1, 1)
    assert environment.store.sources("acme").page(10, None) == ([], None)
    assert environment.lake.snapshot(ADDRESS) is None
    assert not environment.lake.folder(ADDRESS).exists()
    later(environment, 9)
    assert list(environment.landings.stored()) == []
    (artifact,) = environment.store.artifacts("acme").of_job(ended.id)
    assert environment.objects.get("acme", artifact.sha256)
    assert environment.objects.get("acme", ended.manifest_sha256)


def test_a_job_leaves_after_its_days_with_its_run_and_its_artifacts(environment, ended):
    freed, forgotten = later(environment, 91)
    assert (freed.counts["jobs"], forgotten) == (1, [ended.run_id])
    for days in (92, 93, 94):
        later(environment, days)
    assert sizes(environment) == []
    assert keep_house(environment, print, now=time.time() + 95 * DAY).counts == {}


def test_a_pinned_source_stays(environment, jobs, orders, ended):
    record, _ = environment.store.sources("acme").page(1, None)
    probe = ProbeResult(landing=record[0].landing, tables=record[0].tables)
    environment.store.sources("acme").register(SourceType.FILE, record[0].uri, "orders", probe, pinned=True)
    for days in (100, 101, 102):
        later(environment, days)
    assert environment.lake.snapshot(ADDRESS) is not None
    assert len(list(environment.landings.stored())) == 1


def test_old_versions_leave_the_lake_and_the_newest_can_still_be_read(environment, jobs, orders):
    for amount in ("1", "2", "3"):
        orders.write_text(f"id,amount\n1,{amount}\n")
        list(jobs.start(orders, [stage("first")]).outcomes())
        (open_job,) = environment.store.open_jobs()
        finish(environment.store, environment.objects, "acme", open_job.job_id, JobState.SUCCEEDED)
    (source,), _ = environment.store.sources("acme").page(1, None)
    probe = ProbeResult(landing=source.landing, tables=source.tables)
    environment.store.sources("acme").register(SourceType.FILE, source.uri, "orders", probe, pinned=True)
    freed, _ = later(environment, 31)
    assert (freed.counts["versions"], freed.counts["snapshots"]) == (2, 2)
    assert len(environment.lake.snapshot_times(ADDRESS)) == 1
    assert len(list((environment.lake.folder(ADDRESS) / "data").iterdir())) == 1
    snapshot = environment.lake.snapshot(ADDRESS)
    assert environment.engine.rows(f"select amount from {snapshot.relation}") == [(3,)]


def test_what_a_dead_writer_left_goes_and_what_is_being_written_stays(environment, ended):
    layout = environment.layout
    old = [
        layout.landing / ".x.part",
        layout.objects / "acme" / "objects" / ".y.part",
        layout.temp / "sql_z" / "spill",
        layout.copies / "job_gone" / "report.html",
    ]
    old.append(environment.lake.folder(ADDRESS) / "data" / "01old" / "0.parquet")
    for path in old:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    freed, _ = later(environment, 0)
    assert freed.counts == {}
    freed, _ = later(environment, 2)
    assert (freed.counts["left-overs"], freed.counts["lake files"]) == (4, 1)
    assert environment.temp.is_dir(), "it belongs to this process, which lives"
    assert not any(path.exists() for path in old)


def test_a_dry_run_tells_the_same_and_removes_nothing(environment, ended):
    before = sizes(environment)
    told, forgotten = later(environment, 91, dry_run=True)
    assert (sizes(environment), forgotten) == (before, [])
    assert told.counts["sources"] == told.counts["jobs"] == 1
    assert later(environment, 91)[0].counts["jobs"] == 1


def test_one_process_works_at_a_time_and_only_when_it_is_due(environment):
    assert keep_house_if_due(environment, print, 5) is not None
    assert keep_house_if_due(environment, print, 5) is None
    with environment.store.leases.held("housekeeping", "another", 0), pytest.raises(errors.VoyantError) as refused:
        keep_house(environment, print)
    assert refused.value.code is errors.LEASE_HELD


def test_a_table_that_is_being_written_is_left_alone(environment, ended):
    left = environment.lake.folder(ADDRESS) / "data" / "01old" / "0.parquet"
    left.parent.mkdir()
    left.write_text("x")
    with environment.store.leases.held(f"ingest:{ADDRESS}", "run_x", 0):
        later(environment, 2)
    assert left.exists()


class History:
    """A home to which things happen; after each of them everything that is referred to must be there."""

    def __init__(self, home):
        self.environment = Environment(Settings(home=home))
        template = home.parent / "history.db"  # creating the schema takes longer than a whole history
        if template.exists():
            shutil.copy(template, self.environment.layout.metadata_db)
        self.environment.prepare()
        if not template.exists():
            self.environment.store.database.close()
            shutil.copy(self.environment.layout.metadata_db, template)
        self.store, self.count = self.environment.store, 0
        self.clock = 0.0

    def close(self):
        self.store.database.close()

    def landed(self, content):
        return self.environment.landings.land_stream([f"id\n{content}\n".encode()], "x.csv")

    def register(self, name, content):
        found = FoundTable(name="t", title="T", columns=[], read=ReadOptions(format=FileFormat.CSV), landing=self.landed(content + 10))
        probe = ProbeResult(landing=self.landed(content), tables=[found])
        return self.store.sources("acme").register(SourceType.FILE, f"file:///{name}", f"n{name}", probe, pinned=name == 0)

    def upload(self, _name, content):
        self.store.sources("acme").add_upload(self.landed(content))

    def job(self, name, content):
        source = self.register(name, content)
        request = AnalyzeRequest(source=source.id)
        plan = make_plan("acme", request, [source], Catalogue.of([stage("first")]))
        job = self.store.jobs("acme").create(new_job(CallContext(tenant="acme"), request, plan))
        sha = self.environment.objects.put("acme", f"object {content}".encode())
        file = Computed("first.json", ArtifactKind.PROFILE, "application/json", 1, sha)
        with self.store.database.write() as connection:
            artifacts = self.store.artifacts("acme")
            artifacts.add(connection, f"k{content}", NewStage([file], {}, "1", "1"))
            artifacts.link(connection, f"k{content}", Link(job.id, "t", ["acme"], "run", reused=False))

    def finish(self, _name, _content):
        for job in self.store.open_jobs()[:1]:
            finish(self.store, self.environment.objects, "acme", job.job_id, JobState.SUCCEEDED)

    def collect(self, _name, days):
        self.clock += days * 4
        keep_house(self.environment, lambda _run: None, now=time.time() + self.clock * DAY)

    def missing(self):
        """Everything that a row names and that is not stored."""
        sources, uploads, _, jobs, open_jobs, stages = self.store.housekeeping.facts()
        named = {sha for source in sources for sha in source.landings} | {upload.sha256 for upload in uploads}
        named |= {sha for job in open_jobs for sha in job.landings}
        landed = {kept.path.name for kept in self.environment.landings.stored()}
        stored = {kept.path.name for kept in self.environment.objects.stored("acme")}
        objects = {sha for entry in stages for sha in entry.objects} | {job.manifest_sha256 for job in jobs}
        linked = [
            artifact
            for job in [*jobs, *self.store.open_jobs()]
            for artifact in self.store.artifacts("acme").of_job(getattr(job, "id", None) or job.job_id)
        ]
        return (named - landed) | (objects - stored) | ({artifact.sha256 for artifact in linked} - stored)


STEPS = st.lists(
    st.tuples(st.sampled_from(["register", "upload", "job", "job", "finish", "collect", "collect"]), st.integers(0, 2), st.integers(0, 4)),
    min_size=4,
    max_size=16,
)


@pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)  # a home for each history, and a database serves one
@settings(max_examples=15)
@given(STEPS)
def test_nothing_that_is_referred_to_is_ever_collected(tmp_path_factory, steps):
    history = History(tmp_path_factory.mktemp("history"))
    try:
        for name, first, second in steps:
            getattr(history, name)(first, second)
            assert history.missing() == set(), name
    finally:
        history.close()
