"""The trained network that comes with the app loads, is small, and its README says how it was made."""

import pytest
import torch

from imgcls.cli import main
from imgcls.models.small import SmallCNN
from imgcls.training.trained import TINYVGG, tinyvgg


def test_tinyvgg_is_the_network_of_its_preset_with_six_breeds() -> None:
    classifier = tinyvgg()
    assert isinstance(classifier.module, SmallCNN)
    assert sum(parameter.numel() for parameter in classifier.module.parameters()) == 13_156  # 3010 before the logits
    assert len(classifier.labels) == 6
    with torch.inference_mode():
        assert classifier.module(torch.zeros(1, 3, 64, 64)).shape == (1, 6)


def test_its_files_are_small_and_the_command_in_its_readme_can_be_parsed(capsys: pytest.CaptureFixture[str]) -> None:
    assert sum(file.stat().st_size for file in TINYVGG.iterdir()) < 100_000
    command = next(line for line in (TINYVGG / "README.md").read_text().splitlines() if line.startswith("python -m"))
    words = command.split()[3:]
    assert words[:2] == ["train", "drawn-dogs"]
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--help"])
    assert stopped.value.code == 0
