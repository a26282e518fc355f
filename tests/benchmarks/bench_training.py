"""How fast networks learn here: watched run and bare loop, old nets, drawn dogs, and pictures of your own.

Run: python tests/benchmarks/bench_training.py [watched convnetjs drawn] [--threads 2] [--pictures ZIP --preset NAME]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from imgcls.data.datasets import Dataset, Source, prepare
from imgcls.models.presets import preset
from imgcls.models.small import SmallCNN
from imgcls.training.config import DataChoice, TrainConfig, recipe
from imgcls.training.inputs import Normalise, PictureInputs
from imgcls.training.learner import GraphedStep, Learner, Mode, choose_mode, pick_device
from imgcls.training.material import gather
from imgcls.training.optimisers import make_optimiser
from imgcls.training.records import Evaluation, Finished, Started, Step
from imgcls.training.trainer import ALONE, train

Clock = Callable[[], float]


def bare_epochs(
    config: TrainConfig, dataset: Dataset, mode: Mode, device: torch.device, clock: Clock
) -> Iterator[float]:
    """A plain loop: nothing is reported, looked at or saved. Yields the seconds of each epoch."""
    normalise = Normalise.of(dataset.part("training")[0])
    inputs = PictureInputs(*dataset.part("training"), normalise, device, mode.channels_last)
    model = SmallCNN(config.model.with_(classes=len(dataset.classes))).to(device, memory_format=mode.memory_format)
    optimiser = make_optimiser("adam", model.parameters(), config.lr, 0.0, device, mode.graph)

    def step(x: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        optimiser.zero_grad()
        with torch.autocast(device.type, torch.bfloat16, enabled=mode.bf16, cache_enabled=not mode.graph):
            logits = model(x).float()
        loss = F.cross_entropy(logits, labels)
        loss.backward()
        optimiser.step()
        return loss.detach(), labels

    take = GraphedStep(step) if mode.graph else step
    while True:
        start = clock()
        order = torch.randperm(len(inputs), device=device)
        for indices in order.split(config.batch_size)[: len(inputs) // config.batch_size]:
            take(inputs.batch(indices), inputs.labels.index_select(0, indices))
        if device.type == "cuda":
            torch.cuda.synchronize()
        yield clock() - start


def watched(epochs: int = 8) -> None:
    """The watched run and the bare loop take turns, epoch by epoch, so that both meet the same disturbances."""
    dataset = ended(gather(TrainConfig())).dataset
    dataset = replace(dataset, validation=dataset.validation[:10])  # checking is no part of the comparison
    device, folder = pick_device("auto"), tempfile.mkdtemp()
    # On a busy machine only the time on the processor is worth anything, and that only of a single thread.
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    for batch_size in (32, 64, 256):
        config = TrainConfig(batch_size=batch_size, epochs=epochs + 1)
        mode = Mode(next(r.mode for r in train(replace(config, epochs=1), dataset=dataset) if isinstance(r, Started)))
        bare = bare_epochs(config, dataset, mode, device, clock)
        times: dict[str, list[float]] = {"bare": [], "watched": []}
        start = clock()
        for record in train(replace(config, mode=mode.name), dataset=dataset, folder=folder):
            if isinstance(record, Started):
                images = record.steps_per_epoch * batch_size
            if isinstance(record, Evaluation):
                times["watched"].append(clock() - start)
                times["bare"].append(next(bare))
                start = clock()
        bare_s, watched_s = (sum(times[name][1:]) for name in times)
        print(
            f"batch {batch_size:4}  {mode.name:20} bare {epochs * images / bare_s:6.0f} pictures/s  "
            f"watched {epochs * images / watched_s:6.0f} ({bare_s / watched_s:.3f})"
        )


def convnetjs() -> None:
    """ConvNetJS's CIFAR-10 network: 48 pictures a second in JavaScript on a machine of this kind."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (2560, 32, 32, 3), dtype=np.uint8)
    device = pick_device("auto")
    for batch_size in (4, 32, 256):
        config = TrainConfig(model=preset("convnetjs_cifar", 10), batch_size=batch_size)
        material = ended(gather(config, fake_dataset(images)))
        make = learner_maker(material, config, device)
        mode, _ = choose_mode(make, "auto", device)
        learner = make(mode)
        best = 0.0
        for _ in range(5):
            start = time.perf_counter()
            for step in range(max(3, 1024 // batch_size)):
                loss, _ = learner.learn(step, 1e-3)
            loss.item()
            best = max(best, max(3, 1024 // batch_size) * batch_size / (time.perf_counter() - start))
        print(f"batch {batch_size:4}  {mode.name:20} {best:6.0f} pictures/s = {best / 48:.0f} x 48")


def learner_maker(material, config: TrainConfig, device: torch.device) -> Callable:
    def make(mode: Mode) -> Learner:
        inputs = material.inputs("training", device, mode.channels_last)
        return Learner(material.module(), inputs, config, mode, device, ALONE)

    return make


def fake_dataset(images: np.ndarray) -> Dataset:
    labels = np.arange(len(images)) % 10
    names = [str(number) for number in range(len(images))]
    source = Source(
        name="noise",
        title="Noise",
        classes=tuple("abcdefghij"),
        labels=labels,
        splits=np.full(len(images), ""),
        names=names,
        image=lambda index: Image.fromarray(images[index]),
        decoded=True,
    )
    return prepare(source, size=images.shape[1])


def drawn() -> None:
    """TinyVGG on drawn dogs with its usual recipe: when does one see something, when is it at 90%?"""
    ended(gather(TrainConfig()))  # drawn and cached
    follow(recipe("tinyvgg"), target=0.9)


def follow(config: TrainConfig, target: float | None = None) -> None:
    """Runs and prints accuracy over time, as the user sees it: from the click on."""
    start = time.perf_counter()
    first = reached = None
    for record in train(config):
        now = time.perf_counter() - start
        if isinstance(record, Started):
            print(f"{now:6.1f} s  {record.mode}, {record.training:,} pictures, {record.parameters:,} parameters")
        if isinstance(record, Step) and first is None:
            first = now
            print(f"{now:6.1f} s  first steps shown")
        if isinstance(record, Evaluation):
            if target and reached is None and record.val_accuracy >= target:
                reached = now
            print(
                f"{now:6.1f} s  epoch {record.epoch:5.2f}  validation {record.val_accuracy:.1%}"
                f"{'' if record.whole else ' (of some)'}  training {record.train_accuracy:.1%}  "
                f"{record.images_per_second:,.0f} pictures/s"
            )
        if isinstance(record, Finished):
            when = f", {target:.0%} after {reached or float('nan'):.1f} s" if target else ""
            print(f"{now:6.1f} s  best {record.best_accuracy:.1%}{when}")


def ended(generator):
    """What a generator returns."""
    while True:
        try:
            next(generator)
        except StopIteration as stop:
            return stop.value


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="*", default=["watched", "convnetjs", "drawn"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--pictures", help="a zip or folder of photographs, or cifar10")
    parser.add_argument("--preset", default="transfer")
    parser.add_argument("--size", type=int)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--task", default="breeds")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.pictures:
        changes = {name: value for name in ("epochs", "seconds") if (value := getattr(args, name))}
        if args.seconds:
            changes["epochs"] = 100_000
        follow(recipe(args.preset, DataChoice(args.pictures, args.task, args.size), **changes))
        return
    for name in args.what:
        print(f"\n{name}: {globals()[name].__doc__.splitlines()[0]}")
        globals()[name]()


if __name__ == "__main__":
    main()
