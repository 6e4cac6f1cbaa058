"""Logs that are bounded while others write to them."""

import errno
import subprocess
import sys

import pytest

from resources.telemetry import log_files
from resources.telemetry.log_files import LogFiles, trim


def lines_of(path):
    """The lines of a log, without what stands for those that were moved."""
    return [line for line in path.read_bytes().replace(b"\0", b"").decode().splitlines() if line.strip()]


def both(path):
    return lines_of(path.with_name(f"{path.name}.1")) + lines_of(path)


@pytest.fixture(params=["cut", "punch"])
def log(request, tmp_path, monkeypatch):
    """On a file system that can cut, and on one that can only punch holes."""
    if request.param == "punch":
        real = log_files._fallocate

        def no_cut(file, mode, length):
            if mode == log_files.COLLAPSE:
                raise OSError(errno.EOPNOTSUPP, "not supported")
            real(file, mode, length)

        monkeypatch.setattr(log_files, "_fallocate", no_cut)
    return tmp_path / "api.log"


def test_older_lines_are_moved_whole_and_an_open_writer_goes_on(log):
    with log.open("ab", buffering=0) as writer:
        for number in range(9000):
            writer.write(b"line %d\n" % number)
        writer.write(b"half a ")
        assert trim(log, 50_000)
        writer.write(b"line\n")
        assert both(log) == [*(f"line {number}" for number in range(9000)), "half a line"]
        assert log.stat().st_blocks * 512 < 50_000
        assert not trim(log, 50_000)
        for number in range(9000):
            writer.write(b"more %d\n" % number)
        assert trim(log, 50_000)
    assert both(log) == ["half a line", *(f"more {number}" for number in range(9000))]


def test_a_log_under_its_bound_or_without_a_file_is_left_alone(log):
    log.write_text("short\n")
    assert not trim(log, 1000)
    assert not trim(log.with_name("none.log"), 1000)
    assert [path.name for path in log.parent.iterdir()] == ["api.log"]


WRITE = """
import os, sys
log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
for number in range(4000):
    os.write(log, b"%s %d\\n" % (sys.argv[2].encode(), number))
"""


def test_no_line_of_several_writers_is_lost_or_torn_while_the_log_is_bounded(tmp_path):
    log, seen = tmp_path / "cli.jsonl", []
    log.touch()
    writers = [subprocess.Popen([sys.executable, "-c", WRITE, str(log), name]) for name in ("a", "b", "c")]
    while any(writer.poll() is None for writer in writers):
        if trim(log, 10_000):
            seen += lines_of(tmp_path / "cli.jsonl.1")
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    seen += lines_of(log)
    assert sorted(seen) == sorted(f"{name} {number}" for name in "abc" for number in range(4000))
    for name in "abc":
        assert [line for line in seen if line.startswith(name)] == [f"{name} {number}" for number in range(4000)]


def test_a_log_that_cannot_be_bounded_is_told_once_and_stays_whole(tmp_path, monkeypatch, caplog):
    log = tmp_path / "api.log"
    log.write_text("line\n" * 1000)

    def refuse(*_):
        raise OSError(errno.EOPNOTSUPP, "not supported")

    monkeypatch.setattr(log_files, "_fallocate", refuse)
    files = LogFiles(tmp_path, 1000)
    for now in (10, 12, 20, 30):
        files.look(now)
    assert log.read_text() == "line\n" * 1000
    assert [record.getMessage() for record in caplog.records] == ["The log api.log is not bounded: not supported"]
