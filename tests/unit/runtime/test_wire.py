import os
import socket
import threading
from pathlib import Path

import pytest

from voyant_assets.runtime import wire
from voyant_core.errors import VoyantError


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        yield ours, theirs


def test_a_message_arrives_as_it_was_sent(pair):
    wire.send(pair[0], {"op": "launch", "text": "ä\n\0"})
    assert wire.receive(pair[1]) == ({"op": "launch", "text": "ä\n\0"}, [])


def test_a_message_larger_than_a_packet_arrives_whole(pair):
    columns = [f"column {n}" for n in range(500_000)]
    wire.send(pair[0], {"columns": columns})
    message, fds = wire.receive(pair[1])
    assert message == {"columns": columns}
    assert fds == []


def test_a_descriptor_travels_beside_a_large_message(pair):
    read_end, write_end = os.pipe()
    wire.send(pair[0], {"blob": "x" * 2**20}, (write_end,))
    message, fds = wire.receive(pair[1], fds=1)
    assert message is not None
    assert len(message["blob"]) == 2**20
    os.write(fds[0], b"through")
    assert os.read(read_end, 7) == b"through"
    for fd in (read_end, write_end, *fds):
        os.close(fd)


def test_messages_leave_no_descriptor_behind(pair):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        wire.send(pair[0], {"blob": "x" * 2**18})
        wire.receive(pair[1])
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_message_over_the_limit_is_refused_before_it_is_sent(pair, monkeypatch):
    monkeypatch.setattr(wire, "LARGEST_MESSAGE", 2**18)
    with pytest.raises(VoyantError, match="VYNT-1011"):
        wire.send(pair[0], {"blob": "x" * 2**18})


def test_a_closed_connection_reads_as_no_message(pair):
    pair[0].close()
    assert wire.receive(pair[1]) == (None, [])


def serve_once(path: Path) -> threading.Thread:
    listener = wire.listen(path)

    def answer() -> None:
        with listener, listener.accept()[0] as connection:
            message, _ = wire.receive(connection)
            wire.send(connection, {"heard": message})

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


@pytest.mark.parametrize("depth", [0, 5])
def test_a_socket_is_reachable_however_deep_the_home_lies(tmp_path, depth):
    folder = tmp_path.joinpath(*["a-rather-long-folder-name"] * depth)
    folder.mkdir(parents=True, exist_ok=True)
    server = serve_once(folder / "worker.sock")
    assert wire.call(folder / "worker.sock", {"op": "info"}) == {"heard": {"op": "info"}}
    server.join()


def test_only_the_owner_may_connect(tmp_path):
    with wire.listen(tmp_path / "worker.sock"):
        assert (tmp_path / "worker.sock").stat().st_mode & 0o077 == 0


def test_a_caller_waits_for_a_listener_that_is_being_restarted(tmp_path):
    timer = threading.Timer(0.1, lambda: serve_once(tmp_path / "worker.sock").join())
    timer.start()
    assert wire.call(tmp_path / "worker.sock", {"n": 1}, patience_s=5) == {"heard": {"n": 1}}
    timer.join()


def test_nobody_listening_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        wire.call(tmp_path / "worker.sock", {"op": "info"})
