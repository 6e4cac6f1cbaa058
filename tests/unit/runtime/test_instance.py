from pathlib import Path

import pytest
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from pydantic import SecretStr

from voyant_assets.runtime.coordinator import FastPathRunCoordinator
from voyant_assets.runtime.instance import open_instance, write_dagster_yaml
from voyant_assets.runtime.launcher import ForkRunLauncher
from voyant_assets.runtime.postgres_storage import PooledPostgresRunStorage
from voyant_assets.runtime.storage import DATABASE, PooledSqliteRunStorage
from voyant_core.settings import Postgres, Runs, Settings


@pytest.fixture
def home(store_kind, tmp_path) -> Settings:
    settings = Settings(home=tmp_path / "home", runs=Runs(slots=3, per_tenant=2))
    write_dagster_yaml(settings.layout, settings)
    return settings


def test_dagster_accepts_the_file_and_opens_our_classes(home, store_kind):
    with open_instance(home.layout) as instance:
        assert isinstance(instance.run_coordinator, FastPathRunCoordinator)
        assert isinstance(instance.run_launcher, ForkRunLauncher)
        assert isinstance(instance.compute_log_manager, NoOpComputeLogManager)
        assert isinstance(instance.run_storage, PooledSqliteRunStorage if store_kind == "sqlite" else PooledPostgresRunStorage)
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        assert instance.run_monitoring_enabled
        assert instance.get_settings("freshness") == {"enabled": False}
        config = instance.get_concurrency_config().run_queue_config
        assert config is not None
        assert config.max_concurrent_runs == 3
        assert config.tag_concurrency_limits[0]["limit"] == 2
        assert instance.run_coordinator.dequeue_interval_seconds == 5
    assert (home.layout.dagster / DATABASE).exists() == (store_kind == "sqlite")


def test_writing_again_leaves_the_file_untouched(home):
    path = home.layout.dagster / "dagster.yaml"
    before = path.stat()
    write_dagster_yaml(home.layout, home)
    assert path.stat().st_ino == before.st_ino


def test_other_settings_are_brought_in(home):
    more = home.model_copy(update={"runs": Runs(slots=7)})
    path = write_dagster_yaml(more.layout, more)
    assert '"max_concurrent_runs": 7' in path.read_text()
    assert [entry.name for entry in path.parent.iterdir() if entry.name.startswith("dagster.yaml")] == ["dagster.yaml"]


def test_the_file_names_no_path_outside_the_home(home):
    text = (home.layout.dagster / "dagster.yaml").read_text()
    assert str(Path(__file__).parents[3]) not in text.replace(str(home.home), "")


def test_the_address_of_a_database_stays_in_the_settings(tmp_path):
    settings = Settings(home=tmp_path / "home", postgres=Postgres(url=SecretStr("postgresql://voyant:sekret@db.example/voyant")))
    text = write_dagster_yaml(settings.layout, settings).read_text()
    assert "PooledPostgresStorage" in text
    assert not [secret for secret in ("sekret", "db.example") if secret in text + repr(settings) + settings.model_dump_json()]
