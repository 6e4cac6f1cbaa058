import multiprocessing
import threading

import alembic.autogenerate
import alembic.migration
import pytest
import sqlalchemy as sa
from metadata_build import PROBE, a_job

from resources.metadata.artifacts import Computed, Link, NewStage
from resources.metadata.database import Database
from resources.metadata.schema import HEAD, VERSION_TABLE, metadata
from resources.metadata.store import MetadataStore
from resources.metadata.upgrading import migrate
from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.job import JobState, Problem, StageRun, StageState
from voyant_core.model.source import SourceType
from voyant_core.settings import Settings


@pytest.fixture
def store(store_kind, tmp_path):
    environment = Environment(Settings(home=tmp_path / "home"))
    environment.prepare()
    yield environment.store
    environment.store.database.close()


def test_the_migrations_give_the_schema(store):
    with store.database.read() as connection:
        ours = {"version_table": VERSION_TABLE, "include_name": lambda name, kind, _: kind != "table" or name in metadata.tables}
        context = alembic.migration.MigrationContext.configure(connection, opts=ours)
        assert context.get_current_revision() == HEAD
        assert alembic.autogenerate.compare_metadata(context, metadata) == []


def test_the_schema_can_be_taken_back(store):
    ours = {VERSION_TABLE, *metadata.tables}
    with store.database.write() as connection:
        migrate(connection, "base", down=True)
        assert ours & set(sa.inspect(connection).get_table_names()) == {VERSION_TABLE}
    store.database.upgrade()
    with store.database.read() as connection:
        assert ours <= set(sa.inspect(connection).get_table_names())


def test_the_same_uri_is_the_same_source_and_another_gets_a_slug_of_its_own(store):
    sources = store.sources("acme")
    first = sources.register(SourceType.FILE, "file:///a/x.csv", "x", PROBE, pinned=False)
    again = sources.register(SourceType.FILE, "file:///a/x.csv", "x", PROBE, pinned=True)
    other = sources.register(SourceType.FILE, "file:///b/x.csv", "x", PROBE, pinned=False)
    assert (again.id, again.pinned) == (first.id, True)
    assert (first.slug, other.slug) == ("x", "x_2")


def test_another_tenant_sees_nothing(store):
    record = store.sources("acme").register(SourceType.FILE, "file:///x.csv", "x", PROBE, pinned=False)
    store.jobs("acme").create(a_job())
    for ask in (lambda: store.sources("globex").get(record.id), lambda: store.jobs("globex").get("job_1")):
        with pytest.raises(errors.VoyantError) as refused:
            ask()
        assert refused.value.code.status == 404
    assert store.sources("globex").page(10, None) == ([], None)
    assert store.jobs("globex").events("job_1", 0) == []
    store.jobs("globex").request_cancel("job_1")
    assert store.jobs("acme").get("job_1").cancel_requested is False


def test_pages_follow_one_another_without_gap_or_overlap(store):
    for number in range(7):
        store.jobs("acme").create(a_job(f"job_{number}"))
    seen, cursor = [], None
    while True:
        page, cursor = store.jobs("acme").page(None, None, 3, cursor)
        seen += [job.id for job in page]
        if cursor is None:
            break
    assert seen == [f"job_{number}" for number in reversed(range(7))]


def test_a_cursor_that_is_not_ours_is_refused(store):
    with pytest.raises(errors.VoyantError) as refused:
        store.jobs("acme").page(None, None, 3, "%%%é")
    assert refused.value.code is errors.BAD_REQUEST


def test_a_key_used_again_gives_the_same_job_and_for_another_body_a_conflict(store):
    jobs = store.jobs("acme")
    jobs.create(a_job("job_1"), ("analyze", "k", "sha256:a"))
    assert jobs.create(a_job("job_2"), ("analyze", "k", "sha256:a")).id == "job_1"
    assert jobs.replayed("analyze", "k", "sha256:a").id == "job_1"
    with pytest.raises(errors.VoyantError) as refused:
        jobs.create(a_job("job_3"), ("analyze", "k", "sha256:b"))
    assert refused.value.code is errors.IDEMPOTENCY_CONFLICT


def test_a_job_is_closed_once(store):
    jobs = store.jobs("acme")
    jobs.create(a_job())
    assert jobs.start("job_1")
    assert not jobs.start("job_1")
    failed = [StageRun(table="orders", name="ingest", state=StageState.FAILED, code="VYNT-7004", reason="rubbish")]
    assert jobs.close("job_1", JobState.FAILED, failed, Problem(code="VYNT-7004", detail="rubbish"), "00" * 32)
    assert not jobs.close("job_1", JobState.SUCCEEDED, [], None, "11" * 32)
    job = jobs.get("job_1")
    assert (job.state, job.stages[0].state, job.problem.code, job.manifest_sha256) == (
        JobState.FAILED,
        StageState.FAILED,
        "VYNT-7004",
        "00" * 32,
    )
    assert [event.type for event in jobs.events("job_1", 0)] == ["job.accepted", "job.started", "stage.finished", "job.finished"]


def test_the_files_of_a_computed_stage_are_linked_under_each_jobs_label(store):
    artifacts = store.artifacts("acme")
    store.jobs("acme").create(a_job())
    file = Computed("profile.json", ArtifactKind.PROFILE, "application/json", 2, "cd" * 32)
    with store.database.write() as connection:
        for told in ({"preview": "first"}, {"preview": "second"}):
            artifacts.add(connection, "sha256:k", NewStage([file], told, content_version="77", code_version="1"))
        artifacts.link(connection, "sha256:k", Link("job_1", "orders", ["acme", "sales", "orders", "profile"], "run_1", reused=False))
    (linked,) = artifacts.of_job("job_1")
    assert (linked.name, linked.uri, linked.href) == (
        "orders/profile.json",
        "voyant://acme/job_1/orders/profile.json",
        "/v1/artifacts/job_1/orders/profile.json",
    )
    assert artifacts.told("sha256:k") == {"preview": "first"}
    assert store.artifacts("globex").told("sha256:k") is None
    assert store.artifacts("globex").computed("sha256:k") == []


def test_a_lease_is_held_by_one_and_runs_out_with_its_owner(store, monkeypatch):
    with store.leases.held("ingest:t", "a", 1):
        assert not store.leases.acquire("ingest:t", "b")
        with pytest.raises(errors.VoyantError) as refused, store.leases.held("ingest:t", "b", 0.1):
            raise AssertionError
        assert refused.value.code is errors.LEASE_HELD
    assert store.leases.acquire("ingest:t", "b")
    monkeypatch.setattr("resources.metadata.leases.time.time", lambda: 4e9)
    assert store.leases.acquire("ingest:t", "c")


def _open_and_count(path, queue):
    database = Database.at(path)
    database.upgrade()
    queue.put(len(MetadataStore(database).open_jobs()))


def test_processes_that_start_together_on_an_empty_home_create_one_schema(tmp_path):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    starting = [context.Process(target=_open_and_count, args=(tmp_path / "v.db", queue)) for _ in range(3)]
    for process in starting:
        process.start()
    assert [queue.get(timeout=60) for _ in starting] == [0, 0, 0]
    for process in starting:
        process.join()
        assert process.exitcode == 0


def test_writers_in_many_threads_wait_for_one_another(store):
    jobs = store.jobs("acme")
    threads = [threading.Thread(target=lambda n=n: jobs.create(a_job(f"job_{n:02}"))) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.open_jobs()) == 16


def test_what_no_database_stores_is_stored_as_near_as_can_be(store):
    title = "a\x00b\ud800c"
    record = store.sources("acme").register(SourceType.FILE, "file:///x", title, PROBE, pinned=False)
    assert store.sources("acme").get(record.id).title == "a\ufffdb\ufffdc"
    with pytest.raises(errors.VoyantError) as refused:
        store.jobs("acme").get("job_\x00")
    assert refused.value.code is errors.JOB_NOT_FOUND


def test_json_comes_back_as_it_was_whatever_is_in_it(store):
    told = {"z": "\x00 \ud800 \U0001f600", "a": 2**80, "m": 0.1, "tiny": 5e-324, "nested": {"b": [True, None, ""], "a": {}}}
    artifacts = store.artifacts("acme")
    with store.database.write() as connection:
        artifacts.add(connection, "sha256:k", NewStage([], {**told, "nan": float("nan")}, content_version="1", code_version="1"))
    found = artifacts.told("sha256:k")
    assert list(found) == [*told, "nan"]
    assert found == {**told, "nan": None}


def test_long_names_and_addresses_are_kept_whole(store):
    long = "x" * 9000
    sources = store.sources("acme")
    first = sources.register(SourceType.URL, f"https://example.org/{long}1", long, PROBE, pinned=False)
    other = sources.register(SourceType.URL, f"https://example.org/{long}2", long, PROBE, pinned=False)
    assert sources.register(SourceType.URL, f"https://example.org/{long}1", long, PROBE, pinned=False).id == first.id
    assert other.id != first.id
    assert sources.get(first.id).uri == f"https://example.org/{long}1"
    store.jobs("acme").create(a_job(request_id=long, user_id=long))
    assert store.jobs("acme").get("job_1").request_id == long


def test_text_is_sorted_by_its_bytes(store):
    files = [Computed(name, ArtifactKind.CHART, "application/json", 2, "cd" * 32) for name in ("b", "a", "B", "_", "é", "Z", "a-b", "aa")]
    artifacts = store.artifacts("acme")
    with store.database.write() as connection:
        artifacts.add(connection, "sha256:k", NewStage(files, {}, content_version="1", code_version="1"))
    names = [file.file for file in artifacts.computed("sha256:k")]
    assert names == sorted(names)


def test_one_key_at_once_makes_one_job(store):
    jobs, made = store.jobs("acme"), []
    threads = [
        threading.Thread(target=lambda n=n: made.append(jobs.create(a_job(f"job_{n}"), ("analyze", "k", "sha256:a")).id)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 1
    assert len(made) == 8
    assert len(store.open_jobs()) == 1


def test_a_job_is_closed_by_one_of_many(store):
    jobs, won = store.jobs("acme"), []
    jobs.create(a_job())
    states = [JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELED] * 3
    threads = [threading.Thread(target=lambda state=state: won.append(jobs.close("job_1", state, [], None, "00" * 32))) for state in states]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 8 + [True]
    assert [event.type for event in jobs.events("job_1", 0)] == ["job.accepted", "job.finished"]


def test_a_store_serves_one_home(store):
    assert store.claim("home_1") == store.claim("home_2")
