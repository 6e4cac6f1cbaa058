import pytest

from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.settings import Postgres, Settings


@pytest.fixture
def opened(stores):
    """`opened(home)` prepares a home on one PostgreSQL database, `opened(home, False)` on SQLite."""
    made = []

    def prepare(home, on_postgres=True):
        environment = Environment(Settings(home=home, postgres=settings if on_postgres else Postgres()))
        made.append(environment)
        environment.prepare()
        return environment

    with stores.variables("postgres") as variables:
        settings = Postgres.model_validate({"url": variables["VOYANT_POSTGRES__URL"]})
        yield prepare
        for environment in made:
            environment.store.database.close()


def refusal(prepare, *arguments):
    with pytest.raises(VoyantError) as refused:
        prepare(*arguments)
    return refused.value


def test_a_database_serves_the_home_that_came_first(opened, tmp_path):
    opened(tmp_path / "first")
    assert refusal(opened, tmp_path / "second").code is errors.HOME_IN_USE
    opened(tmp_path / "first")


def test_a_home_that_moved_keeps_its_database(opened, tmp_path):
    opened(tmp_path / "home")
    (tmp_path / "home").rename(tmp_path / "elsewhere")
    opened(tmp_path / "elsewhere")


def test_a_home_on_postgres_is_not_opened_on_an_empty_file(opened, tmp_path):
    opened(tmp_path / "home")
    error = refusal(opened, tmp_path / "home", False)
    assert error.code is errors.DATABASE
    assert "VOYANT_POSTGRES__URL" in error.hint
    (tmp_path / "home" / "store.json").unlink()
    assert opened(tmp_path / "home", False).store.job_counts() == {}
