"""The whole table of bad input against one server, and what other people do while it works: every accident is told by its code, the next
good request works, and nothing is lost.
"""

from __future__ import annotations

import concurrent.futures
import json
import socket
import time

import httpx
import pytest
from conftest import serving
from hostile_inputs import BAD, ENDLESS, STAGES, lay_out
from hostile_web import Hostile
from hostile_web import serving as serving_hostile
from journey_home import variables_of, voyant

LIMITS = {
    "VOYANT_SQL__TIMEOUT_S": "1",
    "VOYANT_FETCH__TIMEOUT_S": "7",
    "VOYANT_FETCH__MAX_BYTES": "200000",
    "VOYANT_FETCH__PRIVATE_HOSTS": '["127.0.0.1"]',
}
UNREACHABLE, URL_REFUSED, SLOW, LARGE, EMPTY = "VYNT-6003", "VYNT-1013", "VYNT-5003", "VYNT-1011", "VYNT-7005"
WEB = {
    "good": None,
    "gone": UNREACHABLE,
    "broken": UNREACHABLE,
    "cut": UNREACHABLE,
    "short": UNREACHABLE,
    "circle": UNREACHABLE,
    "inside": URL_REFUSED,
    "elsewhere": URL_REFUSED,
    "file": URL_REFUSED,
    "hang": SLOW,
    "drip": SLOW,
    "huge": LARGE,
    "endless": LARGE,
    "empty": EMPTY,
}


@pytest.fixture(scope="module")
def running(tmp_path_factory, orders):
    home = tmp_path_factory.mktemp("bad") / "home"
    variables_of[home] = LIMITS
    with serving(home) as running:
        lay_out(running.inbox, orders, BAD)
        (running.inbox / "link.csv").symlink_to(orders)
        yield running


@pytest.fixture(scope="module")
def rest(running):
    with httpx.Client(base_url=running.url, timeout=120, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def web():
    with serving_hostile() as url:
        yield url


@pytest.fixture(autouse=True)
def nothing_breaks(running, rest):
    """After every accident a good request works, and no process of the server has met what it did not know."""
    yield
    assert code_of(rest.post("/v1/sources/discover", json={"source": "orders.csv"}).json()) is None
    for log in (running.home / "logs").glob("*.log"):
        assert "Traceback" not in log.read_text(), log.name


def code_of(answer):
    """Of a refusal, or of the job that failed."""
    return answer.get("code") or (answer.get("problem") or {}).get("code")


def analyzed(rest, body, **headers):
    answer = rest.post("/v1/analyze", json={"wait_s": 45, **body}, headers=headers)
    assert answer.status_code < 500 or code_of(answer.json()) in (SLOW, UNREACHABLE), answer.text
    found = answer.json()
    while found.get("next_poll_after_ms"):
        found = rest.get(f"/v1/jobs/{found['job_id']}", params={"wait_s": 45}).json()
    return found


def told_rows(found):
    return tuple(given["rows"] for given in found["manifest"]["inputs"])


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_is_refused_by_its_code_or_answered_in_full(rest, running, bad):
    found = analyzed(rest, {"source": bad.name, **({"stages": STAGES} if "kpis" not in bad.more else {}), **bad.more})
    assert code_of(found) == bad.code, json.dumps(found)[:2000]
    if bad.code:
        told = found if "code" in found else found["problem"]
        assert told.get("hint") or told["detail"].count(".") > 1, "what to do next is missing"
        assert str(running.home) not in json.dumps(told)
        return
    assert told_rows(found) == bad.rows
    tables = rest.get("/v1/tables", params={"source_id": found["source_id"]}).json()["items"]
    notes = " ".join(note for table in tables for note in table["notes"])
    for words in bad.notes:
        assert words in notes
    if bad.columns:
        assert tuple(column["name"] for column in tables[0]["columns"]) == bad.columns


@pytest.mark.parametrize(("page", "code"), WEB.items())
def test_what_a_web_server_does_is_told_by_its_code(rest, web, page, code):
    started = time.monotonic()
    found = analyzed(rest, {"source": f"{web}/{page}.csv", "stages": STAGES})
    assert code_of(found) == code, found
    assert time.monotonic() - started < 30
    if code is None:
        assert told_rows(found) == (50,)


def test_a_source_that_is_slower_than_the_call_may_wait_is_taken_up_by_the_same_call_again(rest, web, running):
    body = {"source": f"{web}/late.csv", "stages": STAGES, "wait_s": 0}
    answer = rest.post("/v1/analyze", json=body)
    assert (answer.status_code, code_of(answer.json()), answer.json()["retryable"]) == (503, "VYNT-5011", True)
    assert answer.headers["retry-after"]
    assert told_rows(analyzed(rest, body | {"wait_s": 45})) == (50,)
    assert Hostile.asked == ["/late.csv"]
    done = voyant(running.home, "analyze", f"{web}/late.csv", "--stages", ",".join(STAGES))
    assert (done.returncode, "reading the source" in done.stderr) == (0, True), done.stderr


def test_a_body_that_is_longer_than_promised_is_read_as_promised_or_refused(rest, web):
    found = analyzed(rest, {"source": f"{web}/long.csv", "stages": STAGES})
    assert code_of(found) in (None, UNREACHABLE)


@pytest.mark.parametrize(
    "url", ["http://localhost:1/x.csv", "http://10.0.0.1/x.csv", "http://[::1]/x.csv", "http://169.254.169.254/latest"]
)
def test_an_address_behind_the_internet_is_not_asked(rest, url):
    assert code_of(analyzed(rest, {"source": url})) == URL_REFUSED


@pytest.mark.parametrize("sql", ENDLESS.values(), ids=ENDLESS)
def test_a_kpi_that_never_ends_is_ended_and_the_rest_is_there(rest, sql):
    found = analyzed(rest, {"source": "orders.csv", "stages": [*STAGES, "kpi"], "kpis": [{"name": "n", "sql": sql}]})
    stages = {stage["name"]: stage for stage in found["stages"]}
    assert (stages["kpi"]["state"], stages["kpi"]["code"], code_of(found)) == ("failed", SLOW, SLOW)
    assert {stages[name]["state"] for name in STAGES} <= {"succeeded", "reused"}


def test_a_source_that_is_replaced_meanwhile_gives_the_one_or_the_other(rest, running):
    path, rows = running.inbox / "moving.csv", {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for turn in range(4):
            data = "".join(f"{n},{turn}\n" for n in range(1000 + turn))
            (running.inbox / "moving.new").write_text("n,turn\n" + data)
            (running.inbox / "moving.new").replace(path)
            rows[turn] = pool.submit(analyzed, rest, {"source": "moving.csv", "stages": STAGES})
            if turn % 2:  # in place: what is read may end anywhere
                path.write_text("n,turn\n" + data[: len(data) // 2])
        for asked in rows.values():
            found = asked.result()
            assert found["state"] == "succeeded" or code_of(found), found
            if found["state"] == "succeeded":
                source = rest.get(f"/v1/artifacts/{found['job_id']}/moving/profile.json").json()
                assert source["rows"] == told_rows(found)[0]
                assert source["columns"]["n"]["max"] <= source["rows"]


def test_identical_requests_at_once_make_one_table_and_equal_artifacts(rest, running):
    (running.inbox / "same.csv").write_text("n,x\n" + "".join(f"{n},{n % 9}\n" for n in range(5000)))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: analyzed(rest, {"source": "same.csv", "stages": STAGES}), range(4)))
    assert {each["state"] for each in found} == {"succeeded"}
    assert len({each["manifest"]["content_digest"] for each in found}) == 1
    assert len({given["snapshot_id"] for each in found for given in each["manifest"]["inputs"]}) == 1
    assert len({each["source_id"] for each in found}) == 1


def test_the_same_key_at_once_is_one_job(rest):
    body, key = {"source": "orders.csv", "stages": STAGES}, {"Idempotency-Key": "bad-input-once"}
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: analyzed(rest, body, **key), range(4)))
    assert len({each["job_id"] for each in found}) == 1


def test_a_client_that_goes_away_loses_nothing(rest, running):
    (running.inbox / "left.csv").write_text("n,x\n" + "".join(f"{n},{n % 9}\n" for n in range(3000)))
    host, port = running.url.removeprefix("http://").split(":")
    body = json.dumps({"source": "left.csv", "stages": STAGES, "wait_s": 45}).encode()
    head = f"POST /v1/analyze HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((host, int(port))) as gone:
        gone.sendall(head.encode() + body)
        deadline = time.monotonic() + 30
        while not (jobs := [job for job in rest.get("/v1/jobs").json()["items"] if source_of(rest, job) == "left"]):
            assert time.monotonic() < deadline
    job = rest.get(f"/v1/jobs/{jobs[0]['job_id']}", params={"wait_s": 45}).json()
    assert (job["state"], told_rows(job)) == ("succeeded", (3000,))


def source_of(rest, job):
    return rest.get(f"/v1/sources/{job['source_id']}").json()["slug"]


@pytest.mark.parametrize("sent", [b"", b"a,b\n1,2\n3", b"\r\n\r\n"], ids=["nothing", "half a body", "no request"])
def test_an_upload_that_breaks_off_leaves_nothing(rest, running, sent):
    host, port = running.url.removeprefix("http://").split(":")
    before = sorted(path.name for path in (running.home / "uploads").rglob("*"))
    with socket.create_connection((host, int(port))) as gone:
        gone.sendall(f"POST /v1/uploads?file_name=cut.csv HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 1000\r\n\r\n".encode() + sent)
    deadline = time.monotonic() + 20
    while sorted(path.name for path in (running.home / "uploads").rglob("*")) != before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
