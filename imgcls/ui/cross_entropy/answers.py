"""The right answers to what the cross-entropy lesson asks, and the sentences that name numbers."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.models.registry import load
from imgcls.numbers import equation, percent, whole, written
from imgcls.ops.likelihood import likelihood, perplexity
from imgcls.ops.losses import (
    BinaryLogLoss,
    CrossEntropy,
    Measures,
    binary_cross_entropy,
    cross_entropy,
    log_loss,
    measure_slopes,
    measures,
    smoothed_curve,
    three_ways,
)
from imgcls.ui.cross_entropy.accuracy_part import ROWS as ACCURACY_ROWS
from imgcls.ui.cross_entropy.accuracy_part import batch_of
from imgcls.ui.cross_entropy.likelihood_part import MOST
from imgcls.ui.cross_entropy.likelihood_part import ROWS as LIKELY_ROWS
from imgcls.ui.cross_entropy.parts import BATCH, LOGITS
from imgcls.ui.cross_entropy.pictures import BEHIND, log_loss_worked, worked_ways
from imgcls.ui.hall import classify_photo
from imgcls.ui.scores import BREEDS

CHANCES = (0.01, 0.2, 0.4, 0.6, 1.0)
SMOOTHING = 0.3
SURE, SURER = (5.0, 0.0, 0.0), (10.0, 0.0, 0.0)  # and the second class is the true one
SIDES = (-8.0, -4.0, 0.0, 4.0, 8.0)
ONE_LOGIT = 1.5
LAST = -10.0  # a logit far on the wrong side
PHOTOS = (3, 300, 600, 900)


def tensor(numbers: Sequence[float]) -> Tensor:
    """In float64."""
    return torch.tensor(numbers, dtype=torch.float64)


def example(logits: Sequence[float], true: int, smoothing: float = 0.0) -> CrossEntropy:
    """One example of these logits."""
    return cross_entropy(tensor(logits)[None], torch.tensor([true]), smoothing)


def prices(photo: Picture) -> list[float]:
    """What those chances cost."""
    return log_loss(tensor(CHANCES)).abs().tolist()


def first(photo: Picture) -> CrossEntropy:
    """The example of the page at first."""
    return example(LOGITS.start, LOGITS.picked or 0)


def first_rows(photo: Picture) -> list[str]:
    """Its classes with their probabilities."""
    shares = first(photo).probabilities[0].tolist()
    return [
        f"{name}, p = {percent(p)}" + (" (true)" if i == LOGITS.picked else "")
        for i, (name, p) in enumerate(zip(BREEDS, shares, strict=False))
    ]


def first_gradient(photo: Picture) -> list[float]:
    """Its gradient, (3,)."""
    return first(photo).gradient[0].tolist()


def why_gradient(photo: Picture, right: Sequence[float]) -> str:
    """p − y, worked out for the true class."""
    p = float(first(photo).probabilities[0, LOGITS.picked or 0])
    shown = equation((p, 1), lambda p, y: p - y, right[LOGITS.picked or 0])
    return (
        f"It is p − y. The target y is 1 for the true class: {shown.operands[0]} − 1 {shown.sign} {shown.result}. For "
        "each other class y is 0, and its own p is left. Together they make 0: what the true class gains, the others "
        "lose."
    )


def asks_surer(photo: Picture) -> str:
    """A confident mistake, and one that is more so."""
    loss = float(example(SURE, 1).loss)
    return (
        f"The logits are 5, 0 and 0, and the **second** class is true. That costs {written(loss)}. The network gets "
        "even surer of the first: its logit is **10**. What does it cost now?"
    )


def surer(photo: Picture) -> float:
    """What the second one costs."""
    return float(example(SURER, 1).loss)


def why_surer(photo: Picture, right: float) -> str:
    """A probability that collapses, and a loss that does not."""
    before, after = (float(example(logits, 1).probabilities[0, 1]) for logits in (SURE, SURER))
    return (
        f"Just about 5 more: {written(right)}. The true class's probability falls to about 1/{whole(before / after)} "
        "of what it was, but the loss is a logarithm. Far behind, it is simply the gap between the two logits."
    )


def cheapest(photo: Picture) -> float:
    """The true class's probability at which the smoothed loss is smallest, in percent."""
    line = torch.linspace(0.01, 0.999, 990, dtype=torch.float64)
    curve = smoothed_curve(example((6.0, 1.0, 1.0), 0, SMOOTHING), 0, line)
    return 100 * float(line[curve.argmin()])


def binary(logits: Sequence[float], y: int) -> BinaryLogLoss:
    """Binary log loss at several logits."""
    z = tensor(logits)
    return binary_cross_entropy(z, torch.full_like(z, y))


def asks_other(photo: Picture) -> str:
    """The same forecast, and the other outcome."""
    now = binary([ONE_LOGIT], 1)
    return (
        f"The logit is 1.5, so a Samoyed has {percent(float(now.probability))}. If it is one, that costs "
        f"{written(float(now.loss), 3)}. It is **not** one (y = 0). What does the same forecast cost?"
    )


def why_other(photo: Picture, right: float) -> str:
    """The other branch, worked out."""
    q = 1 - float(binary([ONE_LOGIT], 1).probability)
    return (
        f"Now the other branch counts: {log_loss_worked(q, right)}. The two prices differ by 1.5, which is the logit "
        "itself: a logit says how much more it costs to be wrong than right."
    )


def answer(photo: Picture) -> CrossEntropy:
    """The network's answer to the photo, held against its own best class."""
    logits = classify_photo(load(), photo).logits.double()
    return cross_entropy(logits[None], logits.argmax()[None])


def best(photo: Picture) -> tuple[str, float]:
    """The network's best answer to the photo, and its probability."""
    network = load()
    p = answer(photo).probabilities[0]
    return network.name_of(int(p.argmax())), float(p.max())


def asks_photo(photo: Picture) -> str:
    """What the network says, as a question."""
    name, p = best(photo)
    return (
        f"EfficientNet-Lite0 gives your photo **{percent(p)}** for {name}. Suppose that is what it shows. What does "
        "the answer cost?"
    )


def top(photo: Picture) -> list[int]:
    """The three strongest classes."""
    return answer(photo).probabilities[0].topk(3).indices.tolist()


def top_names(photo: Picture) -> list[str]:
    """Their names and probabilities."""
    network, p = load(), answer(photo).probabilities[0]
    return [f"{network.name_of(i)}, p = {percent(float(p[i]))}" for i in top(photo)]


def blind(classes: int) -> float:
    """What a uniform guess costs."""
    return float(log_loss(tensor(1 / classes)))


def dearer(photo: Picture) -> int:
    """How many classes would cost more than a uniform guess if they were the true one."""
    p = answer(photo).probabilities[0]
    return int((log_loss(p) > blind(len(p))).sum())


def why_dearer(photo: Picture, right: int) -> str:
    """Where the probability went."""
    name, p = best(photo)
    return (
        f"The probabilities add up to 1. A network that gives {percent(p)} to {name} has little left: "
        f"**{whole(right)}** classes get less than 0.1%. If the photo showed one of those, knowing nothing would have "
        "been cheaper. Below, somebody claims that it shows a tench."
    )


def batch(numbers: Sequence[float]) -> CrossEntropy:
    """A batch whose true classes have these logits, two others 0."""
    return cross_entropy(*batch_of(tensor(numbers)))


RESCUE = (10.0, 10.0, 10.0, 10.0, BATCH.start[-1])


def share(photo: Picture) -> float:
    """The last photo's share of the whole loss, in percent."""
    losses = batch(BATCH.start).losses
    return 100 * float(losses[-1] / losses.sum())


def pulls(photo: Picture) -> list[float]:
    """The gradients of the mean by the true logits, (5,)."""
    return batch(BATCH.start).mean_gradient[:, 0].tolist()


def asks_rescue(photo: Picture) -> str:
    """One mistake, and four photos that may get better."""
    now = batch(BATCH.start)
    return (
        f"Photo 5 is confidently wrong and costs {written(float(now.losses[-1]), 3)}. The mean of the five losses is "
        f"{written(float(now.loss), 3)}. Now the other four are made as good as certain (logit 10). What is the mean?"
    )


def why_rescue(photo: Picture, right: float) -> str:
    """What is left of the mean."""
    worst = float(batch(RESCUE).losses[-1])
    shown = equation((worst, 5), lambda loss, count: loss / count)
    return (
        f"Being right costs 0 at best, never less, so nothing makes up for a mistake. Photo 5 alone keeps the mean "
        f"above {shown.operands[0]} / 5 {shown.sign} {shown.result}."
    )


def likely(count: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """What the true classes of `count` photos get, the page's three again and again."""
    own = batch(LIKELY_ROWS.start).probabilities[:, 0]
    return own.repeat(math.ceil(count / len(own)))[:count].to(dtype)


def exponents(photo: Picture) -> list[float]:
    """The likelihood's power of ten after so many photos."""
    sums = likelihood(likely(MOST)).sums / math.log(10)
    return [float(sums[count - 1]) for count in PHOTOS]


def three(photo: Picture) -> str:
    """The probabilities of the three photos, in words."""
    return ", ".join(percent(p) for p in likely(3).tolist())


def asks_exponents(photo: Picture) -> str:
    """Three photos and their product."""
    product = written(float(likelihood(likely(3)).products[-1]), 2)
    return (
        f"Three photos gave their true classes {three(photo)}: {product} together, about 10^{{−1.3}}. The same "
        "three come again and again. Draw the power of ten to which the product falls."
    )


def gone(photo: Picture) -> int:
    """After how many photos the product is 0 in float32."""
    return likelihood(likely(MOST, torch.float32)).vanished or MOST


def unsure_among(photo: Picture) -> float:
    """The perplexity of the three photos."""
    return perplexity(-float(likelihood(likely(3)).sums[-1]) / 3)


def why_perplexity(photo: Picture, right: float) -> str:
    """Against the mean of the probabilities."""
    mean = float(likely(3).mean())
    return (
        f"As unsure as among {written(right)} classes. Not 1 / {written(mean, 3)} ≈ {written(1 / mean, 3)}, as the "
        "mean of the probabilities would say: their logs are averaged, and so the worst answer counts most."
    )


def accurate(numbers: Sequence[float]) -> Measures:
    """What four photos with these true logits come to."""
    return measures(*batch_of(tensor(numbers)))


def with_fourth(logit: float) -> tuple[float, ...]:
    """The part's logits with another fourth one."""
    return (*ACCURACY_ROWS.start[:3], logit)


STAIRS = (-6.0, -3.0, -1.0, 1.0, 3.0, 6.0)


def stairs(photo: Picture) -> list[float]:
    """The accuracy in percent at each of STAIRS."""
    return [100 * float(accurate(with_fourth(z)).accuracy) for z in STAIRS]


def far_slopes(photo: Picture) -> list[float]:
    """The slopes of both losses by the fourth logit, far on the wrong side."""
    slopes = measure_slopes(*batch_of(tensor(with_fourth(LAST))))
    return [float(slopes.loss[-1]), float(slopes.squared[-1])]


NOTHING, HIGHER, LOWER = "Nothing more: it is 0", "Higher logits for the true classes", "Lower ones: less certainty"
ALL_RIGHT = with_fourth(0.5)


def still_wants(photo: Picture) -> str:
    """Which way the loss pulls when all are right."""
    slopes = measure_slopes(*batch_of(tensor(ALL_RIGHT))).loss
    return HIGHER if bool((slopes < 0).all()) else LOWER if bool((slopes > 0).all()) else NOTHING


def overflows(photo: Picture) -> int:
    """By how much the true class must be behind before float32 says inf."""
    lags = torch.arange(BEHIND.high + 1)
    logits = torch.stack([-lags, torch.zeros_like(lags), torch.full_like(lags, -1)], dim=1).float()
    losses = three_ways(logits, torch.zeros(len(lags), dtype=torch.int64)).from_probabilities.losses
    return int(losses.isinf().nonzero()[0])


def three_gradients(photo: Picture) -> list[float]:
    """The gradient at the true logit, computed in the three ways."""
    now = worked_ways(20, "float32")
    return [float(way.gradient[0, 0]) for way in (now.from_logits, now.from_probabilities, now.softmax_twice)]


def floor(photo: Picture) -> float:
    """What softmax done twice charges for an answer as good as perfect."""
    return float(worked_ways(-20, "float32").softmax_twice.losses)
