"""JSON log lines with the ids that tie them together: request, job, run, tenant, trace and span.

Every process calls `configure_logging` once; code logs through `logging` or `structlog`, both end in the same lines on stderr (or in a
file, for the command line). Ids travel in context variables, so a thread or task that copies its context keeps them.
Not for what a person reads at a shell: that is `voyant_api/cli`.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Generator, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog
from structlog.contextvars import bind_contextvars, merge_contextvars, reset_contextvars
from structlog.typing import Processor

from resources.telemetry.tracing import current_ids

# Chatty at INFO, and what they tell is in our own lines already.
_QUIET = ("httpx", "httpx2", "httpcore", "mcp", "urllib3", "asyncio", "uvicorn.access", "alembic", "pyiceberg", "python_multipart")


def bind_ids(**ids: str | None) -> None:
    """Put ids (`request_id`, `tenant`, `job_id`, `run_id`, ...) on every later line of this context. None is left out."""
    bind_contextvars(**{name: value for name, value in ids.items() if value is not None})


@contextlib.contextmanager
def bound_ids(**ids: str | None) -> Generator[None]:
    """As `bind_ids`, for the length of a block."""
    tokens = bind_contextvars(**{name: value for name, value in ids.items() if value is not None})
    try:
        yield
    finally:
        reset_contextvars(**tokens)


def configure_logging(process: str, level: str = "INFO", *, stream: TextIO | None = None, file: Path | None = None) -> None:
    """Send this process's log lines as JSON to `stream` (stderr unless given) or append them to `file`.

    `process` names the kind of process: `api`, `worker`, `run`, `daemon`, `cli`. Calling it again replaces the earlier set-up.
    Opens no thread and no socket, so a process that will fork may call it.
    """
    shared: list[Processor] = [
        merge_contextvars,
        _with_process(process),
        _with_trace,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer(ensure_ascii=False)],
    )
    handler = logging.FileHandler(file, delay=True, encoding="utf-8") if file else logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared[:5], *shared[6:], structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _with_process(process: str) -> Processor:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return add


def _with_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    ids = current_ids()
    if ids is not None:
        event["trace_id"], event["span_id"] = ids
    return event
