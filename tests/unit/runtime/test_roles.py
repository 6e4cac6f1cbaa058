from pathlib import Path

import pytest
import yaml

from voyant_assets.runtime.reload import LONGEST_WAIT_S, QUIET_S, Debounce
from voyant_assets.runtime.roles import Places, Programs, parts_of, workspace_yaml
from voyant_core.settings import Settings

PLACES = Places("127.0.0.1", 8790, 4000, Path("/home/run/it's code.sock"), Path("/home/run/workspace.yaml"))


def names(*roles: str) -> list[str]:
    return [part.name for part in parts_of(roles, Settings(home=Path("/home")), PLACES, Programs())]


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (("api", "dagit", "worker", "daemon"), ["worker", "api", "code", "dagit", "daemon"]),
        (("api", "worker"), ["worker", "api"]),
        (("daemon",), ["code", "daemon"]),
        (("dagit",), ["code", "dagit"]),
    ],
)
def test_only_what_the_roles_need_is_started(roles, expected):
    assert names(*roles) == expected


def test_the_api_knows_dagit_only_when_there_is_one():
    def api(*roles: str):
        return next(part for part in parts_of(roles, Settings(home=Path("/home")), PLACES, Programs()) if part.name == "api")

    assert api("api", "dagit").environment["VOYANT_DAGIT_URL"] == "http://127.0.0.1:4000/dagit"
    assert "VOYANT_DAGIT_URL" not in api("api", "worker").environment


def test_dagit_listens_on_loopback_whatever_the_server_does():
    parts = parts_of(("api", "dagit"), Settings(home=Path("/home")), Places("0.0.0.0", 8790, 4000, Path("c"), Path("w")), Programs())
    dagit = next(part for part in parts if part.name == "dagit")
    assert dagit.command[dagit.command.index("--host") + 1] == "127.0.0.1"


def test_the_doors_close_before_the_work_and_the_code_server_last():
    phases = {
        part.name: part.stop_phase
        for part in parts_of(("api", "dagit", "worker", "daemon"), Settings(home=Path("/home")), PLACES, Programs())
    }
    assert phases["api"] < phases["worker"] == phases["daemon"] == phases["dagit"] < phases["code"]


def test_the_workspace_names_the_code_server_whatever_its_path():
    document = yaml.safe_load(workspace_yaml(PLACES))
    assert document == {"load_from": [{"grpc_server": {"socket": "/home/run/it's code.sock", "location_name": "voyant"}}]}


def test_an_ipv6_address_is_written_as_urls_want_it():
    assert Places("::1", 1, 2, Path("c"), Path("w")).url == "http://[::1]:1"


def test_an_unchanged_file_is_left_alone():
    debounce = Debounce("a")
    assert not debounce.is_due("a", 100.0)


def test_a_change_is_acted_on_once_it_has_been_quiet():
    debounce = Debounce("a")
    assert not debounce.is_due("b", 10.0)
    assert not debounce.is_due("b", 10.0 + QUIET_S / 2)
    assert debounce.is_due("b", 10.0 + QUIET_S)
    debounce.acted()
    assert not debounce.is_due("b", 20.0)


def test_a_file_that_never_rests_is_acted_on_all_the_same():
    debounce = Debounce(0)
    step = QUIET_S / 2
    changes = [debounce.is_due(n, n * step) for n in range(1, int(LONGEST_WAIT_S / step) + 2)]
    assert changes[-1]
    assert not any(changes[:-1])


def test_a_change_during_the_action_is_not_missed():
    debounce = Debounce("a")
    debounce.is_due("b", 0.0)
    assert debounce.is_due("b", QUIET_S)
    debounce.acted()
    assert not debounce.is_due("c", QUIET_S + 0.1)
    assert debounce.is_due("c", 2 * QUIET_S + 0.1)
