"""Transfer: frozen features equal the whole network's, the new head learns, and both together are one classifier."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from imgcls.data.datasets import Dataset, prepare
from imgcls.data.picture_files import PictureError
from imgcls.models.classify import classify
from imgcls.models.registry import load
from imgcls.training import transfer
from imgcls.training.config import TrainConfig
from imgcls.training.records import Evaluation, Finished, Loading, Snapshot, Started
from imgcls.training.runs import RunError, RunFiles
from imgcls.training.trained import load_trained
from imgcls.training.trainer import train
from tests.training.toy import MODEL, toy, toy_config, toy_source


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Plain pictures and striped ones: what deep features tell apart at once."""
    rng = np.random.default_rng(0)
    pictures = rng.integers(40, 200, (24, 1, 1, 3)) * np.ones((1, 64, 64, 1))
    pictures[1::2, :, ::8] = pictures[1::2, :, 1::8] = 255
    pictures = pictures.astype(np.uint8)
    source = replace(toy_source(24), classes=("plain", "striped"), image=lambda index: Image.fromarray(pictures[index]))
    return prepare(source, size=16, validation=0.25)


@pytest.fixture(scope="module")
def run_folder(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("runs") / "transfer"
    config = TrainConfig(model=None, batch_size=6, epochs=12, lr=0.003, mode="fp32")
    records = list(train(config, dataset=dataset, folder=folder, probe=np.zeros((9, 9, 3), np.uint8)))
    return folder, records


def test_features_are_what_the_original_head_sees() -> None:
    picture = toy_source(2).image(0)
    classifier = load()
    logits = classifier.module(classifier.preprocess(picture))[0]
    features = torch.from_numpy(transfer.features_of([picture])).float()
    assert torch.allclose(classifier.module.classifier(features)[0], logits, atol=0.05)


def test_a_new_head_learns_in_a_moment(run_folder, dataset: Dataset) -> None:
    _, records = run_folder
    started = next(record for record in records if isinstance(record, Started))
    assert started.parameters == 2 * 1280 + 2
    evaluations = [record for record in records if isinstance(record, Evaluation)]
    assert evaluations[-1].val_accuracy == 1.0
    assert isinstance(records[-1], Finished)
    snapshot = next(record for record in records if isinstance(record, Snapshot))
    assert [view.name for view in snapshot.layers] == ["head"]
    assert snapshot.probabilities.shape == (2,)


def test_features_are_computed_once(run_folder, dataset: Dataset, monkeypatch) -> None:
    cached = replace(dataset, source=replace(dataset.source, fingerprint="toy"))
    told: list[Loading] = []
    first = transfer.features(cached, lambda *numbers: told.append(numbers))
    assert told[-1] == (24, 24)
    monkeypatch.setattr(transfer, "features_of", lambda _images: pytest.fail("computed again"))
    assert np.array_equal(transfer.features(cached), first)


def test_a_picture_that_cannot_be_read_again_is_replaced_by_its_small_copy(dataset: Dataset) -> None:
    def gone(_index: int) -> Image.Image:
        raise PictureError("It is gone.")

    lost = replace(dataset, source=replace(dataset.source, image=gone))
    assert np.array_equal(np.asarray(transfer._image(lost, 3)), dataset.images[3])


def test_frozen_features_and_head_make_one_classifier(run_folder, dataset: Dataset) -> None:
    folder, records = run_folder
    classifier = load_trained(folder, "last")
    assert classifier.labels == ("plain", "striped")
    picture = dataset.source.image(int(dataset.validation[0]))
    prediction = classify(classifier, picture)
    last = [record for record in records if isinstance(record, Evaluation)][-1]
    assert int(prediction.probabilities.argmax()) == last.predicted[0]
    assert all(not parameter.requires_grad for parameter in classifier.module.parameters())
    # The original network is still itself.
    assert load().module.classifier.out_features == 1000


def test_a_trained_small_network_is_a_classifier_with_its_own_preprocessing(tmp_path) -> None:
    data = toy()
    records = list(train(toy_config(), dataset=data, folder=tmp_path / "run"))
    classifier = load_trained(tmp_path / "run", "last")
    last = [record for record in records if isinstance(record, Evaluation)][-1]
    for place in range(5):
        picture = Image.fromarray(data.images[data.validation[place]])
        prediction = classify(classifier, picture)
        assert float(prediction.probabilities.max()) == pytest.approx(float(last.confidence[place]), abs=2e-3)
    assert classifier.labels == ("left", "right")
    assert list(classifier.layers) == ["layers.conv1_1", "layers.relu1_1", "layers.pool1"]
    assert classifier.module.get_submodule("layers.conv1_1").out_channels == 6


def test_a_run_without_fitting_weights_gets_a_sentence(tmp_path) -> None:
    with pytest.raises(RunError, match="no such run"):
        load_trained(tmp_path / "nothing")
    list(train(toy_config(epochs=1), dataset=toy(), folder=tmp_path / "run"))
    files = RunFiles(tmp_path / "run")
    files.save_checkpoint({"module": {"other": torch.ones(1)}}, "best.pt")
    with pytest.raises(RunError, match="do not fit"):
        load_trained(tmp_path / "run")
    (files.folder / "best.pt").unlink()
    (files.folder / "checkpoint.pt").unlink()
    with pytest.raises(RunError, match="no weights yet"):
        load_trained(tmp_path / "run")


def test_a_network_without_convolutions_says_why_it_has_no_maps(tmp_path) -> None:
    config = toy_config(model=MODEL.with_(channels=()), epochs=1)
    list(train(config, dataset=toy(), folder=tmp_path / "run"))
    classifier = load_trained(tmp_path / "run")
    assert not classifier.layers
    assert "no convolution" in classifier.layers_note
