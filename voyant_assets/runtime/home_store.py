"""Which store belongs to which home. Artifacts and tables lie in the home, what is known of them in the store: neither is of use alone.

A database serves one home: a second server on it would take the first one's jobs for lost. And a home that keeps its records in PostgreSQL
is not opened on an empty SQLite file because a shell lacks a variable.
"""

from __future__ import annotations

import contextlib
import json
import os

from resources.metadata.store import MetadataStore
from voyant_core import errors, ids
from voyant_core.settings import HomeLayout, Settings


def check_store_of_home(store: MetadataStore, layout: HomeLayout, settings: Settings) -> None:
    """VYNT-5005 when the database belongs to another home, VYNT-5002 when the home's records are elsewhere. The store is up to date."""
    is_shared = settings.postgres.for_metadata is not None
    known = _read(layout)
    if not is_shared:
        if known is not None:
            raise errors.VoyantError(
                errors.DATABASE,
                f"The home {layout.root} keeps its records in PostgreSQL, and no URL is set.",
                hint=f"Set VOYANT_POSTGRES__URL, or remove {layout.store_file} to begin anew with SQLite.",
                retryable=False,
            )
        return
    home_id = known or _make(layout)
    if store.claim(home_id) != home_id:
        raise errors.VoyantError(
            errors.HOME_IN_USE,
            f"The database belongs to another home than {layout.root}.",
            hint="Use a database for each home; the home of this one may be set with VOYANT_HOME.",
        )


def _read(layout: HomeLayout) -> str | None:
    try:
        return str(json.loads(layout.store_file.read_text())["home"])
    except FileNotFoundError:
        return None


def _make(layout: HomeLayout) -> str:
    """The home's id; of processes that start together the first one chooses."""
    fresh = layout.store_file.with_name(f"{layout.store_file.name}.{os.getpid()}")
    fresh.write_text(json.dumps({"home": f"home_{ids.ulid()}", "records": "postgres"}) + "\n")
    try:
        with contextlib.suppress(FileExistsError):
            os.link(fresh, layout.store_file)
    finally:
        fresh.unlink()
    return _read(layout) or ""
