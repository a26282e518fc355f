"""The dense lesson's right answers, by hand, by NumPy, or by torch alone."""

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import nn
from torch.nn import functional as F

from imgcls.data.drawn.tiny_breeds import BREEDS
from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import drawn_animals
from imgcls.data.pictures import Picture
from imgcls.models.templates import FILE
from imgcls.training.experiments import BREEDS as TOLD_APART
from imgcls.training.experiments import CAT, DRAWN, EACH, PENALTY


def pixels(photo: Picture, side: int) -> torch.Tensor:
    square = ImageOps.fit(photo.image, (side, side), Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(square)).permute(2, 0, 1).float()


def shares(photo: Picture) -> list[float]:
    layers = [nn.Linear(784, 100), nn.Linear(100, 100), nn.Linear(100, 10)]
    counts = [sum(p.numel() for p in layer.parameters()) for layer in layers]
    return [100 * count / sum(counts) for count in counts]


def weights(channels: int, size: int, kernel: int, filters: int, stride: int, padding: int) -> list[int]:
    """Of the dense, the local and the convolutional layer, from torch's own shapes."""
    with torch.device("meta"):
        conv = nn.Conv2d(channels, filters, kernel, stride, padding)
        out = conv(torch.empty(1, channels, size, size))
        dense = nn.Linear(channels * size * size, out.numel())
    places = out.shape[2] * out.shape[3]
    return [dense.weight.numel(), conv.weight.numel() * places, conv.weight.numel()]


def doubled(photo: Picture) -> list[float]:
    return [b / a for a, b in zip(weights(3, 32, 5, 16, 1, 2), weights(3, 64, 5, 16, 1, 2), strict=True)]


def apart(photo: Picture) -> str:
    lit = []
    for row in (3, 4):
        one = torch.zeros(3, 32, 32)
        one[0, row, 7] = 1
        lit.append(int(one.flatten().argmax()))
    return str(lit[1] - lit[0])


def raises(photo: Picture) -> np.ndarray:
    """In the middle 16 x 16 places a brighter pixel raises the mean there, elsewhere it lowers the mean of the rest."""
    share = np.full((32, 32), -1 / (3 * (32 * 32 - 16 * 16)))
    share[8:24, 8:24] = 1 / (3 * 16 * 16)
    return 1000 * share * (pixels(photo, 32).numpy() / 255).sum(0)


def one_neuron(photo: Picture) -> float:
    """The same ridge regression in its primal form."""
    sets = []
    for seed in (0, 1):
        dogs = [drawn_animals(each, EACH // len(TOLD_APART), seed, Difficulty.level(0.3), DRAWN) for each in TOLD_APART]
        drawn = np.concatenate([*dogs, drawn_animals(CAT, EACH, seed, Difficulty.level(0.3), DRAWN)])
        small = F.adaptive_avg_pool2d(torch.from_numpy(drawn).permute(0, 3, 1, 2).double() / 255, 16).flatten(1).numpy()
        sets.append((small, np.repeat([1.0, -1.0], [len(small) - EACH, EACH])))
    (x, y), (unseen, truth) = sets
    centred = x - x.mean(0)
    w = np.linalg.solve(centred.T @ centred + PENALTY * x.shape[1] * np.eye(x.shape[1]), centred.T @ (y - y.mean()))
    return float(100 * (np.sign((unseen - x.mean(0)) @ w + y.mean()) == truth).mean())


def ship(photo: Picture) -> int:
    """The template with the most blue, against red, in its lowest quarter."""
    with np.load(FILE, allow_pickle=False) as found:
        names, values = found["classes"].tolist(), found["weights"].astype(float)
    four = [values[names.index(name)] for name in ("horse", "cat", "ship", "dog")]
    return int(np.argmax([(each[2, 24:] - each[0, 24:]).mean() / np.abs(each).max() for each in four]))


def match(photo: Picture) -> int:
    with np.load(FILE, allow_pickle=False) as found:
        names, values, bias = (found[name] for name in ("classes", "weights", "bias"))
    x = pixels(photo, 32).double().numpy() / 127.5 - 1
    scores = np.tensordot(values.astype(float), x, 3) + bias
    return int(np.argmax([scores[names.tolist().index(name)] for name in ("airplane", "automobile", "frog", "horse")]))


def accuracy(photo: Picture) -> float:
    with np.load(FILE, allow_pickle=False) as found:
        return 100 * float(found["accuracy"])


def dense_shuffled(photo: Picture) -> str:
    """Two networks, with the weights of the one moved along, after ten steps on pictures and on moved ones."""
    torch.manual_seed(0)
    x, y, order = torch.rand(20, 48), torch.arange(20) % 2, torch.randperm(48)
    plain, mixed = nn.Linear(48, 2), nn.Linear(48, 2)
    with torch.no_grad():
        mixed.weight.copy_(plain.weight[:, order])
        mixed.bias.copy_(plain.bias)
    losses = []
    for layer, inputs in ((plain, x), (mixed, x[:, order])):
        optimiser = torch.optim.SGD(layer.parameters(), 0.5)
        for _ in range(10):
            loss = F.cross_entropy(layer(inputs), y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        losses.append(float(loss.detach()))
    return "It learns just as well" if np.isclose(*losses, atol=1e-5) else "?"


def drawings() -> np.ndarray:
    """One of each breed, (6, 32, 32, 3) in 0..1."""
    found = [drawn_animals(breed, 1, 0, Difficulty.level(0.5), 32)[0] for breed in BREEDS]
    return np.stack(found) / 255


def neighbours(photo: Picture) -> float:
    order = torch.randperm(1024, generator=torch.Generator().manual_seed(0)).numpy()
    moved = drawings().reshape(6, 1024, 3)[:, order].reshape(6, 32, 32, 3)
    steps = [np.abs(moved[:, 1:] - moved[:, :-1]).ravel(), np.abs(moved[:, :, 1:] - moved[:, :, :-1]).ravel()]
    return float(np.concatenate(steps).mean())


CHECKS = {
    "dense-photo": lambda photo: 224 * 224 * 3 * 100,
    "dense-halved": lambda photo: [0.9408, 3.7632, 8.4672],  # 56², 112² and 168², times 300
    "dense-where": shares,
    "dense-digits": lambda photo: [int(np.log10(n)) + 1 for n in weights(3, 227, 11, 96, 4, 0)],
    "dense-multiply": lambda photo: "None",  # 105,415,200 outputs' products are all different
    "dense-doubled": doubled,
    "dense-above": apart,
    "dense-spot": raises,
    "dense-one-neuron": one_neuron,
    "dense-ship": ship,
    "dense-match": match,
    "dense-accuracy": accuracy,
    "dense-moved": dense_shuffled,
    "dense-neighbours": neighbours,
    "dense-colours": lambda photo: (100 * drawings()[0].mean(axis=(0, 1))).tolist(),
}
