"""`python -m imgcls train DATASET` and `python -m imgcls datasets`. Torch is imported only when they run."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imgcls.plain import one_line
from imgcls.training.records import Evaluation, Finding, Finished, Loading, Record, Started, Unsaved

if TYPE_CHECKING:
    from imgcls.data.datasets import Dataset
    from imgcls.training.config import TrainConfig

NOT_USABLE, WRONG_CHOICE = 1, 2
SETS = "drawn-dogs, pets, cifar10, or the path of a zip or folder"


def add_train(commands: argparse._SubParsersAction) -> None:
    """`train DATASET`: see `--help`."""
    parser = commands.add_parser(
        "train",
        help="train a network on pictures",
        description="Train a network on pictures. Under torchrun, on several GPUs or machines together.",
    )
    add = parser.add_argument
    add("dataset", metavar="DATASET", help=SETS)
    _add_task(parser)
    _add_reading(parser)
    add("--preset", default="tinyvgg", metavar="NAME", help="the network (default: tinyvgg), or transfer")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=_whole, metavar="N", help="how often every picture is seen")
    length.add_argument("--seconds", type=_positive, metavar="S", help="train for so long instead")
    add("--batch-size", type=_whole, metavar="N", help="pictures in a step, over all processes")
    add("--lr", type=_positive, metavar="RATE", help="the highest learning rate")
    add("--optimiser", "--optimizer", metavar="NAME", help="sgd, momentum, nesterov, adam or adamw")
    add("--schedule", metavar="NAME", help="constant, step, cosine or one-cycle")
    add("--first-weights", metavar="NAME", help="default (torch's own), zeros, small, xavier, he or large")
    add("--size", type=_whole, metavar="PIXELS", help="side of the pictures")
    add("--seed", type=int, default=0, metavar="N", help="of first weights, order and split (default: 0)")
    add("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="default: the fastest")
    add("--mode", default="auto", metavar="NAME", help="fp32, bf16, ... (default: the fastest in a trial)")
    add("--threads", type=_whole, metavar="N", help="threads on a CPU (default: all cores)")
    add("--out", type=Path, metavar="DIR", help="keep config, history and weights here")
    add("--resume", action="store_true", help="go on from the last checkpoint in --out")
    add("--json", action="store_true", help="print one JSON object an epoch")
    parser.set_defaults(run=run_train)


def add_datasets(commands: argparse._SubParsersAction) -> None:
    """`datasets [DATASET]`: see `--help`."""
    parser = commands.add_parser(
        "datasets",
        help="list data sets, or look at one",
        description="List the data sets, or look at one: its classes, how many pictures, what cannot be read. "
        "`look PATH` says what would be learned from a zip or folder of your own, and how it is understood.",
        epilog="look opens every picture once, to count those that cannot be read (some 200 a second on each core; "
        "the answer is remembered). With --json it prints one object: title, layout, classes (name, train, validation) "
        "and left_out (what, count, example); or error, and then the exit code is 1.",
    )
    parser.add_argument("dataset", nargs="*", metavar="DATASET", help=f"{SETS}; or look PATH")
    _add_task(parser)
    _add_reading(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run_datasets, usage_error=parser.error)


def _add_task(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--task", choices=("binary", "breeds"), default="breeds", help="dog or not; which class (default)"
    )


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--reading",
        default="",
        metavar="NAME",
        help="how a zip or folder is understood; `datasets look` names the ways",
    )


def _whole(text: str) -> int:
    return _parsed(text, int, "a whole number above 0")


def _positive(text: str) -> float:
    return _parsed(text, float, "a number above 0")


def _parsed(text: str, kind: Callable[[str], Any], what: str) -> Any:
    try:
        value = kind(text)
    except ValueError:
        value = 0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return value


def run_train(args: argparse.Namespace) -> int:
    """Trains; returns 0, 1 if the loss became no number, 2 if a choice cannot be had."""
    import torch

    from imgcls.training.trainer import train
    from imgcls.training.world import World

    if args.threads:
        torch.set_num_threads(args.threads)
    world = World()
    try:
        config = _config(args)
        world = World.join(config.device)
        return show(train(config, folder=args.out, resume=args.resume, world=world), args.json)
    except ValueError as error:
        print(one_line(str(error)), file=sys.stderr)
        return WRONG_CHOICE
    finally:
        world.leave()


def _config(args: argparse.Namespace) -> "TrainConfig":
    from imgcls.training.config import DataChoice, recipe
    from imgcls.training.runs import RunFiles

    if args.resume and not args.out:
        raise ValueError("--resume needs --out: the folder of the run.")
    run = RunFiles(args.out) if args.out else None
    if run and run.exists:
        if not args.resume:
            raise ValueError(f"The folder {args.out} holds a run already: add --resume, or choose another folder.")
        return run.info().config
    names = (
        "epochs", "seconds", "batch_size", "lr", "optimiser", "schedule", "first_weights", "seed", "device", "mode",
    )  # fmt: skip
    changes = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    if args.seconds:
        changes["epochs"] = 100_000
    data = DataChoice(args.dataset, args.task, args.size, split_seed=args.seed, reading=args.reading)
    return recipe(args.preset, data, **changes)


def run_datasets(args: argparse.Namespace) -> int:
    """Lists the data sets, or describes one; returns 0, or 2 if it cannot be used (1 where somebody looks at it)."""
    from imgcls.data.datasets import DatasetError, prepare
    from imgcls.data.sources import SOURCES, open_source

    if args.dataset[:1] == ["look"] and len(args.dataset) == 2:
        return _look(args.dataset[1], args.reading, args.json)
    if len(args.dataset) > 1 or args.dataset == ["look"]:
        args.usage_error("look takes the path of one zip or folder; put a name with spaces into quotation marks")
    if not args.dataset:
        if args.json:
            rows = [{"name": name, "title": title, "download": size} for name, (title, size) in SOURCES.items()]
            print(json.dumps(rows))
            return 0
        for name, (title, size) in SOURCES.items():
            print(f"{name:12}{title}" + (f" (downloads {size})" if size else ""))
        print(f"{'a path':12}A zip or folder of your own: a folder of pictures for each class, or a table of labels")
        return 0
    try:
        dataset = prepare(open_source(args.dataset[0], args.task, reading=args.reading), args.task)
    except DatasetError as error:
        print(one_line(str(error)), file=sys.stderr)
        return WRONG_CHOICE
    _describe(dataset, args.json)
    return 0


def _look(path: str, reading: str, as_json: bool) -> int:
    """Prints what would be learned from a zip or folder, or why nothing; returns 0, or 1 if it cannot be used."""
    from imgcls.data.datasets import DatasetError
    from imgcls.data.look import look

    try:
        seen = look(path, reading)
    except (DatasetError, OSError, MemoryError) as error:
        said = json.dumps({"error": str(error)}) if as_json else one_line(str(error))
        print(said, file=sys.stdout if as_json else sys.stderr)
        return NOT_USABLE
    if as_json:
        print(json.dumps(seen.to_dict()))
        return 0
    learned, held = sum(row.train for row in seen.classes), sum(row.validation for row in seen.classes)
    counted = f"{learned:,} pictures to learn from and {held:,} for validation, in {len(seen.classes)} classes"
    print(f"{one_line(seen.title)}: {counted}")
    print(one_line(seen.layout))
    for row in seen.classes:
        print(f"  {one_line(row.name):32} {row.train:6,} + {row.validation:,}")
    for left in seen.left_out:
        print(f"  left out: {left.what} ({left.count:,}), for example {one_line(left.name)}: {left.reason}")
    for key, sentence in seen.other_readings:
        print(f"  --reading {key}: {one_line(sentence)}")
    return 0


def _describe(dataset: "Dataset", as_json: bool) -> None:
    from imgcls.data.statistics import balance

    counted = balance(dataset.labels, dataset.training, dataset.validation, len(dataset.classes))
    counts = list(zip(dataset.classes, counted.training.tolist(), counted.validation.tolist(), strict=True))
    if as_json:
        classes = [{"class": name, "training": training, "validation": held} for name, training, held in counts]
        skipped = [vars(skipped) for skipped in dataset.skipped]
        print(json.dumps({"title": dataset.title, "task": dataset.task, "classes": classes, "skipped": skipped}))
        return
    sizes = f"{len(dataset.labels):,} pictures, {len(dataset.classes)} classes (training + validation)"
    print(f"{one_line(dataset.title)}: {sizes}")
    for name, training, held in counts:
        print(f"  {one_line(name):32} {training:6,} + {held:,}")
    for skipped in dataset.skipped:
        print(f"  left out: {one_line(skipped.name)}: {one_line(skipped.reason)}")


def show(records: Iterable[Record], as_json: bool) -> int:
    """Prints a run while it goes on; returns 0, or 1 if its loss became no number."""
    terminal = sys.stderr.isatty()
    status = 0
    for record in records:
        match record:
            case Loading() if terminal:
                print(f"\r{record.what}: {record.done:,} of {record.total:,} ", end="", file=sys.stderr, flush=True)
            case Started():
                print(started_line(record), file=sys.stderr if as_json else sys.stdout, flush=True)
            case Evaluation() if record.whole:
                print(json.dumps(epoch_object(record)) if as_json else epoch_line(record), flush=True)
            case Unsaved():
                told = f"From step {record.step} on nothing of this run is kept: {record.why}. It goes on without."
                print(told, file=sys.stderr, flush=True)
            case Finding():
                print(record.sentence, file=sys.stderr, flush=True)
            case Finished():
                status = int(record.reason == "nan")
                if record.folder and not as_json:
                    print(f"Best validation accuracy {record.best_accuracy:.1%}; the run is in {record.folder}")
    return status


def started_line(record: Started) -> str:
    """What is trained, on what, and how that was chosen."""
    tried = [trial for trial in record.trials if trial.images_per_second]
    speeds = ", ".join(f"{trial.mode} {trial.images_per_second:,.0f}" for trial in tried)
    return (
        f"{record.parameters:,} parameters; {record.training:,} pictures to learn from, {record.validation:,} to "
        f"check; {len(record.classes)} classes; on {record.device} in {record.mode}"
        + (f" (pictures/s in a trial: {speeds})" if speeds else "")
        + (f"; going on from step {record.step}" if record.step else "")
    )


def epoch_object(record: Evaluation) -> dict[str, float]:
    """What `--json` prints."""
    return {
        "epoch": int(record.epoch) if record.epoch.is_integer() else round(record.epoch, 4),
        "step": record.step,
        "seconds": round(record.seconds, 3),
        "train_loss": record.train_loss,
        "val_loss": record.val_loss,
        "val_accuracy": record.val_accuracy,
        "images_per_second": round(record.images_per_second, 1),
    }


def epoch_line(record: Evaluation) -> str:
    """What is printed otherwise."""
    return (
        f"epoch {record.epoch:5.1f} {record.seconds:7.1f} s   "
        f"loss {record.train_loss:.3f}, validation {record.val_loss:.3f}   "
        f"accuracy {record.train_accuracy:.1%}, validation {record.val_accuracy:.1%}   "
        f"{record.images_per_second:,.0f} pictures/s"
    )
