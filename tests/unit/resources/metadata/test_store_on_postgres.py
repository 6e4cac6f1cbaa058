"""What PostgreSQL does otherwise than a file: connections that break, sessions that wait, a server that refuses."""

import os
import threading
import time

import pytest
import sqlalchemy as sa
from metadata_build import PROBE, a_job

from resources._kit.postgres import check_server, look_at
from resources._kit.postgres_failures import failure
from resources.metadata.artifacts import Computed, Link, NewStage
from resources.metadata.database import Database, repeatable
from resources.metadata.housekeeping import Housekeeping
from resources.metadata.store import MetadataStore
from voyant_core import errors
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.job import JobState
from voyant_core.model.source import SourceType
from voyant_core.settings import Postgres

FEW = Postgres(max_connections=4)
IMPATIENT = Postgres(lock_timeout_s=0.2, statement_timeout_s=1)


@pytest.fixture
def url(stores):
    with stores.variables("postgres") as variables:
        yield variables["VOYANT_POSTGRES__URL"]


@pytest.fixture
def store(url):
    store = MetadataStore(Database.on(url, FEW))
    yield store
    store.database.close()


@pytest.fixture
def impatient(url):
    store = MetadataStore(Database.on(url, IMPATIENT))
    yield store
    store.database.close()


@pytest.fixture
def admin(url):
    """A session of somebody else."""
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


def end_other_sessions(admin):
    query = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    assert admin.execute(sa.text(query)).all()


def refusal(work):
    with pytest.raises(errors.VoyantError) as refused:
        work()
    return refused.value


def test_a_write_whose_session_was_ended_is_done_again(store, admin):
    jobs, ended = store.jobs("acme"), []
    plain = jobs._tell

    def tell(connection, *told):
        if not ended:
            ended.append(end_other_sessions(admin))
        plain(connection, *told)

    jobs._tell = tell
    jobs.create(a_job())
    assert ended
    assert [event.type for event in jobs.events("job_1", 0)] == ["job.accepted"]


def test_a_read_right_after_a_restart_of_the_server_finds_a_new_connection(store, admin):
    store.jobs("acme").create(a_job())
    end_other_sessions(admin)
    assert store.jobs("acme").get("job_1").id == "job_1"


def test_a_transaction_that_may_have_been_kept_is_not_done_again(store, admin):
    jobs = store.jobs("acme")
    jobs.create(a_job())
    tries = []

    def commit_breaks(_connection):
        tries.append(1)
        end_other_sessions(admin)

    sa.event.listen(store.database.engine, "commit", commit_breaks)
    assert refusal(lambda: jobs.start("job_1")).code is errors.DATABASE
    assert len(tries) == 1


def test_two_that_lock_each_other_out_both_get_through(url):
    patient = MetadataStore(Database.on(url, Postgres()))
    jobs, meeting, tries = patient.jobs("acme"), threading.Barrier(2, timeout=10), []
    for name in ("job_1", "job_2"):
        jobs.create(a_job(name))

    class Crossing:
        @repeatable
        def go(self, first, second):
            tries.append(first)
            with patient.database.write() as connection:
                jobs.lock(connection, first)
                if len(tries) <= 2:
                    meeting.wait()
                jobs.lock(connection, second)

    other = threading.Thread(target=Crossing().go, args=("job_2", "job_1"))
    other.start()
    Crossing().go("job_1", "job_2")
    other.join()
    patient.database.close()
    assert len(tries) == 3


def test_waiting_for_a_lock_ends_and_is_told(store, impatient, admin):
    store.jobs("acme").create(a_job())
    with admin.execution_options(isolation_level="READ COMMITTED").begin():
        admin.execute(sa.text("select * from job for update"))
        error = refusal(lambda: impatient.jobs("acme").start("job_1"))
        assert (error.code, error.retryable) == (errors.DATABASE, True)
        assert "LOCK_TIMEOUT_S" in error.hint


def test_a_statement_that_takes_too_long_is_ended_and_told(impatient):
    def sleep():
        with impatient.database.read() as connection:
            connection.execute(sa.text("select pg_sleep(30)"))

    assert "STATEMENT_TIMEOUT_S" in refusal(sleep).hint


def test_more_threads_than_connections_wait_for_one_another(store):
    failures = []

    def ask():
        try:
            store.job_counts()
        except errors.VoyantError as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.database.engine.pool.checkedin() <= FEW.max_connections


def test_a_forked_child_uses_a_session_of_its_own_and_leaves_the_parents_alone(store):
    own = session_of(store)
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, str(session_of(store)).encode())
        os._exit(0)
    assert int(os.read(read, 32)) != own
    os.wait()
    assert session_of(store) == own
    os.close(read)
    os.close(write)


def session_of(store):
    with store.database.read() as connection:
        return connection.execute(sa.text("select pg_backend_pid()")).scalar()


def test_events_are_never_seen_out_of_order_however_late_a_transaction_ends(store, url):
    jobs = store.jobs("acme")
    jobs.create(a_job())
    other = MetadataStore(Database.on(url, Postgres())).jobs("acme")
    seen = []
    with store.database.write() as connection:
        jobs.lock(connection, "job_1")
        jobs._tell(connection, "job_1", "stage.started", {})
        closing = threading.Thread(target=other.close, args=("job_1", JobState.CANCELED, [], None, "00" * 32))
        closing.start()
        give_up = time.monotonic() + 10
        while not waits(other.database) and time.monotonic() < give_up:
            time.sleep(0.01)
        seen += [event.sequence for event in jobs.events("job_1", 0)]
    closing.join()
    seen += [event.sequence for event in jobs.events("job_1", seen[-1])]
    assert seen == [event.sequence for event in jobs.events("job_1", 0)]
    assert [event.type for event in jobs.events("job_1", 0)] == ["job.accepted", "stage.started", "job.finished"]
    other.database.close()


def waits(database):
    with database.read() as connection:
        return connection.execute(sa.text("select count(*) from pg_locks where not granted")).scalar()


def test_a_database_that_only_allows_reading_is_told_as_such(url, admin):
    admin.execute(sa.text(f"alter database {sa.make_url(url).database} set default_transaction_read_only = on"))
    database = Database.on(url, FEW)
    error = refusal(lambda: MetadataStore(database).jobs("acme").create(a_job()))
    assert (error.code, error.retryable) == (errors.DATABASE, False)
    assert "only allows reading" in error.detail
    database.close()


@pytest.fixture
def guest(url, admin):
    """(name, URL) of a user whom nobody has given anything."""
    name = f"guest_{sa.make_url(url).database}"
    admin.execute(sa.text(f"create role {name} login"))
    yield name, url.replace("voyant@", f"{name}@")
    admin.execute(sa.text(f"drop owned by {name}"))
    admin.execute(sa.text(f"drop role {name}"))


def test_a_user_without_rights_is_told_what_is_missing(guest, admin):
    admin.execute(sa.text("drop schema public cascade"))
    admin.execute(sa.text("create schema public"))
    _, url = guest
    database = Database.on(url, FEW)
    for refused in (refusal(database.upgrade), refusal(lambda: look_at(url, FEW, "The metadata store"))):
        assert (refused.code, refused.retryable) == (errors.DATABASE, False)
        assert "rights" in refused.hint
    database.close()


def test_a_user_who_may_only_read_and_write_rows_can_work_once_the_tables_are_there(guest, admin):
    name, url = guest
    admin.execute(sa.text(f"grant select, insert, update, delete on all tables in schema public to {name}"))
    admin.execute(sa.text(f"grant usage on all sequences in schema public to {name}"))
    assert look_at(url, FEW, "The metadata store")
    database = Database.on(url, FEW)
    database.upgrade()
    MetadataStore(database).jobs("acme").create(a_job())
    assert MetadataStore(database).jobs("acme").close("job_1", JobState.CANCELED, [], None, "00" * 32)
    database.close()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"database": "no_such_database"}, "has no such database"),
        ({"username": "nobody_we_know"}, "does not let our user in"),
        ({"query": {"host": "/no/such/folder"}}, "cannot be reached"),
        ({"query": {}, "host": "127.0.0.1", "port": 1}, "cannot be reached"),
    ],
)
def test_a_wrong_address_is_told_without_showing_it(url, change, words):
    wrong = sa.make_url(url).set(password="sekret", **change)
    error = refusal(Database.on(wrong.render_as_string(hide_password=False), FEW).upgrade)
    assert error.code is errors.DATABASE
    assert error.detail == f"The metadata store {words}."
    assert not [part for part in ("sekret", *map(str, change.values())) if part in error.to_text()]


class FromServerError(Exception):
    def __init__(self, state, text=""):
        super().__init__(text)
        self.pgcode = state


@pytest.mark.parametrize(
    ("state", "code", "retryable"),
    [
        ("53100", errors.STORAGE_FULL, False),
        ("53300", errors.DATABASE, True),
        ("57P01", errors.DATABASE, True),
        ("08006", errors.DATABASE, True),
        ("XX001", errors.DATABASE, False),
    ],
)
def test_what_the_server_says_becomes_a_code_and_no_value_is_shown(state, code, retryable):
    told = failure(sa.exc.OperationalError("insert ... sekret", {}, FromServerError(state, "Key (uri)=(sekret)")), "The metadata store")
    assert (told.code, told.retryable) == (code, retryable)
    assert "sekret" not in told.to_text()


@pytest.mark.parametrize(
    ("facts", "words"),
    [((120000, "UTF8", False), "PostgreSQL 12"), ((160000, "LATIN1", False), "LATIN1"), ((160000, "UTF8", True), "standby")],
)
def test_a_server_that_cannot_serve_us_is_refused(facts, words):
    class Connection:
        def execute(self, _):
            return self

        def one(self):
            return facts

    error = refusal(lambda: check_server(Connection(), "The metadata store"))
    assert words in error.detail
    assert not error.retryable


def test_processes_that_register_the_same_source_at_once_make_one(store):
    made = []
    threads = [
        threading.Thread(
            target=lambda n=n: made.append(
                store.sources("acme").register(SourceType.FILE, f"file:///{n % 2}/x.csv", "x", PROBE, pinned=False)
            )
        )
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({record.id for record in made}) == 2
    assert {record.slug for record in made} == {"x", "x_2"}
    assert len(made) == 8


def test_housekeeping_waits_for_whoever_is_about_to_link_a_stage(store, url):
    artifacts, file = store.artifacts("acme"), Computed("profile.json", ArtifactKind.PROFILE, "application/json", 2, "cd" * 32)
    stage = NewStage([file], {}, content_version="1", code_version="1")
    store.jobs("acme").create(a_job())
    with store.database.write() as connection:
        artifacts.add(connection, "sha256:k", stage)
    sweeper, removed = Database.on(url, Postgres()), []
    with store.database.write() as connection:
        artifacts.add(connection, "sha256:k", stage)
        sweeping = threading.Thread(target=lambda: removed.append(Housekeeping(sweeper).remove_stage("acme", "sha256:k")))
        sweeping.start()
        give_up = time.monotonic() + 10
        while not waits(sweeper) and time.monotonic() < give_up:
            time.sleep(0.01)
        artifacts.link(connection, "sha256:k", Link("job_1", "orders", ["acme"], "run_1", reused=True))
    sweeping.join()
    assert removed == [False]
    assert [artifact.name for artifact in artifacts.of_job("job_1")] == ["orders/profile.json"]
    sweeper.close()
