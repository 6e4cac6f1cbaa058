from __future__ import annotations

import hashlib
import json

import pytest
from fake_launch import FILES

from voyant_api.features.uploads.service import checked_file_name
from voyant_core.model.job import JobState

NAME = "orders/profile.json"
DATA = FILES[NAME][2]
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
PART = b"--b\r\nContent-Disposition: form-data; name="


@pytest.fixture
def job_id(ask):
    return ask("POST", "/v1/analyze", json={"source": "a"}).json()["job_id"]


# -- jobs


def test_jobs_are_listed_newest_first_in_pages(ask):
    made = [ask("POST", "/v1/analyze", json={"source": "a"}).json()["job_id"] for _ in range(3)]
    first = ask("GET", "/v1/jobs?limit=2").json()
    second = ask("GET", f"/v1/jobs?limit=2&cursor={first['next_cursor']}").json()
    assert [job["job_id"] for job in [*first["items"], *second["items"]]] == sorted(made, reverse=True)
    assert second["next_cursor"] is None


def test_jobs_can_be_asked_for_by_state(ask, launch, job_id):
    launch.ends = JobState.FAILED
    failed = ask("POST", "/v1/analyze", json={"source": "a"}).json()["job_id"]
    assert [job["job_id"] for job in ask("GET", "/v1/jobs?state=failed").json()["items"]] == [failed]


def test_a_running_job_can_be_canceled_and_a_final_one_cannot(ask, launch):
    launch.ends = None
    job_id = ask("POST", "/v1/analyze", json={"source": "a", "wait_s": 0}).json()["job_id"]
    canceled = ask("POST", f"/v1/jobs/{job_id}/cancel")
    again = ask("POST", f"/v1/jobs/{job_id}/cancel")
    assert (canceled.status_code, canceled.json()["state"]) == (200, "canceled")
    assert (again.status_code, again.json()["code"]) == (409, "VYNT-2010")


def events(text):
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]


def test_events_replay_from_the_start_and_end_with_the_state(ask, job_id):
    answer = ask("GET", f"/v1/jobs/{job_id}/events")
    found = events(answer.text)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [event["event"] for event in found] == ["job.accepted", "job.finished", "end"]
    assert json.loads(found[-1]["data"]) == {"job_id": job_id, "state": "succeeded"}


def test_events_continue_behind_the_last_one_seen(ask, job_id):
    first = events(ask("GET", f"/v1/jobs/{job_id}/events").text)[0]["id"]
    found = events(ask("GET", f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": first}).text)
    assert [event["event"] for event in found] == ["job.finished", "end"]


def test_events_of_a_running_job_come_until_it_ends(ask, launch):
    launch.ends = None
    job_id = ask("POST", "/v1/analyze", json={"source": "a", "wait_s": 0}).json()["job_id"]
    launch.end_soon(job_id)
    assert [event["event"] for event in events(ask("GET", f"/v1/jobs/{job_id}/events").text)] == ["job.accepted", "job.finished", "end"]


@pytest.mark.parametrize("last", ["x", "-1", "9" * 30, "1.5"])
def test_a_last_event_id_that_is_none_is_refused(ask, job_id, last):
    assert ask("GET", f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": last}).json()["code"] == "VYNT-1014"


# -- artifacts


def test_the_bytes_of_every_artifact_have_the_hash_that_the_manifest_tells(ask, job_id):
    manifest = ask("GET", f"/v1/artifacts/{job_id}/manifest").json()
    assert len(manifest["artifacts"]) == len(FILES)
    for artifact in manifest["artifacts"]:
        answer = ask("GET", artifact["href"])
        assert hashlib.sha256(answer.content).hexdigest() == artifact["sha256"]
        assert answer.headers["etag"] == f'"{artifact["sha256"]}"'
        assert answer.headers["content-type"].startswith(artifact["media_type"])
        assert int(answer.headers["content-length"]) == artifact["size_bytes"]


def test_the_manifest_has_the_hash_that_its_etag_tells(ask, launch, job_id):
    answer = ask("GET", f"/v1/artifacts/{job_id}/manifest")
    sha256 = hashlib.sha256(answer.content).hexdigest()
    assert answer.headers["etag"] == f'"{sha256}"'
    assert launch.jobs_by_id[job_id].manifest_sha256 == sha256


def test_a_job_that_runs_has_no_manifest_yet(ask, launch):
    launch.ends = None
    job_id = ask("POST", "/v1/analyze", json={"source": "a", "wait_s": 0}).json()["job_id"]
    assert ask("GET", f"/v1/artifacts/{job_id}/manifest").json()["code"] == "VYNT-2010"


@pytest.mark.parametrize("name", [NAME, "manifest"])
def test_current_bytes_are_not_sent_again(ask, job_id, name):
    tag = ask("GET", f"/v1/artifacts/{job_id}/{name}").headers["etag"]
    for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = ask("GET", f"/v1/artifacts/{job_id}/{name}", headers={"If-None-Match": header})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert ask("GET", f"/v1/artifacts/{job_id}/{name}", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("header", "status", "content"),
    [
        ("bytes=0-3", 206, DATA[:4]),
        ("bytes=-5", 206, DATA[-5:]),
        ("bytes=5-", 206, DATA[5:]),
        ("bytes=0-999999", 206, DATA),
        ("bytes=5-2", 200, DATA),
        ("lines=1-2", 200, DATA),
        ("bytes=abc", 200, DATA),
    ],
)
def test_ranges_are_served_and_malformed_ones_ignored(ask, job_id, header, status, content):
    answer = ask("GET", f"/v1/artifacts/{job_id}/{NAME}", headers={"Range": header})
    assert (answer.status_code, answer.content) == (status, content)


def test_a_range_behind_the_end_is_a_problem(ask, job_id):
    answer = ask("GET", f"/v1/artifacts/{job_id}/{NAME}", headers={"Range": "bytes=999999-"})
    assert (answer.status_code, answer.json()["code"]) == (416, "VYNT-1015")


def test_head_tells_size_and_hash_without_bytes(ask, job_id):
    answer = ask("HEAD", f"/v1/artifacts/{job_id}/{NAME}")
    assert (answer.status_code, answer.content, int(answer.headers["content-length"])) == (200, b"", len(DATA))


def test_an_artifact_can_be_downloaded_under_its_name(ask, job_id):
    assert (
        ask("GET", f"/v1/artifacts/{job_id}/{NAME}?download=true").headers["content-disposition"]
        == 'attachment; filename="orders_profile.json"'
    )
    assert ask("GET", f"/v1/artifacts/{job_id}/{NAME}").headers["content-disposition"].startswith("inline")


def test_charts_are_sandboxed_and_only_the_report_may_run_its_script(ask, job_id):
    chart = ask("GET", f"/v1/artifacts/{job_id}/orders/chart_price.svg").headers["content-security-policy"]
    report = ask("GET", f"/v1/artifacts/{job_id}/orders/report.html").headers["content-security-policy"]
    assert chart.startswith("sandbox;")
    assert "script-src" not in chart
    assert "script-src 'unsafe-inline'" in report
    assert "allow-same-origin" not in report
    assert "connect-src" not in report  # default-src 'none' forbids it


@pytest.mark.parametrize("name", ["orders/none.json", "../../voyant.db", "orders/..%2f..%2fvoyant.db", "%00"])
def test_a_name_that_is_no_artifact_is_not_found(ask, job_id, name):
    answer = ask("GET", f"/v1/artifacts/{job_id}/{name}")
    assert answer.status_code == 404


# -- sources, tables, uploads


def test_a_source_is_connected_listed_read_and_forgotten(ask):
    made = ask("POST", "/v1/sources", json={"source": "orders.csv"})
    path = made.headers["location"]
    assert made.status_code == 201
    assert ask("GET", path).json() == made.json()
    assert [item["id"] for item in ask("GET", "/v1/sources").json()["items"]] == [made.json()["id"]]
    assert ask("GET", path, headers={"X-Tenant-ID": "acme"}).status_code == 404
    assert ask("DELETE", path).status_code == 204
    assert ask("GET", path).json()["code"] == "VYNT-2003"


def test_discovering_tells_tables_and_keeps_nothing(ask, launch):
    answer = ask("POST", "/v1/sources/discover", json={"source": "orders.csv"})
    assert answer.json()["tables"][0]["columns"][0] == {"name": "price", "type": "DOUBLE"}
    assert launch.records == {}


def test_tables_come_in_pages_by_address(ask):
    first = ask("GET", "/v1/tables?limit=2").json()
    second = ask("GET", f"/v1/tables?limit=2&cursor={first['next_cursor']}").json()
    assert [table["name"] for table in [*first["items"], *second["items"]]] == ["lines", "orders", "returns"]
    assert ask("GET", f"/v1/tables/{first['items'][0]['table']}").json() == first["items"][0]
    assert ask("GET", "/v1/tables/none").json()["code"] == "VYNT-2006"


def test_a_raw_upload_becomes_a_source_to_name(ask, launch):
    data = b"a,b\n" + b"1,2\n" * 10_000
    answer = ask("POST", "/v1/uploads?file_name=orders.csv", content=data, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201
    assert answer.json()["source"] == {"type": "upload", "id": answer.json()["upload_id"]}
    assert answer.json()["sha256"] == hashlib.sha256(data).hexdigest()
    assert launch.landed[0].file_name == "orders.csv"


def test_a_form_upload_takes_the_first_file_and_its_name(ask, launch):
    data = b"a,b\r\n" + b"--not a boundary\r\n" * 4000
    answer = ask("POST", "/v1/uploads", data={"note": "x"}, files={"file": ("orders ü.csv", data), "other": ("b.csv", b"no")})
    assert answer.json()["sha256"] == hashlib.sha256(data).hexdigest()
    assert launch.landed[0].file_name == "orders ü.csv"


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        ({"content": b""}, 422, "VYNT-7005"),
        ({"content": b"x" * 200_000}, 413, "VYNT-1011"),
        ({"files": {"file": ("a.csv", b"x" * 200_000)}}, 413, "VYNT-1011"),
        ({"files": {"file": ("a.csv", b"")}}, 422, "VYNT-7005"),
        ({"content": b"rubbish", "headers": FORM}, 400, "VYNT-1014"),
        ({"content": b"rubbish", "headers": {"Content-Type": "multipart/form-data"}}, 400, "VYNT-1014"),
        ({"content": PART + b'"a"\r\n\r\nno file\r\n--b--\r\n', "headers": FORM}, 400, "VYNT-1014"),
        ({"content": PART + b'"f"; filename="a"\r\n\r\nhalf', "headers": FORM}, 400, "VYNT-1014"),
    ],
)  # fmt: skip
def test_an_upload_that_is_none_is_refused_and_leaves_nothing(ask, launch, tmp_path, arguments, status, code):
    answer = ask("POST", "/v1/uploads", **arguments)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert launch.landed == []
    assert [path for path in (tmp_path / "landing").rglob("*") if path.is_file()] == []


def test_an_upload_of_unknown_length_stops_at_the_limit(ask):
    async def body():
        for _ in range(100):
            yield b"x" * 10_000

    answer = ask("POST", "/v1/uploads", content=body())
    assert (answer.status_code, answer.json()["code"]) == (413, "VYNT-1011")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\a.csv", "a.csv"),
        ("a\x00b\n.csv", "ab.csv"),
        ("", "upload"),
        ("...", "upload"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_file_name_keeps_its_last_part_only(given, kept):
    assert checked_file_name(given) == kept


def test_tables_of_a_source_that_does_not_exist_are_not_an_empty_list(ask):
    answer = ask("GET", "/v1/tables?source_id=src_none")
    assert (answer.status_code, answer.json()["code"]) == (404, "VYNT-2003")


def test_a_cursor_that_no_page_gave_is_refused(ask):
    answer = ask("GET", "/v1/tables?cursor=abc")
    assert (answer.status_code, answer.json()["code"]) == (400, "VYNT-1014")
