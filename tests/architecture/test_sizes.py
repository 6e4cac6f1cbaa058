"""No module grows without notice: over 350 lines needs a line in the ratchet, over 500 never."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("voyant_core", "voyant_assets", "voyant_api", "resources", "sensors")
TALK_AT, NEVER = 350, 500
RATCHET: dict[str, int] = {}


def sizes():
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in files}


def test_modules_stay_small():
    grown = {name: lines for name, lines in sizes().items() if lines > min(RATCHET.get(name, TALK_AT), NEVER)}
    assert grown == {}


def test_the_ratchet_only_shrinks():
    found = sizes()
    assert {name: limit for name, limit in RATCHET.items() if found.get(name, 0) <= TALK_AT} == {}


def test_package_files_hold_no_code():
    holding = [
        str(f.relative_to(ROOT))
        for package in PACKAGES
        for f in (ROOT / package).rglob("__init__.py")
        if f.read_text(encoding="utf-8").strip()
    ]
    assert holding == []
