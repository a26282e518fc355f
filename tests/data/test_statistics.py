"""Numbers about a data set, against NumPy on small sets, and duplicates that were planted."""

import numpy as np
import pytest
from PIL import Image

from imgcls.data.datasets import Dataset, Source, prepare
from imgcls.data.sources import drawn_dogs
from imgcls.data.statistics import Duplicate, balance, copy_of, duplicates, planted, summarise, with_copy


def dataset(images: np.ndarray, labels: list[int], splits: list[str]) -> Dataset:
    source = Source(
        "made", "Made", ("a", "b"), np.array(labels), np.array(splits), [str(n) for n in range(len(labels))],
        lambda index: Image.fromarray(images[index]), decoded=True,
    )  # fmt: skip
    return prepare(source, size=images.shape[1])


@pytest.fixture
def made() -> Dataset:
    images = np.random.default_rng(0).integers(0, 256, (7, 8, 8, 3), dtype=np.uint8)
    return dataset(images, [0, 0, 0, 1, 0, 0, 1], ["train"] * 4 + ["validation"] * 3)


def test_counts_means_and_spread_are_those_of_the_training_part(made: Dataset) -> None:
    summary = summarise(made)
    images = made.images[:4].astype(float)
    assert np.abs(summary.mean_picture - images.mean(0)).max() <= 0.5
    assert np.abs(summary.class_means[0] - images[:3].mean(0)).max() <= 0.5
    assert summary.mean == pytest.approx(images.mean((0, 1, 2)) / 255, rel=1e-5)
    assert summary.std == pytest.approx(images.std((0, 1, 2)) / 255, rel=1e-5)
    assert summary.class_mean == pytest.approx(
        np.stack([images[:3].mean((0, 1, 2)), images[3].mean((0, 1))]) / 255, rel=1e-5
    )
    assert summary.class_std == pytest.approx(
        np.stack([images[:3].std((0, 1, 2)), images[3].std((0, 1))]) / 255, rel=1e-5
    )


def test_counts_imbalance_and_baseline_by_hand(made: Dataset) -> None:
    counted = balance(made.labels, made.training, made.validation, 2)
    assert counted.training.tolist() == [3, 1]
    assert counted.validation.tolist() == [2, 1]
    assert counted.imbalance == 3
    assert counted.baseline == pytest.approx(2 / 3)


def test_planted_duplicates_are_found_and_nothing_else() -> None:
    images = prepare(drawn_dogs(count=36, size=32), size=32).images[:20].copy()
    images[15] = images[2]
    noise = np.random.default_rng(1).normal(0, 2, images[3].shape)
    images[17] = (images[3] + noise).clip(0, 255).astype(np.uint8)
    made = dataset(images, [0, 1] * 10, ["train"] * 12 + ["validation"] * 8)
    assert duplicates(made) == (Duplicate(2, 15, "same"), Duplicate(3, 17, "nearly the same"))


def test_the_drawn_set_has_no_duplicates_across_its_parts() -> None:
    assert duplicates(prepare(drawn_dogs(count=150, size=32), size=32)) == ()


@pytest.mark.parametrize("seed", range(3))
def test_a_copy_is_put_in_the_place_of_a_picture_of_its_class_and_is_found(seed: int) -> None:
    whole = prepare(drawn_dogs("breeds", 60, size=16), size=16)
    source, place = planted(whole.labels, whole.training, whole.validation, seed)
    assert source in whole.training and place in whole.validation
    assert whole.labels[source] == whole.labels[place]
    changed = with_copy(whole, seed)
    assert np.array_equal(changed.images[place], copy_of(whole.images[source]))
    assert np.array_equal(np.delete(changed.images, place, 0), np.delete(whole.images, place, 0))
    assert Duplicate(source, place, "nearly the same") in duplicates(changed)
