from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from contextvars import copy_context

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from resources.telemetry.logs import bind_ids, bound_ids, configure_logging
from resources.telemetry.tracing import (
    checked_traceparent,
    current_traceparent,
    new_traceparent,
    remote_context,
    span,
    use_provider,
)

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def lines():
    """What this process would write, as documents."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    for handler in handlers:  # configure_logging would close those of pytest
        root.removeHandler(handler)
    stream = io.StringIO()
    configure_logging("api", "INFO", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for handler in list(root.handlers):
        root.removeHandler(handler)
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def spans():
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    use_provider(provider)
    yield exporter.get_finished_spans
    use_provider(None)
    provider.shutdown()


def test_a_line_carries_the_ids_in_force_and_loses_them_with_their_block(lines):
    with bound_ids(request_id="req_1", job_id="job_1", run_id=None), remote_context(PARENT):
        logging.getLogger("voyant.x").info("hello %s", "world", extra={"rows": 3})
    structlog.get_logger("voyant.y").warning("later")
    first, later = lines()
    assert (first["event"], first["rows"], first["level"], first["logger"], first["process"]) == (
        "hello world",
        3,
        "info",
        "voyant.x",
        "api",
    )
    assert (first["request_id"], first["job_id"], first["trace_id"]) == ("req_1", "job_1", TRACE)
    assert "run_id" not in first
    assert not {"request_id", "trace_id"} & set(later)


def test_ids_travel_into_a_thread_that_copies_the_context(lines):
    def work():
        bind_ids(job_id="job_2")
        logging.getLogger("voyant.x").info("inside")

    with bound_ids(request_id="req_2"):
        context = copy_context()
        thread = threading.Thread(target=context.run, args=(work,))
        thread.start()
        thread.join()
        logging.getLogger("voyant.x").info("outside")
    inside, outside = lines()
    assert (inside["request_id"], inside["job_id"]) == ("req_2", "job_2")
    assert "job_id" not in outside


def test_an_exception_is_one_line(lines):
    try:
        raise ValueError("wrong\nvalue")
    except ValueError:
        logging.getLogger("voyant.x").exception("it failed")
    (line,) = lines()
    assert "ValueError: wrong" in line["exception"]


def test_lines_under_the_level_are_dropped(lines):
    logging.getLogger("voyant.x").debug("no")
    structlog.get_logger("voyant.x").debug("no")
    assert lines() == []


def test_configuring_again_replaces_the_earlier_set_up(lines):
    again = io.StringIO()
    configure_logging("run", "WARNING", stream=again)
    logging.getLogger("voyant.x").warning("once")
    assert lines() == []
    assert json.loads(again.getvalue())["process"] == "run"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rubbish",
        PARENT.upper(),
        "01" + PARENT[2:],
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        PARENT + "-x",
        None,
    ],
)
def test_a_broken_trace_context_is_dropped_and_a_new_one_begins(text):
    assert checked_traceparent(text) is None
    with remote_context(text) as began:
        assert checked_traceparent(began) == began
    assert current_traceparent() is None


def test_new_contexts_differ():
    assert new_traceparent() != new_traceparent()


def test_without_a_provider_a_span_is_nothing_and_the_context_still_travels():
    with remote_context(PARENT), span("stage profile", table="t") as current:
        assert current is None
        assert current_traceparent() == PARENT
    assert current_traceparent() is None


def test_without_an_endpoint_opentelemetry_is_not_imported():
    script = (
        "import sys; from voyant_core.settings import Settings; from resources.telemetry.tracing import *; "
        "configure_tracing('x', Settings()); s = span('a'); s.__enter__(); print([m for m in sys.modules if m.startswith('opentelemetry')])"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_spans_nest_under_the_callers_trace(spans):
    with remote_context(PARENT), span("request", job_id="job_1", nothing=None):
        with span("stage profile"):
            inner = current_traceparent()
        assert current_traceparent() != inner
    stage, request = spans()
    assert {f"{found.context.trace_id:032x}" for found in (stage, request)} == {TRACE}
    assert f"{request.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert stage.parent.span_id == request.context.span_id
    assert dict(request.attributes) == {"voyant.job_id": "job_1"}
    assert inner == f"00-{TRACE}-{stage.context.span_id:016x}-01"


def test_a_failure_marks_its_span_and_passes_on(spans):
    with pytest.raises(ValueError, match="wrong"), span("stage"):
        raise ValueError("wrong")
    (found,) = spans()
    assert found.status.status_code.name == "ERROR"
