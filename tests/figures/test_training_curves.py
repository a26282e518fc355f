"""The curves of a run hold its records' numbers, in places that do not move while it goes on."""

import numpy as np
import pytest

from imgcls.figures.training import compare_curves, run_curves
from imgcls.training.follow import Points
from imgcls.training.records import Evaluation


def evaluation(epoch: float, loss: float, accuracy: float) -> Evaluation:
    none = np.empty(0)
    return Evaluation(1, epoch, 1.0, 2.0, 0.4, loss, accuracy, 10.0, none, none, none, none, none)


POINTS = Points((0.5, 1.0), (2.0, 1.5), (0.2, 0.4))
HELD = [evaluation(1.0, 1.7, 0.35), evaluation(2.0, 1.2, 0.6)]


def test_loss_stands_above_accuracy_with_training_and_validation_in_each() -> None:
    chart = run_curves(POINTS, HELD, epochs=20)
    loss, held_loss, accuracy, held_accuracy = chart.data
    assert (loss.y, held_loss.y) == ((2.0, 1.5), (1.7, 1.2))
    assert (accuracy.y, held_accuracy.y) == ((0.2, 0.4), (0.35, 0.6))
    assert held_loss.x == (1.0, 2.0)
    assert held_loss.cliponaxis is False, "the marker of the last epoch stands on the edge: all of it is seen"
    assert {held_accuracy.yaxis, accuracy.yaxis} == {"y2"}
    assert loss.line.dash != (held_loss.line.dash or "solid")
    assert chart.layout.yaxis.domain[0] > chart.layout.yaxis2.domain[1]
    assert chart.layout.xaxis.range == (0, 20)


def test_the_step_that_is_looked_at_and_what_was_found_are_marked() -> None:
    chart = run_curves(POINTS, HELD, epochs=2, at=1.5, marks=[(1.0, "overfits")])
    assert sorted(shape.x0 for shape in chart.layout.shapes) == [1.0, 1.5]
    assert [each.text for each in chart.layout.annotations] == ["overfits"]
    assert run_curves(POINTS, HELD, epochs=2).layout.shapes == ()


def test_guessing_is_a_line_among_the_accuracies_with_its_number() -> None:
    chart = run_curves(Points((), (), ()), [], epochs=4, chance=1 / 6)
    (line,) = chart.layout.shapes
    assert (line.y0, line.y1, line.yref) == (1 / 6, 1 / 6, "y2")
    assert [word.text for word in chart.layout.annotations] == ["guessing: 16.7%"]


def test_findings_that_stand_close_together_are_named_in_one_line() -> None:
    chart = run_curves(
        POINTS, HELD, epochs=20, marks=[(1.0, "stands still"), (1.5, "silent units"), (19.0, "overfits")]
    )
    assert [each.text for each in chart.layout.annotations] == ["stands still, silent units", "overfits"]
    assert [each.xanchor for each in chart.layout.annotations] == ["left", "right"]
    assert len(chart.layout.shapes) == 3


def test_a_run_without_records_is_an_empty_chart() -> None:
    chart = run_curves(Points((), (), ()), [], epochs=0)
    assert len(chart.data) == 4
    assert chart.layout.xaxis.range[1] > 0


@pytest.mark.parametrize(("measure", "values"), [("loss", (1.7, 1.2)), ("accuracy", (0.35, 0.6))])
def test_runs_are_compared_in_colours_dashes_and_markers_of_their_own(measure: str, values: tuple) -> None:
    chart = compare_curves({"one": HELD, "two": HELD[:1]}, measure)
    one, two = chart.data
    assert one.y == values
    assert one.line.color != two.line.color
    assert one.line.dash != two.line.dash
    assert one.marker.symbol != two.marker.symbol
