"""The live charts: every value at its place, whatever its size."""

import json

import numpy as np
import pytest
from PIL import Image

from imgcls.ops.descent import along_step, descend
from imgcls.ops.expression import parse
from imgcls.ops.tensors import normalise, photo_tensor
from imgcls.ui.autodiff.landscape.charts import step_slice, value_path
from imgcls.ui.tensors.histogram_chart import moved_histograms


def path(text: str, x: float, rate: float, count: int = 20):
    steps = parse(text).steps
    return steps, descend(steps, {"x": x}, learn=["x"], rate=rate, count=count)


def test_the_path_stands_at_its_values_between_the_ticks() -> None:
    _, walked = path("(x - 2)**2", 5.0, 0.1, 4)
    chart = value_path(walked, 2)
    ((run,), marks) = chart["lines"][0]["runs"], chart["marks"]
    values = [point.value for point in walked.points]
    (low_at, low), *_, (high_at, high) = [(at, float(label.replace("−", "-"))) for at, label in chart["yticks"]]
    for (_, share), value in zip(run, values, strict=True):
        assert low + (share - low_at) / (high_at - low_at) * (high - low) == pytest.approx(value, abs=0.01)
    assert marks[0]["at"] == run[2]
    assert all(0 <= at <= 1 for at, _ in (*chart["xticks"], *chart["yticks"]))


def test_a_path_over_many_powers_of_ten_gets_a_logarithmic_axis() -> None:
    _, walked = path("(x - 2)**2", 5.0, 1.9)
    labels = [label for _, label in value_path(walked, 0)["yticks"]]
    assert all(label.startswith("10") for label in labels)
    assert len(labels) >= 2


@pytest.mark.parametrize(
    ("text", "x", "rate"), [("x**4", 2.0, 3.0), ("log(x)", 0.5, 1.0), ("log(x)", -1.0, 1.0), ("x*0 + 1", 2.0, 1.0)]
)
def test_charts_can_be_sent_whatever_the_values(text: str, x: float, rate: float) -> None:
    steps, walked = path(text, x, rate)
    for at, point in enumerate(walked.points):
        chart = value_path(walked, at)
        along = along_step(steps, point, rate)
        following = walked.points[at + 1].value if at + 1 < len(walked.points) else None
        other = step_slice(along, point.value, following)
        json.dumps([chart, other], allow_nan=False)
        assert len(chart["yticks"]) >= 2
        assert all(
            -3 <= y <= 4 for each in (chart, other) for line in each["lines"] for run in line["runs"] for _, y in run
        )


def test_a_slice_shows_the_curve_the_promise_and_where_the_step_lands() -> None:
    steps, walked = path("(x - 2)**2", 5.0, 0.9, 1)
    here, there = walked.points
    chart = step_slice(along_step(steps, here, 0.9), here.value, there.value)
    promise, curve = chart["lines"]
    assert (promise["kind"], curve["kind"]) == ("promise", "value")
    start, lands = chart["marks"]
    assert start["at"] == promise["runs"][0][0]
    assert (start["kind"], lands["kind"]) == ("start", "lands")
    assert promise["runs"][0][1][1] < lands["at"][1], "a parabola lies above its tangent"
    worse = path("(x - 2)**2", 5.0, 1.1, 1)[1].points
    assert step_slice(along_step(steps, worse[0], 1.1), worse[0].value, worse[1].value)["marks"][1]["kind"] == "rises"


def test_histograms_stand_on_one_axis_before_and_after() -> None:
    rng = np.random.default_rng(0)
    photo = photo_tensor(Image.fromarray(rng.integers(0, 256, (9, 8, 3), dtype=np.uint8)))
    chart = moved_histograms(normalise(photo, (0.5,) * 3, (0.25,) * 3))
    assert [each["kind"] for each in chart["lines"]] == ["before"] * 3 + ["red", "green", "blue"]
    before, after = chart["lines"][0]["runs"][0], chart["lines"][3]["runs"][0]
    ends = [[x for x, _ in run] for run in (before, after)]
    assert 0.5 <= min(ends[0]) < max(ends[0]) <= 4 / 6 + 0.02, "0 to 1 on an axis from -3 to 3"
    assert min(ends[1]) == pytest.approx(1 / 6, abs=0.03), "(0 - 0.5) / 0.25 = -2"
    assert max(ends[1]) == pytest.approx(5 / 6, abs=0.03)
    json.dumps(chart, allow_nan=False)
