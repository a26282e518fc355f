"""Trouble is recognised once, with the step at which it began; healthy runs are left in peace."""

import math

import numpy as np
import pytest

from imgcls.training.diagnosis import Watchdog, chance_loss
from imgcls.training.records import Evaluation, LayerView, Snapshot


def evaluation(step: int, train_loss: float, val_loss: float, whole: bool = True) -> Evaluation:
    none = np.empty(0)
    return Evaluation(step, step / 10, 1.0, train_loss, 0.5, val_loss, 0.5, 100.0, none, none, none, none, none, whole)


def snapshot(step: int, dead: float | None) -> Snapshot:
    return Snapshot(step, 0.0, (LayerView("relu1_1", "ReLU", dead=dead),), np.ones(2))


@pytest.fixture
def dog() -> Watchdog:
    return Watchdog(classes=6, lr=0.1)


def test_guessing_costs_the_logarithm_of_the_number_of_classes() -> None:
    assert chance_loss(2) == pytest.approx(0.6931, abs=1e-4)


def test_nan_is_reported_once_with_its_step(dog: Watchdog) -> None:
    (finding,) = dog.losses(11, [1.8, 5.0, math.nan, math.nan])
    assert (finding.kind, finding.since) == ("nan", 13)
    assert "At step 13 " in finding.sentence
    assert dog.losses(15, [math.inf]) == []


def test_a_first_loss_that_is_no_number_is_not_blamed_on_the_rate(dog: Watchdog) -> None:
    (finding,) = dog.losses(1, [math.nan])
    assert (finding.kind, finding.since) == ("nan", 1)
    assert "rate" not in finding.sentence


def test_a_rising_loss_is_divergence_since_its_lowest_point(dog: Watchdog) -> None:
    assert dog.losses(1, [1.8 - 0.02 * step for step in range(40)]) == []
    (finding,) = dog.losses(41, [1.0 + 0.3 * step for step in range(40)])
    assert finding.kind == "divergence"
    assert 35 <= finding.since <= 50
    assert "smaller learning rate than 0.1" in finding.sentence


def test_a_loss_that_explodes_from_the_start_is_divergence(dog: Watchdog) -> None:
    (finding,) = dog.losses(1, [1.8, 400.0, 9000.0] + [5000.0] * 30)
    assert (finding.kind, finding.since) == ("divergence", 2)


def test_a_noisy_falling_loss_is_healthy(dog: Watchdog) -> None:
    noise = np.random.default_rng(0).normal(0, 0.4, 500)
    losses = [1.8 * 0.99**step * (1 + error) + 0.1 for step, error in enumerate(noise)]
    assert dog.losses(1, losses) == []


def test_overfitting_is_dated_to_the_best_validation_loss(dog: Watchdog) -> None:
    curve = [(1.7, 1.6), (1.0, 1.1), (0.8, 0.9), (0.5, 1.0), (0.3, 1.1), (0.2, 1.2), (0.1, 1.3)]
    findings = [found for step, losses in enumerate(curve, 1) for found in dog.evaluation(evaluation(step, *losses))]
    assert [(finding.kind, finding.since) for finding in findings] == [("overfitting", 3)]
    assert "from 0.80 to 0.10" in findings[0].sentence or "from 0.80 to 0.20" in findings[0].sentence


def test_validation_loss_that_wavers_is_no_overfitting(dog: Watchdog) -> None:
    for step, (train, val) in enumerate([(1.0, 1.0), (0.9, 1.2), (0.8, 0.9), (0.7, 1.1), (0.6, 0.85), (0.5, 0.9)]):
        assert dog.evaluation(evaluation(step, train, val)) == []


def test_partial_evaluations_do_not_count(dog: Watchdog) -> None:
    for step, val in enumerate([0.5, 1.0, 1.5, 2.0, 2.5]):
        assert dog.evaluation(evaluation(step, 1 / (step + 1), val, whole=False)) == []


def test_a_loss_that_stays_at_guessing_is_a_plateau(dog: Watchdog) -> None:
    findings = [found for step in range(10, 70, 10) for found in dog.evaluation(evaluation(step, 1.79, 1.80))]
    assert [finding.kind for finding in findings] == ["plateau"]
    assert "1.79" in findings[0].sentence
    assert "a larger learning rate" in findings[0].sentence


def test_a_handful_of_steps_is_too_few_for_a_plateau(dog: Watchdog) -> None:
    assert [found for step in range(1, 21) for found in dog.evaluation(evaluation(step, 1.79, 1.80))] == []


def test_a_loss_that_has_only_just_come_back_to_guessing_is_no_plateau(dog: Watchdog) -> None:
    losses = [0.5] * 39 + [1.79] * 49
    found = [each for step, loss in enumerate(losses, 1) for each in dog.evaluation(evaluation(step, loss, 1.80))]
    assert not any(finding.kind == "plateau" for finding in found)
    assert [finding.kind for finding in dog.evaluation(evaluation(89, 1.79, 1.80))] == ["plateau"]


def test_a_loss_that_stays_at_guessing_behind_silent_units_is_not_told_to_take_larger_steps(dog: Watchdog) -> None:
    dog.snapshot(snapshot(10, 0.9))
    (finding,) = [found for step in range(10, 70, 10) for found in dog.evaluation(evaluation(step, 1.79, 1.80))]
    assert finding.kind == "plateau"
    assert "a smaller rate than 0.1" in finding.sentence
    assert "larger" not in finding.sentence


def test_dead_units_are_reported_from_half_of_a_layer_on(dog: Watchdog) -> None:
    assert dog.snapshot(snapshot(1, None)) == dog.snapshot(snapshot(2, 0.4)) == []
    (finding,) = dog.snapshot(snapshot(3, 0.75))
    assert (finding.kind, finding.since) == ("dead", 3)
    assert finding.sentence.startswith("75% of the units of relu1_1")
    assert dog.snapshot(snapshot(4, 0.9)) == []


@pytest.mark.parametrize("name", ["zeros", "small"])
def test_silent_units_and_a_plateau_are_blamed_on_first_weights_that_cause_them(name: str) -> None:
    dog = Watchdog(classes=6, lr=0.1, first_weights=name)
    (dead,) = dog.snapshot(snapshot(0, 1.0))
    findings = [found for step in range(10, 70, 10) for found in dog.evaluation(evaluation(step, 1.79, 1.80))]
    for finding in (dead, *findings):
        assert "first weights" in finding.sentence
        assert "rate" not in finding.sentence
