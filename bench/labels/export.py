"""Write the labelled tables as CSV files, as the packages have them where Voyant can read that, else by the label's reader options.

Runs in the environment of `requirements.lock` beside this file: the packages hold the data. Nothing of Voyant is imported.

python bench/labels/export.py [FOLDER OF LABELS] [TARGET FOLDER]
"""

from __future__ import annotations

import gzip
import importlib
import importlib.metadata
import io
import json
import sqlite3
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

HERE = Path(__file__).resolve().parent
PLAIN = {"format", "compression", "nulls", "encoding", "delimiter", "quote", "date_format"}
"""Reader options that the product finds out by itself."""


def _located(package: str, path: str) -> Path:
    found = Path(str(importlib.metadata.distribution(package).locate_file(path)))
    if not found.is_file():
        raise FileNotFoundError(f"{package}: no file {path}")
    return found


def _unpacked(data: bytes, compression: str | None) -> bytes:
    if compression == "gzip":
        return gzip.decompress(data)
    while compression == "zip" and zipfile.is_zipfile(io.BytesIO(data)):  # some packages zip a zip
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read(archive.namelist()[0])
    return data


def _csv_frame(data: bytes, options: dict[str, Any]) -> pd.DataFrame:
    """A CSV with options that only a person knows: no header, names, a thousands separator."""
    arguments: dict[str, Any] = {
        "encoding": options.get("encoding", "utf-8"),
        "keep_default_na": False,
        "na_values": options.get("nulls", [""]),
        "skiprows": options.get("skip", 0),
        "skipinitialspace": bool(options.get("trim")),
        "low_memory": False,
        "dtype": dict.fromkeys(options.get("text", []), str),
    }
    if options.get("delimiter"):
        arguments["sep"] = r"\s+" if options["delimiter"] == "whitespace" else options["delimiter"]
    arguments |= {theirs: options[ours] for ours, theirs in (("quote", "quotechar"), ("names", "names")) if options.get(ours)}
    if options.get("header") is False:
        arguments["header"] = None
    frame = pd.read_csv(io.BytesIO(data), **arguments)
    if options.get("trim"):
        frame.columns = [str(name).strip() for name in frame.columns]
    for name in frame.columns:
        if frame[name].dtype == object and (options.get("trim") or options.get("thousands")):
            frame[name] = _bare(frame[name].str.strip(), options, str(name))
    return frame


def _bare(column: Any, options: dict[str, Any], name: str) -> Any:
    bare = column.str.replace(options["thousands"], "", regex=False) if options.get("thousands") else column
    numbers = pd.to_numeric(bare, errors="coerce")
    return numbers if name not in options.get("text", []) and numbers.notna().equals(column.notna()) else column


def _frame(label: dict[str, Any]) -> pd.DataFrame:
    if label.get("loader"):
        module, function = label["loader"].split(":")
        return getattr(importlib.import_module(module), function)()
    path, options = _located(label["package"], label["path"]), label.get("reader") or {}
    match options.get("format", "csv"):
        case "json":
            return pd.DataFrame(json.loads(path.read_text(encoding=options.get("encoding", "utf-8"))))
        case "sqlite":
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                return pd.read_sql(f'SELECT * FROM "{options["table"]}"', database)
        case _:
            return _csv_frame(_unpacked(path.read_bytes(), options.get("compression")), options)


def export(label: dict[str, Any], target: Path) -> str:
    """Write one table; says whether it is the package's own bytes or was read and written anew."""
    options = label.get("reader") or {}
    if not label.get("loader") and options.get("format", "csv") == "csv" and set(options) <= PLAIN:
        target.write_bytes(_unpacked(_located(label["package"], label["path"]).read_bytes(), options.get("compression")))
        return "as it is"
    frame = _frame(label)
    for name in frame.columns:  # a null makes whole numbers floats in a frame; in the file they are none
        column = frame[name]
        if column.dtype == float and column.isna().any() and (column.dropna() % 1 == 0).all():
            frame[name] = column.astype("Int64")
    frame.to_csv(target, index=False)
    return "rewritten"


def main(arguments: list[str]) -> int:
    labels = Path(arguments[0]) if arguments else HERE / "tables"
    folder = Path(arguments[1]) if len(arguments) > 1 else HERE.parent / ".cache" / "labels"
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(labels.glob("*.yaml")):
        label = yaml.safe_load(file.read_text(encoding="utf-8"))
        print(f"{file.stem:28}{export(label, folder / f'{file.stem}.csv')}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
