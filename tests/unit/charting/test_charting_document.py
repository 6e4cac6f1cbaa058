"""The stored document: a Vega-Lite specification whose data hold the chart's rows once, and the chart read back from it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from chart_samples import ALL, bars, histogram, line, steps

from voyant_assets.charting.build import WIDTHS
from voyant_assets.charting.document import chart_of, stored
from voyant_core.canonical import dumps, plain
from voyant_core.model.chart import Chart

Sample = Callable[[], Chart]


@pytest.mark.parametrize("sample", ALL)
def test_a_stored_chart_reads_back_as_it_was(sample: Sample) -> None:
    document = json.loads(dumps(stored(sample())))
    assert chart_of(document) == Chart.model_validate(plain(sample()))
    assert document["description"] == "Title of <b>"
    assert document["padding"]["left"] + document["width"] + document["padding"]["right"] <= WIDTHS[sample().size] + 0.2


@pytest.mark.parametrize(("sample", "names"), [(line, {"at", "values"}), (steps, {"at", "values"})])
def test_the_points_of_a_line_stand_only_in_the_data(sample: Sample, names: set[str]) -> None:
    document = json.loads(dumps(stored(sample())))
    assert not names & set(document["usermeta"]["voyant"]["arguments"])
    assert len(document["data"]["values"]) == len(sample().arguments["values"])


def test_bars_with_all_their_fields_stand_only_in_the_data() -> None:
    for sample, name in ((bars, "rows"), (histogram, "bins")):
        assert name not in stored(sample())["usermeta"]["voyant"]["arguments"]


def test_arguments_that_the_data_would_change_are_kept() -> None:
    arguments = line().arguments | {"at": [at.replace("Z", "+00:00") for at in line().arguments["at"]]}
    chart = line().model_copy(update={"arguments": arguments})
    assert chart_of(json.loads(dumps(stored(chart)))).arguments["at"] == arguments["at"]
