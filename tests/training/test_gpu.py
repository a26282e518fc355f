"""Training on an NVIDIA GPU: every way of computing learns what the CPU learns, and its runs are of use without one.

These tests need such a GPU and are left out elsewhere.
"""

import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
import torch

from imgcls.data.augment import Augmentation, apply, draw
from imgcls.jobs.inbox import Inbox
from imgcls.jobs.runner import JobRunner
from imgcls.models.small import SmallCNN
from imgcls.ops.timing import WORKS, measure
from imgcls.training import loop
from imgcls.training.config import CUDA_MODES, recipe
from imgcls.training.evaluate import evaluate
from imgcls.training.inputs import Normalise, PictureInputs
from imgcls.training.learner import Mode
from imgcls.training.optimisers import OPTIMISERS
from imgcls.training.records import Evaluation, Finding, Record, Snapshot, Started, Step
from imgcls.training.runs import RunFiles
from imgcls.training.trainer import train
from tests.serving import ROOT
from tests.training.toy import MODEL, toy, toy_config

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
GRAPHS = [mode for mode in CUDA_MODES if mode.endswith("graph")]
TUNED = {"model": MODEL.with_(batch_norm=True), "augmentation": Augmentation(flip=True, crop=0.1, colour=0.2)}


@pytest.fixture(autouse=True)
def report_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "STEP_SECONDS", 0.0)


def of(kind: type, records: list[Record]) -> list:
    return [record for record in records if isinstance(record, kind)]


def run(device: str = "cuda", **settings: object) -> list[Record]:
    arguments = {name: settings.pop(name) for name in ("folder", "resume", "inbox") if name in settings}
    return list(train(toy_config(device=device, **settings), dataset=toy(), **arguments))


def losses(records: list[Record]) -> list[float]:
    return [step.loss for step in of(Step, records)]


def test_the_gpu_is_found_and_named() -> None:
    assert run("auto", epochs=1)[0].device == torch.cuda.get_device_name()


@pytest.mark.parametrize("mode", ["fp32", *CUDA_MODES])
def test_every_way_of_computing_gives_nearly_the_losses_of_the_cpu(mode: str) -> None:
    tolerance = 0.05 if mode.startswith("bf16") else 0.005  # convolutions in "fp32" use TensorFloat-32
    expected = losses(run("cpu", epochs=1, **TUNED))
    assert losses(run(mode=mode, epochs=1, **TUNED)) == pytest.approx(expected, rel=tolerance)


@pytest.mark.parametrize("mode", GRAPHS)
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_a_recorded_graph_takes_the_steps_that_it_would_take_unrecorded(mode: str, optimiser: str) -> None:
    settings = {"optimiser": optimiser, "lr": 0.003, "schedule": "cosine", "weight_decay": 0.01, **TUNED}
    unrecorded = losses(run(mode=mode.removesuffix(" graph"), **settings))
    assert losses(run(mode=mode, **settings)) == pytest.approx(unrecorded, rel=0.03, abs=0.01)


def test_a_graph_follows_a_rate_that_is_changed_while_it_runs() -> None:
    inbox, kernels = Inbox(), []
    for record in train(toy_config(device="cuda", mode=GRAPHS[0], optimiser="sgd"), dataset=toy(), inbox=inbox):
        if isinstance(record, Snapshot):
            kernels.append(record.layers[0].kernels)
        if isinstance(record, Step) and record.step == 6:
            inbox.put({"lr": 1e-8})  # so small that float16 pictures of the kernels do not change any more
    changes = [float(np.abs(later - earlier).max()) for earlier, later in pairwise(kernels)]
    assert changes[0] > 0
    assert changes[-1] == 0


def test_the_trial_tries_every_way() -> None:
    started = run(mode="auto", epochs=1)[0]
    speeds = {trial.mode: trial.images_per_second for trial in started.trials}
    assert list(speeds) == list(CUDA_MODES)
    assert all(speed > 0 for speed in speeds.values())
    assert started.mode == max(speeds, key=speeds.get)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("mode", ["fp32 channels_last", GRAPHS[0]])
def test_a_run_that_was_killed_goes_on_as_if_nothing_had_happened(tmp_path, mode: str, optimiser: str) -> None:
    settings = {"mode": mode, "optimiser": optimiser, "schedule": "cosine", **TUNED}
    whole = losses(run(**settings))
    generator = train(toy_config(device="cuda", **settings), dataset=toy(), folder=tmp_path / "run")
    next(record for record in generator if isinstance(record, Step) and record.step == 8)
    generator.close()
    resumed = run(**settings, folder=tmp_path / "run", resume=True)
    assert of(Started, resumed)[0].step == 8
    assert losses(resumed) == pytest.approx(whole[8:], rel=0.02, abs=0.01)


def test_dropout_is_drawn_from_the_seed_and_leaves_the_gpus_generator_alone() -> None:
    model = MODEL.with_(dropout=0.4)
    torch.cuda.manual_seed(3)
    expected = torch.rand(1, device="cuda")
    torch.cuda.manual_seed(3)
    first = losses(run(model=model))
    assert torch.equal(torch.rand(1, device="cuda"), expected)
    assert losses(run(model=model)) == pytest.approx(first, rel=1e-3)
    assert losses(run(model=model, seed=1)) != pytest.approx(first, rel=1e-2)


def test_a_loss_that_is_no_number_is_found_in_a_graph_too() -> None:
    records = run(mode=GRAPHS[0], optimiser="sgd", lr=1000, epochs=20)
    assert any(finding.kind == "nan" for finding in of(Finding, records))
    assert records[-1].reason == "nan"


def test_augmentation_makes_the_same_pictures_as_on_the_cpu() -> None:
    pictures = torch.rand(12, 3, 20, 20, generator=torch.Generator().manual_seed(0))
    everything = Augmentation(flip=True, crop=0.2, rotation=20, colour=0.3, erasing=0.3)
    drawn = draw(everything, 12, 20, torch.Generator().manual_seed(1))
    there = apply(pictures.cuda(), drawn.to(torch.device("cuda")))
    assert torch.allclose(there.cpu(), apply(pictures, drawn), atol=1e-4)


def test_evaluation_gives_what_the_cpu_gives() -> None:
    dataset, module = toy(), SmallCNN(MODEL, seed=1).eval()
    images, labels = dataset.part("validation")
    found = []
    for name in ("cpu", "cuda"):
        inputs = PictureInputs(images, labels, Normalise.of(images), torch.device(name), False)
        found.append(evaluate(module.to(name), inputs, Mode("fp32"), 2))
    assert np.array_equal(found[0].confusion, found[1].confusion)
    assert np.allclose(found[0].losses, found[1].losses, atol=0.01)


def test_the_weights_open_on_a_machine_without_a_gpu(tmp_path) -> None:
    best = max(record.val_accuracy for record in of(Evaluation, run(folder=tmp_path / "run", mode=GRAPHS[0])))
    script = (
        "import sys, torch; from imgcls.training.trained import load_trained; assert not torch.cuda.is_available();"
        "network = load_trained(sys.argv[1]); print(network.device, *network.module(torch.zeros(1, 3, 16, 16)).shape)"
    )
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-c", script, str(tmp_path / "run")]
    told = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told.split() == ["cpu", "1", "2"]
    assert RunFiles(tmp_path / "run").load_checkpoint()["best"] == best


def test_a_worker_process_trains_on_the_gpu(tmp_path) -> None:
    runner = JobRunner(long=1, quick=0)
    try:
        arguments = {"config": recipe("tinyvgg", epochs=2), "folder": str(tmp_path / "run")}
        job = runner.submit("imgcls.training.trainer:train", arguments, owner="anna")
        assert job.wait(240)
        assert job.status.sentence == ""
        (started,) = [record for record in job.records if isinstance(record, Started)]
        assert started.device == torch.cuda.get_device_name()
    finally:
        runner.shutdown()


def test_a_worker_has_set_the_gpu_up_before_its_first_job() -> None:
    script = "import torch; from imgcls.jobs.worker import _warm_up; _warm_up(); print(torch.cuda.is_initialized())"
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "True"


def test_torchrun_starts_a_run_on_the_gpu(tmp_path) -> None:
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "1", "-m", "imgcls", "train",
        "drawn-dogs", "--epochs", "1", "--json", "--out", str(tmp_path / "run"),
    ]  # fmt: skip
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert told.returncode == 0, told.stderr
    assert '"val_accuracy"' in told.stdout
    assert f"on {torch.cuda.get_device_name()}" in told.stderr


@pytest.mark.parametrize("name", WORKS)
def test_the_stopwatch_waits_for_the_gpu(name: str) -> None:
    """What it says is not below what the GPU's own clock says of the same work."""
    timing = measure(name, torch.device("cuda"))
    assert timing.device == torch.cuda.get_device_name()
    assert timing.runs >= 3
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    work = WORKS[name].prepare(torch.device("cuda"))
    work()
    start.record()
    for _ in range(50):
        work()
    end.record()
    torch.cuda.synchronize()
    assert timing.median * 1000 > 0.5 * start.elapsed_time(end) / 50
