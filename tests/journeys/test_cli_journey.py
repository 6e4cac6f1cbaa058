from __future__ import annotations

import hashlib
import json
import os
import socket
from pathlib import Path

import httpx
import pytest
from hostile_inputs import SPREAD, lay_out
from journey_home import variables_of, voyant

from voyant_core.canonical import content_digest

REVENUE = "revenue=SELECT sum(price * quantity) FROM orders"


@pytest.fixture(scope="module", params=["with a server on postgres", "without a server on sqlite"])
def home(request, servers, tmp_path_factory):
    """Both ways in which the command line works. The test of the same bytes has the other two pairs."""
    return servers.on("postgres").home if request.param.startswith("with a server") else tmp_path_factory.mktemp("alone") / "home"


def test_a_file_is_analyzed_and_told_in_80_columns(home, orders):
    done = voyant(home, "analyze", "orders.csv", "--kpi", REVENUE, cwd=orders.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("succeeded in ")
    assert "6 rows" in done.stdout
    assert "Findings" in done.stdout
    assert "kpi" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stdout.isascii()
    assert "orders: profile" in done.stderr
    places = ("Report ", "Manifest ", "Digest ", "Dagit ")  # a path, hash or URL that is broken in two cannot be used
    assert [line for line in done.stdout.splitlines() if len(line) > 80 and not line.startswith(places)] == []
    (report,) = [line.split(maxsplit=1)[1] for line in done.stdout.splitlines() if line.startswith("Report ")]
    assert Path(report).read_text().startswith("<!doctype html>")


def test_nothing_but_the_stages_is_told_on_the_way_whatever_becomes_of_them(home, tmp_path):
    (tmp_path / "few.csv").write_text("id,amount\n1,2\n2,3\n")
    done = voyant(home, "analyze", str(tmp_path / "few.csv"), "--kpi", "bad=SELECT CAST('x' AS INTEGER) FROM few")
    assert done.returncode == 1
    stages = {line.split()[1]: line.split()[2] for line in done.stderr.splitlines()}
    assert (stages["charts"], stages["kpi"]) == ("skipped", "failed")
    assert {line.split()[0] for line in done.stderr.splitlines()} == {"few:"}


def test_json_is_exactly_the_answer_of_rest(home, orders):
    done = voyant(home, "analyze", str(orders), "--json")
    answer = json.loads(done.stdout)
    assert (answer["state"], done.stderr) == ("succeeded", "")
    assert json.loads(voyant(home, "jobs", answer["job_id"], "--json").stdout) == answer
    lock = json.loads((home / "server.lock").read_text() or "{}")
    if lock.get("url"):
        assert httpx.get(f"{lock['url']}/v1/jobs/{answer['job_id']}", trust_env=False).json() == answer


def test_out_copies_every_artifact_under_its_name_with_its_hash(home, orders, tmp_path):
    done = voyant(home, "analyze", str(orders), "--out", str(tmp_path / "out"))
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert done.returncode == 0
    assert str(tmp_path / "out" / "orders" / "report.html") in done.stdout
    for artifact in manifest["artifacts"]:
        assert hashlib.sha256((tmp_path / "out" / artifact["name"]).read_bytes()).hexdigest() == artifact["sha256"]
    assert manifest["content_digest"] == content_digest((a["name"], a["sha256"]) for a in manifest["artifacts"])


def test_jobs_artifacts_and_sources_are_listed_and_read(home, orders, tmp_path):
    answer = json.loads(voyant(home, "analyze", str(orders), "--json").stdout)
    job_id = answer["job_id"]
    assert job_id in voyant(home, "jobs").stdout
    assert "orders/report.html" in voyant(home, "artifacts", job_id).stdout
    profile = next(item for item in answer["manifest"]["artifacts"] if item["name"] == "orders/profile.json")
    assert hashlib.sha256(voyant(home, "artifacts", job_id, "orders/profile.json").stdout.encode()).hexdigest() == profile["sha256"]
    assert answer["source_id"] in voyant(home, "sources").stdout
    assert "5 columns" in voyant(home, "sources", answer["source_id"]).stdout
    assert voyant(home, "artifacts", job_id, "--out", str(tmp_path / "copied")).returncode == 0
    assert (tmp_path / "copied" / "manifest.json").is_file()


@pytest.mark.parametrize("bad", SPREAD, ids=str)
def test_bad_input_exits_with_3_and_its_code_or_is_answered(home, orders, tmp_path, bad):
    lay_out(tmp_path, orders)
    options = [f"--kpi={kpi['name']}={kpi['sql']}" for kpi in bad.more.get("kpis", [])]
    options += [f"--stages={stage}" for stage in bad.more.get("stages", [])] + [f"--table={table}" for table in bad.more.get("tables", [])]
    done = voyant(home, "analyze", bad.name, *options, "--json", cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer.get("code")) == (3 if bad.code else 0, bad.code), done.stderr
    assert (bad.code or "") in done.stderr
    assert [given["rows"] for given in answer.get("manifest", {}).get("inputs", [])] == list(bad.rows)


@pytest.mark.parametrize(
    "arguments",
    [["analyze"], ["analyze", "a.csv", "--kpi", "nothing"], ["analyze", "a.csv", "--wrong"], ["jobs", "--cancel"], ["nonsense"], []],
)
def test_wrong_usage_exits_with_2(home, arguments):
    assert voyant(home, *arguments).returncode == 2


def test_what_does_not_exist_exits_with_3(home):
    for arguments in (["jobs", "job_none"], ["artifacts", "job_none"], ["sources", "src_none"], ["analyze", "src_none"]):
        done = voyant(home, *arguments)
        assert (done.returncode, done.stderr[:7]) == (3, "VYNT-20")


def test_doctor_finds_nothing_wrong(home):
    done = voyant(home, "doctor", "--json")
    assert done.returncode == 0, done.stdout
    assert {check["name"] for check in json.loads(done.stdout)["checks"]} >= {"python", "libraries", "home", "disk", "server", "traces"}


def test_doctor_tells_how_to_mend_what_is_wrong(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = voyant(tmp_path / "home", "doctor", more={"VOYANT_SERVER__PORT": str(taken.getsockname()[1])})
    assert done.returncode == 1
    assert "is taken" in done.stdout
    assert "VOYANT_SERVER__PORT" in done.stdout


def test_a_database_that_cannot_be_reached_is_told_by_every_command_and_never_replaced(tmp_path, orders):
    home, away = tmp_path / "home", {"VOYANT_POSTGRES__URL": "postgresql+psycopg2://voyant:sekret@127.0.0.1:1/voyant"}
    for command in (["analyze", str(orders)], ["jobs"], ["serve", "--port", "0"]):
        done = voyant(home, *command, more=away)
        assert done.returncode == 3
        assert "VYNT-5002" in done.stderr
    done = voyant(home, "doctor", more=away)
    assert done.returncode == 1
    assert "127.0.0.1:1/voyant" in done.stdout
    assert not [path for path in home.rglob("*.db") if path.name != "catalog.db"]
    written = done.stdout + done.stderr + "".join(path.read_text(errors="replace") for path in home.rglob("*") if path.is_file())
    assert "sekret" not in written


@pytest.mark.parametrize("url", ["mysql://voyant:sekret@db/voyant", "postgresql://voyant:sekret@db", ""])
def test_a_wrong_setting_is_told_by_its_name_and_not_by_its_value(tmp_path, url):
    done = voyant(tmp_path / "home", "jobs", more={"VOYANT_POSTGRES__URL": url})
    assert (done.returncode, done.stderr[:9]) == (3, "VYNT-5010")
    assert "VOYANT_POSTGRES__URL" in done.stderr
    assert "sekret" not in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.org"])
def test_a_server_for_strangers_is_refused(tmp_path, host):
    done = voyant(tmp_path / "home", "serve", "--host", host)
    assert (done.returncode, done.stderr[:9]) == (3, "VYNT-3005")


def test_a_home_serves_once(server):
    done = voyant(server.home, "serve", "--port", "0")
    assert (done.returncode, done.stderr.splitlines()[1][:9]) == (3, "VYNT-5005")


def test_the_same_file_gives_the_same_bytes_in_another_home_and_on_another_store(server, store, stores, orders, tmp_path):
    alone = tmp_path / "home"
    here = json.loads(voyant(server.home, "analyze", str(orders), "--json").stdout)["manifest"]
    with stores.variables("postgres" if store == "sqlite" else "sqlite") as variables_of[alone]:
        there = json.loads(voyant(alone, "analyze", str(orders), "--json").stdout)["manifest"]
    assert {a["name"]: a["sha256"] for a in here["artifacts"]} == {a["name"]: a["sha256"] for a in there["artifacts"]}
    assert here["content_digest"] == there["content_digest"]


def test_gc_tells_what_it_would_remove_and_removes_nothing_that_is_needed(home, orders):
    assert voyant(home, "analyze", str(orders)).returncode == 0
    told = voyant(home, "gc", "--dry-run")
    assert (told.returncode, told.stdout) == (0, "Nothing would be removed.\n")
    orphan = home / "landing" / "00" / ("00" * 32)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"x" * 2_000_000)
    os.utime(orphan, (0, 0))
    assert "2.0 MB would be removed." in voyant(home, "gc", "--dry-run").stdout
    assert orphan.exists()
    assert json.loads(voyant(home, "gc", "--json").stdout)["counts"] == {"landings": 1}
    assert not orphan.exists()
