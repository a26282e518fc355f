"""What the tensors lesson asks about the numbers themselves: normalised, stretched over another shape, in a batch."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.models.normalisation import scaled, seen_with
from imgcls.models.registry import load
from imgcls.numbers import equation, percent, whole
from imgcls.ops.batches import stack
from imgcls.ops.broadcasting import broadcast
from imgcls.ops.matmul import matmul
from imgcls.ops.tensors import IMAGENET, facts, normalise
from imgcls.ui.hall import classify_photo
from imgcls.ui.questions import Bars, Choice, Number, Order, Pick, Question
from imgcls.ui.tensors.batch_part import SIDE
from imgcls.ui.tensors.matmul import worked
from imgcls.ui.tensors.matmul_part import LAYER, SIZES, A, B, two_matrices
from imgcls.ui.tensors.normalise_part import FIXED

NORMALISE, BROADCAST, MATMUL, BATCH = "Normalise", "Broadcast", "Matmul", "Batch"


def _greys(photo: Picture) -> list[float]:
    """Black, middle grey and white with ImageNet's numbers for red; 128 of 255 stands for the grey."""
    pixels = torch.tensor([0, 128, 255], dtype=torch.uint8).expand(3, 1, 3)
    return [float(normalise(pixels[:, :, i : i + 1], *IMAGENET).pixel[1][0]) for i in range(3)]


def _why_greys(photo: Picture, right: Sequence[float]) -> str:
    mean, std = IMAGENET[0][0], IMAGENET[1][0]
    shown = equation((1.0, mean, std), lambda x, m, s: (x - m) / s, right[2], digits=3)
    return (
        f"White: (1 − {shown.operands[1]}) / {shown.operands[2]} {shown.sign} {shown.result}. Numbers from 0 to 1 "
        "become numbers around 0, about 1 in size. Black is then **below** 0, and no longer zero."
    )


def _own(photo: Picture) -> tuple[str, int, float]:
    """What the network says: the name, the class and the probability."""
    network = load()
    best = classify_photo(network, photo).top(1)[0]
    return network.name_of(best.index), best.index, best.probability


def _asks_undivided(photo: Picture) -> str:
    name, _, share = _own(photo)
    return (
        f"EfficientNet-Lite0 gives your photo **{percent(share)}** for {name}. Now somebody forgets to divide the "
        "bytes by 255. How much does that class get?"
    )


def _undivided(photo: Picture) -> float:
    network = load()
    seen = seen_with(network, scaled(network, photo.image), *FIXED["not divided by 255"])
    return 100 * float(seen.prediction.probabilities[_own(photo)[1]])


MEANS = (0.1, 0.5, 0.9)


def _seen(photo: Picture) -> list[np.ndarray]:
    """The photo that the network takes it for, with each of MEANS in place of its own 0.5."""
    network = load()
    pixels = scaled(network, photo.image)
    looks = [seen_with(network, pixels, (mean,) * 3, (0.5,) * 3).looks_like for mean in MEANS]
    return [(255 * each).round().byte().permute(1, 2, 0).contiguous().numpy() for each in looks]


FITS = ("(3,)", "(4,)", "(2, 4)", "(4, 3)")


def _fits(photo: Picture) -> str:
    """The one shape that can be added to (3, 4)."""
    shapes = {"(3,)": (3,), "(4,)": (4,), "(2, 4)": (2, 4), "(4, 3)": (4, 3)}
    (name,) = (name for name, shape in shapes.items() if broadcast((3, 4), shape).total is not None)
    return name


def _sum_size(photo: Picture) -> int:
    total = broadcast((3, 1), (1, 4)).total
    return 0 if total is None else total.numel()


def _stretched(photo: Picture) -> list[int]:
    """The strides of a column (3, 1) in a sum of shape (3, 4)."""
    strides = broadcast((3, 1), (1, 4)).strides
    return list(strides[0]) if strides else [0, 0]


START = {dial.name: dial.start for dial in SIZES} | {
    "tensors_ma": tuple(float(each) for row in A for each in row),
    "tensors_mb": tuple(float(each) for row in B for each in row),
}
CELL = (1, 0)  # of the product that the part opens with


def _cell(photo: Picture) -> float:
    result = two_matrices(START).result
    return float("nan") if result is None else float(result[CELL])


def _why_cell(photo: Picture, right: float) -> str:
    made = two_matrices(START)
    return (
        f"Each number of the row meets its partner in the column: {worked(made, *CELL)['sums'][-1]}. Position [1, 0] "
        "takes row 1 and column 0, and nothing else."
    )


WAYS = ("x @ W", "x @ W.T", "W @ x", "x * W")


def _ten_scores(photo: Picture) -> str:
    """The one that makes ten scores of each of 64 photos."""
    x, weights, found = torch.zeros(64, 784), torch.zeros(10, 784), []
    works = (lambda: x @ weights, lambda: x @ weights.T, lambda: weights @ x, lambda: x * weights)
    for way, work in zip(WAYS, works, strict=True):
        try:
            found += [way] * (work().shape == (64, 10))
        except RuntimeError:
            continue
    (way,) = found
    return way


def _multiplications(photo: Picture) -> int:
    terms = matmul(torch.zeros(64, 784), torch.zeros(784, 10)).terms
    return 0 if terms is None else terms.numel()


def _batch(photo: Picture, count: int = 5) -> Tensor:
    stacked = stack([photo.image] * count, SIDE).stacked
    if stacked is None:
        raise ValueError("Photos of one size can be stacked.")
    return stacked


AXES = ("the next photo", "the next channel", "the next row", "the next column")
REFUSES, PADS, CROPS = "It raises an error", "It fills the smaller ones up with 0", "It cuts all to the smallest"


def _uneven(photo: Picture) -> str:
    """What torch.stack does with two sizes."""
    found = stack([photo.image, photo.image.resize((photo.image.width + 1, photo.image.height))], None)
    if found.stacked is None:
        return REFUSES
    return PADS if found.stacked.shape[-1] > photo.image.width else CROPS


def _bytes(photo: Picture) -> int:
    return facts(_batch(photo, 8).float()).bytes


_MEAN = {"tensors_std": "0.5"}
ONE_COLUMN, FOUR_COLUMNS = {"tensors_a": "3, 1", "tensors_b": "1, 1"}, {"tensors_a": "3, 1", "tensors_b": "1, 4"}

QUESTIONS = [
    Question(
        "tensor-greys",
        NORMALISE,
        "ImageNet's red has a mean of 0.485 and a standard deviation of 0.229. Where do black, grey and white go?",
        Bars(("black, 0", "grey, 0.502", "white, 1"), -4, 4, "", 1, 0.4, (0.0,) * 3),
        _greys,
        _why_greys,
        then={"tensors_way": "ImageNet's"},
    ),
    Question(
        "tensor-mean",
        NORMALISE,
        "The network was trained with a mean of 0.5. Now **0.9** is taken off instead. Which of these does the network "
        "take your photo for?",
        Pick(_seen, tuple(f"mean {mean}" for mean in MEANS)),
        lambda photo: MEANS.index(0.9),
        "Too much is taken off every pixel, so all of it looks darker to the network, and what was dark anyway becomes "
        "blacker than black.",
        at={**_MEAN, "tensors_mean": "0.5"},
        then={**_MEAN, "tensors_mean": "0.9"},
    ),
    Question(
        "tensor-undivided",
        NORMALISE,
        _asks_undivided,
        Number(0, 100, "%", 10, digits=1),
        _undivided,
        lambda photo, right: (
            f"**{percent(right / 100)}**, and no error: the shape is right. Nearly all numbers are far too large, and "
            "to the network that is a photo whiter than white."
        ),
        then={"tensors_way": "not divided by 255"},
    ),
    Question(
        "tensor-fits",
        BROADCAST,
        "a has the shape (3, 4). Which of these shapes can be **added** to it?",
        Choice(
            FITS,
            {
                "(3,)": "Shapes are aligned at the right, so that its 3 meets the 4.",
                "(2, 4)": "The 4 fits, but 2 meets 3. Only a 1 can be stretched.",
                "(4, 3)": "The same count of numbers, but 3 meets 4 and 4 meets 3.",
            },
        ),
        _fits,
        "Written one below the other, flush right, each pair of sizes must be equal, or one of them 1 or missing. (4,) "
        "is added to each row.",
        at={"tensors_a": "3, 4", "tensors_b": "3"},
        then={"tensors_a": "3, 4", "tensors_b": "4"},
    ),
    Question(
        "tensor-outer",
        BROADCAST,
        "A column (3, 1) plus a row (1, 4). How many numbers does the sum have?",
        Number(0, 20),
        _sum_size,
        lambda photo, right: (
            f"Both are stretched: to (3, 4), so 3 · 4 = {whole(right)}. Each number of one meets each of the other. "
            "Forget a dimension somewhere, and a loss of N numbers silently becomes one of N × N."
        ),
        at=ONE_COLUMN,
        then=FOUR_COLUMNS,
    ),
    Question(
        "tensor-stretched",
        BROADCAST,
        "The column (3, 1) is stretched to (3, 4) for the sum. How far away in memory are the neighbours?",
        Bars(("next row", "next column"), 0, 6, "", 0, 0.4, (4, 1)),
        _stretched,
        "To the next column the stride is **0**: the same number is read four times. Nothing has been copied, however "
        "large the other shape is.",
        at=ONE_COLUMN,
        then=FOUR_COLUMNS,
    ),
    Question(
        "tensor-cell",
        MATMUL,
        "Row 1 of A is **3, −1, 2**. Column 0 of B is **2, 1, 4**. What stands in row 1, column 0 of A @ B?",
        Number(-20, 20, start=0),
        _cell,
        _why_cell,
        then={"tensors_cell": "1_0"},
    ),
    Question(
        "tensor-linear",
        MATMUL,
        "x holds 64 photos of 784 pixels: (64, 784). nn.Linear(784, 10) keeps its weights as W: **(10, 784)**. Which "
        "of these makes **10 scores for each photo**?",
        Choice(
            WAYS,
            {
                "x @ W": "(64, 784) @ (10, 784): the inner sizes are 784 and 10, and PyTorch refuses.",
                "W @ x": "(10, 784) @ (64, 784): the inner sizes are 784 and 64, and PyTorch refuses.",
                "x * W": "That multiplies number by number. (64, 784) and (10, 784) cannot be stretched to one shape.",
            },
        ),
        _ten_scores,
        "(64, 784) @ (784, 10) → (64, 10): a row for each photo, a column for each class. Every dense layer is this "
        "one line, and a bias.",
        then={"tensors_matmul": LAYER},
    ),
    Question(
        "tensor-products",
        MATMUL,
        "(64, 784) @ (784, 10): 64 photos through a dense layer of ten nodes. How many **multiplications** is that?",
        Number(100, 10_000_000, "multiplications", 1.4, log=True),
        _multiplications,
        lambda photo, right: (
            f"64 · 10 cells, and each of them needs 784 products: **{whole(right)}**. Between two layers of 4,096 "
            f"nodes it would be 64 · 4,096 · 4,096 = {whole(64 * 4096 * 4096)}."
        ),
        at={"tensors_rows": "2"},
        then={"tensors_rows": "4"},
    ),
    Question(
        "tensor-axes",
        BATCH,
        "Five photos are stacked into (5, 3, 64, 64). How far away in memory is each of these neighbours? Put them in "
        "order.",
        Order(AXES, "nearest", "farthest"),
        lambda photo: [float(each) for each in _batch(photo).stride()],
        "The last dimension runs fastest. stack copies, and lays all out anew: columns are 1 apart, rows 64, channels "
        "64 · 64 = 4,096, photos 3 · 64 · 64 = 12,288.",
        at={"tensors_i": "0"},
        then={"tensors_i": "4"},
    ),
    Question(
        "tensor-uneven",
        BATCH,
        "The photos have different sizes. What does **torch.stack** do?",
        Choice(
            (PADS, CROPS, REFUSES),
            {
                PADS: "You can do that, but you have to say so. PyTorch does not guess.",
                CROPS: "You can do that, but you have to say so. PyTorch does not guess.",
            },
        ),
        _uneven,
        "A tensor is a box: each photo in it has the same number of rows and columns. That is why photos are resized "
        "or cropped before they reach a network.",
        then={"tensors_resize": "false"},
    ),
    Question(
        "tensor-memory",
        BATCH,
        "Eight photos of 64 × 64 pixels as **float32**. How many bytes?",
        Number(1000, 10_000_000, "bytes", 1.4, log=True),
        _bytes,
        lambda photo, right: (
            f"8 · 3 · 64 · 64 · 4 = {whole(right)}. A float32 takes four bytes in place of one, and training keeps the "
            "maps of all layers, too. The batch is what fills the memory of a GPU."
        ),
        at={"tensors_n": "1"},
        then={"tensors_n": "8"},
    ),
]
