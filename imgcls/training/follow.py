"""A run as somebody sees it who follows it: what its records said so far, from a job or from the run's files."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from imgcls.training.config import TrainConfig
from imgcls.training.records import (
    Evaluation,
    Finding,
    Finished,
    Loading,
    Paused,
    Record,
    Snapshot,
    Started,
    Step,
    Unsaved,
)
from imgcls.training.runs import RunError, RunFiles

MOST_POINTS = 400  # of a curve


@dataclass
class Followed:
    """What was heard of a run; `hear` adds to it.

    `loading` is None as soon as the run has started, `unsaved` as long as its files can be written.
    """

    loading: Loading | None = None
    started: Started | None = None
    steps: list[Step] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    snapshot: Snapshot | None = None
    findings: list[Finding] = field(default_factory=list)
    paused: bool = False
    unsaved: Unsaved | None = None
    finished: Finished | None = None

    @classmethod
    def of_files(cls, files: RunFiles) -> "Followed":
        """A run from what it has written."""
        followed = cls()
        followed.hear(files.history())
        return followed

    def hear(self, records: Sequence[Record]) -> None:
        """Takes in records in their order."""
        for record in records:
            match record:
                case Loading():
                    self.loading = record
                case Started():
                    self.started, self.loading, self.finished = record, None, None
                    self.paused, self.unsaved = False, None
                    self._cut(record.step)
                case Step():
                    self.steps.append(record)
                case Evaluation():
                    self.evaluations.append(record)
                case Snapshot():
                    self.snapshot = record
                case Finding():
                    self.findings.append(record)
                case Paused():
                    self.paused = record.paused
                case Unsaved():
                    self.unsaved = record
                case Finished():
                    self.finished = record

    def _cut(self, step: int) -> None:
        """The run goes on from a checkpoint: what came after it is done again."""
        self.steps = [record for record in self.steps if record.step <= step]
        self.evaluations = [record for record in self.evaluations if record.step <= step]
        self.findings = [record for record in self.findings if record.since <= step]

    @property
    def step(self) -> int:
        """The last step that was heard of."""
        return max((records[-1].step for records in (self.steps, self.evaluations) if records), default=0)

    @property
    def epoch(self) -> float:
        """How often every picture was seen."""
        return self.steps[-1].epoch if self.steps else 0.0

    @property
    def whole_evaluations(self) -> list[Evaluation]:
        """Those of all validation pictures."""
        return [record for record in self.evaluations if record.whole]

    @property
    def best(self) -> Evaluation | None:
        """The evaluation of all validation pictures with the highest accuracy, the first of equals."""
        return max(self.whole_evaluations, key=lambda record: record.val_accuracy, default=None)

    def rate_told(self, config: TrainConfig) -> float:
        """The learning rate that the run was told last, which its schedule then makes smaller: see `Step.lr`."""
        return (self.steps[-1].rate if self.steps else None) or config.lr

    @property
    def total_steps(self) -> int | None:
        """Steps of the whole run; None before it is known."""
        return self.started.steps if self.started else None


@dataclass(frozen=True)
class Points:
    """Training loss and accuracy over the run: each point a mean over neighbouring reports."""

    epochs: tuple[float, ...]
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]


def training_points(steps: Sequence[Step], most: int = MOST_POINTS) -> Points:
    """At most `most` points, each the mean over the pictures of as many neighbouring reports as it takes."""
    size = -(-len(steps) // most) if steps else 1
    groups = [steps[first : first + size] for first in range(0, len(steps), size)]
    before = [0, *(group[-1].step for group in groups)]
    epochs, losses, accuracies = [], [], []
    for group, last in zip(groups, before, strict=False):
        weights = [now.step - then for now, then in zip(group, [last, *(each.step for each in group)], strict=False)]
        total = max(1, sum(weights))
        epochs.append(group[-1].epoch)
        losses.append(sum(weight * each.loss for weight, each in zip(weights, group, strict=True)) / total)
        accuracies.append(sum(weight * each.accuracy for weight, each in zip(weights, group, strict=True)) / total)
    return Points(tuple(epochs), tuple(losses), tuple(accuracies))


def view_at(files: RunFiles, step: int) -> tuple[int, Snapshot | None, Evaluation | None]:
    """What was recorded at `step` or last before it (else first after it): step, snapshot, and the last evaluation.

    Raises:
        RunError: nothing was recorded, or it is damaged.
    """
    steps = files.view_steps()
    if not steps:
        raise RunError("Nothing of this run's inside was recorded.")
    before = [each for each in steps if each <= step] or steps[:1]
    chosen = before[-1]
    snapshot, evaluation = files.view(chosen)
    for each in reversed(before[:-1]):
        if evaluation is not None:
            break
        evaluation = files.view(each)[1]
    return chosen, snapshot, evaluation
