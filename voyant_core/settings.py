"""All settings, read once per process from `VOYANT_*` variables: `VOYANT_<SECTION>__<FIELD>`, plus `VOYANT_HOME`.

Nothing else in the product reads the environment for configuration.
"""

from __future__ import annotations

import functools
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from voyant_core import errors

POSTGRES_DRIVER = "postgresql+psycopg2"


class Files(BaseModel):
    """Which files a caller may name, and how large they may be."""

    roots: list[Path] = Field(
        default=[], description="Folders, beside uploads and VOYANT_HOME/inbox, that REST and MCP may read files from."
    )
    max_bytes: int = Field(default=20 * 2**30, gt=0, description="Largest file or upload, bytes.")
    max_columns: int = Field(default=4000, gt=0)


class Fetch(BaseModel):
    """URL sources."""

    schemes: list[str] = ["https", "http"]
    timeout_s: float = Field(default=60.0, gt=0)
    max_bytes: int = Field(default=2 * 2**30, gt=0)
    allow_private: bool = Field(default=False, description="Allow addresses that are not public. For closed networks.")
    private_hosts: list[str] = Field(default=[], description="Hosts, as URLs name them, whose addresses need not be public.")


class Archive(BaseModel):
    """What may come out of a container: archive, workbook, database file, folder. Counted while reading; headers are not believed."""

    max_ratio: int = Field(default=200, gt=0, description="Largest expansion: bytes out of an archive per byte of it.")
    floor_bytes: int = Field(default=64 * 2**20, ge=0, description="The ratio is not asked below this many bytes out.")
    max_total_bytes: int = Field(default=40 * 2**30, gt=0, description="Most bytes out of one container.")
    max_members: int = Field(default=10_000, gt=0, description="Most files in an archive or folder.")
    max_tables: int = Field(default=200, gt=0, description="Most tables of one source.")
    memory_bytes: int = Field(default=2 * 2**30, gt=0, description="Memory of the process that opens a workbook or database file.")
    timeout_s: float = Field(default=300.0, gt=0, description="Time for opening one workbook or database file.")


class Engine(BaseModel):
    """DuckDB in the run process."""

    memory_limit: str = "1GB"
    threads: int = Field(default=0, ge=0, description="0: as many as there are cores, at most 4.")


class Profile(BaseModel):
    """Up to which size of a table every figure of its profile is exact, and how large the sample is beyond."""

    exact_rows: int = Field(default=20_000_000, ge=0)
    exact_bytes: int = Field(default=4 * 2**30, ge=0, description="Of the stored, compressed table.")
    sample_rows: int = Field(default=1_000_000, ge=1000, description="A million bounds the error of a rank by 0.16 % of the rows.")


class Sql(BaseModel):
    """Limits of SQL that comes from outside."""

    timeout_s: float = Field(default=20.0, gt=0)
    max_rows: int = Field(default=1000, gt=0)
    memory_limit: str = "512MB"


class Runs(BaseModel):
    slots: int = Field(default=4, gt=0, description="Runs at once on this host.")
    spares: int = Field(default=2, ge=0, description="Warmed processes kept ahead of demand.")
    per_tenant: int = Field(default=4, gt=0, description="Runs at once per tenant.")
    queued_per_tenant: int = Field(default=500, gt=0, description="Jobs of one tenant that may wait for a run.")
    most_tables: int = Field(default=300, gt=0, description="Tables that one request may analyze.")
    cancel_grace_s: float = Field(default=10.0, gt=0)
    drain_s: float = Field(default=30.0, gt=0)


class Retention(BaseModel):
    """How long what nobody needs stays in the home. 0 days: for ever."""

    source_days: float = Field(default=7.0, ge=0, description="Sources that nobody pinned, after their last use: graph, tables and lake.")
    upload_days: float = Field(default=7.0, ge=0, description="Uploads that became no source.")
    job_days: float = Field(default=90.0, ge=0, description="Jobs with their artifacts and Dagster runs, after their end.")
    version_days: float = Field(default=30.0, ge=0, description="Old versions of a table, after a newer one took their place.")
    key_hours: float = Field(default=24.0, gt=0, description="Idempotency keys.")
    orphan_hours: float = Field(default=6.0, ge=1, description="Files that nothing refers to; younger ones may be in the making.")
    every_minutes: float = Field(default=60.0, gt=0, description="How often a server or a one-shot command looks.")


class Server(BaseModel):
    host: str = "127.0.0.1"
    port: int = Field(default=8790, ge=0, le=65535)


class Postgres(BaseModel):
    """PostgreSQL for the metadata store and for Dagster's storage. Unset: SQLite files in `VOYANT_HOME`.

    A URL holds a secret: it is shown nowhere, and every process reads it from the environment.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    url: SecretStr | None = Field(default=None, description="postgresql+psycopg2://user:password@host:port/database, for both stores.")
    metadata_url: SecretStr | None = Field(default=None, description="Of the metadata store, where it is another database.")
    dagster_url: SecretStr | None = Field(default=None, description="Of Dagster's storage, where it is another database.")
    pool_size: int = Field(default=2, gt=0, description="Connections that a process keeps open to each store.")
    max_connections: int = Field(default=10, gt=0, description="Connections of a process to each store when it is busy.")
    connect_timeout_s: int = Field(default=10, gt=1)
    statement_timeout_s: float = Field(default=60.0, gt=0)
    lock_timeout_s: float = Field(default=30.0, gt=0)

    @field_validator("url", "metadata_url", "dagster_url")
    @classmethod
    def _with_driver(cls, url: SecretStr | None) -> SecretStr | None:
        """The URL with the driver named: SQLAlchemy would choose another. An empty one is no way of saying "none": it would mean SQLite."""
        if url is None:
            return None
        text = url.get_secret_value().strip()
        scheme, _, rest = text.partition("://")
        if scheme not in ("postgres", "postgresql", POSTGRES_DRIVER):
            raise ValueError(f"must begin with {POSTGRES_DRIVER}://")
        try:
            database = urlsplit(f"//{rest}").path.strip("/")
        except ValueError:
            raise ValueError("is not a URL") from None  # the cause would show it
        if not database:
            raise ValueError("names no database")
        return SecretStr(f"{POSTGRES_DRIVER}://{rest}")

    @property
    def for_metadata(self) -> str | None:
        chosen = self.metadata_url or self.url
        return None if chosen is None else chosen.get_secret_value()

    @property
    def for_dagster(self) -> str | None:
        chosen = self.dagster_url or self.url
        return None if chosen is None else chosen.get_secret_value()


class Telemetry(BaseModel):
    log_level: str = "INFO"
    log_bytes: int = Field(
        default=20 * 2**20, ge=2**16, description="Largest log file in VOYANT_HOME/logs; as many bytes again in its `.1`."
    )
    otlp_endpoint: str | None = Field(default=None, description="OTLP/HTTP base URL; unset: spans are not exported.")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="VOYANT_", env_nested_delimiter="__", extra="ignore", hide_input_in_errors=True)

    home: Path = Field(default_factory=lambda: Path.home() / ".voyant")
    files: Files = Files()
    fetch: Fetch = Fetch()
    archive: Archive = Archive()
    engine: Engine = Engine()
    profile: Profile = Profile()
    sql: Sql = Sql()
    runs: Runs = Runs()
    retention: Retention = Retention()
    server: Server = Server()
    postgres: Postgres = Postgres()
    telemetry: Telemetry = Telemetry()

    @property
    def layout(self) -> HomeLayout:
        return HomeLayout(self.home.expanduser().absolute())


class HomeLayout:
    """Where things lie under `VOYANT_HOME`. Pure paths; nothing is created here."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.metadata_db = root / "voyant.db"
        self.lake = root / "lake"
        self.catalog_db = self.lake / "catalog.db"
        self.warehouse = self.lake / "warehouse"
        self.landing = root / "landing"
        self.objects = root / "objects"
        self.inbox = root / "inbox"
        self.uploads = root / "uploads"
        self.copies = root / "copies"
        self.dagster = root / "dagster"
        self.registry = root / "registry.json"
        self.run = root / "run"
        self.logs = root / "logs"
        self.temp = root / "tmp"
        self.server_lock = root / "server.lock"
        self.store_file = root / "store.json"
        self.worker_socket = self.run / "worker.sock"

    @property
    def folders(self) -> list[Path]:
        return [
            self.root, self.lake, self.warehouse, self.landing, self.objects, self.inbox, self.uploads, self.dagster,
            self.run, self.logs, self.temp,
        ]  # fmt: skip


@functools.cache
def settings() -> Settings:
    """The process's settings; VYNT-5010 names a variable that is wrong, never its value.

    Tests that change the environment call `settings.cache_clear()`.
    """
    try:
        return Settings()
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False, include_context=False)
        wrong = "; ".join(f"{_variable(item['loc'])}: {item['msg'].removeprefix('Value error, ')}" for item in details)
    except SettingsError as error:  # a list that is no JSON; the text names its section
        wrong = str(error)
    raise errors.VoyantError(errors.BAD_SETTING, f"{wrong}.", hint="Correct or unset the variable; .env.example lists all.")


def _variable(place: tuple[int | str, ...]) -> str:
    return "VOYANT_" + "__".join(str(part) for part in place[:2]).upper()
