"""The figures of gradient descent show the data they were given, whatever its size."""

import math

from imgcls.figures.descent import step_slice, value_path


def test_the_path_shows_every_value_and_rings_the_step() -> None:
    drawn = value_path([4.0, 2.0, 1.0], at=1)
    assert list(drawn.data[0].y) == [4.0, 2.0, 1.0]
    assert (list(drawn.data[1].x), list(drawn.data[1].y)) == ([1], [2.0])
    assert drawn.layout.yaxis.type == "linear"


def test_a_wide_range_of_positive_values_gets_a_logarithmic_axis() -> None:
    assert value_path([1e9, 1.0, 2.0], at=0).layout.yaxis.type == "log"
    assert value_path([1e9, -1.0, 2.0], at=0).layout.yaxis.type == "linear"


def test_values_beyond_plotlys_reach_are_left_out() -> None:
    drawn = value_path([1.0, 1e200, math.inf, math.nan], at=3)
    assert list(drawn.data[0].y) == [1.0, None, None, None]
    assert list(drawn.data[1].y) == [None]


def test_a_step_shows_its_curve_its_promise_and_its_landing() -> None:
    drawn = step_slice([0.0, 1.0], [4.0, 1.0], here=4.0, slope=-4.0, landing=1.0)
    assert list(drawn.data[0].y) == [4.0, 1.0]
    assert list(drawn.data[1].y) == [4.0, 0.0]
    assert list(drawn.data[2].y) == [4.0, 1.0]
    assert drawn.data[2].marker.symbol[1] == "circle"
    assert step_slice([0.0, 1.0], [4.0, 9.0], 4.0, -4.0, 9.0).data[2].marker.symbol[1] == "x"


def test_a_step_into_nowhere_still_has_axes() -> None:
    drawn = step_slice([0.0, 1.0], [math.nan, math.inf], here=math.nan, slope=math.nan, landing=None)
    assert all(math.isfinite(end) for end in drawn.layout.yaxis.range)
