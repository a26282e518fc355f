"""Curves carry the numbers they were given, can be told apart without colour, and keep their names apart."""

import math
from itertools import pairwise

import pytest

from imgcls.figures.curves import Curve, curves, mark

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
    rising, flat = (trace.line.color for trace in drawn.data)
    assert drawn.layout.meta == {"mark": {"x": 1, "dots": [[0.5, rising], [0.99, flat]]}}
    assert curves(LINES, at=1.5).layout.meta["mark"]["dots"] == []  # nothing is made up between the points
    assert curves(LINES).layout.meta is None


def test_the_curves_are_the_same_wherever_the_mark_stands() -> None:
    here, there = (curves(LINES, at=at).update_layout(meta=None).to_json() for at in (1, 2))
    assert here == there


def test_a_gap_in_a_curve_gets_no_dot() -> None:
    torn = [Curve("torn", [0, 1], [None, math.nan]), Curve("whole", [0, 1], [2, 3], "#123456")]
    assert [mark(torn, at)["dots"] for at in (0, 1)] == [[[2, "#123456"]], [[3, "#123456"]]]


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


def test_more_settings_of_the_y_axis_leave_its_title_and_range() -> None:
    drawn = curves([Curve("a", [0], [1])], y_title="y", y_range=(0, 2), y_axis={"type": "log"})
    assert (drawn.layout.yaxis.type, drawn.layout.yaxis.title.text) == ("log", "y")
    assert list(drawn.layout.yaxis.range) == [0, 2]
