import os
import threading
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as db

from voyant_assets.runtime.instance import open_instance, write_dagster_yaml
from voyant_assets.runtime.pooled_engine import check_connections
from voyant_assets.runtime.postgres_storage import PooledPostgresStorage
from voyant_assets.runtime.storage import DATABASE, PooledSqliteStorage
from voyant_core.settings import Settings, settings


@dg.asset
def numbers() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"dagster/row_count": 3})


@pytest.fixture
def open_storage(store_kind, tmp_path):
    """Opens the storage of one place, as every process of a home does."""
    limits = settings().postgres
    url = limits.for_dagster
    return lambda: PooledSqliteStorage(str(tmp_path / "shared")) if url is None else PooledPostgresStorage(url, limits)


@pytest.fixture
def storage(open_storage):
    return open_storage()


@pytest.fixture
def instance(store_kind, tmp_path):
    chosen = Settings(home=tmp_path / "home")
    write_dagster_yaml(chosen.layout, chosen)
    with open_instance(chosen.layout) as opened:
        yield opened


def test_a_run_and_its_events_can_be_read_back(instance):
    result = dg.materialize([numbers], instance=instance)
    run = instance.get_run_by_id(result.run_id)
    assert run.is_success
    assert [e.dagster_event_type for e in instance.all_logs(result.run_id)].count(dg.DagsterEventType.ASSET_MATERIALIZATION) == 1
    event = instance.get_latest_materialization_event(dg.AssetKey("numbers"))
    assert event.asset_materialization.metadata["dagster/row_count"].value == 3


def test_everything_lies_in_one_place(instance, store_kind):
    dg.materialize([numbers], instance=instance)
    folder = Path(instance.root_directory)
    assert [path.name for path in folder.rglob("*.db")] == ([DATABASE] if store_kind == "sqlite" else [])


def test_whoever_opens_an_empty_place_together_makes_one_schema(open_storage, store_kind):
    if store_kind == "postgres":
        empty(settings().postgres.for_dagster)
    failures: list[Exception] = []

    def open_and_ask() -> None:
        try:
            open_storage().run_storage.get_runs_count()
        except Exception as error:  # noqa: BLE001 - whatever a thread met is shown
            failures.append(error)

    threads = [threading.Thread(target=open_and_ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    current, head = open_storage().run_storage.alembic_version()
    assert current == head


def empty(url: str) -> None:
    engine = db.create_engine(url, poolclass=db.NullPool)
    with engine.begin() as connection:
        connection.execute(db.text("drop schema public cascade"))
        connection.execute(db.text("create schema public"))


def test_the_schema_is_at_the_newest_revision(instance):
    current, head = instance.run_storage.alembic_version()
    assert current == head


def test_a_yes_about_the_schema_is_asked_once(storage):
    statements: list[str] = []
    db.event.listen(storage._engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert storage.event_log_storage.has_table("asset_keys")
    asked = len(statements)
    assert asked > 0
    assert storage.event_log_storage.has_table("asset_keys")
    assert len(statements) == asked


def test_a_no_about_the_schema_is_asked_again(storage):
    assert not storage.event_log_storage.has_table("later")
    with storage.run_storage.connect() as connection:
        connection.execute(db.text("create table later (x int)"))
    assert storage.event_log_storage.has_table("later")


def test_connections_are_reused(storage):
    made: list[object] = []
    db.event.listen(storage._engine, "connect", lambda connection, _record: made.append(connection))
    for _ in range(10):
        storage.run_storage.get_runs_count()
    assert len(made) <= 1


def test_a_forked_child_opens_its_own_connection_and_leaves_the_parents_alone(storage):
    assert storage.run_storage.get_runs_count() == 0
    child = os.fork()
    if child == 0:
        os._exit(storage.run_storage.get_runs_count())
    assert os.waitpid(child, 0)[1] == 0
    assert storage.run_storage.get_runs_count() == 0


def test_a_dead_connection_is_dropped_by_the_check(storage):
    with storage._engine.connect() as connection:
        raw = connection.connection.dbapi_connection
    raw.close()
    check_connections()
    assert storage.run_storage.get_runs_count() == 0


def test_a_cancel_that_meets_a_run_at_its_end_changes_nothing(instance, store_kind):
    run_id = dg.materialize([numbers], instance=instance).run_id
    instance.report_run_canceling(instance.get_run_by_id(run_id))
    assert instance.get_run_by_id(run_id).status == dg.DagsterRunStatus.SUCCESS


def test_a_cancel_of_a_run_on_its_way_is_shown(instance, store_kind):
    run = instance.create_run_for_job(dg.define_asset_job("one").resolve(asset_graph=dg.Definitions([numbers]).resolve_asset_graph()))
    instance.report_run_canceling(run)
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.CANCELING
