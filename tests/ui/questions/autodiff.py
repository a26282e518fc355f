"""The right answers of the lesson on automatic differentiation, by plain torch and by hand."""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.ops.minibatch import XS, YS

SPECKLES = torch.tensor(
    [[float(d) for d in row] for row in ("122012", "312002", "113311", "020123", "223233", "023103")]
)
COPY = torch.tensor([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])


def larger(photo: Picture) -> str:
    """By differences of the neuron's error at w = 1, x = 2, b = -1, y = 0."""

    def error(w: float, b: float) -> float:
        return (1 / (1 + math.exp(-(2 * w + b)))) ** 2

    by_w, by_b = error(1.001, -1) - error(0.999, -1), error(1, -0.999) - error(1, -1.001)
    return "w, twice as much as b" if math.isclose(by_w / by_b, 2, rel_tol=1e-3) else "?"


def descent(value: Callable[..., Tensor], start: dict[str, float], rate: float, *, clear: bool = True) -> list[dict]:
    """torch.optim.SGD on `value`; where it was before each of 31 steps."""
    leaves = {name: torch.tensor(x, dtype=torch.float64, requires_grad=True) for name, x in start.items()}
    optimiser = torch.optim.SGD(leaves.values(), lr=rate)
    path = []
    for _ in range(31):
        now = value(**leaves)
        path.append({name: x.item() for name, x in leaves.items()} | {"value": now.item()})
        if clear:
            optimiser.zero_grad()
        now.backward()
        optimiser.step()
    return path


def line(w: Tensor, b: Tensor) -> Tensor:
    return (2 * w + b - 3) ** 2


def swings(photo: Picture) -> str:
    values = [point["value"] for point in descent(line, {"w": 0.5, "b": 0.2}, 0.02, clear=False)]
    bottoms = [i for i in range(1, 30) if values[i] < 0.1 and values[i] < min(values[i - 1], values[i + 1])]
    return "It swings past the bottom and back, on and on" if len(bottoms) >= 3 else "?"


def pooled(kernel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The image, the convolution and the four pooled numbers, to be differentiated."""
    image = SPECKLES.clone().requires_grad_()
    convolved = F.conv2d(image[None, None], kernel[None, None])
    convolved.retain_grad()
    return image, convolved, F.max_pool2d(convolved, 2)[0, 0]


def winners(photo: Picture) -> int:
    _, convolved, four = pooled(torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]))
    four.sum().backward()
    return int(convolved.grad.count_nonzero())


def field(photo: Picture) -> int:
    image, _, four = pooled(torch.ones(3, 3))
    four[0, 0].backward()
    return int(image.grad.count_nonzero())


def which(photo: Picture) -> int:
    """Of the three maps the one that is 1 at the largest of each window and 0 elsewhere."""
    from imgcls.ui.questions import questions_of

    question = next(each for each in questions_of("autodiff") if each.id == "auto-map")
    _, arrays = question.kind.about(photo)
    image, _, four = pooled(COPY)
    four.sum().backward()
    shown = [arrays[f"p{k}"][::20, ::20] for k in range(3)]
    lit = [torch.from_numpy(each != each[0, 0]) for each in shown]
    full = [int(each.max()) == max(int(other.max()) for other in shown) for each in shown]
    (right,) = (k for k in range(3) if lit[k].equal(image.grad > 0) and full[k])
    return right


def middle(photo: Picture) -> float:
    """The output is proportional to the middle weight, the only one that is not 0."""
    outputs = [float(pooled(weight * COPY)[2].detach().sum()) for weight in (0.5, 1.5)]
    return outputs[1] - outputs[0]


def fitted(size: int, steps: int) -> tuple[Tensor, Tensor]:
    """The loss over all examples, and w, after `steps` of torch.optim.SGD, for 20 draws."""
    x, y = torch.tensor((XS, YS), dtype=torch.float64)
    ends = []
    for seed in range(1, 21):
        w, b = leaves = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in (-1.4, 0.2)]
        optimiser, generator = torch.optim.SGD(leaves, lr=0.1), torch.Generator().manual_seed(seed)
        for _ in range(steps):
            batch = torch.randperm(16, generator=generator)[:size]
            optimiser.zero_grad()
            F.mse_loss(w * x[batch] + b, y[batch]).backward()
            optimiser.step()
        ends.append((F.mse_loss(w * x + b, y).item(), w.item()))
    losses, weights = torch.tensor(ends, dtype=torch.float64).T
    return losses, weights


def cheaper(photo: Picture) -> str:
    ones, wholes = fitted(1, 30)[0], fitted(16, 2)[0]
    return "30 steps, each on 1 example" if ones.max() < wholes.min() else "?"


CHECKS = {
    "auto-larger": larger,
    "auto-three": lambda photo: [2, 2, 3],
    "auto-relu": lambda photo: [0, 0, 0],
    "auto-rate": lambda photo: [point["value"] for point in descent(line, {"w": 0.5, "b": 0.2}, 0.2)[:4]],
    "auto-ball": lambda photo: descent(lambda x: (x**2 - 1) ** 2 + 0.3 * x, {"x": 1.6}, 0.02)[30]["x"],
    "auto-zero": swings,
    "auto-cheaper": cheaper,
    "auto-wander": lambda photo: [100 * float(fitted(size, 30)[1].std(correction=0)) for size in (1, 4, 16)],
    "auto-winners": winners,
    "auto-field": field,
    "auto-map": which,
    "auto-weight": middle,
}
