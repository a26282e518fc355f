"""The convolution lesson's right answers, by torch and NumPy alone."""

import numpy as np
import torch
from PIL import Image, ImageOps
from torch.nn import functional as F

from imgcls.data.pictures import Picture
from imgcls.models.registry import load

LEFT = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])


def grey(photo: Picture) -> torch.Tensor:
    square = ImageOps.fit(photo.image, (128, 128), Image.Resampling.BICUBIC).convert("L")
    return torch.from_numpy(np.array(square)).float()[None, None]


def which(photo: Picture) -> int:
    """Of "top sobel", "blur" and "left sobel" the one that turns round when the photo is mirrored."""
    kernels = {
        0: LEFT.T,
        1: torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16,
        2: LEFT,
    }
    turned = [k for k, kernel in kernels.items() if kernel.flip(1).equal(-kernel)]
    assert len(turned) == 1
    return turned[0]


def place(photo: Picture) -> np.ndarray:
    sizes = F.conv2d(grey(photo), -LEFT[None, None]).abs()[0, 0].numpy()
    rows, columns = sizes.shape
    return np.array(
        [
            [sizes[max(0, r - 4) : r + 5, max(0, c - 4) : c + 5].mean() for c in range(columns)]
            for r in range(rows)
        ]
    )  # fmt: skip


def weights() -> torch.Tensor:
    return load().module.features[0][0].weight.detach()


def kinds() -> list[int]:
    """0 edges, 1 colours, 2 blurs, 3 off."""
    found = []
    largest = max(float(kernel.norm()) for kernel in weights())
    for kernel in weights():
        if kernel.norm() < largest / 100:
            found.append(3)
        elif (kernel - kernel.mean(0)).norm() ** 2 >= 0.8 * kernel.norm() ** 2:
            found.append(1)
        else:
            found.append(2 if abs(kernel.sum()) >= 0.6 * kernel.abs().sum() else 0)
    return found


def convolved(photo: Picture) -> torch.Tensor:
    stem = load().module.features[0][0]
    with torch.inference_mode():
        return stem(load().preprocess(photo.image))[0]


def zeros(photo: Picture) -> float:
    with torch.inference_mode():
        values = load().module.features[0](load().preprocess(photo.image))
    return float(100 * (values <= 0).float().mean())


def strongest(photo: Picture) -> int:
    means = convolved(photo).abs().mean(dim=(1, 2))
    return int(np.argmax([float(means[kinds().index(kind)]) for kind in range(4)]))


CHECKS = {
    "conv-wall": lambda photo: "0 everywhere",  # 180 · (4 · 1 − 4)
    "conv-stride": lambda photo: F.conv2d(torch.zeros(1, 1, 128, 128), LEFT[None, None], stride=2).shape[-1],
    "conv-which": which,
    "conv-place": place,
    "conv-families": lambda photo: [kinds().count(kind) for kind in range(4)],
    "conv-zeros": zeros,
    "conv-strongest": strongest,
}
