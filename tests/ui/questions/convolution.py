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


def fed(photo: Picture) -> list[int]:
    """Light one pixel, and count the outputs that are not 0."""
    counts = []
    for place in (0, 1, 2):
        lit = torch.zeros(1, 1, 5, 5)
        lit[0, 0, place, place] = 1
        counts.append(int(F.conv2d(lit, torch.ones(1, 1, 3, 3), stride=2, padding=1).count_nonzero()))
    return counts


def effective(photo: Picture) -> int:
    """Squares of growing side around the middle, until one holds 95%."""
    square = ImageOps.fit(photo.image, (128, 128), Image.Resampling.BICUBIC)
    x = torch.from_numpy(np.array(square)).permute(2, 0, 1).float()[None] / 127.5 - 1
    x.requires_grad_()
    generator, h = torch.Generator().manual_seed(0), x
    for layer in range(8):
        into = 8 if layer else 3
        h = F.conv2d(h, (2 / (9 * into)) ** 0.5 * torch.randn(8, into, 3, 3, generator=generator), padding=1).relu()
    h[0, :, 64, 64].sum().backward()
    strength = x.grad[0].abs().sum(0).double()
    return next(
        2 * n + 1 for n in range(9) if strength[64 - n : 65 + n, 64 - n : 65 + n].sum() >= 0.95 * strength.sum() > 0
    )


def growth(photo: Picture) -> list[int]:
    """The pixels that move one output of layers that only add up."""
    sides = []
    for count in (1, 2, 3, 4, 5):
        x = torch.zeros(1, 1, 256, 256, requires_grad=True)
        h = x
        for _ in range(count):
            h = F.conv2d(h, torch.ones(1, 1, 3, 3), stride=2, padding=1)
        h[0, 0, h.shape[2] // 2, h.shape[3] // 2].backward()
        sides.append(int((x.grad[0, 0].sum(1) > 0).sum()))
    return sides


def multiplications(groups: int, kernel: int, outputs: int) -> int:
    return torch.nn.Conv2d(32, outputs, kernel, groups=groups, bias=False).weight.numel()


CHECKS = {
    "conv-wall": lambda photo: "0 everywhere",  # 180 · (4 · 1 − 4)
    "conv-stride": lambda photo: F.conv2d(torch.zeros(1, 1, 128, 128), LEFT[None, None], stride=2).shape[-1],
    "conv-which": which,
    "conv-place": place,
    "conv-filters": lambda photo: str(F.conv2d(torch.zeros(1, 3, 5, 5), torch.zeros(2, 3, 3, 3)).shape[1]),
    "conv-parameters": lambda photo: sum(p.numel() for p in torch.nn.Conv2d(3, 2, 3).parameters()),
    "conv-fed": fed,
    "conv-seven": lambda photo: 3,  # 1 + 3 · 2 = 7
    "conv-growth": growth,
    "conv-effective": effective,
    "conv-products": lambda photo: [9, 32, 9 * 32],
    "conv-grey": lambda photo: "1 × 1",  # Pillow's convert("L") sums the three values of each pixel by itself
    "conv-share": lambda photo: (
        100 * (multiplications(32, 3, 32) + multiplications(1, 1, 16)) / multiplications(1, 3, 16)
    ),
    "conv-families": lambda photo: [kinds().count(kind) for kind in range(4)],
    "conv-zeros": zeros,
    "conv-strongest": strongest,
}
