"""The trained networks that come with the app load, are small, and their READMEs say truly how they were made."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import torch

from imgcls.cli import main
from imgcls.data.datasets import split
from imgcls.data.samples import load_sample
from imgcls.data.sources import drawn_one_by_one
from imgcls.models.classify import Classifier, classify
from imgcls.models.presets import PRESETS
from imgcls.models.registry import load
from imgcls.models.small import SmallCNN
from imgcls.models.specs import SMALL_RESNET
from imgcls.training.config import recipe
from imgcls.training.runs import RunFiles
from imgcls.training.trained import TINYVGG, tinyvgg

FOLDERS = {"tinyvgg": (TINYVGG, 100_000), "small_resnet": (SMALL_RESNET.folder, 650_000)}


def test_tinyvgg_is_the_network_of_its_preset_with_six_breeds() -> None:
    classifier = tinyvgg()
    assert isinstance(classifier.module, SmallCNN)
    assert sum(parameter.numel() for parameter in classifier.module.parameters()) == 13_156  # 3010 before the logits
    assert len(classifier.labels) == 6
    with torch.inference_mode():
        assert classifier.module(torch.zeros(1, 3, 64, 64)).shape == (1, 6)


@pytest.mark.parametrize("name", FOLDERS)
def test_its_files_are_small_and_the_command_in_its_readme_makes_its_settings(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, most = FOLDERS[name]
    assert sum(file.stat().st_size for file in folder.iterdir()) < most
    assert {file.suffix for file in folder.iterdir()} <= {".md", ".json", ".pt", ".pth"}, "no picture lies there"
    command = next(line for line in (folder / "README.md").read_text().splitlines() if line.startswith("python -m"))
    words = shlex.split(command)[3:]
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--help"])
    assert stopped.value.code == 0
    told = dict(zip(words[2::2], words[3::2], strict=True))
    assert words[0] == "train"
    assert told["--preset"] == name
    config, usual = RunFiles(folder).info().config, recipe(name)
    assert (str(config.seed), config.mode) == (told["--seed"], told["--mode"])
    for choice in ("optimiser", "lr", "schedule", "weight_decay", "batch_size", "epochs", "label_smoothing",
                   "augmentation", "first_weights"):  # fmt: skip
        assert getattr(config, choice) == getattr(usual, choice), choice


def stated(folder: Path) -> float:
    """The accuracy that a README gives in bold, in percent."""
    return float(re.search(r"\*\*([\d.]+)%\*\*", (folder / "README.md").read_text())[1])


def test_the_accuracy_of_tinyvgg_is_the_one_that_its_readme_states() -> None:
    classifier, data = tinyvgg(), RunFiles(TINYVGG).info().config.data
    source = drawn_one_by_one(data.task, data.count, data.split_seed, data.level, 64)
    _, validation = split(source.labels, source.splits, data.validation, data.split_seed)
    inputs = torch.cat([classifier.preprocess(source.image(int(place))) for place in validation])
    with torch.inference_mode():
        answers = torch.cat([classifier.module(part) for part in inputs.split(64)]).argmax(1).numpy()
    assert 100 * np.mean(answers == source.labels[validation]) == pytest.approx(stated(TINYVGG), abs=0.25)


def test_the_small_resnet_is_the_one_of_its_preset_with_its_sets_own_statistics() -> None:
    classifier, info = load(SMALL_RESNET.name), RunFiles(SMALL_RESNET.folder).info()
    assert classifier.module.config == info.config.model == PRESETS["small_resnet"].config
    assert max(classifier.module.config.channels) <= 64
    assert tuple(classifier.labels) == info.classes
    assert classifier.preprocess.mean == pytest.approx(info.normalise.mean, abs=1e-6)
    assert classifier.preprocess.std == pytest.approx(info.normalise.std, abs=1e-6)
    assert stated(SMALL_RESNET.folder) > 80


def test_the_small_resnet_takes_photos_of_any_size_and_sees_an_animal_in_the_cat() -> None:
    classifier: Classifier = load(SMALL_RESNET.name)
    photo, pets = load_sample("cat").image, [classifier.labels.index(label) for label in ("cat", "dog")]
    for side in (40, 160, 600):
        answer = classify(classifier, photo.resize((side, side * photo.height // photo.width)))
        assert answer.probabilities[pets].sum() > 0.5
