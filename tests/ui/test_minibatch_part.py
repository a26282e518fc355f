"""What the page says of mini-batches: cost, spread, and where the full batch is for the same money."""

from imgcls.ops.minibatch import walks
from imgcls.ui.autodiff.landscape.picture import kind_of
from imgcls.ui.autodiff.minibatch_part import ALL, DRAWS, MINI, RATE, STEPS, WHOLE, B, W, _cost, _examples, _losses

START = W.start, B.start
MANY = {size: walks(START, RATE.start, size, STEPS, range(1, DRAWS + 1)) for size in (1, 4, ALL)}
FULL = MANY[ALL].path(0, RATE.start, WHOLE)


def test_cost_in_gradients_of_single_examples() -> None:
    said = _cost(FULL, MANY[4], 4, 20)
    assert said.startswith("20 steps of 4 examples: 80 gradients of single examples, the cost of 5 full-batch steps.")
    losses = MANY[4].loss[:, 20]
    assert f"loss is then {losses.mean():.2f} ± {losses.std(correction=0):.2f} (mean" in said
    assert f"The full batch is at {FULL.points[5].value:.2f} after 5 steps" in said
    assert said.endswith(f"at {FULL.points[20].value:.2f} after 20 steps, which cost 320 gradients.")


def test_one_of_each_is_no_plural_and_before_the_first_step_all_of_them_count() -> None:
    assert _cost(FULL, MANY[1], 1, 1).startswith("1 step of 1 example: 1 gradient of single examples, the cost of 0.06")
    assert _cost(FULL, MANY[4], 4, 0) == _cost(FULL, MANY[4], 4, STEPS)
    assert "both paths are the same" in _cost(FULL, MANY[ALL], ALL, 3)


def test_one_example_a_step_gets_lower_for_the_cost_of_one_full_step() -> None:
    """At the page's start and rate, on the mean over the draws."""
    assert MANY[1].loss[:, ALL].mean() < FULL.points[1].value


def test_both_charts_say_which_path_is_which() -> None:
    mini = MANY[4].path(0, RATE.start, MINI)
    looked_at = MANY[4].examples[0, 3].tolist()
    chart = _examples(FULL, mini, 3, looked_at)
    assert [each["kind"] for each in chart["lines"]] == ["whole", "noisy", "examples"]
    assert len(chart["marks"]) == 4
    assert chart["alt"].endswith("the next step looks at 4 examples")
    assert kind_of(mini) == "noisy"
    assert {each["kind"] for each in _losses(FULL, mini, 3)["lines"]} == {"whole", "noisy"}
