"""What all tests share: the examples of property tests, and places for stores.

Property tests draw the same examples on every run: a suite that fails by chance tells nothing. `make fuzz` draws new ones.
"""

import os

import pytest
from hypothesis import settings
from postgres_server import shared_server
from stores import STORES, Stores

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("fuzz", derandomize=False, deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


@pytest.fixture(scope="session")
def postgres_folder(tmp_path_factory: pytest.TempPathFactory):
    """The same for all processes of this session (xdist gives each worker a folder inside it)."""
    own = tmp_path_factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "postgres"


@pytest.fixture(scope="session")
def postgres(postgres_folder):
    """The session's PostgreSQL, for tests of what only it does."""
    with shared_server(postgres_folder) as server:
        yield server


@pytest.fixture(scope="session")
def stores(postgres_folder):
    places = Stores(postgres_folder)
    yield places
    places.close()


@pytest.fixture(params=STORES)
def store_kind(request, stores):
    """`sqlite` or `postgres`: where `Settings(home=...)` of this process, and processes that it starts, keep what they know."""
    with stores.here(request.param):
        yield request.param
