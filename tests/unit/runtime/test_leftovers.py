import os
import subprocess
import sys

import pytest

from voyant_assets.runtime.leftovers import end_leftovers

SLEEPER = "import time; time.sleep(60)"
# the leader of a group starts a process and ends, as a killed code server does
LEADER = f"""
import subprocess, sys
command = [sys.executable, '-c', {SLEEPER!r}, *sys.argv[1:]]
print(subprocess.Popen(command, stdout=subprocess.DEVNULL).pid, flush=True)
"""
CODE = ("dagster", "api", "grpc", "--heartbeat")


def left_behind(home, *arguments: str) -> int:
    leader = subprocess.run(
        [sys.executable, "-c", LEADER, *arguments],
        env={**os.environ, "VOYANT_HOME": str(home)},
        stdout=subprocess.PIPE,
        start_new_session=True,
        check=True,
    )
    return int(leader.stdout)


@pytest.mark.parametrize(
    ("home", "arguments", "is_left"),
    [("ours", CODE, True), ("another", CODE, False), ("ours", ("something", "else"), False)],
    ids=["its code process", "that of another home", "another process of the home"],
)
def test_only_the_code_process_that_a_killed_server_left_is_ended(tmp_path, home, arguments, is_left):
    pid = left_behind(tmp_path / home, *arguments)
    try:
        assert (pid in end_leftovers(tmp_path / "ours")) is is_left
    finally:
        if not is_left:
            os.kill(pid, 9)


def test_one_whose_server_lives_is_left_alone(tmp_path):
    environment = {**os.environ, "VOYANT_HOME": str(tmp_path)}
    served = subprocess.Popen([sys.executable, "-c", SLEEPER, *CODE], env=environment, start_new_session=True)
    try:
        assert end_leftovers(tmp_path) == []
    finally:
        served.kill()
        served.wait()
