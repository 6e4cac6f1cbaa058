"""One trace from the request through the run to its stages, received by a collector over OTLP/HTTP."""

import http.server
import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest
from journey_home import environment, ready_url
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def collector():
    """(URL, spans received so far)."""
    spans = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            export = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
            for resource in export.resource_spans:
                spans.extend(span for scope in resource.scope_spans for span in scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", spans
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def traced(collector, home_on_store):
    home = home_on_store
    (home / "inbox").mkdir(parents=True)
    command = [sys.executable, "-m", "voyant_api.cli.entry", "serve", "--port", "0", "--roles", "api,worker"]
    told = {**environment(home), "VOYANT_TELEMETRY__OTLP_ENDPOINT": collector[0]}
    with (home / "serve.out").open("w+") as output:
        process = subprocess.Popen(command, env=told, stderr=output, stdout=output)
        try:
            yield ready_url(process, home / "serve.out"), home / "inbox"
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(90) == 0


def test_a_trace_leads_from_the_request_through_the_run_to_every_stage(traced, collector, orders):
    url, inbox = traced
    (inbox / "traced.csv").write_bytes(orders.read_bytes())
    headers = {"traceparent": PARENT}
    answer = httpx.post(f"{url}/v1/analyze", json={"source": "traced.csv", "wait_s": 45}, headers=headers, timeout=60, trust_env=False)
    stages = [stage["name"] for stage in answer.json()["stages"]]
    wanted = {"run", *(f"stage {name}" for name in stages)}
    _, spans = collector
    deadline = time.monotonic() + 60
    while not wanted <= {span.name for span in spans} or not any(span.name.startswith("POST") for span in spans):
        assert time.monotonic() < deadline, sorted({span.name for span in spans})
        time.sleep(0.1)
    ours = [span for span in spans if span.trace_id.hex() == TRACE]
    assert wanted <= {span.name for span in ours}
    run = next(span for span in ours if span.name == "run")
    assert {span.parent_span_id for span in ours if span.name.startswith("stage ")} == {run.span_id}
