import numpy as np
import pytest

from imgcls.figures.dense import log_log, shuffle_curves
from imgcls.training.experiments import RaceEpoch

NAMES = ("dense", "dense, shuffled", "CNN", "CNN, shuffled")


def epoch(number: int) -> RaceEpoch:
    numbers = {name: 0.1 * (i + number) for i, name in enumerate(NAMES)}
    return RaceEpoch(number, 5, 1.0, numbers, numbers, numbers, numbers)


def test_both_axes_are_logarithmic_and_the_chosen_size_is_marked() -> None:
    chart = log_log([4, 40, 400], {"dense": [1, 100, 10_000], "conv": [5, 5, 5]}, y_title="weights", at=40)
    assert chart.layout.xaxis.type == chart.layout.yaxis.type == "log"
    assert list(chart.data[0].y) == [1, 100, 10_000]
    mark = chart.layout.meta["mark"]
    assert (mark["x"], [y for y, _ in mark["dots"]]) == (40, [100, 5])
    assert [colour for _, colour in mark["dots"]] == [trace.line.color for trace in chart.data]
    low, high = chart.layout.yaxis.range
    assert low < 0 < 4 < high


def test_what_was_not_measured_leaves_a_gap_and_nothing_at_all_is_still_a_chart() -> None:
    chart = log_log([8, 16], {"dense CPU": [0.5, None], "dense GPU": [0.1, 0.2]}, y_title="ms", at=16)
    np.testing.assert_array_equal(chart.data[0].y, [0.5, np.nan])
    assert {trace.line.dash for trace in chart.data[:2]} == {"solid", "dashdot"}
    assert log_log([8, 16], {"dense CPU": [None, None]}, y_title="ms", at=8).data


def test_the_race_shows_validation_accuracy_dashed_where_pixels_are_shuffled() -> None:
    chart = shuffle_curves([epoch(0), epoch(1)])
    assert [trace.line.dash for trace in chart.data] == ["solid", "dash", "solid", "dash"]
    assert list(chart.data[1].y) == pytest.approx([0.1, 0.2])
    assert tuple(chart.layout.xaxis.range) == (0, 5)
