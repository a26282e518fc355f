"""The softmax lesson's right answers, by Python's own exponentials."""

import math

import torch

Z = (1.0, -2.0, 0.0)


def p(logits: tuple[float, ...], t: float = 1.0) -> list[float]:
    powers = [math.exp(z / t) for z in logits]
    return [100 * power / sum(powers) for power in powers]


def steepest(photo: object) -> float:
    """The largest difference of the sigmoid between neighbours."""
    places = [i / 1000 for i in range(-5000, 5000)]
    rises = [p((z + 1e-3, 0))[0] - p((z, 0))[0] for z in places]
    return round(p((places[rises.index(max(rises))], 0))[0])


def first_infinite(photo: object) -> int:
    for c in range(100):
        terms = [torch.tensor(z + c, dtype=torch.float16).exp() for z in Z]
        if math.isinf(terms[0] + terms[1] + terms[2]):
            return c
    raise AssertionError


CHECKS = {
    "soft-constant": lambda photo: p((6, 3, 5)),
    "soft-lead": lambda photo: math.e**3,
    "soft-pair": lambda photo: "their difference" if math.isclose(p((7, 6))[0], p((2, 1))[0]) else "?",
    "soft-hot": lambda photo: p((0.2, -0.4, 0)),
    "soft-curve": lambda photo: [100 / (1 + math.exp(-3 / t) + math.exp(-1 / t)) for t in (0.1, 0.5, 1, 2, 5)],
    "soft-winner": lambda photo: "No, at none",  # z / t keeps the order for t > 0
    "soft-step": lambda photo: [0, 0, 0, 1, 1],
    "soft-slope": lambda photo: "exactly 0",
    "soft-steepest": steepest,
    "soft-two-ahead": lambda photo: [100 / (2 + math.exp(-15))] * 2 + [100 * math.exp(-15) / (2 + math.exp(-15))],
    "soft-infinity": lambda photo: "To the middle" if max(p(Z, 1e7)) - min(p(Z, 1e7)) < 1e-3 else "?",
    "soft-corner": lambda photo: "Never" if p((25, 0, 0))[0] < 100 else "?",
    "soft-breaks": first_infinite,
    "soft-maximum": lambda photo: "They stay as they are" if math.isclose(p((0, -3, -1))[0], p(Z)[0]) else "?",
    "soft-formats": lambda photo: (
        "float16" if torch.finfo(torch.float16).max < torch.finfo(torch.bfloat16).max else "?"
    ),
}
