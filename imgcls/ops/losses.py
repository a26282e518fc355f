"""Cross-entropy (log loss) in natural logarithms, beside its derivative. N examples, K classes."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from imgcls.ops.softmax import log_softmax, softmax


@dataclass(frozen=True, eq=False)
class CrossEntropy:
    """The loss of N examples, from probabilities to gradient; all (N, K) unless said otherwise.

    `targets` are what the probabilities should be, `contributions` are -y_j ln p_j, `losses` (N,) are their sums,
    `loss` () is the mean over the examples. `gradient` is that of each example's own loss by its logits, (p - y) / T.
    """

    probabilities: Tensor
    targets: Tensor
    contributions: Tensor
    losses: Tensor
    loss: Tensor
    gradient: Tensor

    @property
    def mean_gradient(self) -> Tensor:
        """The gradient of `loss`: the mean divides every example's pull by N."""
        return self.gradient / len(self.gradient)


def smoothed_targets(target: Tensor, classes: int, smoothing: float = 0.0, dtype: torch.dtype | None = None) -> Tensor:
    """Target probabilities (N, K) of the true classes (N,): 1 - s + s/K for the true one, s/K for every other.

    Raises:
        ValueError: `smoothing` is not between 0 and 1, or a true class is not one of the `classes`.
    """
    if not 0 <= smoothing <= 1:
        raise ValueError(f"Label smoothing must be between 0 and 1, not {smoothing}.")
    if len(target) and not (target.min() >= 0 and target.max() < classes):
        raise ValueError(f"A true class must be a number from 0 to {classes - 1}.")
    hard = torch.zeros(len(target), classes, dtype=dtype).scatter_(1, target[:, None].cpu(), 1.0).to(target.device)
    return hard * (1 - smoothing) + smoothing / classes


def cross_entropy(logits: Tensor, target: Tensor, smoothing: float = 0.0, temperature: float = 1.0) -> CrossEntropy:
    """-sum_j y_j ln softmax(z / T)_j of logits (N, K) and true classes (N,) int64.

    It starts from logits so that ln p is never taken of a probability that has already been rounded to 0.

    Raises:
        ValueError: `smoothing` outside 0..1, `temperature` not above 0, or a true class outside 0..K-1.
    """
    targets = smoothed_targets(target, logits.shape[1], smoothing, logits.dtype)
    logs = log_softmax(logits, temperature=temperature)
    probabilities = softmax(logits, temperature=temperature)
    # 0 * infinity is not a number, but a class that should have probability 0 costs nothing.
    contributions = torch.where(targets > 0, -targets * logs, 0.0)
    losses = contributions.sum(dim=1)
    return CrossEntropy(
        probabilities, targets, contributions, losses, losses.mean(), (probabilities - targets) / temperature
    )


def log_loss(probabilities: Tensor) -> Tensor:
    """-ln p: what a forecast costs that gave the true class probability p; infinite at 0. Same shape."""
    return -probabilities.log()


@dataclass(frozen=True, eq=False)
class BinaryLogLoss:
    """Log loss with two classes; all have the shape of the logits.

    `probability` is the sigmoid of the logit, for class 1. `if_one` = -ln p and `if_zero` = -ln(1 - p) are the two
    branches, `loss` is the one that the target picks, `gradient` = p - y is its derivative by the logit.
    """

    probability: Tensor
    if_one: Tensor
    if_zero: Tensor
    loss: Tensor
    gradient: Tensor


def binary_cross_entropy(logits: Tensor, targets: Tensor) -> BinaryLogLoss:
    """-[y ln p + (1 - y) ln(1 - p)] with p = sigmoid(z); `targets` 0 or 1, same shape as `logits`.

    One logit z is softmax over the two logits [0, z]: sigmoid is softmax with two classes.

    Raises:
        ValueError: the shapes differ.
    """
    if logits.shape != targets.shape:
        raise ValueError(f"{tuple(logits.shape)} logits need as many targets, not {tuple(targets.shape)}.")
    pair = torch.stack([torch.zeros_like(logits), logits], dim=-1)
    if_zero, if_one = (-log_softmax(pair)).unbind(-1)
    probability = softmax(pair)[..., 1]
    loss = targets * if_one + (1 - targets) * if_zero
    return BinaryLogLoss(probability, if_one, if_zero, loss, probability - targets)


def smoothed_curve(example: CrossEntropy, true: int, values: Tensor) -> Tensor:
    """The loss (V,) of the first example if its true class had each of the probabilities `values` (V,) in turn.

    The other classes share the rest in their present proportions, so the curve goes through the present loss.
    """
    targets, present = example.targets[0], example.probabilities[0]
    others = torch.arange(len(targets)) != true
    shares = present[others] / present[others].sum()
    rest = (1 - values)[:, None] * shares  # (V, K-1)
    return targets[true] * log_loss(values) + (
        torch.where(targets[others] > 0, targets[others] * log_loss(rest), 0.0)
    ).sum(1)


@dataclass(frozen=True, eq=False)
class Way:
    """One way of computing N losses (N,), and the gradients (N, K) that autograd finds. Either may be inf or nan."""

    losses: Tensor
    gradient: Tensor


@dataclass(frozen=True, eq=False)
class ThreeWays:
    """The same losses: from logits, from the logarithm of finished probabilities, and with softmax done twice."""

    from_logits: Way
    from_probabilities: Way
    softmax_twice: Way


def three_ways(logits: Tensor, target: Tensor) -> ThreeWays:
    """Cross-entropy of logits (N, K) and true classes (N,) in the logits' dtype, once right and in two wrong ways.

    `from_probabilities` takes ln of a probability that may have become 0. `softmax_twice` hands probabilities to a
    function that expects logits: it cannot fall below `twice_floor(K)`, however sure and right the network is.
    """
    return ThreeWays(
        from_logits=_way(logits, lambda z: cross_entropy(z, target).losses),
        from_probabilities=_way(logits, lambda z: log_loss(softmax(z).gather(1, target[:, None])[:, 0])),
        softmax_twice=_way(logits, lambda z: cross_entropy(softmax(z), target).losses),
    )


def _way(logits: Tensor, losses_of: Callable[[Tensor], Tensor]) -> Way:
    leaf = logits.detach().clone().requires_grad_()
    with torch.enable_grad():
        losses = losses_of(leaf)
        # Each example's loss depends on its own logits only, so the gradient of the sum holds every one's own.
        (gradient,) = torch.autograd.grad(losses.sum(), leaf)
    return Way(losses.detach(), gradient)


def twice_floor(classes: int) -> float:
    """The least that softmax done twice can cost: ln(1 + (K - 1) / e), reached at probabilities 1, 0, ..., 0."""
    return math.log1p((classes - 1) / math.e)


@dataclass(frozen=True, eq=False)
class Measures:
    """Three measures of N answers, () each, or (V,) for V batches of them.

    `accuracy` is the share of answers whose largest logit is the true class's, `loss` the mean of -ln p, and `squared`
    the mean of (1 - p)², both of the true class's probability p.
    """

    accuracy: Tensor
    loss: Tensor
    squared: Tensor


def measures(logits: Tensor, target: Tensor) -> Measures:
    """Accuracy, log loss and squared error of logits (..., N, K) against true classes (N,), means over the N.

    A tie for the largest logit counts as right where the true class comes first, as `argmax` takes it.
    """
    true = target.expand(logits.shape[:-1])
    logs = log_softmax(logits).gather(-1, true[..., None])[..., 0]
    right = (logits.argmax(-1) == true).to(logits.dtype)
    return Measures(right.mean(-1), -logs.mean(-1), (1 - logs.exp()).square().mean(-1))


def measure_slopes(logits: Tensor, target: Tensor) -> Measures:
    """The derivatives (N,) of the three measures by the logit of each true class; logits (N, K).

    Accuracy is a staircase: flat on every step, and without a derivative where it jumps, so its slope is given as 0.
    """
    leaf = logits.detach().clone().requires_grad_()
    with torch.enable_grad():
        found = measures(leaf, target)
        slopes = [torch.autograd.grad(each, leaf, retain_graph=True)[0] for each in (found.loss, found.squared)]
    loss, squared = (slope.gather(1, target[:, None])[:, 0] for slope in slopes)
    return Measures(torch.zeros_like(loss), loss, squared)
