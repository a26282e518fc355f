import numpy as np
import pytest

from imgcls.ops.mlp import Plan, collapsed, measure, outputs, sigmoid
from imgcls.ops.mlp_film import ANSWER, MOST_FRAMES, NEURON, Twins, film, plane
from imgcls.ops.points import own_points, pattern

POINTS = pattern("spiral", 0)
TWINS = Twins(Plan((5, 3), "tanh"))


def test_a_film_shows_what_the_networks_say_after_each_of_its_steps() -> None:
    seen = film(TWINS, TWINS.start(0), POINTS, 0.1, frames=4, steps=3)
    state = TWINS.start(0)
    for frame in range(4):
        state = TWINS.step(state, POINTS, 0.1, 3)
        flat, _, straight, _ = state.reshape(4, -1)
        for twin, (plan, each) in enumerate(((TWINS.plan, flat), (TWINS.straight, straight))):
            chance = sigmoid(outputs(plan, each, plane(ANSWER))[-1]).reshape(ANSWER, ANSWER)
            assert np.abs(seen.answers[frame, twin] - 255 * chance).max() <= 0.51
            assert (seen.losses[frame, twin], seen.accuracies[frame, twin]) == pytest.approx(
                measure(plan, each, POINTS)
            )
        slope, shift = collapsed(TWINS.straight, straight)
        assert np.allclose(seen.lines[frame], [*slope, shift])
    assert np.array_equal(seen.state, state)
    assert seen.finite
    assert seen.neurons.shape == (2, 2 + 8, NEURON, NEURON)


def test_the_pictures_are_the_right_way_up() -> None:
    places = plane(4).reshape(4, 4, 2)
    assert places[0, 0] == pytest.approx([-0.75, 0.75])
    assert places[0, -1] == pytest.approx([0.75, 0.75])
    assert places[-1, 0] == pytest.approx([-0.75, -0.75])


def test_a_neurons_picture_is_red_below_0_and_blue_above_and_a_lines_width_follows_its_weight() -> None:
    plan = Plan((2,), "none")
    flat = np.float32([1, 0, 0, -0.5, 0, 0, 1, 1, 0])  # the neurons x1 and -0.5 x2
    seen = film(Twins(plan), np.concatenate([flat, 0 * flat] * 2), POINTS, 0.1)
    *inputs, across, up = seen.neurons[0].astype(int)
    largest = 1 - 1 / NEURON
    centres = (np.arange(NEURON) + 0.5) / NEURON * 2 - 1
    assert np.abs(across[0] - (128 + 127 * centres / largest)).max() <= 1
    assert np.abs(up[:, 0] - (128 + 127 * 0.5 * centres / largest)).max() <= 1
    assert np.array_equal(inputs[0], across)
    assert seen.weights[0].tolist() == [127, 0, 0, -64, 0, 0, 127, 127, 0]


def test_a_film_may_begin_in_the_middle_of_another() -> None:
    whole = film(TWINS, TWINS.start(0), POINTS, 0.1, frames=6, steps=2)
    rest = film(TWINS, TWINS.start(0), POINTS, 0.1, frames=2, steps=2, skip=4)
    assert np.array_equal(rest.answers, whole.answers[4:])
    assert np.array_equal(rest.state, whole.state)


def test_a_film_without_steps_is_the_state_as_it_is() -> None:
    seen = film(TWINS, TWINS.start(3), POINTS, 0.1)
    assert np.array_equal(seen.state, TWINS.start(3))
    assert len(seen.answers) == len(seen.neurons) == 1


def test_a_rate_beyond_all_measure_ends_the_film_with_the_last_numbers_there_were() -> None:
    twins = Twins(Plan((8, 8), "relu"))
    seen = film(twins, twins.start(0), POINTS, 1e30, frames=5, steps=5)
    assert not seen.finite
    assert len(seen.answers) < 5
    for numbers in (seen.losses, seen.lines, seen.state):
        assert np.isfinite(numbers).all()


@pytest.mark.parametrize(
    "more", [{"frames": 0}, {"frames": MOST_FRAMES + 1}, {"steps": 1000}, {"skip": -1}, {"skip": 999}]
)
def test_no_film_takes_more_than_a_slice_of_time(more: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at most"):
        film(TWINS, TWINS.start(0), POINTS, 0.1, **more)


def test_without_points_there_is_nothing_to_learn_from() -> None:
    with pytest.raises(ValueError, match="points"):
        film(TWINS, TWINS.start(0), own_points([]), 0.1, steps=1)
    still = film(TWINS, TWINS.start(0), own_points([]), 0.1)
    assert np.isnan(still.losses).all()


@pytest.mark.parametrize("state", [np.zeros(3), np.full(4 * TWINS.plan.parameters, np.nan)])
def test_a_strangers_state_is_refused(state: np.ndarray) -> None:
    with pytest.raises(ValueError, match="state"):
        TWINS.checked(state)
