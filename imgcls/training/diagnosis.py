"""Recognising what goes wrong in a training run, with the step at which it began and a plain sentence."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from imgcls.numbers import fixed, percent
from imgcls.ops.verdicts import DEAD_SHARE, OVERFITTING_FACTOR, PATIENCE
from imgcls.training.records import Evaluation, Finding, Snapshot

# Divergence: the loss, smoothed over DIVERGING_STEPS, is this many times its best, and worse than guessing.
DIVERGING_STEPS, DIVERGING_FACTOR = 20, 1.5
# Plateau: the training loss of so many evaluations, and of all within so many steps, is within 2% of guessing.
PLATEAU_EVALUATIONS, PLATEAU_STEPS = 4, 50


def chance_loss(classes: int) -> float:
    """Cross-entropy of the answer "all classes alike": ln K."""
    return math.log(classes)


@dataclass
class Watchdog:
    """Hears every loss, evaluation and snapshot of a run, and reports each kind of trouble once.

    Args:
        classes: number of classes: guessing has the loss ln(classes).
        lr: the highest learning rate, for the sentences; first_weights: a name of FIRST_WEIGHTS, likewise.
    """

    classes: int
    lr: float
    first_weights: str = "default"

    def __post_init__(self) -> None:
        self._found: set[str] = set()
        self._smoothed = self._best = math.inf
        self._best_step = 0
        self._evaluations: list[Evaluation] = []

    def state(self) -> list[float]:
        """What `restore` needs besides the history."""
        return [self._smoothed, self._best, float(self._best_step)]

    def restore(self, state: Sequence[float], history: Sequence[object]) -> None:
        """Goes on where the watchdog of an earlier part of the run, with this `history`, was in that `state`."""
        self._smoothed, self._best, self._best_step = state[0], state[1], int(state[2])
        self._found |= {record.kind for record in history if isinstance(record, Finding)}
        self._evaluations += [record for record in history if isinstance(record, Evaluation) and record.whole]

    def losses(self, first_step: int, losses: Sequence[float]) -> list[Finding]:
        """The losses of some steps in a row; `first_step` is the number of the first (from 1)."""
        findings: list[Finding] = []
        for step, loss in enumerate(losses, start=first_step):
            if not math.isfinite(loss):
                return findings + self._report("nan", step, self._nan(step))
            weight = 1 / DIVERGING_STEPS
            self._smoothed = loss if math.isinf(self._smoothed) else self._smoothed + weight * (loss - self._smoothed)
            if self._smoothed < self._best:
                self._best, self._best_step = self._smoothed, step
            worse = self._smoothed > max(DIVERGING_FACTOR * self._best, 1.2 * chance_loss(self.classes))
            if worse and step - self._best_step >= DIVERGING_STEPS // 2:
                findings += self._report("divergence", self._best_step + 1, self._divergence())
        return findings

    def evaluation(self, evaluation: Evaluation) -> list[Finding]:
        """An evaluation; only those of the whole validation part are compared."""
        if not evaluation.whole or not math.isfinite(evaluation.val_loss):
            return []
        self._evaluations.append(evaluation)
        return self._overfitting() + self._plateau()

    def snapshot(self, snapshot: Snapshot) -> list[Finding]:
        """A look into the network."""
        for view in snapshot.layers:
            if view.dead is not None and view.dead > DEAD_SHARE:
                return self._report("dead", snapshot.step, self._dead(view.name, view.dead))
        return []

    def _overfitting(self) -> list[Finding]:
        best = min(self._evaluations, key=lambda evaluation: evaluation.val_loss)
        later = [evaluation for evaluation in self._evaluations if evaluation.step > best.step]
        latest = later[-PATIENCE:]
        if len(latest) < PATIENCE:
            return []
        rises = all(evaluation.val_loss > OVERFITTING_FACTOR * best.val_loss for evaluation in latest)
        learns = latest[-1].train_loss < 0.9 * best.train_loss
        if not (rises and learns):
            return []
        return self._report("overfitting", best.step, self._overfitting_words(best, latest[-1]))

    def _plateau(self) -> list[Finding]:
        now = self._evaluations[-1].step
        recent = sum(evaluation.step > now - PLATEAU_STEPS for evaluation in self._evaluations)
        latest = self._evaluations[-max(PLATEAU_EVALUATIONS, recent) :]
        chance = chance_loss(self.classes)
        few = len(latest) < PLATEAU_EVALUATIONS or now < PLATEAU_STEPS
        if few or any(abs(e.train_loss / chance - 1) > 0.02 for e in latest):
            return []
        return self._report("plateau", latest[0].step, self._plateau_words(latest[-1]))

    def _report(self, kind: str, since: int, sentence: str) -> list[Finding]:
        if kind in self._found:
            return []
        self._found.add(kind)
        return [Finding(kind, since, sentence)]

    def _nan(self, step: int) -> str:
        if step == 1:  # no step has been taken yet: the rate is not to blame
            return (
                "The very first loss is not a number, before any weight was changed: look at the pictures, at the "
                "network's activations and at the scale of its logits."
            )
        return (
            f"At step {step} the loss is no longer a number: the weights have grown until a calculation overflowed, "
            f"and every later result inherits it. Take a smaller learning rate than {self.lr:g}, or batch norm."
        )

    def _divergence(self) -> str:
        return (
            f"Since step {self._best_step + 1} the loss rises, to {fixed(self._smoothed, 2)}; guessing would cost "
            f"{fixed(chance_loss(self.classes), 2)}. The steps are so large that they jump over the valley: take a "
            "smaller "
            f"learning rate than {self.lr:g}."
        )

    def _dead(self, layer: str, share: float) -> str:
        silent = (
            f"{percent(share, 0)} of the units of {layer} give 0 for every picture. Where ReLU gives 0 the "
            "gradient is 0, so "
            "their weights learn no more. "
        )
        if self._hopeless:
            return silent + "It began with the first weights: choose others."
        return silent + "A smaller learning rate, leaky ReLU or batch norm keeps units alive."

    def _overfitting_words(self, best: Evaluation, last: Evaluation) -> str:
        return (
            f"Since step {best.step} the network learns its training pictures by heart: their loss fell from "
            f"{fixed(best.train_loss, 2)} to {fixed(last.train_loss, 2)}, but on validation pictures it rose from "
            f"{fixed(best.val_loss, 2)} to {fixed(last.val_loss, 2)}. More pictures, augmentation, dropout or "
            "weight decay help, "
            "or stopping there."
        )

    @property
    def _hopeless(self) -> bool:
        return self.first_weights in ("zeros", "small")

    def _plateau_words(self, last: Evaluation) -> str:
        still = f"After {last.step} steps the loss is still that of guessing ({fixed(chance_loss(self.classes), 2)}). "
        if self._hopeless:
            return still + "Hardly a gradient passes these first weights: choose others."
        if "dead" in self._found:
            return f"{still}Hardly a gradient passes the silent units: start anew with a smaller rate than {self.lr:g}."
        return (
            f"{still}The steps may be too small or the activations saturated: take a larger learning rate, ReLU, or "
            "Adam."
        )
