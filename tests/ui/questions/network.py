"""The network page's right answers, by TinyVGG's own module and torch's autograd."""

import copy

import numpy as np
import torch
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.training.trained import tinyvgg

NAMES = tuple(name for name, _ in tinyvgg().module.layers.named_children())


def inputs(photo: Picture) -> torch.Tensor:
    return tinyvgg().preprocess(photo.image)


def outputs(photo: Picture, x: torch.Tensor | None = None, off: int | None = None) -> dict[str, torch.Tensor]:
    """What each layer makes; with one channel of the last pool at 0 if `off` names it."""
    made, x = {}, inputs(photo) if x is None else x
    for name, layer in copy.deepcopy(tinyvgg().module).layers.named_children():
        x = layer(x)
        if name == "pool2" and off is not None:
            x = x * (torch.arange(x.shape[1]) != off)[:, None, None]
        made[name] = x
        if x.requires_grad:
            x.retain_grad()
    return made


def last(made: dict[str, torch.Tensor]) -> torch.Tensor:
    return made[NAMES[-1]][0]


def best(photo: Picture) -> int:
    return int(last(outputs(photo)).argmax())


def backwards(photo: Picture) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    x = inputs(photo).requires_grad_()
    made = outputs(photo, x)
    last(made)[best(photo)].backward()
    return x.grad[0], made


def moved(photo: Picture) -> float:
    x = inputs(photo)
    x = torch.cat([x[..., :1].expand(-1, -1, -1, 8), x[..., :-8]], -1)
    return float(100 * last(outputs(photo, x)).softmax(0)[best(photo)])


def gradient(photo: Picture) -> np.ndarray:
    sizes = backwards(photo)[0].abs().mean(0).numpy()
    return np.array(
        [[sizes[max(0, r - 4) : r + 5, max(0, c - 4) : c + 5].mean() for c in range(64)] for r in range(64)]
    )


def zeros(photo: Picture) -> float:
    return float(100 * (backwards(photo)[1]["relu1_2"].grad == 0).float().mean())


def influence(photo: Picture) -> str:
    made = backwards(photo)[1]
    total = float((made["pool2"] * made["pool2"].grad).sum().detach())
    bias = float(tinyvgg().module.layers[-1].bias[best(photo)])
    return "its logit, less the bias" if abs(total - (float(last(made)[best(photo)].detach()) - bias)) < 1e-3 else "?"


def parameters(photo: Picture) -> list[float]:
    convolutions, dense = 3 * 10 * 9 + 10 + 3 * (10 * 10 * 9 + 10), 10 * 13 * 13 * 6 + 6
    return [100 * part / (convolutions + dense) for part in (convolutions, dense)]


def linear(photo: Picture) -> str:
    """The first two convolutions are one of 5 × 5: its weights are the answers to single pixels."""
    layers = dict(tinyvgg().module.layers.named_children())
    pair = torch.nn.Sequential(layers["conv1_1"], layers["conv1_2"])
    with torch.inference_mode():
        bias = pair(torch.zeros(1, 3, 5, 5)).flatten()
        pixels = torch.eye(75).reshape(75, 3, 5, 5)
        weights = (pair(pixels).flatten(1) - bias).T.reshape(10, 3, 5, 5)
        alike = F.conv2d(inputs(photo), weights, bias).allclose(pair(inputs(photo)), atol=1e-4)
    return "2" if alike else "4"


def exciting(photo: Picture) -> int:
    """The picture that comes in with the highest value of the fourth convolution's map 4, by the layers themselves."""
    from imgcls.ui.questions import questions_of

    (question,) = (each for each in questions_of("network") if each.id == "net-excites")
    _, pictures = question.kind.about(photo)
    found = []
    for k in range(3):
        pixels = torch.from_numpy(pictures[f"p{k}"].copy()).permute(2, 0, 1)[None] / 255
        x = (pixels - torch.tensor(tinyvgg().preprocess.mean).view(3, 1, 1)) / torch.tensor(
            tinyvgg().preprocess.std
        ).view(3, 1, 1)
        with torch.inference_mode():
            for name, layer in tinyvgg().module.layers.named_children():
                x = layer(x)
                if name == "conv2_2":
                    break
        found.append(float(x[0, 4].max()))
    return int(np.argmax(found))


def seen(photo: Picture) -> float:
    """A stack of the same sizes whose weights are all 1: so many pixels reach one of its last values."""
    x = torch.zeros(1, 1, 64, 64, requires_grad=True)
    ones, y = torch.ones(1, 1, 3, 3), x
    for _ in range(2):
        y = F.avg_pool2d(F.conv2d(F.conv2d(y, ones), ones), 2)
    y[0, 0, 6, 6].backward()
    return float((x.grad[0, 0].sum(0) > 0).sum())


def same(photo: Picture) -> str:
    """Two pictures go through the module: its parameters stay, and nothing else is alike."""
    before = copy.deepcopy(tinyvgg().module.state_dict())
    one, two = outputs(photo), outputs(photo, 1 - inputs(photo))
    kept = all(torch.equal(before[name], now) for name, now in tinyvgg().module.state_dict().items())
    alike = [name for name in NAMES if torch.equal(one[name], two[name])]
    return "the kernel’s weights" if kept and not alike else "?"


def blame(photo: Picture) -> str:
    logits = last(outputs(photo)).detach().clone().requires_grad_()
    runner_up = logits.detach().topk(2).indices[1]
    F.cross_entropy(logits[None], runner_up[None]).backward()
    return "0" if abs(float(logits.grad.sum())) < 1e-5 else "?"


CHECKS = {
    "net-excites": exciting,
    "net-sides": lambda photo: [62, 60, 30, 28, 26, 13],
    "net-weights": parameters,
    "net-largest": lambda photo: [
        round(float(outputs(photo)[name].max()), 2) for name in ("relu1_1", "relu1_2", "relu2_1", "relu2_2")
    ],
    "net-off": lambda photo: (100 * last(outputs(photo, off=4)).softmax(0)).tolist(),
    "net-moved": moved,
    "net-linear": linear,
    "net-gradient": gradient,
    "net-zero": zeros,
    "net-influence": influence,
    "net-seen": seen,
    "net-same": same,
    "net-blame": blame,
}
