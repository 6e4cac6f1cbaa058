"""A SQLite file of three tables and a KPI that joins two of them, through one real server."""

import hashlib
import sqlite3

import httpx
import pytest

ROME = sum(n + 0.5 for n in range(5, 201) if (1 + n % 49) % 2 == 0)
KPI = {"name": "rome", "sql": "SELECT sum(price) FROM orders JOIN customers c ON c.id = customer_id WHERE city = 'Rome'"}


@pytest.fixture(scope="module")
def shop(server):
    path = server.inbox / "joint_shop.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, city TEXT)")
    connection.execute("CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id INTEGER, price REAL)")
    connection.execute("CREATE TABLE order_lines (line_id INTEGER PRIMARY KEY, order_id INTEGER, quantity INTEGER)")
    connection.executemany("INSERT INTO customers VALUES (?, ?)", [(n, ("Rome", "Oslo")[n % 2]) for n in range(1, 51)])
    connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", [(n, 1 + n % 49 if n > 4 else 90 + n, n + 0.5) for n in range(1, 201)])
    connection.executemany("INSERT INTO order_lines VALUES (?, ?, ?)", [(n, 1 + n % 200, n % 5) for n in range(1, 601)])
    connection.commit()
    connection.close()
    return path


def test_one_call_joins_the_tables_of_a_database_file(server, shop):
    body = {"source": shop.name, "kpis": [KPI], "wait_s": 45}
    answer = httpx.post(f"{server.url}/v1/analyze", json=body, timeout=60, trust_env=False).json()
    while not answer["manifest"]:
        answer = httpx.get(f"{server.url}{answer['links']['self']}?wait_s=30", timeout=60, trust_env=False).json()
    assert answer["state"] == "succeeded", answer["problem"]
    assert answer["links"]["reports"][0].endswith("/joint/report.html")
    by_name = {artifact["name"]: artifact for artifact in answer["manifest"]["artifacts"]}
    fetched = {name: httpx.get(f"{server.url}{by_name[name]['href']}", trust_env=False) for name in by_name if name.startswith("joint/")}
    assert all(hashlib.sha256(reply.content).hexdigest() == by_name[name]["sha256"] for name, reply in fetched.items())
    assert fetched["joint/kpis.json"].json()["kpis"][0]["value"] == pytest.approx(ROME)
    found = fetched["joint/relationships.json"].json()["relationships"]
    links = {(link["child"]["table"], link["parent"]["table"]): link["orphan_rows"] for link in found}
    assert links == {("orders", "customers"): 4, ("order_lines", "orders"): 0}
    assert any(finding["kind"] == "orphans" and finding["table"] == "joint" for finding in answer["findings"])
