"""The cross-entropy lesson's right answers, by torch's own losses and by hand."""

import math

import torch
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.models.registry import load

THREE = (2.0, 0.5, -1.0)


def of(logits: tuple[float, ...], true: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss and gradient by autograd."""
    z = torch.tensor([logits], dtype=torch.float64, requires_grad=True)
    loss = F.cross_entropy(z, torch.tensor([true]))
    loss.backward()
    return loss.detach(), z.grad[0]


def p(logit: float) -> float:
    """The true class's share beside two logits of 0."""
    return math.exp(logit) / (math.exp(logit) + 2)


def smoothed(photo: Picture) -> float:
    """The share of the true class, by torch's own label smoothing, on a grid of logits."""
    logits = torch.zeros(4000, 3, dtype=torch.float64)
    logits[:, 0] = torch.linspace(0, 8, 4000)
    losses = F.cross_entropy(logits, torch.zeros(4000, dtype=torch.int64), label_smoothing=0.3, reduction="none")
    return 100 * float(logits.softmax(1)[losses.argmin(), 0])


def binary(logits: tuple[float, ...], y: float) -> tuple[torch.Tensor, torch.Tensor]:
    z = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    losses = F.binary_cross_entropy_with_logits(z, torch.full_like(z, y), reduction="none")
    losses.sum().backward()
    return losses.detach(), z.grad


def answer(photo: Picture) -> torch.Tensor:
    with torch.inference_mode():
        return load().module(load().preprocess(photo.image))[0].double()


def pull(photo: Picture) -> list[float]:
    logits = answer(photo)
    order = logits.argsort(descending=True)[:3]
    return of(tuple(logits.tolist()), int(order[0]))[1][order].tolist()


def gone(photo: Picture) -> int:
    product, count = torch.tensor(1.0), 0
    while product > 0:
        product, count = product * torch.tensor(p(THREE[count % 3])), count + 1
    return count


def slopes(photo: Picture) -> list[float]:
    """By steps of the fourth logit; the mean over four photos."""
    step, z = 1e-4, -10.0
    log = [-math.log(p(z + side)) for side in (-step, step)]
    squared = [(1 - p(z + side)) ** 2 for side in (-step, step)]
    return [(high - low) / (2 * step) / 4 for low, high in (log, squared)]


def infinite(photo: Picture) -> int:
    lags = (lag for lag in range(300) if torch.tensor([-lag, 0.0, -1.0]).softmax(0)[0].log().isinf())
    return next(lags)


def gradients(photo: Picture) -> list[float]:
    found = []
    for loss in (
        lambda z: F.cross_entropy(z, torch.tensor([0])),
        lambda z: -z.softmax(1)[0, 0].log(),
        lambda z: F.cross_entropy(z.softmax(1), torch.tensor([0])),
    ):
        z = torch.tensor([[-20.0, 0.0, -1.0]], requires_grad=True)
        loss(z).backward()
        found.append(float(z.grad[0, 0]))
    return found


MEAN = tuple(-math.log(p(z)) for z in (4, 3, 2, 1, -4))
CHECKS = {
    "ce-curve": lambda photo: [-math.log(share) for share in (0.01, 0.2, 0.4, 0.6, 1)],
    "ce-gradient": lambda photo: of((-2.85, 0.86, 0.28), 2)[1].tolist(),
    "ce-confident": lambda photo: math.log(math.exp(10) + 2),
    "ce-smoothing": smoothed,
    "ce-line": lambda photo: [math.log1p(math.exp(-z)) for z in (-8, -4, 0, 4, 8)],
    "ce-steepness": lambda photo: binary((-6.0, 0.0, 6.0), 1.0)[1].tolist(),
    "ce-other": lambda photo: math.log(1 + math.exp(1.5)),
    "ce-photo-price": lambda photo: float(-answer(photo).softmax(0).max().log()),
    "ce-photo-pull": pull,
    "ce-photo-dearer": lambda photo: int((answer(photo).softmax(0) < 1 / 1000).sum()),
    "ce-mean-share": lambda photo: 100 * MEAN[-1] / sum(MEAN),
    "ce-mean-pull": lambda photo: [(p(z) - 1) / 5 for z in (4, 3, 2, 1, -4)],
    "ce-mean-rescue": lambda photo: (-4 * math.log(p(10)) - math.log(p(-4))) / 5,
    "ce-likely-line": lambda photo: [count / 3 * sum(math.log10(p(z)) for z in THREE) for count in (3, 300, 600, 900)],
    "ce-likely-gone": gone,
    "ce-likely-perplexity": lambda photo: math.prod(p(z) for z in THREE) ** (-1 / 3),
    "ce-accuracy-stairs": lambda photo: [75, 75, 75, 100, 100, 100],  # the other logits are 0
    "ce-accuracy-slopes": slopes,
    "ce-accuracy-more": lambda photo: (
        "Higher logits for the true classes" if p(0.6) > p(0.5) else "Nothing more: it is 0"
    ),
    "ce-ways-inf": infinite,
    "ce-ways-pull": gradients,
    "ce-ways-floor": lambda photo: -math.log(math.e / (math.e + 2)),
}
