"""The composition root of a process that works: settings in, ports out. Everything is opened on first use and never before a fork."""

from __future__ import annotations

import functools
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from resources.metadata.database import Database
from resources.metadata.store import MetadataStore
from resources.object_store.local import LocalObjectStore
from voyant_assets.runtime.home_store import check_store_of_home
from voyant_core import errors
from voyant_core.settings import HomeLayout, Settings, settings

if TYPE_CHECKING:
    from resources.duckdb.engine import DuckDBEngine
    from resources.duckdb.guarded import GuardedDuckDB
    from resources.files.landing import Landings
    from resources.iceberg.catalog import IcebergLake


class Environment:
    """Ports by settings. The imports lie inside, so that a process loads only what it uses."""

    def __init__(self, chosen: Settings) -> None:
        self.settings = chosen
        self.layout: HomeLayout = chosen.layout

    def prepare(self) -> None:
        """Create the home's folders and bring the metadata store up to date. Cheap when both are there."""
        with errors.of_disk(f"Preparing the home {self.layout.root}"):
            for folder in self.layout.folders:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.store.database.upgrade()
        check_store_of_home(self.store, self.layout, self.settings)

    @cached_property
    def temp(self) -> Path:
        """For this process's temporary files; who ends it, or starts after it, removes them. Never asked for before a fork."""
        from voyant_assets.runtime.temporary import own_folder

        return own_folder(self.layout.temp)

    @cached_property
    def store(self) -> MetadataStore:
        postgres = self.settings.postgres
        url = postgres.for_metadata
        return MetadataStore(Database.at(self.layout.metadata_db) if url is None else Database.on(url, postgres))

    @cached_property
    def objects(self) -> LocalObjectStore:
        return LocalObjectStore(self.layout.objects)

    @cached_property
    def landings(self) -> Landings:
        from resources.files.landing import Landings

        return Landings(self.layout.landing, self.settings.files.max_bytes)

    @cached_property
    def lake(self) -> IcebergLake:
        from resources.iceberg.catalog import IcebergLake

        return IcebergLake(self.layout.catalog_db, self.layout.warehouse)

    @cached_property
    def engine(self) -> DuckDBEngine:
        from resources.duckdb.engine import DuckDBEngine

        return DuckDBEngine(self.settings.engine, self.temp)

    @cached_property
    def guarded(self) -> GuardedDuckDB:
        from resources.duckdb.guarded import GuardedDuckDB

        return GuardedDuckDB(self.settings.sql, self.temp)

    def interrupt(self) -> None:
        """Stop what the engine does now, from another thread. Opens nothing."""
        engine: DuckDBEngine | None = self.__dict__.get("engine")
        if engine is not None:
            engine.interrupt()


@functools.cache
def environment() -> Environment:
    """The process's environment. Forked children inherit the object; what it opens lazily they open for themselves."""
    return Environment(settings())
