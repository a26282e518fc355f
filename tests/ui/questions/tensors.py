"""The right answers of the lesson on tensors, by NumPy, by torch's own rules, and by hand."""

import numpy as np
import torch

from imgcls.data.pictures import Picture
from imgcls.models.registry import load


def array(photo: Picture) -> np.ndarray:
    return np.asarray(photo.image.convert("RGB"))


def near(photo: Picture) -> list[list[float]]:
    height, width = array(photo).shape[:2]
    row, column = (height // 5 + 0.5) / height, (width * 3 // 4 + 0.5) / width
    places = [(k + 0.5) / 40 for k in range(40)]
    return [[np.exp(-50 * ((y - row) ** 2 + (x - column) ** 2)) for x in places] for y in places]


def column_jump(photo: Picture) -> str:
    """NumPy counts in bytes, and a number of a photo has one."""
    return f"{array(photo)[0:64:16, 0:64:16].strides[1]} numbers further on"


def painted(photo: Picture) -> str:
    copy = array(photo).copy()
    copy[:] = 9
    copy[0:64:16, 0:64:16] = 0
    return "Those 16 pixels turn black" if (copy == 0).all(2).sum() == 16 else "?"


def order(photo: Picture) -> str:
    pixels = np.zeros((3, 5, 3), np.uint8)
    pixels[0, 0] = 1, 2, 3
    return "R G B, R G B: pixel after pixel" if pixels.tobytes()[:3] == b"\1\2\3" else "?"


def dealt(photo: Picture) -> int:
    """Of the three pictures the one whose first channel begins with the first numbers of memory, R G B R ..."""
    from imgcls.ui.questions import questions_of

    question = next(each for each in questions_of("tensors") if each.id == "tensor-dealt")
    _, pictures = question.kind.about(photo)
    memory = pictures["p0"].reshape(-1)
    count = pictures["p0"].shape[0] * pictures["p0"].shape[1]
    same = [k for k in range(2) if np.array_equal(pictures[f"p{k}"][..., 0].reshape(-1), memory[:count])]
    return same[0] if len(same) == 1 else -1


def slipped(photo: Picture) -> int:
    """By walking: each pixel of one long line falls into a row one pixel too long."""
    width = min(192, max(2, round(photo.image.width * 128 / photo.image.height)))
    last = [k for k in range(128 * width) if k // (width + 1) < 128 * width // (width + 1)][-1]
    row = last // (width + 1)
    begins = row * (width + 1)  # of the line, where the true row `row` begins at row * width
    return begins - row * width


def wrapped(photo: Picture) -> str:
    return str(int(np.subtract(np.uint8(100), np.uint8(128), dtype=np.uint8)))


def undivided(photo: Picture) -> float:
    """The network itself, its input undone to bytes."""
    network = load()
    own = network.preprocess
    mean, std = (torch.tensor(each)[:, None, None] for each in (own.mean, own.std))
    with torch.inference_mode():
        inputs = own(photo.image)
        best = int(network.module(inputs).argmax())
        return float(100 * network.module(255 * (inputs * std + mean)).softmax(1)[0, best])


def darkest(photo: Picture) -> int:
    from imgcls.ui.questions import questions_of

    question = next(each for each in questions_of("tensors") if each.id == "tensor-mean")
    _, pictures = question.kind.about(photo)
    return int(np.argmin([pictures[f"p{k}"].mean() for k in range(3)]))


def fits(photo: Picture) -> str:
    """By NumPy's rule, which is torch's."""
    found = []
    for name, shape in {"(3,)": (3,), "(4,)": (4,), "(2, 4)": (2, 4), "(4, 3)": (4, 3)}.items():
        try:
            np.broadcast_shapes((3, 4), shape)
        except ValueError:
            continue
        found.append(name)
    return found[0] if len(found) == 1 else "?"


def ten_scores(photo: Picture) -> str:
    """By NumPy's rules, which are torch's for two matrices."""
    x, weights = np.zeros((64, 784)), np.zeros((10, 784))
    return "x @ W.T" if np.matmul(x, weights.T).shape == (64, 10) else "?"


def uneven(photo: Picture) -> str:
    try:
        torch.stack([torch.zeros(3, 4, 4), torch.zeros(3, 4, 5)])
    except RuntimeError:
        return "It raises an error"
    return "?"


CHECKS = {
    "tensor-pixel": near,
    "tensor-every": lambda photo: 3 * len(range(0, 64, 16)) ** 2,
    "tensor-stride": column_jump,
    "tensor-shared": painted,
    "tensor-order": order,
    "tensor-permute": lambda photo: 0,  # a view has the memory of what it looks at
    "tensor-contiguous": lambda photo: [each // 8 for each in np.zeros((3, 3, 5)).strides],
    "tensor-dealt": dealt,
    "tensor-copies": lambda photo: "array.flip(1)",  # torch has no negative strides
    "tensor-shear": slipped,
    "tensor-bytes": wrapped,
    "tensor-greys": lambda photo: [(x - 0.485) / 0.229 for x in (0, 128 / 255, 1)],
    "tensor-mean": darkest,
    "tensor-undivided": undivided,
    "tensor-fits": fits,
    "tensor-outer": lambda photo: (np.zeros((3, 1)) + np.zeros((1, 4))).size,
    "tensor-stretched": lambda photo: [each // 8 for each in np.broadcast_to(np.zeros((3, 1)), (3, 4)).strides],
    "tensor-cell": lambda photo: 3 * 2 - 1 * 1 + 2 * 4,
    "tensor-linear": ten_scores,
    "tensor-products": lambda photo: 64 * 784 * 10,
    "tensor-axes": lambda photo: [each // 8 for each in np.zeros((5, 3, 64, 64)).strides],
    "tensor-uneven": uneven,
    "tensor-memory": lambda photo: np.zeros((8, 3, 64, 64), np.float32).nbytes,
}
