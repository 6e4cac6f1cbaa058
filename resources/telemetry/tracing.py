"""Spans from request through run to stage, and W3C trace context (https://www.w3.org/TR/trace-context/) in and out.

Spans are made and exported (OTLP over HTTP) only after `configure_tracing` with `settings.telemetry.otlp_endpoint` set. Without it a span
costs one comparison and OpenTelemetry is not even imported, but the trace context still travels: log lines carry the caller's trace id,
and a run's lines carry those of the request that asked for it.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Generator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from voyant_core.settings import Settings

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")

_context: ContextVar[str | None] = ContextVar("voyant_traceparent", default=None)
_provider: TracerProvider | None = None


def checked_traceparent(text: str | None) -> str | None:
    """`text` if it is a version-00 traceparent, else None: a broken one is dropped, as the specification asks."""
    return text if text is not None and _TRACEPARENT.fullmatch(text) else None


def new_traceparent() -> str:
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"


def configure_tracing(service: str, settings: Settings) -> None:
    """Export this process's spans as `service`; does nothing when no endpoint is set.

    Starts the exporter's thread: call it after the fork in a process that was forked, and `shutdown_tracing` before it ends.
    """
    global _provider  # noqa: PLW0603 - one exporter per process
    endpoint = settings.telemetry.otlp_endpoint
    if not endpoint or _provider is not None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    _provider = TracerProvider(resource=Resource.create({"service.name": service, "service.namespace": "voyant"}), shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=5)))


def use_provider(provider: TracerProvider | None) -> None:
    """Make spans with `provider` from here on. For tests, and for programs that bring their own."""
    global _provider  # noqa: PLW0603
    _provider = provider


def shutdown_tracing() -> None:
    """Send what is still held back, then stop exporting. Safe to call when tracing is off."""
    global _provider
    provider, _provider = _provider, None
    if provider is not None:
        provider.shutdown()


@contextlib.contextmanager
def span(name: str, **attributes: Any) -> Generator[Any]:
    """A span around a block; attribute names get the prefix `voyant.`, None values are left out. An exception marks it as failed.

    Yields the OpenTelemetry span, or None while tracing is off.
    """
    if _provider is None:
        yield None
        return
    from opentelemetry import trace

    named = {f"voyant.{key}": value for key, value in attributes.items() if value is not None}
    parent = _parent_context()
    with _provider.get_tracer("voyant").start_as_current_span(name, context=parent, attributes=named) as current:
        token = _context.set(_as_traceparent(trace.get_current_span().get_span_context()))
        try:
            yield current
        finally:
            _context.reset(token)


@contextlib.contextmanager
def remote_context(traceparent: str | None) -> Generator[str]:
    """Continue the caller's trace in a block, or start one; yields the traceparent in force."""
    text = checked_traceparent(traceparent) or new_traceparent()
    token = _context.set(text)
    try:
        yield text
    finally:
        _context.reset(token)


def current_traceparent() -> str | None:
    """What to send to others as `traceparent`."""
    return _context.get()


def current_ids() -> tuple[str, str] | None:
    """(trace id, span id) in force, as hexadecimal digits."""
    match = _TRACEPARENT.fullmatch(_context.get() or "")
    return None if match is None else (match.group(1), match.group(2))


def _parent_context() -> Any:
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    text = _context.get()
    match = _TRACEPARENT.fullmatch(text or "")
    if match is None or text is None:
        return None
    remote = SpanContext(int(match.group(1), 16), int(match.group(2), 16), is_remote=True, trace_flags=TraceFlags(int(text[-2:], 16)))
    return set_span_in_context(NonRecordingSpan(remote))


def _as_traceparent(context: Any) -> str:
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"
