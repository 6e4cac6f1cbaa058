"""Log lines of the runtime's own processes: one JSON object per line on standard error, which the supervisor keeps in a file."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys


class JsonLines(logging.Formatter):
    """`{"at", "level", "role", "logger", "message"}`, and `error` with the traceback where there is one."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "role": self._role,
            "pid": record.process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def log_as_json(role: str, level: str = "INFO") -> None:
    """Sends everything that this process logs to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(role))
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it announces every plug-in at each start
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
