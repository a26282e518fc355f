"""What the landscape draws: every path point at its place, the step square on its level curve, words that are true."""

import itertools
import math

import numpy as np
import pytest

from imgcls.ops.descent import PLAIN, Method, descents
from imgcls.ops.examples import EXAMPLES
from imgcls.ops.expression import parse
from imgcls.ui.autodiff.landscape.picture import NOWHERE, kind_of, picture, view_of
from imgcls.ui.packet import pack

MOMENTUM, NOISY = Method("momentum", 0.9), Method("SGD", 0.0, 0.5, 1)
VALLEYS = next(example for example in EXAMPLES if example.title == "Two valleys")
LINE = next(example for example in EXAMPLES if example.title.startswith("A straight line"))


def walked(example, methods=(PLAIN,), rate=None, **start):
    expression = parse(example.text)
    learn = [name for name in example.values if name not in example.fixed]
    values = dict(example.values) | start
    paths = descents(expression.steps, values, methods, learn=learn, rate=rate or example.rate, count=30)
    return expression, paths, (*learn, "")[:2]


def number(share: float, limits: list[float]) -> float:
    return limits[0] + share * (limits[1] - limits[0])


def test_two_valleys_show_two_valleys_and_a_hill_between_them() -> None:
    expression, paths, axes = walked(VALLEYS)
    fields, _ = picture(expression, paths, 0, view_of(paths, *axes))
    (run,) = fields["ground"]["runs"]
    lows = [run[i] for i in range(1, len(run) - 1) if run[i - 1][1] > run[i][1] <= run[i + 1][1]]
    assert [number(x, fields["x"]) for x, _ in lows] == pytest.approx([-1.04, 0.96], abs=0.02)
    hill = max(y for x, y in run if lows[0][0] < x < lows[1][0])
    assert hill - lows[1][1] > 0.08, "seen from the last row"
    for x, y in run:
        assert -0.5 <= y <= 1.5
        if y < 1.5:
            z = number(x, fields["x"])
            assert number(y, fields["y"]) == pytest.approx((z * z - 1) ** 2 + 0.3 * z, abs=0.01)


def test_momentum_carries_the_ball_over_the_hill_that_holds_plain_descent_back() -> None:
    _, (plain, momentum), _ = walked(VALLEYS, (PLAIN, MOMENTUM))
    assert plain.points[-1].variables["x"] == pytest.approx(0.96, abs=0.02)
    assert momentum.points[-1].variables["x"] < -0.8
    assert momentum.points[-1].value < plain.points[-1].value


def test_too_large_a_rate_is_seen_to_jump_from_one_side_of_the_valley_to_the_other() -> None:
    expression, paths, (across, up) = walked(LINE, rate=0.195)
    fields, _ = picture(expression, paths, 0, view_of(paths, across, up))
    places = fields["paths"][0]["places"]
    assert all(0 <= share <= 1 for place in places for share in place), "all landings are in the picture"
    errors = [2 * point.variables["w"] + point.variables["b"] - 3 for point in paths[0].points]
    assert all(before * after < 0 for before, after in itertools.pairwise(errors[:8]))
    assert math.dist(places[0], places[1]) > 0.2


def test_every_point_of_a_path_stands_at_its_numbers() -> None:
    expression, paths, (across, up) = walked(LINE, (PLAIN, MOMENTUM, NOISY))
    fields, arrays = picture(expression, paths, 4, view_of(paths, across, up))
    assert [each["kind"] for each in fields["paths"]] == [kind_of(path) for path in paths]
    assert [kind_of(path) for path in paths] == ["plain", "momentum", "noisy"]
    for drawn, path in zip(fields["paths"], paths, strict=True):
        for (x, y), point in zip(drawn["places"], path.points, strict=True):
            assert number(x, fields["x"]) == pytest.approx(point.variables["w"], abs=0.002)
            assert number(y, fields["y"]) == pytest.approx(point.variables["b"], abs=0.002)
    assert fields["caption"] == "A slice at x = 2, y = 3."
    assert fields["step"] == fields["paths"][0]["places"][4:6]
    assert len(pack(fields, **arrays)) < 40_000


def test_a_step_stands_square_on_its_level_curve() -> None:
    expression, paths, (across, up) = walked(LINE)
    fields, arrays = picture(expression, paths, 0, view_of(paths, across, up))
    (ax, ay), (bx, by) = fields["step"]
    step = np.array([(bx - ax) * fields["aspect"], by - ay])
    pieces = arrays["pieces"].astype(float) / 60_000
    directions = (pieces[:, 2:] - pieces[:, :2]) * [fields["aspect"], 1]
    lengths = np.linalg.norm(directions, axis=1) * np.linalg.norm(step)
    long = lengths > 0.2 * lengths.max()
    assert len(pieces) > 100
    assert np.abs(directions @ step / lengths)[long].max() < 0.02, "the level curves of this function are lines"


def test_the_slice_follows_a_variable_that_learns_but_is_not_looked_at() -> None:
    neuron = next(example for example in EXAMPLES if example.title == "A neuron with two inputs")
    expression, paths, (across, up) = walked(neuron)
    view = view_of(paths, across, up)
    first, last = (picture(expression, paths, at, view) for at in (0, 30))
    assert (first[1]["depth"] != last[1]["depth"]).any()
    assert last[0]["caption"].endswith("x2, w2, b moved, too, so the slice changes.")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
@pytest.mark.parametrize("rate", [0.05, 3.0])
def test_whatever_happens_can_be_sent(example, rate: float) -> None:
    expression, paths, (across, up) = walked(example, (PLAIN, MOMENTUM, NOISY), rate)
    for at in (0, 1, 30):
        for half in (0.0, 4.0):
            fields, arrays = picture(expression, paths, at, view_of(paths, across, up, half))
            pack(fields, **arrays)
            assert fields["half"] == half or not half
            assert fields["alt"].startswith("A map of" if up else "The curve of")
    if example.text == "log(w*x)":
        assert (arrays["depth"] == NOWHERE).mean() == pytest.approx(0.5, abs=0.03)
