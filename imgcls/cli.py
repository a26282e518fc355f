"""The command line: `python -m imgcls classify PHOTO...`.

Every subcommand is a function that adds its parser and sets `run`, which takes the parsed arguments and
returns the exit status. They import torch only when they run, so `--help` answers at once.
"""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from imgcls.numbers import percent, whole
from imgcls.plain import one_line
from imgcls.serve import add_serve
from imgcls.training.cli import add_datasets, add_train

if TYPE_CHECKING:
    from imgcls.models.classify import Classifier

DEFAULT_MODEL = "efficientnet-lite0"
MOST_CATEGORIES = 1000


def main(arguments: list[str] | None = None) -> int:
    """Runs one subcommand and returns its exit status; whatever happens, people get a sentence and no traceback."""
    args = _parser().parse_args(arguments)
    try:
        # A file name need not be text that the terminal can show.
        sys.stdout.reconfigure(errors="backslashreplace")
        status = args.run(args)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader (`| head`) has gone
        return 141
    except OSError as error:
        return _fail(f"The answers cannot be written: {error.strerror}.", 1)
    except KeyboardInterrupt:
        return _fail("Stopped.", 130)
    except ImportError as error:
        return _fail(f"A package is missing ({error}); run: pip install -r requirements.txt", 2)
    except Exception as error:
        if sys.flags.dev_mode:  # python -X dev -m imgcls
            raise
        return _fail(f"This should not have happened: {type(error).__name__}: {error}", 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m imgcls", description="See how image classification works.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add_command in (add_classify, add_train, add_datasets, add_serve):
        add_command(commands)
    return parser


def add_classify(commands: argparse._SubParsersAction) -> None:
    """`classify PHOTO... [--model NAME] [--top K] [--json]`."""
    parser = commands.add_parser("classify", help="say what is on photos", description="Say what is on photos.")
    parser.add_argument("photos", nargs="+", metavar="PHOTO", help="a picture file")
    parser.add_argument(
        "--model", default=DEFAULT_MODEL, metavar="NAME", help=f"the network (default: {DEFAULT_MODEL})"
    )
    parser.add_argument("--top", type=_count, default=5, metavar="K", help="how many categories (default: 5)")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.set_defaults(run=classify_photos)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_CATEGORIES):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {MOST_CATEGORIES}")
    return int(text)


def classify_photos(args: argparse.Namespace) -> int:
    """Prints what the network says about each photo as soon as it is known.

    Returns:
        0; 1 if any photo failed; 2 if the model is not to be had.
    """
    from imgcls.models.registry import ModelUnavailable, load

    try:
        classifier = load(args.model, progress=_show_progress if sys.stderr.isatty() else None)
    except ModelUnavailable as error:
        return _fail(str(error), 2)
    failed = False
    for file in args.photos:
        answer = answer_for(classifier, file, args.top)
        failed = failed or "error" in answer
        print(json.dumps(answer) if args.json else _table(answer), flush=True)
    return int(failed)


def answer_for(classifier: "Classifier", file: str, k: int) -> dict:
    """What is printed about one photo, ready for JSON: the top categories, or why there are none."""
    from imgcls.data.pictures import PictureError, open_picture
    from imgcls.models.classify import classify

    try:
        prediction = classify(classifier, open_picture(file).image)
    except PictureError as error:
        return {"file": file, "error": str(error)}
    top = [
        {"index": ranked.index, "label": ranked.label, "probability": ranked.probability}
        for ranked in prediction.top(k)
    ]
    return {"file": file, "model": classifier.name, "dog": prediction.dog, "top": top}


def _table(answer: dict) -> str:
    from imgcls.labels import display_name

    if "error" in answer:
        return f"{one_line(answer['file'])}\n  {answer['error']}"
    lines = [one_line(answer["file"])]
    lines += [f"  {percent(ranked['probability']):>7}  {display_name(ranked['label'])}" for ranked in answer["top"]]
    if answer["dog"] is not None:
        lines.append(f"  {percent(answer['dog']):>7}  any of the dog breeds together")
    return "\n".join(lines)


def _show_progress(received: int, total: int | None) -> None:
    share = f" of {whole(total / 1e6)}" if total else ""
    print(f"\rDownloading: {whole(received / 1e6)}{share} MB", end="\n" if received == total else "", file=sys.stderr)


def _fail(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr)
    return status
