"""Curves carry the numbers they were given, can be told apart without colour, and keep their names apart."""

from itertools import pairwise

import pytest

from imgcls.figures.curves import Curve, curves

LINES = [Curve("rising", [0, 1, 2], [0.0, 0.5, 1.0]), Curve("flat", [0, 1, 2], [0.99, 0.99, 0.99])]


def test_every_curve_holds_its_points_and_differs_in_colour_and_dash() -> None:
    drawn = curves(LINES, x_title="x", y_title="y")
    assert [(trace.name, list(trace.x), list(trace.y)) for trace in drawn.data] == [
        ("rising", [0, 1, 2], [0.0, 0.5, 1.0]),
        ("flat", [0, 1, 2], [0.99, 0.99, 0.99]),
    ]
    first, second = (trace.line for trace in drawn.data)
    assert first.color != second.color
    assert first.dash != second.dash
    assert drawn.layout.showlegend


def test_a_marked_place_gets_a_line_and_a_dot_on_every_curve_that_has_a_point_there() -> None:
    drawn = curves(LINES, at=1)
    assert (drawn.layout.shapes[0].x0, drawn.layout.shapes[0].x1) == (1, 1)
    dots = drawn.data[-1]
    assert (list(dots.x), list(dots.y)) == ([1, 1], [0.5, 0.99])
    assert list(curves(LINES, at=1.5).data[-1].x) == []  # nothing is made up between the points


def test_names_at_the_ends_stand_apart_and_inside_the_chart() -> None:
    crowded = [Curve(f"curve {i}", [0, 1], [0.0, 0.98 + i / 1000]) for i in range(5)]
    drawn = curves(crowded, y_range=(0, 1), end_labels=True, height=360)
    heights = sorted(note.y for note in drawn.layout.annotations)
    gaps = [above - below for below, above in pairwise(heights)]
    assert min(gaps) * (360 - 60) >= 15  # a line of text, in pixels
    assert heights[-1] <= 1
    assert [note.text.split("</span> ")[1] for note in drawn.layout.annotations] == [line.name for line in crowded]
    assert not drawn.layout.showlegend
    with pytest.raises(ValueError, match="y_range"):
        curves(crowded, end_labels=True)


def test_a_band_lies_between_its_two_edges() -> None:
    drawn = curves([Curve("mean", [0, 1], [1, 2], band=([0.5, 1.5], [1.5, 2.5]))])
    low, high, middle = drawn.data
    assert (list(low.y), list(high.y), list(middle.y)) == ([0.5, 1.5], [1.5, 2.5], [1, 2])
    assert high.fill == "tonexty"


def test_own_colours_markers_and_layout_are_kept() -> None:
    line = Curve("a", [0], [1], colour="#123456", dash="dot", markers=True)
    drawn = curves([line], x_range=(0, 4), x_step=2, yaxis={"type": "log"})
    assert (drawn.data[0].line.color, drawn.data[0].line.dash, drawn.data[0].mode) == (
        "#123456",
        "dot",
        "lines+markers",
    )
    assert (list(drawn.layout.xaxis.range), drawn.layout.xaxis.dtick) == ([0, 4], 2)
    assert drawn.layout.yaxis.type == "log"
