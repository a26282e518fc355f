"""Answers to be measured: of the shipped networks on pictures that nobody learned from."""

import numpy as np
import pytest

from imgcls.data.picture_cache import Recipe, cache_pictures, open_cached
from imgcls.data.samples import SAMPLES
from imgcls.training.measured import MOST, TEST, measure, measure_alone
from imgcls.training.trained import tinyvgg


def test_tinyvgg_is_asked_about_new_drawings_of_its_own_breeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgcls.training.measured.TEST", 8)
    found = measure_alone(Recipe(), "tinyvgg")
    assert found.classes == tuple(tinyvgg().labels)
    assert found.truth.tolist() == [label for label in range(6) for _ in range(8)]
    assert found.probabilities.sum(1) == pytest.approx(np.ones(48), abs=1e-5)
    assert (found.probabilities.argmax(1) == found.truth).mean() > 0.75  # it knows them
    assert TEST * 6 <= MOST


def test_every_sample_is_asked_about_and_the_drawn_dogs_are_the_dogs() -> None:
    found = measure_alone(Recipe(), "samples")
    assert found.names == tuple(sample.title for sample in SAMPLES.values())
    dogs = [name for name, truth in zip(found.names, found.truth, strict=True) if truth]
    assert dogs == [name for name in found.names if "drawing)" in name]
    assert len(dogs) == 12
    cat = found.names.index(SAMPLES["cat"].title)
    assert not found.truth[cat]
    assert found.probabilities[cat, 1] < 0.5


def test_a_linear_model_and_a_network_answer_for_the_validation_part() -> None:
    recipe = Recipe(task="binary", count=120, size=16)
    cache_pictures(recipe)
    dataset = open_cached(recipe, 0.25, 1)
    linear, network = (measure(dataset, recipe, judge) for judge in ("linear", "dogs"))
    assert linear.truth.tolist() == dataset.labels[dataset.validation].tolist()
    assert linear.learned == len(dataset.training)
    assert network.learned is None
    assert network.probabilities.sum(1) == pytest.approx(np.ones(len(network.truth)), abs=1e-4)
    breeds = Recipe(count=120, size=16)
    cache_pictures(breeds)
    with pytest.raises(ValueError, match="Dog or not"):
        measure(open_cached(breeds, 0.25, 1), breeds, "dogs")
