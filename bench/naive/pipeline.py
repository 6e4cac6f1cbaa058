"""The naive peer: what a data scientist would write today with the usual libraries, for the same deliverables.

pandas reads, ydata-profiling (minimal) profiles, Evidently summarises and compares halves, Great Expectations checks 20 rules, pandas
groups, matplotlib draws, pyiceberg stores. Runs in an environment of its own (requirements.lock beside it).

python pipeline.py WORK_FOLDER      reads file names from standard input, one run each; answers every line with a JSON line
"""

import json
import logging
import os
import resource
import sys
import time
import warnings
from pathlib import Path

START = time.perf_counter()
os.environ["GX_ANALYTICS_ENABLED"] = "false"
os.environ["MPLBACKEND"] = "Agg"
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import great_expectations as gx  # noqa: E402
import great_expectations.expectations as gxe  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402
import pandas as pd  # noqa: E402
import pyarrow as pa  # noqa: E402
from evidently import DataDefinition, Dataset, Report  # noqa: E402
from evidently.presets import DataDriftPreset, DataSummaryPreset  # noqa: E402
from pyiceberg.catalog.sql import SqlCatalog  # noqa: E402
from ydata_profiling import ProfileReport  # noqa: E402

IMPORT_S = time.perf_counter() - START
PACKAGES = ("pandas", "ydata-profiling", "evidently", "great-expectations", "matplotlib", "pyiceberg", "pyarrow", "numpy")


def expectations():
    yield gxe.ExpectTableRowCountToBeBetween(min_value=1, max_value=10**7)
    for column in ("year", "month", "day", "carrier", "origin", "dest"):
        yield gxe.ExpectColumnValuesToNotBeNull(column=column)
    for column, low, high in (("month", 1, 12), ("day", 1, 31), ("hour", 0, 23), ("minute", 0, 59)):
        yield gxe.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high)
    yield gxe.ExpectColumnValueLengthsToEqual(column="carrier", value=2)
    yield gxe.ExpectColumnValuesToBeInSet(column="origin", value_set=["EWR", "LGA", "JFK"])
    yield gxe.ExpectColumnValuesToMatchRegex(column="dest", regex="^[A-Z]{3}$")
    yield gxe.ExpectColumnValuesToBeBetween(column="dep_delay", min_value=-60, max_value=1500, mostly=0.99)
    yield gxe.ExpectColumnMeanToBeBetween(column="distance", min_value=500, max_value=2000)
    yield gxe.ExpectColumnValuesToNotBeNull(column="dep_time", mostly=0.95)
    yield gxe.ExpectCompoundColumnsToBeUnique(column_list=["month", "day", "carrier", "flight", "origin", "sched_dep_time"])


def check(frame):
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
    batch = asset.add_batch_definition_whole_dataframe("b")
    suite = context.suites.add(gx.ExpectationSuite(name="s"))
    for expectation in expectations():
        suite.add_expectation(expectation)
    gx.ValidationDefinition(data=batch, suite=suite, name="v").run(batch_parameters={"dataframe": frame})


def wrap(frame):
    return Dataset.from_pandas(frame, data_definition=DataDefinition())


def draw(path, plot):
    figure, axes = plt.subplots()
    plot(axes)
    figure.savefig(path)
    plt.close(figure)


def draw_all(frame, daily, folder):
    for column in ("dep_delay", "arr_delay", "air_time", "distance"):
        draw(folder / f"{column}.svg", lambda axes, column=column: frame[column].hist(bins=20, ax=axes))
    for column in ("carrier", "dest"):
        draw(folder / f"{column}.svg", lambda axes, column=column: frame[column].value_counts().head(10).plot.barh(ax=axes))
    draw(folder / "daily.svg", lambda axes: daily.reset_index(drop=True).plot(ax=axes))
    draw(folder / "corr.svg", lambda axes: axes.imshow(frame.corr(numeric_only=True)))


def analyze(source, catalog, folder, number):
    frame = pd.read_csv(source, parse_dates=["time_hour"])
    frame["time_hour"] = frame.time_hour.astype("datetime64[us, UTC]")
    rows = pa.Table.from_pandas(frame, preserve_index=False)
    table = catalog.create_table(f"n.f{number}", schema=rows.schema)
    table.append(rows)
    frame = table.scan().to_pandas()
    report = ProfileReport(frame, minimal=True, progress_bar=False)
    report.to_json()
    report.to_html()
    Report([DataSummaryPreset()]).run(wrap(frame), None).dict()
    Report([DataDriftPreset()]).run(wrap(frame[frame.month > 6]), wrap(frame[frame.month <= 6])).dict()
    check(frame)
    frame.groupby("month").agg(n=("day", "size"), d=("dep_delay", "mean"))
    frame.groupby("carrier").agg(n=("day", "size"), d=("arr_delay", "mean"))
    frame.groupby("origin").dep_delay.mean()
    daily = frame.groupby(["year", "month", "day"]).size()
    frame.groupby("dest").agg(n=("day", "size"), a=("air_time", "mean")).nlargest(20, "n")
    draw_all(frame, daily, folder)


def main():
    from importlib.metadata import version

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    catalog = SqlCatalog("n", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
    catalog.create_namespace_if_not_exists("n")
    for number, line in enumerate(sys.stdin):
        start = time.perf_counter()
        analyze(line.strip(), catalog, folder, number)
        wall_s = time.perf_counter() - start
        usage = resource.getrusage(resource.RUSAGE_SELF)
        answer = {"wall_s": wall_s, "import_s": IMPORT_S, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_rss_mib": usage.ru_maxrss / 1024}
        print(json.dumps({**answer, "versions": {name: version(name) for name in PACKAGES}}), flush=True)


if __name__ == "__main__":
    main()
