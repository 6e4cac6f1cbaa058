"""The repository stands alone: our packages are ours, lock files carry no address, no drawer modules, tenants are scoped in one place."""

import ast
import re
import subprocess
from pathlib import Path

import resources
import sensors

ROOT = Path(__file__).parents[2]
PACKAGES = ("voyant_core", "voyant_assets", "voyant_api", "resources", "sensors")
DRAWERS = {"utils", "common", "helpers", "misc", "base", "manager"}


def tracked():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_resources_and_sensors_are_ours():
    assert Path(resources.__file__).parent == ROOT / "resources"
    assert Path(sensors.__file__).parent == ROOT / "sensors"


def test_lock_files_carry_no_addresses():
    locks = [file for file in tracked() if file.name.endswith(".lock") or file.name == "package-lock.json"]
    assert locks
    assert [file.name for file in locks if re.search(r"https?://|--index-url|--find-links", file.read_text(encoding="utf-8"))] == []


def test_there_are_no_drawer_modules():
    named = [str(f.relative_to(ROOT)) for package in PACKAGES for f in (ROOT / package).rglob("*.py") if f.stem in DRAWERS]
    assert named == []


def test_tenant_tables_are_selected_through_the_scope_only():
    """`sa.select`, `sa.update`, `sa.delete` and `sa.insert` on the schema's tables stand in five modules, each with its reason."""
    allowed = {"scope.py", "store.py", "leases.py", "database.py", "housekeeping.py"}
    around = []
    for file in (ROOT / "resources" / "metadata").glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        direct = [
            node.lineno
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"select", "update", "delete", "insert"}
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "sa"
        ]
        if direct and file.name not in allowed:
            around.append((file.name, direct))
    assert around == []


def test_only_the_metadata_store_builds_sql_on_its_tables():
    importing = [
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if "resources.metadata.schema" in file.read_text(encoding="utf-8") and "resources/metadata" not in str(file)
    ]
    assert importing == []
