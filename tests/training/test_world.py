"""Processes that cannot share a batch evenly learn as one process does: no picture is lost, no loss is NaN."""

import multiprocessing
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from imgcls.data.augment import Augmentation
from imgcls.data.datasets import Dataset
from imgcls.models.small import SmallConfig
from imgcls.training.config import TrainConfig
from imgcls.training.records import Evaluation, Finding, Finished, Step
from imgcls.training.trainer import train
from imgcls.training.world import World
from tests.training.toy import MODEL, toy, toy_config

NORMED = SmallConfig(2, 16, (6, 8), padding="same", residual=True, batch_norm=True, dense=(12,), dropout=0.4)

# batch size, training pictures, processes: what is left over, what is less than one each, a set below the batch size
UNEVEN = [(32, 120, 3), (6, 120, 4), (5, 120, 4), (32, 5, 4), (3, 120, 4), (1, 8, 3)]


def settings(batch_size: int, **changes: object) -> TrainConfig:
    return toy_config(batch_size=batch_size, epochs=2, device="cpu", **changes)


def shortened(training: int) -> Dataset:
    """The toy set with its first training pictures."""
    dataset = toy(noise=90.0)
    return replace(dataset, training=dataset.training[:training])


def learned(config: TrainConfig, training: int, world: World, begun: Path | None = None) -> dict[str, Any]:
    """What a run says, in numbers; one that was `begun` goes on."""
    torch.set_num_threads(1)
    records = list(train(config, dataset=shortened(training), world=world, folder=begun, resume=begun is not None))
    steps = [record for record in records if isinstance(record, Step)]
    evaluations = [record for record in records if isinstance(record, Evaluation) and record.whole]
    return {
        "steps": steps[-1].step if steps else 0,
        "train": [(each.train_loss, each.train_accuracy) for each in evaluations],
        "validation": [(each.val_loss, each.val_accuracy) for each in evaluations],
        "answers": [each.predicted for each in evaluations],
        "findings": [record.kind for record in records if isinstance(record, Finding)],
        "reason": [record.reason for record in records if isinstance(record, Finished)],
    }


Asked = list[tuple[TrainConfig, int] | tuple[TrainConfig, int, Path]]


def _process(rank: int, size: int, port: int, pipe: Connection, asked: Asked) -> None:
    where = {"WORLD_SIZE": size, "RANK": rank, "LOCAL_RANK": rank, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    os.environ.update({name: str(value) for name, value in where.items()})
    world = World.join("cpu")
    try:
        for config, training, *begun in asked:
            results = learned(config, training, world, *begun)
            if world.first:
                pipe.send(results)
    finally:
        world.leave()
    if world.first and (tasks := Path("/proc/self/task")).exists():
        pipe.send([(task / "comm").read_text() for task in tasks.iterdir()])


@cache
def _server() -> Any:
    """Starts processes by forking one that has imported everything and done nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.training.test_world"])
    return context


Together = Callable[[int, Asked], list[dict[str, Any]]]


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> Iterator[Together]:
    """What several processes learn together, run by run."""
    # A page tested before in this process leaves its script behind as __main__, and children would run it again.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    processes: list[Any] = []

    def run(size: int, asked: Asked) -> list[dict[str, Any]]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        ours, theirs = multiprocessing.Pipe()
        for rank in range(size):
            process = _server().Process(target=_process, args=(rank, size, port, theirs, asked), daemon=True)
            process.start()
            processes.append(process)
        theirs.close()
        results = []
        for _ in asked:
            assert ours.poll(120), "the processes hang"
            results.append(ours.recv())
        for process in processes:
            process.join(30)
        if Path("/proc/self/task").exists():
            left = ours.recv()
            assert not any("gloo" in name for name in left), f"threads outlive the group, and may end Python: {left}"
        return results

    yield run
    for process in processes:
        if process.is_alive():
            process.kill()


def same(results: dict[str, Any], expected: dict[str, Any]) -> None:
    assert results["steps"] == expected["steps"]
    for name in ("train", "validation"):
        assert np.isfinite(results[name]).all()
        assert np.allclose(results[name], expected[name], atol=1e-3), name
    assert all(np.array_equal(*pair) for pair in zip(results["answers"], expected["answers"], strict=True))
    assert results["reason"] == expected["reason"] == ["epochs"]
    assert results["findings"] == expected["findings"]


@pytest.mark.parametrize("size", [3, 4])
def test_uneven_shares_give_the_losses_of_one_process(together: Together, size: int) -> None:
    """Every loss depends on all gradients before it, so that one lost picture shows; accuracy counts them all."""
    asked = [(settings(batch), training) for batch, training, processes in UNEVEN if processes == size]
    asked.append((settings(10, augmentation=Augmentation(crop=0.1, flip=True), label_smoothing=0.1), 120))
    # Mean and variance are those of all parts together, an empty one included; the dropout mask is one process's.
    asked += [(settings(batch, model=NORMED, lr=1e-3), 30) for batch in (7, 2)]
    for results, (config, training) in zip(together(size, asked), asked, strict=True):
        same(results, learned(config, training, World()))


def test_a_run_that_was_broken_off_goes_on_in_all_processes(together: Together, tmp_path: Path) -> None:
    """The weights, the step and the optimiser's averages are in the first one's folder only."""
    config = settings(10, optimiser="adam", lr=1e-3)
    training = train(config, dataset=shortened(30), folder=tmp_path / "alone")
    next(record for record in training if isinstance(record, Evaluation) and record.whole and record.step)
    training.close()
    shutil.copytree(tmp_path / "alone", tmp_path / "together")
    alone = learned(config, 30, World(), tmp_path / "alone")
    assert alone["steps"] == 6
    assert len(alone["train"]) == 1
    same(together(3, [(config, 30, tmp_path / "together")])[0], alone)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 32, 33])
@pytest.mark.parametrize("size", [1, 3, 4])
def test_shares_hold_every_picture_once(count: int, size: int) -> None:
    parts = [range(count)[World(rank, size).share(count)] for rank in range(size)]
    assert [place for part in parts for place in part] == list(range(count))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("part", ["training", "validation"])
def test_a_part_without_pictures_is_refused_before_anything_starts(part: str) -> None:
    dataset = replace(toy(), **{part: np.empty(0, int)})
    with pytest.raises(ValueError, match="no picture"):
        next(train(toy_config(model=MODEL), dataset=dataset))
