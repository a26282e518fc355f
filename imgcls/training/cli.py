"""`python -m imgcls train DATASET` and `python -m imgcls datasets`. Torch is imported only when they run."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from imgcls.training.config import TrainConfig
    from imgcls.training.records import Evaluation, Record, Started

_RUN_FAILED, _WRONG_CHOICE = 1, 2


def add_train(commands: argparse._SubParsersAction) -> None:
    """`train DATASET`: see `--help`."""
    parser = commands.add_parser(
        "train",
        help="train a network on pictures",
        description="Train a network on pictures. Under torchrun, on several GPUs or machines together.",
    )
    parser.add_argument("dataset", metavar="DATASET", help="drawn-dogs, pets, cifar10, or the path of a zip or folder")
    parser.add_argument(
        "--task", choices=("binary", "breeds"), default="breeds", help="dog or not, or which class (default)"
    )
    parser.add_argument(
        "--preset", default="tinyvgg", metavar="NAME", help="the network (default: tinyvgg), or transfer"
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=_number(int, 1), metavar="N", help="how often every picture is seen")
    length.add_argument("--seconds", type=_number(float, 0), metavar="S", help="train for so long instead")
    parser.add_argument(
        "--batch-size", type=_number(int, 1), metavar="N", help="pictures in a step, over all processes"
    )
    parser.add_argument("--lr", type=_number(float, 0), metavar="RATE", help="the highest learning rate")
    parser.add_argument("--optimiser", "--optimizer", metavar="NAME", help="sgd, momentum, nesterov, adam or adamw")
    parser.add_argument("--schedule", metavar="NAME", help="constant, step, cosine or one-cycle")
    parser.add_argument("--size", type=_number(int, 8), metavar="PIXELS", help="side of the pictures")
    parser.add_argument(
        "--seed", type=_number(int, 0), default=0, metavar="N", help="of weights, order and split (default: 0)"
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="default: the fastest")
    parser.add_argument(
        "--mode", metavar="NAME", default="auto", help="fp32, bf16, ... (default: the fastest in a short trial)"
    )
    parser.add_argument("--threads", type=_number(int, 1), metavar="N", help="threads on a CPU (default: all cores)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="keep config, history and weights here")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    parser.add_argument("--json", action="store_true", help="print one JSON object an epoch")
    parser.set_defaults(run=run_train)


def add_datasets(commands: argparse._SubParsersAction) -> None:
    """`datasets [DATASET]`: see `--help`."""
    parser = commands.add_parser(
        "datasets",
        help="list data sets, or look at one",
        description="List the data sets, or look at one: its classes, how many pictures, what cannot be read.",
    )
    parser.add_argument(
        "dataset", nargs="?", metavar="DATASET", help="a name of the list, or the path of a zip or folder"
    )
    parser.add_argument(
        "--task", choices=("binary", "breeds"), default="breeds", help="dog or not, or which class (default)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run_datasets)


def _number(kind: type, least: float) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value < float("inf") or (least == 0 and kind is float and value == 0):
            raise argparse.ArgumentTypeError(f"{text!r} is not a {'whole ' * (kind is int)}number of {least} or more")
        return value

    return parse


def run_train(args: argparse.Namespace) -> int:
    """Trains; returns 0, 1 if the loss became no number, 2 if a choice cannot be had."""
    import torch

    from imgcls.training.trainer import train
    from imgcls.training.world import World

    if args.threads:
        torch.set_num_threads(args.threads)
    world = None
    try:
        config = _config(args)
        world = World.join(config.device)
        records = train(config, folder=args.out, resume=args.resume, world=world)
        return _show(records, args.json) if world.first else _nothing(records)
    except ValueError as error:
        print(error, file=sys.stderr)
        return _WRONG_CHOICE
    finally:
        if world:
            world.leave()


def _config(args: argparse.Namespace) -> "TrainConfig":
    from imgcls.training.config import DataChoice
    from imgcls.training.recipes import recipe
    from imgcls.training.runs import RunError, RunFiles

    if args.resume and not args.out:
        raise ValueError("--resume needs --out: the folder of the run.")
    known = RunFiles(args.out) if args.out else None
    if known and known.exists:
        if args.resume:
            return known.info().config
        raise RunError(f"The folder {args.out} holds a run already: add --resume, or choose another folder.")
    names = ("epochs", "seconds", "batch_size", "lr", "optimiser", "schedule", "seed", "device", "mode")
    changes = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    if args.seconds:
        changes["epochs"] = 100_000
    data = DataChoice(args.dataset, args.task, args.size, split_seed=args.seed)
    return recipe(args.preset, data, **changes)


def _nothing(records: "Iterable[Record]") -> int:
    for _ in records:
        pass
    return 0


def _show(records: "Iterable[Record]", as_json: bool) -> int:
    """Prints epochs, and on standard error what else there is to know."""
    from imgcls.training.records import Evaluation, Finding, Finished, Loading, Started

    terminal = sys.stderr.isatty()
    status = 0
    for record in records:
        match record:
            case Loading() if terminal:
                print(f"\r{record.what}: {record.done:,} of {record.total:,} ", end="", file=sys.stderr, flush=True)
            case Started():
                print(
                    ("\r" if terminal else "") + _started(record),
                    file=sys.stderr if as_json else sys.stdout,
                    flush=True,
                )
            case Evaluation() if record.whole:
                print(json.dumps(_epoch(record)) if as_json else _line(record), flush=True)
            case Finding():
                print(record.sentence, file=sys.stderr, flush=True)
            case Finished():
                status = _RUN_FAILED if record.reason == "nan" else 0
                if record.folder and not as_json:
                    print(f"Best validation accuracy {record.best_accuracy:.1%}; the run is in {record.folder}")
    return status


def _started(record: "Started") -> str:
    speeds = ", ".join(
        f"{trial.mode} {trial.images_per_second:,.0f}" for trial in record.trials if trial.images_per_second
    )
    return (
        f"{record.parameters:,} parameters, {record.training:,} pictures to learn from, {record.validation:,} to check, "
        f"{len(record.classes)} classes; on {record.device} in {record.mode}"
        + (f" (pictures a second in a short trial: {speeds})" if speeds else "")
        + (f"; going on from step {record.step}" if record.step else "")
    )


def _epoch(record: "Evaluation") -> dict[str, float]:
    return {
        "epoch": int(record.epoch) if record.epoch.is_integer() else round(record.epoch, 4),
        "step": record.step,
        "seconds": round(record.seconds, 3),
        "train_loss": record.train_loss,
        "val_loss": record.val_loss,
        "val_accuracy": record.val_accuracy,
        "images_per_second": round(record.images_per_second, 1),
    }


def _line(record: "Evaluation") -> str:
    return (
        f"epoch {record.epoch:6.2f}  {record.seconds:7.1f} s  loss {record.train_loss:.3f} / {record.val_loss:.3f} (validation)"
        f"  accuracy {record.train_accuracy:6.1%} / {record.val_accuracy:6.1%}  {record.images_per_second:,.0f} pictures/s"
    )


def run_datasets(args: argparse.Namespace) -> int:
    """Lists the data sets, or describes one; returns 0, or 2 if it cannot be used."""
    from imgcls.data.datasets import DatasetError, prepare
    from imgcls.data.sources import SOURCES, open_source
    from imgcls.data.statistics import summarise

    if args.dataset is None:
        rows = [{"name": name, "title": title, "download": size} for name, (title, size) in SOURCES.items()]
        if args.json:
            print(json.dumps(rows))
        else:
            print(
                "\n".join(
                    f"{r['name']:12}{r['title']}{r['download'] and ' (download: ' + r['download'] + ')'}" for r in rows
                )
            )
            print(f"{'a path':12}a zip or folder of your own: one folder of pictures a class, or labels.csv and train/")
        return 0
    try:
        dataset = prepare(open_source(args.dataset, args.task), args.task)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return _WRONG_CHOICE
    summary = summarise(dataset)
    counts = zip(dataset.classes, summary.training.tolist(), summary.validation.tolist(), strict=True)
    if args.json:
        classes = [{"class": name, "training": training, "validation": held} for name, training, held in counts]
        skipped = [vars(skipped) for skipped in dataset.skipped]
        print(json.dumps({"title": dataset.title, "task": args.task, "classes": classes, "skipped": skipped}))
        return 0
    print(
        f"{dataset.title}: {len(dataset.labels):,} pictures in {len(dataset.classes)} classes (training + validation)"
    )
    for name, training, held in counts:
        print(f"  {name:32} {training:6,} + {held:,}")
    for skipped in dataset.skipped:
        print(f"  left out: {skipped.name}: {skipped.reason}")
    return 0
