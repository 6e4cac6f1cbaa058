"""Prometheus metrics of the API process. One registry per application, so that tests do not share counters."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """Labels are route templates and tool names, never paths or ids: their number stays small."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("voyant_http_requests", "HTTP requests.", ["method", "route", "status"], registry=self.registry)
        self.latency = Histogram(
            "voyant_http_request_seconds", "Time to the end of the answer.", ["route"], buckets=_LATENCY_BUCKETS, registry=self.registry
        )
        self.tool_calls = Counter("voyant_mcp_calls", "MCP tool calls.", ["tool", "outcome"], registry=self.registry)
        self.jobs = Gauge("voyant_jobs", "Jobs by state.", ["state"], registry=self.registry)

    def render(self, job_states: dict[str, int]) -> bytes:
        for state, count in job_states.items():
            self.jobs.labels(state).set(count)
        return generate_latest(self.registry)
