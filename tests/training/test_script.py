"""The exported script needs nothing of this project and repeats the run, loss by loss."""

import json
import re
import runpy
import subprocess
import sys
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from imgcls.data.augment import Augmentation
from imgcls.models import modules
from imgcls.models.first_weights import FIRST_WEIGHTS
from imgcls.models.presets import PRESETS
from imgcls.models.small import SmallCNN
from imgcls.training.inputs import Normalise
from imgcls.training.records import Evaluation
from imgcls.training.runs import RunFiles, RunInfo
from imgcls.training.script import model_code, training_pictures, training_script
from imgcls.training.trainer import train
from tests.training.toy import MODEL, toy, toy_config

RUNS = {
    "plain": {},
    "everything": {
        "model": MODEL.with_(batch_norm=True, dropout=0.2, dense=(5,), activation="maxout", padding="same"),
        "augmentation": Augmentation(True, 0.1, 10, 0.2, 0.2),
        "schedule": "one-cycle",
        "optimiser": "nesterov",
        "weight_decay": 0.01,
        "label_smoothing": 0.1,
        "mode": "fp32 channels_last",
        "seed": 4,
    },
    "residual": {
        "model": MODEL.with_(convolutions=2, padding="same", residual=True, grey=True, logit_scale=0.5),
        "schedule": "step",
        "optimiser": "adamw",
    },
    **{name: {"first_weights": name} for name in FIRST_WEIGHTS},
}


@pytest.mark.parametrize("choices", RUNS.values(), ids=RUNS)
def test_the_script_repeats_the_run(choices: dict, tmp_path: Path, monkeypatch, capsys) -> None:
    dataset = toy()
    records = list(train(toy_config(**choices), dataset=dataset, folder=tmp_path / "run"))
    info = RunFiles(tmp_path / "run").info()
    (tmp_path / "script.py").write_text(training_script(info, choices.get("mode", "fp32")))
    (tmp_path / "pictures.npz").write_bytes(training_pictures(dataset))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["script.py"])
    with torch.random.fork_rng():
        runpy.run_path("script.py")
    printed = re.findall(r"epoch \d+: loss ([\d.]+), validation accuracy ([\d.]+)", capsys.readouterr().out)
    evaluations = [record for record in records if isinstance(record, Evaluation) and record.step]
    expected = [(record.train_loss, record.val_accuracy) for record in evaluations]
    assert len(printed) == 3
    for (loss, accuracy), (train_loss, val_accuracy) in zip(printed, expected, strict=True):
        assert float(loss) == pytest.approx(train_loss, abs=2e-4)
        assert float(accuracy) == pytest.approx(val_accuracy, abs=1e-4)
    weights = torch.load("weights.pt", weights_only=True)
    state = RunFiles(tmp_path / "run").load_checkpoint()["module"]
    for name, tensor in weights.items():
        assert torch.allclose(tensor, state[f"layers.{name}"], atol=1e-3)


def test_the_script_imports_torch_and_numpy_only() -> None:
    info_text = training_script(_info(), "bf16 channels_last")
    imported = set(re.findall(r"^(?:from|import) (\w+)", info_text, flags=re.MULTILINE))
    assert imported == {"math", "sys", "collections", "dataclasses", "numpy", "torch"}
    assert "BF16, MEMORY_FORMAT = True, torch.channels_last" in info_text
    code = f"import ast; ast.parse({json.dumps(info_text)})"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def _info() -> RunInfo:
    return RunInfo(toy_config(), ("a", 'b"'), Normalise((0.5, 0.4, 0.3), (0.2, 0.2, 0.1)), 'To"""y$x\\', 1.0)


@pytest.mark.parametrize("name", PRESETS)
def test_the_layers_as_code_make_the_same_network(name: str) -> None:
    config = PRESETS[name].config
    names = {"nn": torch.nn, "OrderedDict": OrderedDict, **vars(modules)}
    layers = eval(f"nn.Sequential(OrderedDict([{model_code(config)}]))", names)
    ours = SmallCNN(config).layers.state_dict()
    assert {key: value.shape for key, value in layers.state_dict().items()} == {k: v.shape for k, v in ours.items()}


def test_a_run_on_frozen_features_gets_a_sentence() -> None:
    info = _info()
    with pytest.raises(ValueError, match="frozen features"):
        training_script(replace(info, config=replace(info.config, model=None)), "fp32")
