"""The validation pictures that stay with a run are those of the data set, and find their answers again."""

from pathlib import Path

import numpy as np
import pytest

from imgcls.training import evaluate as kept_pictures
from imgcls.training.evaluate import keep_pictures
from imgcls.training.runs import RunFiles
from imgcls.training.trainer import train
from tests.training.toy import toy, toy_config


def test_a_run_keeps_its_validation_pictures_and_their_true_classes(tmp_path: Path) -> None:
    dataset, folder = toy(), tmp_path / "run"
    list(train(toy_config(epochs=1), dataset=dataset, folder=folder))
    kept = RunFiles(folder).pictures()
    images, labels = dataset.part("validation")
    np.testing.assert_array_equal(kept.images, images)
    np.testing.assert_array_equal(kept.labels, labels)
    np.testing.assert_array_equal(kept.image(7), images[7])
    assert kept.image(len(labels)) is None


def test_where_all_are_too_many_some_are_kept_from_first_to_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_pictures, "MOST_BYTES", 10 * 16 * 16 * 3)
    dataset = toy()
    kept = keep_pictures(dataset)
    assert len(kept.places) == len(kept.images) == 10
    assert kept.places[0] == 0
    assert kept.places[-1] == len(dataset.validation) - 1
    assert len(kept.labels) == len(dataset.validation)
    np.testing.assert_array_equal(kept.image(kept.places[4]), dataset.images[dataset.validation[kept.places[4]]])
    missing = next(place for place in range(len(kept.labels)) if place not in kept.places)
    assert kept.image(missing) is None


def test_large_pictures_are_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_pictures, "MOST_SIDE", 8)
    assert keep_pictures(toy()).images.shape == (40, 8, 8, 3)


def test_damaged_pictures_are_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "pictures.npz").write_bytes(b"PK not really")
    assert RunFiles(tmp_path).pictures() is None
    assert RunFiles(tmp_path / "nowhere").pictures() is None
