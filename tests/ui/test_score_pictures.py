"""What the softmax and cross-entropy lessons draw, against torch: also while their sliders are dragged."""

import itertools
import json
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from imgcls.numbers import percent, written
from imgcls.ops.softmax import softmax
from imgcls.ui.components.plot import plot
from imgcls.ui.components.sliders import Drawing, SliderRows, fixed_rows
from imgcls.ui.cross_entropy import accuracy_part, likelihood_part
from imgcls.ui.cross_entropy import pictures as losses
from imgcls.ui.cross_entropy.likelihood_chart import likelihood_chart
from imgcls.ui.packet import pack
from imgcls.ui.softmax import pictures, triangle_part

NAMES = ["Samoyed", "Pug", "Boxer"]


def rows(*numbers, picked=None, **settings):
    dials = {"softmax_t": 1.0, "softmax_c": 0.0, "ce_smoothing": 0.0, "ce_t": 1.0, "ce_behind": 20.0} | settings
    return SliderRows("key", numbers, -10, 15, (2, 10), 0, picked, dials)


def packed(drawing: Drawing) -> None:
    """Nothing in it is what JSON cannot carry."""
    pack(fixed_rows(NAMES, drawing, alt="test").news())


def test_the_arithmetic_shows_cs231n_example_and_its_quotients_in_full():
    drawing = pictures.arithmetic(rows(1.0, -2.0, 0.0), NAMES)
    terms, quotients = drawing.columns
    assert list(terms.texts) == ["2.718", "0.135", "1"]
    assert quotients.texts == ["70.5%", "3.5%", "25.9%"]
    assert drawing.details[0] == "Samoyed: e^{1} / (e^{1} + e^{−2} + e^{0}) = 2.718 / 3.854 = 0.705"
    assert drawing.stack.shares == pytest.approx(torch.softmax(torch.tensor([1.0, -2, 0]), 0).tolist())


def test_a_constant_changes_every_term_and_no_quotient():
    plain, moved = (pictures.arithmetic(rows(1.0, -2.0, 0.0, softmax_c=c), NAMES) for c in (0.0, 7.0))
    assert plain.columns[0].texts != moved.columns[0].texts
    assert plain.columns[1].texts == moved.columns[1].texts
    assert moved.columns[0].title == "e^{z + c}"


@pytest.mark.parametrize(("constant", "said"), [(120.0, "becomes **inf**"), (-120.0, "too small")])
def test_even_64_bits_overflow_and_the_picture_says_so(constant, said):
    drawing = pictures.arithmetic(rows(1.0, -2.0, 0.0, softmax_c=constant, softmax_t=0.1), NAMES)
    assert said in drawing.note
    assert drawing.stack is None
    packed(drawing)


def test_the_chart_of_temperatures_passes_through_the_present_probabilities():
    figure = pictures.temperature(rows(1.0, -2.0, 0.0, softmax_t=2.0), NAMES).figure
    expected = torch.softmax(torch.tensor([1.0, -2.0, 0.0], dtype=torch.float64) / 2, 0).tolist()
    for line, probability in zip(figure.data, expected, strict=False):
        assert line.y[list(line.x).index(2.0)] == pytest.approx(probability)


def test_hardmax_jumps_where_the_strongest_rival_is_passed():
    drawing = pictures.hard(rows(1.0, -2.0, 0.4), NAMES)
    line = next(trace for trace in drawing.figure.data if trace.name == "hardmax")
    jump = next(x for x, y in zip(line.x, line.y, strict=True) if y == 1)
    assert jump == pytest.approx(0.4, abs=1e-5)
    p = float(torch.softmax(torch.tensor([1.0, -2.0, 0.4], dtype=torch.float64), 0)[0])
    assert f"**{written(p * (1 - p))}**" in drawing.note


def test_dragging_the_triangles_point_gives_logits_whose_softmax_is_there():
    point = (0.2, 0.5, 0.3)
    told = {"probabilities": point, "middle": 3.0}
    logits = torch.tensor(triangle_part.from_triangle(told, {"softmax_t": 2.0}))
    assert softmax(logits, temperature=2.0).tolist() == pytest.approx(point, abs=0.003)
    assert float(logits.mean()) == pytest.approx(3.0, abs=0.01)
    drawn = triangle_part.triangle(rows(*logits.tolist(), softmax_t=2.0), NAMES).news()
    assert drawn["probabilities"] == pytest.approx(point, abs=0.003)
    assert drawn["middle"] == pytest.approx(3.0, abs=0.01)
    assert drawn["trail"][0] == pytest.approx([0, 1, 0], abs=1e-3)


@pytest.mark.parametrize("told", [{}, {"probabilities": [1, 0], "middle": 0}, {"probabilities": (0.2, 0.5, 0.3)}])
def test_a_drag_of_the_triangle_without_sense_is_refused(told):
    assert triangle_part.from_triangle(told, {"softmax_t": 1.0}) is None


@pytest.mark.parametrize(("z", "t"), [((1.0, -2.0), 1.0), ((0.5, 0.5), 2.0), ((-3.25, 4.0), 0.5)])
def test_softmax_of_two_classes_is_said_to_be_the_sigmoid_of_their_difference(z, t):
    drawing = pictures.arithmetic(rows(*z, softmax_t=t), NAMES[:2])
    p = float(torch.softmax(torch.tensor(z, dtype=torch.float64) / t, 0)[0])
    assert p == pytest.approx(float(torch.sigmoid(torch.tensor((z[0] - z[1]) / t, dtype=torch.float64))))
    assert f" **{percent(p)}**." in drawing.note
    assert "**sigmoid**" in drawing.note
    assert "sigmoid" not in pictures.arithmetic(rows(*z, 0.0, softmax_t=t), NAMES).note


@pytest.mark.parametrize(
    ("temperature", "titles"),
    [
        (1.0, ["plain: e^{z + c}", "/ sum", "safe: e^{z − max}", "/ sum"]),
        (2.0, ["plain: e^{(z + c) / T}", "/ sum", "safe: e^{(z − max) / T}", "/ sum"]),
    ],
)
def test_overflow_names_the_exponent_that_it_takes(temperature, titles):
    drawing = pictures.overflow(rows(1.0, -2.0, 0.0, softmax_t=temperature), NAMES, "float64")
    assert [column.title.replace("\u00a0", " ") for column in drawing.columns] == titles
    assert drawing.columns[0].texts[0] == written(math.exp(1.0 / temperature))
    assert drawing.columns[2].texts[1] == written(math.exp(-3.0 / temperature))


def test_overflow_shows_what_torch_computes_in_that_format():
    drawing = pictures.overflow(rows(1.0, -2.0, 0.0, softmax_c=12.0), NAMES, "float16")
    plain, broken, _, safe = drawing.columns
    assert plain.texts == ["inf", written(float(torch.tensor(10.0, dtype=torch.float16).exp())), "inf"]
    assert broken.texts == ["nan", "0%", "nan"]
    expected = torch.softmax(torch.tensor([13.0, 10.0, 12.0], dtype=torch.float16), 0).tolist()
    assert safe.lengths == pytest.approx(expected, abs=1e-3)  # torch's own rounds once, at the end


def test_one_example_adds_its_parts_up_to_torchs_loss():
    drawing = losses.one_example(rows(-2.85, 0.86, 0.28, picked=2, ce_smoothing=0.2, ce_t=0.5), NAMES)
    z = torch.tensor([[-2.85, 0.86, 0.28]], dtype=torch.float64) / 0.5
    loss = float(F.cross_entropy(z, torch.tensor([2]), label_smoothing=0.2))
    assert drawing.columns[2].total == f"loss {written(loss)}"
    assert drawing.columns[3].title == "gradient (p − y) / T"


def test_the_binary_chart_has_its_dot_on_the_branch_that_came_true():
    for over_logit in (True, False):
        drawing = losses.two_classes(rows(1.37), "Pug", 0, over_logit)
        ((dot, _colour),) = plot(drawing.figure, alt="").news()["mark"]["dots"]  # as a drag sends it
        z = torch.tensor(1.37, dtype=torch.float64)
        expected = F.binary_cross_entropy_with_logits(z, torch.zeros_like(z))
        assert dot == pytest.approx(float(expected))


def test_the_batch_names_its_worst_example():
    drawing = losses.batch(rows(4.0, -4.0))
    assert "Photo 2 alone" in drawing.note
    both = F.cross_entropy(torch.tensor([[4.0, 0, 0], [-4.0, 0, 0]]), torch.tensor([0, 0]))
    assert drawing.columns[1].total == f"mean {written(float(both))}"


@pytest.mark.parametrize(("kind", "gap", "said"), [("float32", 120.0, "is **inf**"), ("float16", 11.5, "still fits")])
def test_the_broken_way_is_explained_and_its_curve_ends(kind, gap, said):
    drawing = losses.logits_in(gap, kind)
    assert said in drawing.note
    broken = drawing.figure.data[1]
    assert np.isnan(broken.y).any()
    assert math.isfinite(broken.y[0])
    packed(drawing)


THREE = (2.0, 0.5, -1.0)


def true_p(*logits):
    z = torch.zeros(len(logits), 3, dtype=torch.float64)
    z[:, 0] = torch.tensor(logits, dtype=torch.float64)
    return torch.softmax(z, 1)[:, 0]


def test_the_likelihood_shows_the_product_the_sum_of_logs_and_that_they_agree():
    drawing = likelihood_part.likelihood_picture(rows(*THREE, ce_photos=3))
    p = true_p(*THREE)
    assert drawing.columns[0].total == f"product {written(float(p.prod()))}"
    assert drawing.columns[1].total == f"sum {written(float(p.log().sum()))}"
    loss = float(-p.log().mean())
    words = likelihood_part.likelihood_words(rows(*THREE, ce_photos=3))
    for number in (loss, loss / math.log(2), math.exp(loss)):
        assert written(number) in words
    found = likelihood_part.falling(rows(*THREE, ce_photos=3))
    assert (found.counts[:2], found.counts[-1], len(found.counts)) == ((3, 6), 900, 300)
    assert found.powers[1] == pytest.approx(2 * float(p.log10().sum()))
    assert [name for name, _, _ in found.ends] == ["float16", "float32", "float64"]
    for (_, count, power), dtype in zip(found.ends, (torch.float16, torch.float32, torch.float64), strict=True):
        product = torch.ones((), dtype=dtype)
        for factor in p.to(dtype).repeat(300)[:count]:
            product = product * factor
        assert product > 0, "the last one that fits"
        assert product * p.to(dtype)[count % 3] == 0
        assert power == pytest.approx(float(p.repeat(300)[:count].log10().sum()))


def test_the_chart_of_the_likelihood_has_everything_at_its_place():
    found = likelihood_part.falling(rows(*THREE, ce_photos=300))
    chart = likelihood_chart(found, 300)
    (one_at, _), (ten_at, _), *_ = chart["yticks"]
    step = 100 / (one_at - ten_at)  # powers of ten over the whole height
    ((run,),) = [line["runs"] for line in chart["lines"]]
    assert [(y - one_at) * step for _, y in run] == pytest.approx(found.powers, abs=0.05)
    (zero, _), (_, _), (four_hundred, label), *_ = chart["xticks"]
    assert label == "400"
    here = chart["marks"][-1]["at"]
    assert here[0] == chart["cursor"] == pytest.approx(zero + 300 * (four_hundred - zero) / 400, abs=1e-4)
    assert here in run
    assert [mark["label"] for mark in chart["marks"]] == [*(f"{name}: 0 from here" for name, _, _ in found.ends), ""]


def test_a_product_that_underflows_is_named_and_the_sum_goes_on():
    note = likelihood_part.likelihood_words(rows(*THREE, ce_photos=300))
    assert "**0** in float32, because it is too small for float16 and float32" in note
    assert written(100 * float(true_p(*THREE).log().sum())) in note


def test_certain_answers_never_underflow():
    shown = rows(10.0, 10.0, 10.0, ce_photos=900)
    found = likelihood_part.falling(shown)
    assert not found.ends
    json.dumps(likelihood_chart(found, 900), allow_nan=False)
    packed(likelihood_part.likelihood_picture(shown))


def test_a_small_change_of_a_logit_moves_the_loss_and_not_the_accuracy():
    shown = rows(3.0, 1.5, 1.0, 0.5, -1.5)
    drawing = accuracy_part.accuracy_picture(shown)
    assert drawing.columns[1].total == "accuracy 80.0%"
    assert drawing.columns[1].texts == ["✓ right"] * 4 + ["✗ wrong"]
    before, after = (float(-true_p(z, 1.5, 1.0, 0.5, -1.5).log().mean()) for z in (3.0, 3.1))
    assert "accuracy stays at **80.0%**" in drawing.note
    assert f"falls by **{written(before - after)}** to {written(after)}" in drawing.note
    at_the_step = rows(-0.05, 1.5, 1.0, 0.5, -1.5)
    assert "accuracy jumps to **80.0%**" in accuracy_part.accuracy_picture(at_the_step).note


def test_accuracy_is_a_staircase_and_the_losses_are_slopes_on_the_charts():
    shown = rows(-1.5, 3.0, 1.5, 1.0, 0.5)
    steps, slopes = accuracy_part.accuracy_figures(shown)
    (line,) = steps.data
    assert {round(y, 6) for y in line.y} == {0.8, 1.0}
    assert next(x for x, y in zip(line.x, line.y, strict=True) if y == 1.0) == 0.0
    loss, squared = slopes.data
    assert all(a > b - 1e-12 for a, b in itertools.pairwise(loss.y))
    assert loss.y[0] - loss.y[10] > 0.2, "log loss still falls far on the left"
    assert squared.y[0] - squared.y[10] < 0.001, "squared error is flat there"
    p = true_p(-1.5, 3.0, 1.5, 1.0, 0.5)
    expected = [float(-p.log().mean()), float((1 - p).square().mean())]
    step_mark, slopes_mark = accuracy_part.accuracy_marks(shown)
    assert [y for y, _ in slopes_mark["dots"]] == pytest.approx(expected)
    assert [colour for _, colour in slopes_mark["dots"]] == [loss.line.color, squared.line.color]
    assert step_mark == {"x": -1.5, "dots": [[0.8, line.line.color]]}


def test_while_one_logit_is_dragged_its_charts_stay_and_only_the_marks_move():
    """So that the browser need not draw them again: what costs most of a drag."""
    here, there = (rows(x, 3.0, 1.5, 1.0, 0.5) for x in (-1.5, 2.25))
    for one, other in zip(accuracy_part.accuracy_figures(here), accuracy_part.accuracy_figures(there), strict=True):
        assert one.to_json() == other.to_json()
    assert accuracy_part.accuracy_marks(here) != accuracy_part.accuracy_marks(there)
