"""How good a classifier is: accuracy, precision and recall at a threshold, the ROC curve, calibration, confusion."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Counts:
    """The four outcomes of a yes-or-no question: called yes or no, rightly (true) or wrongly (false)."""

    true_yes: int
    false_yes: int
    true_no: int
    false_no: int

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return _share(self.true_yes + self.true_no, self.true_yes + self.true_no + self.false_yes + self.false_no)

    @property
    def precision(self) -> float:
        """Of those called yes, the share that is; nan if none is called so."""
        return _share(self.true_yes, self.true_yes + self.false_yes)

    @property
    def recall(self) -> float:
        """Of those that are, the share that is called yes; the true positive rate. nan if there are none."""
        return _share(self.true_yes, self.true_yes + self.false_no)

    @property
    def false_rate(self) -> float:
        """Of those that are not, the share that is called yes; the false positive rate. nan if there are none."""
        return _share(self.false_yes, self.false_yes + self.true_no)


def counts(scores: Tensor, truth: Tensor, threshold: float) -> Counts:
    """The outcomes of calling yes what scores (N,) at least `threshold`; `truth` (N,) is bool.

    Raises:
        ValueError: the two have other lengths.
    """
    _check(scores, truth)
    yes = scores >= threshold
    return Counts(int((yes & truth).sum()), int((yes & ~truth).sum()), int((~yes & ~truth).sum()),
                  int((~yes & truth).sum()))  # fmt: skip


@dataclass(frozen=True, eq=False)
class Roc:
    """The curve of recall over false positive rate as the threshold falls: both (M,), from (0, 0) to (1, 1).

    `area` under it is the chance that a positive scores higher than a negative, a tie counting a half.
    """

    thresholds: Tensor
    false_rates: Tensor
    recalls: Tensor
    area: float


def roc(scores: Tensor, truth: Tensor) -> Roc:
    """The ROC curve of scores (N,) against `truth` (N,), with one point for each different score.

    Raises:
        ValueError: the lengths differ, or there are only positives or only negatives.
    """
    _check(scores, truth)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        raise ValueError("A ROC curve needs pictures of both kinds.")
    order = scores.argsort(descending=True)
    ranked, hits = scores[order].double(), truth[order]
    last = torch.cat([ranked[1:] != ranked[:-1], torch.tensor([True])])  # of each run of equal scores
    recalls = torch.cat([torch.zeros(1), hits.cumsum(0)[last] / positives]).double()
    false_rates = torch.cat([torch.zeros(1), (~hits).cumsum(0)[last] / negatives]).double()
    thresholds = torch.cat([torch.tensor([math.inf], dtype=torch.double), ranked[last]])
    return Roc(thresholds, false_rates, recalls, float(torch.trapezoid(recalls, false_rates)))


@dataclass(frozen=True, eq=False)
class Calibration:
    """Answers by their confidence, in bins of equal width from 0 to 1, all (B,); means are nan in an empty bin.

    `error` is the expected calibration error: the bins' differences between confidence and accuracy, weighed by their
    sizes (Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv:1706.04599, equation 5).
    """

    edges: Tensor
    sizes: Tensor
    confidence: Tensor
    accuracy: Tensor
    error: float


def calibration(confidence: Tensor, right: Tensor, bins: int = 10) -> Calibration:
    """How often answers with a confidence (N,) from 0 to 1 are `right` (N,), bin by bin.

    Raises:
        ValueError: the lengths differ, or there are no answers.
    """
    _check(confidence, right)
    if not len(confidence):
        raise ValueError("There are no answers to look at.")
    places = (confidence.double() * bins).floor().long().clamp(0, bins - 1)  # 1.0 belongs to the last bin
    sizes = torch.bincount(places, minlength=bins)
    means = torch.bincount(places, confidence.double(), bins) / sizes
    shares = torch.bincount(places, right.double(), bins) / sizes
    gaps = (means - shares).abs().nan_to_num(0.0)
    return Calibration(
        torch.linspace(0, 1, bins + 1), sizes, means, shares, float((gaps * sizes).sum() / len(confidence))
    )


def confusion(said: Tensor, truth: Tensor, classes: int) -> Tensor:
    """How often class i was called class j: int (K, K), rows by the truth."""
    _check(said, truth)
    return torch.bincount(truth * classes + said, minlength=classes * classes).view(classes, classes)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def _check(one: Tensor, other: Tensor) -> None:
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(f"There must be one truth for each answer, not {tuple(other.shape)} for {tuple(one.shape)}.")
