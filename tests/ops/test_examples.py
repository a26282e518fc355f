"""Every example reads, starts at its own values, and does what its place in the list promises."""

import math

import pytest

from imgcls.ops.autodiff import trace
from imgcls.ops.descent import descend
from imgcls.ops.examples import EXAMPLES, RATE, Example, starting_value
from imgcls.ops.expression import parse


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_an_example_reads_and_starts_at_its_own_values(example: Example) -> None:
    expression = parse(example.text)
    assert set(expression.variables) == set(example.values)
    assert set(example.fixed) < set(example.values)
    for place, name in enumerate(expression.variables):
        assert starting_value(expression.text, name, place) == example.values[name]


@pytest.mark.parametrize("example", EXAMPLES[:-2], ids=lambda example: example.title)
def test_an_examples_own_rate_goes_downhill(example: Example) -> None:
    steps = parse(example.text).steps
    learn = [name for name in example.values if name not in example.fixed]
    path = descend(steps, example.values, learn=learn, rate=example.rate, count=30)
    assert not path.diverges
    assert path.points[-1].value < path.points[0].value


def test_the_last_two_examples_are_no_numbers() -> None:
    assert all(
        not math.isfinite(float(trace(parse(example.text).steps, example.values).output.value))
        for example in EXAMPLES[-2:]
    )


def test_the_page_opens_with_the_first_example_and_its_rate() -> None:
    assert EXAMPLES[0].rate == RATE


def test_variables_of_a_typed_expression_start_at_different_small_numbers() -> None:
    starts = [starting_value("p + q + r", name, place) for place, name in enumerate("pqr")]
    assert len(set(starts)) == 3
    assert starting_value("p", "p", 99) in {1.5, -1.0, 0.5, 2.0, -0.5, 1.0, -1.5, 0.8}
