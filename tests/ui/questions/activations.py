"""The activations lesson's right answers, by torch and NumPy alone."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.models.registry import load
from imgcls.ops.points import pattern

PASSED = (torch.tanh, torch.relu, torch.sigmoid, lambda x: F.leaky_relu(x, 0.1))


def straight(photo: Picture) -> str:
    """The middle of two places gets the mean of their logits, through any number of linear layers."""
    torch.manual_seed(0)
    network = nn.Sequential(*(nn.Linear(a, b) for a, b in ((2, 8), (8, 8), (8, 8), (8, 8), (8, 1))))
    a, b = torch.rand(50, 2), torch.rand(50, 2)
    means = (network(a) + network(b)) / 2
    return "A straight line" if torch.allclose(network((a + b) / 2), means, atol=1e-5) else "?"


def lines(photo: Picture) -> list[float]:
    """Logistic regression by Newton's method; a tiny penalty keeps it finite where a line separates all."""
    shares = []
    for name in ("line", "XOR", "circle", "spiral"):
        points = pattern(name, 0, count=140)
        x, y = np.c_[points.places, np.ones(140)].astype(float), points.classes.astype(float)
        w = np.zeros(3)
        for _ in range(50):
            p = 1 / (1 + np.exp(-x @ w))
            w -= np.linalg.solve(x.T @ (x * (p * (1 - p))[:, None]) + 1e-6 * np.eye(3), x.T @ (p - y) + 1e-6 * w)
        shares.append(100 * float(((x @ w > 0) == (y > 0.5)).mean()))
    return shares


def slopes(photo: Picture) -> list[float]:
    s = [1 / (1 + math.exp(-x)) for x in (-6, -2, 0, 2, 6)]
    return [each * (1 - each) for each in s]


def maps(photo: Picture) -> torch.Tensor:
    stem = load().module.features[0]
    with torch.inference_mode():
        return stem[1](stem[0](load().preprocess(photo.image)))[0]


def removed(photo: Picture) -> int:
    return int(np.argmin([float(maps(photo)[k].clamp(max=0).mean()) for k in (6, 0, 14, 20)]))


def flat(photo: Picture) -> list[float]:
    shares = []
    for function in (PASSED[1], PASSED[3], PASSED[2]):
        x = maps(photo)[6].clone().requires_grad_()
        function(x).sum().backward()
        shares.append(100 * float((x.grad == 0).float().mean()))
    return shares


def pale(photo: Picture) -> int:
    """The only one whose values all lie above 0 and below 1."""
    x = maps(photo)[6].double().clamp(-30, 30)
    inside = [k for k, function in enumerate(PASSED) if bool(((function(x) > 0) & (function(x) < 1)).all())]
    assert len(inside) == 1
    return inside[0]


def norms(function: nn.Module, layers: int, std: float) -> list[float]:
    """Of the gradient at each layer's output."""
    generator = torch.Generator().manual_seed(0)
    h, outputs = torch.randn(128, 128, generator=generator), []
    for _ in range(layers):
        h = function(h @ (torch.randn(128, 128, generator=generator) * std))
        h.requires_grad_().retain_grad()
        outputs.append(h)
    h.square().mean().backward()
    return [float(each.grad.double().norm()) for each in outputs]


def vanish(photo: Picture) -> list[float]:
    found = norms(nn.Sigmoid(), 20, 128**-0.5)
    return [math.log10(found[layer - 1] / found[-1]) for layer in (1, 5, 10, 15, 20)]


def starts(photo: Picture) -> list[float]:
    ends = [norms(nn.ReLU(), 10, std) for std in ((2 / 128) ** 0.5, 0.01, (1 / 128) ** 0.5)]
    return [math.log10(each[0] / each[-1]) for each in ends]


CHECKS = {
    "act-straight": straight,
    "act-line": lines,
    "act-parameters": lambda photo: sum(
        p.numel() for each in (nn.Linear(2, 3), nn.Linear(3, 1)) for p in each.parameters()
    ),
    "act-slope": slopes,
    "act-maxout": lambda photo: "|x|",  # max(-x, x)
    "act-elu": lambda photo: 2 * (math.exp(-6) - 1),
    "act-leaky": lambda photo: "A straight line",  # max(1x, x) = x
    "act-removed": removed,
    "act-flat": flat,
    "act-pale": pale,
    "act-vanish": vanish,
    "act-starts": starts,
    "act-products": lambda photo: 3 * 3 * 64,
    "act-pieces": lambda photo: "Leaky ReLU",
    "act-memory": lambda photo: np.zeros((64, 112, 112), np.float32).nbytes / 1e6,
    "act-factor": lambda photo: "2 times",  # E[max(0, z)²] = E[z²] / 2
}
