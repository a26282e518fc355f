"""The curves of the softmax and cross-entropy lessons carry the numbers they are given, and their dots sit on them."""

import math

import pytest

from imgcls.figures.loss_curves import DEAREST, branch_curves, loss_curve, way_curves
from imgcls.figures.softmax_curves import nudge_curves, temperature_curves


def dots(figure):
    mark = figure.layout.meta["mark"]
    return {(mark["x"], y) for y, _ in mark["dots"]}


def lines(figure):
    """Each line's x and y, None for a gap."""
    return {trace.name: (list(trace.x), gaps(trace.y)) for trace in figure.data if trace.mode == "lines"}


def gaps(values):
    return [None if math.isnan(value) else value for value in values]


def test_temperature_curves_have_one_line_a_class_told_apart_without_colour():
    names = [f"class {i}" for i in range(10)]
    rows = [[0.1, 0.2, 0.3]] * 10
    figure = temperature_curves(names, [0.1, 1, 10], rows, 1)
    assert lines(figure) == {name: ([0.1, 1, 10], [0.1, 0.2, 0.3]) for name in names}
    styles = {(trace.line.color, trace.line.dash) for trace in figure.data if trace.mode == "lines"}
    assert len(styles) == 10
    assert figure.layout.xaxis.type == "log"
    assert dots(figure) == {(1, 0.2)}


def test_nudge_curves_mark_softmax_and_hardmax_at_the_present_logit():
    figure = nudge_curves([-1, 0, 1], [0.2, 0.5, 0.8], [0, 1, 1], 1, "logit")
    assert dots(figure) == {(1, 0.8), (1, 1)}


def test_loss_curve_grows_its_axis_to_show_a_dear_point():
    cheap = loss_curve([0.1, 0.5, 1], [2.3, 0.69, 0], 0.5)
    assert cheap.layout.yaxis.range[1] == DEAREST
    assert dots(cheap) == {(0.5, 0.69)}
    dear = loss_curve([1e-5, 0.5, 1], [11.5, 0.69, 0], 1e-5)
    assert dear.layout.yaxis.range[1] > 11.5


def test_loss_curve_with_smoothing_draws_both():
    figure = loss_curve([0.5, 1], [0.69, 0], 0.5, smoothed=[0.7, None])
    assert lines(figure)["with label smoothing"] == ([0.5, 1], [0.7, None])


@pytest.mark.parametrize(("target", "loss"), [(1, 0.3), (0, 1.2)])
def test_only_the_branch_of_the_target_carries_the_dot(target, loss):
    figure = branch_curves([0.2, 0.7], [1.6, 0.3], [0.2, 1.2], 0.7, target, "p")
    assert dots(figure) == {(0.7, loss)}


def test_a_way_that_breaks_has_a_gap_where_it_is_infinite():
    ways = [("a", [1, 120]), ("b", [1, None]), ("c", [1, 1.5])]
    figure = way_curves([0, 120], ways, 120, 200)
    assert lines(figure)["b"] == ([0, 120], [1, None])
