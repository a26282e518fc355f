"""The recorded answers are those that the classifiers give."""

import numpy as np
import pytest

from imgcls.training.recorded_answers import record, recorded_answers


@pytest.fixture(scope="module")
def anew() -> dict:
    return dict(record())


@pytest.mark.parametrize("name", ["linear", "tinyvgg"])
def test_the_file_says_what_is_computed_anew(name: str, anew: dict) -> None:
    kept, now = recorded_answers()[name], anew[name]
    np.testing.assert_array_equal(kept.truth, now.truth)
    np.testing.assert_array_equal(kept.places, now.places)
    np.testing.assert_allclose(kept.probabilities, now.probabilities, atol=0.02)
    assert kept.right.mean() == pytest.approx(now.right.mean(), abs=0.01)


def test_tinyvgg_knows_every_dalmatian_and_the_linear_model_fewer_than_a_guess() -> None:
    known = recorded_answers()
    assert known["tinyvgg"].right[known["tinyvgg"].truth == 0].all()
    assert known["linear"].right[known["linear"].truth == 0].mean() < 1 / 6


def test_they_are_probabilities() -> None:
    for each in recorded_answers().values():
        np.testing.assert_allclose(each.probabilities.sum(1), 1, atol=1e-5)
        assert set(each.truth.tolist()) == set(range(6))
