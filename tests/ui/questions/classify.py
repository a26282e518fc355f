"""The classify lesson's right answers, by torch alone, on the network's own module."""

import copy

import numpy as np
import torch
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.models.registry import load
from imgcls.training.trained import tinyvgg


def inputs(photo: Picture) -> torch.Tensor:
    return load().preprocess(photo.image)


def probabilities(x: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return load().module(x)[0].softmax(0)


def best(photo: Picture) -> int:
    return int(probabilities(inputs(photo)).argmax())


def under(photo: Picture, x: float, y: float, size: float) -> float:
    """Grey is 0.5, which these weights see as 0."""
    covered = inputs(photo)
    left, right, top, bottom = (round(224 * part) for part in (x - size / 2, x + size / 2, y - size / 2, y + size / 2))
    covered[..., max(top, 0) : bottom, max(left, 0) : right] = 0
    return float(100 * probabilities(covered)[best(photo)])


def evidence(photo: Picture, place: int, layer: str = "features.8") -> torch.Tensor:
    """Grad-CAM before its ReLU, with a hook of this test's own, for the class at this place of the ranking."""
    module, kept = copy.deepcopy(load().module), []
    module.get_submodule(layer).register_forward_hook(lambda _, given, made: kept.append(made))
    logits = module(inputs(photo).requires_grad_())[0]
    index = int(logits.argsort(descending=True)[place])
    (gradient,) = torch.autograd.grad(logits[index], kept[0])
    return (gradient.mean((2, 3), keepdim=True) * kept[0]).sum(1)[0].detach()


def heat(photo: Picture) -> np.ndarray:
    raw = evidence(photo, 0).clamp(min=0)
    return F.interpolate(raw[None, None] / raw.max(), (56, 56), mode="bilinear")[0, 0].numpy()


def runner_up(photo: Picture) -> str:
    alike = np.corrcoef(*(evidence(photo, place).flatten().numpy() for place in (0, 1)))[0, 1]
    return "Mostly the same places" if alike > 0.4 else "?"


def attacked(photo: Picture, rank: int, levels: int) -> tuple[torch.Tensor, int]:
    """Probabilities after a step along the gradient of one logit less the best one's, and the class of this rank."""
    pixels = ((inputs(photo)[0] + 1) * 127.5).round()
    module = copy.deepcopy(load().module)
    values = pixels.clone().requires_grad_()
    logits = module((values / 127.5 - 1)[None])[0]
    order = logits.argsort(descending=True)
    (logits[order[rank - 1]] - logits[order[0]]).backward()
    changed = (pixels + levels * values.grad.sign()).clamp(0, 255)
    return probabilities((changed / 127.5 - 1)[None]), int(order[rank - 1])


def noise(photo: Picture) -> list[float]:
    pixels = ((inputs(photo)[0] + 1) * 127.5).round()
    signs = (torch.rand(pixels.shape, generator=torch.Generator().manual_seed(0)) - 0.5).sign()
    by_lot = probabilities(((pixels + 2 * signs).clamp(0, 255) / 127.5 - 1)[None])
    return [float(100 * each[best(photo)]) for each in (attacked(photo, 2, 2)[0], by_lot)]


def levels(photo: Picture) -> int:
    return next((n for n in range(1, 17) if int(attacked(photo, 2, n)[0].argmax()) != best(photo)), 17)


def reached(photo: Picture) -> list[float]:
    found = [attacked(photo, rank, 2) for rank in (1000, 10, 2)]
    return [float(100 * chances[target]) for chances, target in found]


def without(photo: Picture) -> float:
    first, second = probabilities(inputs(photo)).topk(2).values.tolist()
    return 100 * second / (1 - first)


def six(photo: Picture) -> float:
    network = tinyvgg()
    with torch.inference_mode():
        return float(100 * network.module(network.preprocess(photo.image)).softmax(1).max())


def seen(photo: Picture) -> float:
    """By the pixels of the enlarged photo, which the crop of 224 is cut from."""
    width, height = photo.image.size
    scale = 256 / min(width, height)
    return 100 * 224**2 / (int(width * scale) * int(height * scale))


CHECKS = {
    "class-dog": lambda photo: float(100 * probabilities(inputs(photo))[151:269].sum()),
    "class-cover": lambda photo: int(
        np.argmin([under(photo, *place, 0.5) for place in ((0.5, 0.5), (0.5, 0.25), (0.75, 0.75))])
    ),
    "class-grow": lambda photo: [under(photo, 0.5, 0.5, size / 10) for size in range(1, 7)],
    "class-evidence": heat,
    "class-runner-up": runner_up,
    "class-early": lambda photo: 0,  # (224 / 2)² positions; each further stride leaves a quarter
    "class-noise": noise,
    "class-levels": levels,
    "class-target": reached,
    "class-missing": without,
    "class-six": six,
    "class-dachshund": lambda photo: "Another breed, often with a high percentage",
    "class-seen": seen,
    "class-input": lambda photo: 3 * 224 * 224,
    "class-normal": lambda photo: [grey / 127.5 - 1 for grey in (0, 64, 128, 191, 255)],
}
