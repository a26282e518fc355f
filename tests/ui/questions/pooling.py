"""The pooling lesson's right answers, by hand or by torch alone."""

import copy
from dataclasses import replace

import torch
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.models.registry import load
from imgcls.training.trained import tinyvgg

EXAMPLE = torch.tensor([[1.0, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])


def kernels() -> torch.Tensor:
    return load().module.features[0][0].weight.detach()


def losers(photo: Picture) -> int:
    output = F.max_pool2d(EXAMPLE[None], 2)
    count = 0
    for row in range(4):
        for column in range(4):
            smaller = EXAMPLE.clone()
            smaller[row, column] -= 0.5
            count += bool(F.max_pool2d(smaller[None], 2).equal(output))
    return count


def means(photo: Picture) -> list[float]:
    response = F.conv2d(load().preprocess(photo.image), kernels(), padding=1)
    volume = torch.cat([response.clamp(min=0), (-response).clamp(min=0)], 1)
    return [float(step(volume, 2).mean() / volume.mean()) for step in (F.max_pool2d, F.avg_pool2d)]


def wide(photo: Picture) -> torch.Tensor:
    return F.conv2d(replace(load().preprocess, crop=256)(photo.image)[..., 16:-16, :], kernels()).relu()


def moved(features: torch.Tensor, shift: int) -> torch.Tensor:
    return features[..., 16 - shift : features.shape[-1] - 16 - shift]


def change(now: torch.Tensor, before: torch.Tensor) -> float:
    each = (now - before).flatten(2).norm(dim=2) / before.flatten(2).norm(dim=2)
    return float(100 * each[each.isfinite()].mean())


def moved_by_one(photo: Picture) -> list[float]:
    now, before = moved(wide(photo), 1), moved(wide(photo), 0)
    changes = [change(now, before)]
    for times in (1, 2, 3):
        now, before = F.max_pool2d(now, 2), F.max_pool2d(before, 2)
        if times in (1, 3):
            changes.append(change(now, before))
    return changes


def saw(photo: Picture) -> list[float]:
    """The pooled features, compared with the resting ones one cell or two further on."""
    features, offs = wide(photo), []
    resting = F.max_pool2d(moved(features, 0), 2)
    width, edge = resting.shape[-1], 16 // 2 + 2
    for shift in (1, 2, 3, 4):
        now = F.max_pool2d(moved(features, shift), 2)[..., edge : width - 1]
        steps = {shift // 2, (shift + 1) // 2}
        offs.append(min(change(now, resting[..., edge - step : width - 1 - step]) for step in steps))
    return offs


def order(photo: Picture) -> list[float]:
    sheets = [moved(wide(photo)[:, 5:6], shift) for shift in (1, 0)]
    found = []
    for way in (lambda x: x[..., : x.shape[-2] // 2 * 2 : 2, : x.shape[-1] // 2 * 2 : 2],
                lambda x: F.max_pool2d(x, 2), lambda x: F.avg_pool2d(x, 2)):  # fmt: skip
        now, before = sheets
        for _ in range(3):
            now, before = way(now), way(before)
        found.append(change(now, before))
    return found


def brightest(photo: Picture) -> int:
    sheet = moved(wide(photo)[:, 5:6], 0)
    eighths = [sheet[..., ::8, ::8][..., :27, :27], F.max_pool2d(sheet, 8), F.avg_pool2d(sheet, 8)]
    return int(torch.stack([each.mean() for each in eighths]).argmax())


def last_maps(photo: Picture) -> torch.Tensor:
    with torch.inference_mode():
        return load().module.features(load().preprocess(photo.image))[0]


def how_sure(photo: Picture) -> float:
    with torch.inference_mode():
        return float(100 * load().module(load().preprocess(photo.image)).softmax(1).max())


def tiny_notices(photo: Picture) -> str:
    """TinyVGG's probabilities once its last maps are turned upside down, which is an order of their positions, too."""
    network = tinyvgg()
    module = copy.deepcopy(network.module)
    inputs = network.preprocess(photo.image)
    with torch.inference_mode():
        plain = module(inputs).softmax(1)
        last = module.get_submodule(list(network.layers)[-1])
        last.register_forward_hook(lambda module, given, output: output.flip(-2))
        turned = module(inputs).softmax(1)
    return "They stay exactly the same" if plain.allclose(turned, atol=1e-6) else "They change"


CHECKS = {
    "pool-losers": losers,
    "pool-gradient": lambda photo: [0, 0, 0, 1],
    "pool-border": lambda photo: 16 - 3 * 3,
    "pool-depth": lambda photo: "{} slices of {} × {}".format(*F.max_pool2d(torch.zeros(64, 224, 224), 2).shape),
    "pool-stride": lambda photo: 100 * (1 - (223 / 224) ** 2),
    "pool-mean": means,
    "pool-shift": moved_by_one,
    "pool-saw": saw,
    "pool-dense": lambda photo: "They move along exactly",  # overlapping windows commute with shifts
    "pool-where": lambda photo: f"{2**5 * 2**5:,}",
    "pool-order": order,
    "pool-brightest": brightest,
    "pool-shuffle": how_sure,
    "pool-tiny": tiny_notices,
    "pool-weights": lambda photo: last_maps(photo)[0].numel(),
}
