"""A run on a terminal: a line (or a JSON object) for each epoch, and what else there is to know on standard error."""

import json
import sys
from collections.abc import Iterable

from imgcls.training.records import Evaluation, Finding, Finished, Loading, Record, Started, Unsaved


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
