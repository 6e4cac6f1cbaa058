"""Has the product's code changed since the fork server imported it? By file times and sizes, not by content: it is asked all the time."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterable
from pathlib import Path

PACKAGES = ("voyant_core", "voyant_assets", "resources", "sensors")


def product_roots() -> list[Path]:
    """The folders of the packages that a run process imports."""
    specs = (importlib.util.find_spec(package) for package in PACKAGES)
    return [Path(spec.origin).parent for spec in specs if spec and spec.origin]


def code_version(roots: Iterable[Path]) -> str:
    seen = hashlib.sha256()
    for root in roots:
        for path in sorted(root.rglob("*.py")):
            try:
                status = path.stat()
            except FileNotFoundError:  # an editor is replacing it
                continue
            seen.update(f"{path}\0{status.st_mtime_ns}\0{status.st_size}\n".encode())
    return seen.hexdigest()[:12]
