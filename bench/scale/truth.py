"""What polars says of the same Parquet files, column by column: the independent side of the comparison. Runs in its own environment.

python bench/scale/truth.py FILE ... > truth.json
"""

import json
import sys
from typing import Any

import polars as pl

LEVELS = {"p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}


def described(column: pl.Series) -> dict[str, Any]:
    filled = column.drop_nulls()
    counts = filled.value_counts(sort=True)
    found: dict[str, Any] = {
        "count": len(filled),
        "nulls": column.null_count(),
        "distinct": len(counts),
        "unique": int((counts["count"] == 1).sum()),
        "top_counts": counts["count"].head(10).to_list(),
    }
    if column.dtype.is_numeric():
        x = filled.cast(pl.Float64)
        found |= {name: x.quantile(level, interpolation="linear") for name, level in LEVELS.items()}
        found |= {
            "min": x.min(),
            "max": x.max(),
            "sum": x.sum(),
            "mean": x.mean(),
            "std": x.std(),
            "skewness": x.skew(),
            "kurtosis": x.kurtosis(),
        }
        found |= {"mad": (x - x.median()).abs().median(), "zeros": int((x == 0).sum()), "negatives": int((x < 0).sum())}
    elif column.dtype == pl.String:
        lengths = filled.str.len_chars()
        found |= {"min": filled.min(), "max": filled.max(), "shortest": lengths.min(), "longest": lengths.max(), "length": lengths.mean()}
    else:
        found |= {"min": str(filled.min()), "max": str(filled.max())}
    return found


def main() -> None:
    files = sys.argv[1:]
    names = pl.scan_parquet(files).collect_schema().names()
    found: dict[str, Any] = {}
    for name in names:
        found[name] = described(pl.scan_parquet(files).select(name).collect().to_series())
    keys = pl.scan_parquet(files).select(["l_orderkey", "l_linenumber"]).collect()
    print(json.dumps({"columns": found, "repeated_keys": len(keys) - keys.n_unique()}))


if __name__ == "__main__":
    main()
