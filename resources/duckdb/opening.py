"""How every DuckDB of ours is opened. Without pydantic, since the process for SQL from outside must start fast."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

MOST_THREADS = 4


def opened(memory_limit: str, threads: int, temp_directory: Path) -> Any:
    """A fresh in-memory database in UTC that spills to `temp_directory` and loads no extension from outside."""
    import duckdb

    temp_directory.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={
            "memory_limit": memory_limit,
            "threads": threads or min(MOST_THREADS, os.cpu_count() or 1),
            "temp_directory": str(temp_directory),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        }
    )
    connection.execute("SET GLOBAL timezone = 'UTC'").fetchall()
    return connection
