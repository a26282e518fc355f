"""`python -m imgcls train` and `datasets`: what they print, and that torchrun's processes learn as one would."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from imgcls.cli import main
from imgcls.models.first_weights import FIRST_WEIGHTS
from imgcls.training.config import MODES, PRESET_NAMES, recipe
from imgcls.training.optimisers import OPTIMISERS, SCHEDULES
from imgcls.training.runs import RunFiles

ROOT = Path(__file__).resolve().parents[2]
FAST = [
    "--preset", "linear", "--size", "16", "--device", "cpu", "--mode", "fp32", "--epochs", "2", "--batch-size", "12",
    "--threads", "1",
]  # fmt: skip
KEYS = ["epoch", "step", "seconds", "train_loss", "val_loss", "val_accuracy", "images_per_second"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of 30 pictures of noise, one brighter than the other."""
    root, rng = tmp_path_factory.mktemp("set"), np.random.default_rng(0)
    for place, label in enumerate(("cat", "dog")):
        (root / label).mkdir()
        for number in range(30):
            pixels = rng.normal(100 + 40 * place, 60, (16, 16, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(root / label / f"{number}.png")
    return root


@pytest.fixture
def run(capsys: pytest.CaptureFixture) -> Callable[..., tuple[int, str, str]]:
    """Exit status, standard output and standard error of a command."""

    def run(*arguments: object) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return run


def test_json_is_one_object_an_epoch(run, folder: Path) -> None:
    status, out, err = run("train", folder, *FAST, "--json")
    assert status == 0
    epochs = [json.loads(line) for line in out.splitlines()]
    assert [list(epoch) for epoch in epochs] == [KEYS, KEYS]
    assert [(epoch["epoch"], epoch["step"]) for epoch in epochs] == [(1, 4), (2, 8)]
    assert epochs[1]["seconds"] > epochs[0]["seconds"] > 0
    assert "1,538 parameters; 48 pictures to learn from, 12 to check; 2 classes; on cpu in fp32" in err


def test_a_seed_makes_a_run(run, folder: Path) -> None:
    losses = [
        [json.loads(line)["val_loss"] for line in run("train", folder, *FAST, "--json", "--seed", seed)[1].splitlines()]
        for seed in (1, 1, 2)
    ]
    assert losses[0] == losses[1] != losses[2]


def test_the_task_binary_is_dog_or_not(run, folder: Path) -> None:
    assert "2 classes" in run("train", folder, *FAST, "--task", "binary")[1]


def test_out_keeps_the_run_and_resume_goes_on(run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert f"the run is in {out}" in run("train", folder, *FAST, "--out", out)[1]
    assert RunFiles(out).info().classes == ("cat", "dog")
    assert run("train", folder, *FAST, "--out", out)[0] == 2
    status, text, _ = run("train", folder, "--out", out, "--resume")
    assert status == 0
    assert "going on from step 8" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere"], "There is no data set 'nowhere'"),
        (["drawn-dogs", "--preset", "vgg"], "choose one of tinyvgg"),
        (["drawn-dogs", "--optimiser", "lion"], "choose one of sgd"),
        (["drawn-dogs", "--preset", "tinyvgg", "--size", "9"], "does not fit"),
        (["drawn-dogs", "--resume"], "--resume needs --out"),
        (["drawn-dogs", "--seed", "-1"], "seed must lie between"),
    ],
)
def test_what_cannot_be_had_gets_a_sentence_and_status_2(run, arguments: list[str], sentence: str) -> None:
    status, out, err = run("train", *arguments)
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--epochs", "0"], ["--epochs", "1", "--seconds", "2"], ["--lr", "much"]])
def test_numbers_that_are_none_are_refused_by_the_parser(arguments: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["train", "drawn-dogs", *arguments])
    assert caught.value.code == 2


def test_findings_are_told_on_standard_error(run, folder: Path) -> None:
    # A rate so absurd that the run diverges or overflows, whichever comes first on this machine's arithmetic.
    err = run("train", folder, *FAST, "--preset", "dense", "--optimiser", "sgd", "--lr", "1000", "--epochs", "10")[2]
    assert "the loss rises" in err or "no longer a number" in err


def test_datasets_are_listed_and_described(run, folder: Path) -> None:
    assert [line.split()[0] for line in run("datasets")[1].splitlines()] == ["drawn-dogs", "pets", "cifar10", "a"]
    assert {row["name"] for row in json.loads(run("datasets", "--json")[1])} == {"drawn-dogs", "pets", "cifar10"}
    (folder / "cat" / "broken.png").write_bytes(b"x")
    text = run("datasets", folder)[1]
    assert "60 pictures, 2 classes" in text
    assert "left out: cat/broken.png: " in text
    described = json.loads(run("datasets", folder, "--json", "--task", "binary")[1])
    assert described["classes"][1] == {"class": "dog", "training": 24, "validation": 6}
    assert described["skipped"][0]["name"] == "cat/broken.png"
    (folder / "cat" / "broken.png").unlink()
    assert run("datasets", folder / "cat")[0] == 2


def test_help_needs_no_torch() -> None:
    code = (
        "import sys; from imgcls.cli import main\n"
        "try: main(['train', '--help'])\n"
        "finally: assert 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True).returncode == 0


def test_help_names_every_choice(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    words = set(re.findall(r"[\w-]+", capsys.readouterr().out))
    assert words >= {*OPTIMISERS, *SCHEDULES, *FIRST_WEIGHTS}


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_every_preset_has_a_recipe(name: str) -> None:
    config = recipe(name, epochs=3)
    assert config.epochs == 3
    assert config.transfer == (name == "transfer")
    assert config.mode in MODES


def test_two_processes_under_torchrun_learn_as_one_does(run, folder: Path, tmp_path: Path) -> None:
    """The same losses at the same global batch: gradients are added up, every process takes its half."""
    model = ["--preset", "convnetjs_mnist", "--size", "16"]
    arguments = ["train", str(folder), *FAST, *model, "--json", "--device", "cpu"]
    alone = [json.loads(line) for line in run(*arguments)[1].splitlines()]
    torchrun = ["torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "imgcls"]
    together = subprocess.run(
        [sys.executable, "-m", *torchrun, *arguments, "--out", str(tmp_path / "run")],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert together.returncode == 0, together.stderr
    epochs = [json.loads(line) for line in together.stdout.splitlines()]
    assert [epoch["step"] for epoch in epochs] == [epoch["step"] for epoch in alone] == [4, 8]
    for ours, theirs in zip(epochs, alone, strict=True):
        for name in ("train_loss", "val_loss", "val_accuracy"):
            assert ours[name] == pytest.approx(theirs[name], rel=1e-4)
    state = RunFiles(tmp_path / "run").load_checkpoint()
    assert state["step"] == 8
    assert not any(name.startswith("module.") for name in state["module"])
    assert all(torch.isfinite(tensor).all() for tensor in state["module"].values())
