"""What the softmax and cross-entropy lessons draw, against torch: also while their sliders are dragged."""

import math

import pytest
import torch
import torch.nn.functional as F

from imgcls.numbers import written
from imgcls.ops.softmax import softmax
from imgcls.ui.components.sliders import SliderRows, drawing_fields
from imgcls.ui.cross_entropy import pictures as losses
from imgcls.ui.packet import pack, unpack
from imgcls.ui.softmax import pictures, triangle_part

NAMES = ["Samoyed", "Pug", "Boxer"]


def rows(*numbers, picked=None, **settings):
    dials = {"softmax_t": 1.0, "softmax_c": 0.0, "ce_smoothing": 0.0, "ce_t": 1.0, "ce_behind": 20.0} | settings
    return SliderRows("key", numbers, -10, 15, (2, 10), 0, picked, None, (), dials)


def test_the_arithmetic_shows_cs231n_example_and_its_quotients_in_full():
    drawing = pictures.arithmetic(rows(1.0, -2.0, 0.0), NAMES)
    terms, quotients = drawing.columns
    assert terms.texts == ["2.718", "0.1353", "1"]
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
    pack(drawing_fields(drawing))  # nothing that JSON cannot carry


def test_the_chart_of_temperatures_passes_through_the_present_probabilities():
    figure = pictures.temperature(rows(1.0, -2.0, 0.0, softmax_t=2.0), NAMES).figure
    expected = torch.softmax(torch.tensor([1.0, -2.0, 0.0], dtype=torch.float64) / 2, 0).tolist()
    for line, probability in zip(figure.data, expected, strict=False):
        assert line.y[line.x.index(2.0)] == pytest.approx(probability)


def test_hardmax_jumps_where_the_strongest_rival_is_passed():
    drawing = pictures.hard(rows(1.0, -2.0, 0.4), NAMES)
    line = next(trace for trace in drawing.figure.data if trace.name == "hardmax")
    jump = next(x for x, y in zip(line.x, line.y, strict=True) if y == 1)
    assert jump == pytest.approx(0.4, abs=1e-5)
    p = float(torch.softmax(torch.tensor([1.0, -2.0, 0.4], dtype=torch.float64), 0)[0])
    assert f"**{written(p * (1 - p))}**" in drawing.note


def test_dragging_the_triangles_point_gives_logits_whose_softmax_is_there():
    point = (0.2, 0.5, 0.3)
    start = rows(4.0, 3.0, 2.0, softmax_t=2.0)
    logits = torch.tensor(triangle_part.logits_at(point, start))
    assert softmax(logits, temperature=2.0).tolist() == pytest.approx(point, abs=0.003)
    assert float(logits.mean()) == pytest.approx(3.0, abs=0.01)
    answer, _ = unpack(triangle_part._answer(start, NAMES)({"probabilities": point}))
    assert answer["beside"]["key"]["numbers"] == pytest.approx(logits.tolist())
    assert answer["beside"][pictures.SIMPLEX]["probabilities"] == pytest.approx(point, abs=0.003)
    with pytest.raises(ValueError, match="three probabilities"):
        triangle_part._answer(start, NAMES)({"probabilities": [1, 0]})


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
    settings = {"ce_smoothing": 0.2, "ce_t": 0.5}
    drawing = losses.one_example(rows(-2.85, 0.86, 0.28, picked=2), NAMES, settings)
    z = torch.tensor([[-2.85, 0.86, 0.28]], dtype=torch.float64) / 0.5
    loss = float(F.cross_entropy(z, torch.tensor([2]), label_smoothing=0.2))
    assert drawing.columns[2].total == f"loss {written(loss)}"
    assert drawing.columns[3].title == "gradient (p − y) / T"


def test_the_binary_chart_has_its_dot_on_the_branch_that_came_true():
    for over_logit in (True, False):
        drawing = losses.two_classes(rows(1.37), "Pug", 0, over_logit)
        ((dot, _colour),) = drawing_fields(drawing, "chart")["beside"]["chart"]["mark"]["dots"]  # as a drag sends it
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
    drawing = losses.logits_in(rows(ce_behind=gap), kind)
    assert said in drawing.note
    broken = drawing.figure.data[1]
    assert None in broken.y
    assert math.isfinite(broken.y[0])
    pack(drawing_fields(drawing, "chart"))
