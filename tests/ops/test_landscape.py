"""The landscape of a function: values against the expression itself, level curves against circles and lines."""

import math

import pytest
import torch

from imgcls.ops.descent import descend
from imgcls.ops.examples import EXAMPLES
from imgcls.ops.expression import parse
from imgcls.ops.landscape import ASPECT, curve, half_height, level_curves, levels, surface

BOWL = parse("x**2 + y**2 + c").steps
HERE = {"x": 0.5, "y": 0.25, "c": 3.0}


def test_a_curve_is_the_function_of_one_variable_with_the_others_held() -> None:
    xs = torch.linspace(-2, 2, 9, dtype=torch.float64)
    torch.testing.assert_close(curve(BOWL, HERE, "x", xs), xs**2 + 0.25**2 + 3)
    torch.testing.assert_close(curve(BOWL, HERE, "c", xs), 0.5**2 + 0.25**2 + xs)
    assert curve(parse("p = x*x; 3 + 4").steps, {"x": 1.0}, "x", xs).tolist() == [7.0] * 9


def test_a_map_has_its_top_row_first_and_one_length_both_ways() -> None:
    values = surface(BOWL, HERE, "x", "y", 2.0, rows=5)
    assert values.shape == (5, 8)
    xs, ys = torch.linspace(-2 * ASPECT, 2 * ASPECT, 8, dtype=torch.float64), torch.linspace(2, -2, 5).double()
    torch.testing.assert_close(values, xs[None] ** 2 + ys[:, None] ** 2 + 3)
    slanted = surface(parse("x + 10*y").steps, {"x": 0.0, "y": 0.0}, "x", "y", 1.0, rows=3)
    assert slanted[0, 0] == pytest.approx(-ASPECT + 10)
    unused = parse("p = x*y; 3 + 4").steps
    assert surface(unused, {"x": 0.0, "y": 0.0}, "x", "y", 1.0, rows=3).tolist() == [[7.0] * 5] * 3


def test_the_level_curves_of_a_bowl_are_circles_and_those_of_a_plane_lines() -> None:
    rows = torch.arange(41.0, dtype=torch.float64)
    bowl = (rows[:, None] - 20) ** 2 + (rows[None] - 20) ** 2
    pieces = level_curves(bowl, torch.tensor([49.0, 225.0], dtype=torch.float64)).reshape(-1, 2)
    radii = (pieces - 20).norm(dim=1)
    assert ((radii - 7).abs().minimum((radii - 15).abs()) < 0.03).all()
    lengths = (pieces[0::2] - pieces[1::2]).norm(dim=1).sum()
    assert lengths == pytest.approx(2 * math.pi * (7 + 15), rel=0.01), "whole circles, each once"
    plane = 2 * rows[:, None] + 3 * rows[None] + 0.1
    on = level_curves(plane, torch.tensor([60.0], dtype=torch.float64)).reshape(-1, 2)
    torch.testing.assert_close(2 * on[:, 1] + 3 * on[:, 0] + 0.1, torch.full((len(on),), 60.0).double())


def test_a_saddle_is_cut_twice_and_its_level_curves_never_cross() -> None:
    saddle = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    for height, through_middle in ((0.2, False), (-0.2, True)):
        pieces = level_curves(saddle, torch.tensor([height]))
        assert len(pieces) == 2
        # The middle is 0: at a height above it the two high corners are apart, below it they are joined.
        corners_cut = {tuple(((p[:2] + p[2:]) / 2).round().tolist()) for p in pieces}
        assert corners_cut == ({(1.0, 0.0), (0.0, 1.0)} if through_middle else {(0.0, 0.0), (1.0, 1.0)})


def test_no_level_curve_touches_what_is_no_number() -> None:
    values = surface(parse("log(x) + y").steps, {"x": 1.0, "y": 0.0}, "x", "y", 2.0)
    found = levels(values)
    pieces = level_curves(values, found.heights)
    assert len(pieces) and pieces.isfinite().all()
    assert pieces[:, 0::2].min() >= values.shape[1] / 2 - 1, "the left half has no logarithm"
    assert found.depth[:, 0].isnan().all()
    assert found.depth[:, -1].isfinite().all()


def test_the_rings_of_a_bowl_lie_evenly_and_depth_runs_from_lowest_to_highest() -> None:
    values = torch.linspace(0, 5, 101, dtype=torch.float64) ** 2 + 7
    found = levels(values, 4)
    torch.testing.assert_close((found.heights - 7).sqrt(), torch.arange(1, 5).double())
    assert (float(found.depth[0]), float(found.depth[-1])) == (0.0, 1.0)
    torch.testing.assert_close(found.depth, torch.linspace(0, 1, 101).double())
    flat = levels(torch.full((3, 3), 2.0))
    assert not len(flat.heights)
    assert flat.depth.sum() == 0


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_has_a_landscape_with_its_start_inside(example) -> None:
    steps = parse(example.text).steps
    learn = [name for name in example.values if name not in example.fixed]
    path = descend(steps, example.values, learn=learn, rate=example.rate, count=30)
    across, up = (*learn, "")[:2]
    half = half_height(path, across, up)
    width = half * ASPECT if up else half
    assert abs(example.values[across]) < width
    assert not up or abs(example.values[up]) < half


def test_the_window_holds_a_whole_path_but_does_not_run_after_one_that_diverges() -> None:
    parabola = parse("(x - 3)**2").steps
    arrives = descend(parabola, {"x": 0.5}, learn=["x"], rate=0.3, count=30)
    assert half_height(arrives, "x") == 4
    flees = descend(parabola, {"x": 0.5}, learn=["x"], rate=1.5, count=30)
    assert half_height(flees, "x") == 2
    zigzags = descend(parabola, {"x": 0.5}, learn=["x"], rate=0.9, count=30)
    assert half_height(zigzags, "x") == 8, "it lands at 5 first"
