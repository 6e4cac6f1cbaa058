"""The code location loads alone: no socket, no query, no heavy library."""

import json
import subprocess
import sys
import textwrap

HEAVY = (
    "pandas",
    "numpy",
    "pyarrow",
    "duckdb",
    "pyiceberg",
    "sqlglot",
    "vl_convert",
    "jinja2",
    "sklearn",
    "statsmodels",
    "scipy",
    "httpx",
    "fastapi",
    "mcp",
)

LOAD = textwrap.dedent("""
    import json, socket, sys
    def forbidden(*args, **kwargs):
        raise AssertionError("definitions opened a socket")
    socket.socket.connect = socket.socket.bind = socket.create_connection = forbidden
    from voyant_assets.definitions import defs
    repository = defs.get_repository_def()
    keys = sorted(key.to_user_string() for key in repository.asset_graph.get_all_asset_keys())
    print(json.dumps({"keys": keys, "heavy": [name for name in %r if name in sys.modules]}))
""") % (HEAVY,)

REGISTRY = {
    "schema": "voyant.registry/1",
    "sources": [
        {
            "id": "src_1",
            "tenant": "acme",
            "slug": "sales",
            "type": "file",
            "title": "sales",
            "tables": [{"name": "orders", "title": "Orders", "columns": [{"name": "id", "type": "BIGINT"}], "read": {"format": "csv"}}],
        }
    ],
}


def load(home):
    done = subprocess.run(
        [sys.executable, "-c", LOAD], capture_output=True, text=True, check=False, env={"VOYANT_HOME": str(home), "PATH": ""}
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_definitions_load_without_a_socket_or_a_heavy_library_and_hold_every_stage(tmp_path):
    (tmp_path / "registry.json").write_text(json.dumps(REGISTRY))
    loaded = load(tmp_path)
    assert loaded["heavy"] == []
    assert {"acme/sales", "acme/sales/orders", "acme/sales/orders/profile", "acme/sales/orders/report"} <= set(loaded["keys"])


def test_an_empty_home_loads_as_an_empty_graph(tmp_path):
    assert load(tmp_path)["keys"] == []
