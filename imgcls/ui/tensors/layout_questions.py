"""What the tensors lesson asks about where the photo's numbers lie: a slice, their memory, another shape."""

import numpy as np
import torch
from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.numbers import sides, whole
from imgcls.ops.rearrange import OPERATIONS, byte_traps, rearrange
from imgcls.ops.tensors import memory_order, photo_array, photo_tensor
from imgcls.ui.questions import Bars, Choice, Number, Pick, Question, Spot
from imgcls.ui.tensors.memory_part import COLUMNS, ROWS
from imgcls.ui.tensors.reshape_part import small_array

SLICE, MEMORY, RESHAPE = "Slice", "Memory", "Reshape or permute"
LONGEST = 256  # pixels of the photo that is clicked on
EDGE, EVERY = 64, 16  # of the slice that is asked about


def _preview(photo: Picture) -> np.ndarray:
    image = photo.image.copy()
    image.thumbnail((LONGEST, LONGEST))
    return photo_array(image).numpy()


def _pixel(photo: Picture) -> tuple[int, int]:
    """A row and a column that nobody can mistake for each other."""
    height, width = photo_tensor(photo.image).shape[1:]
    return height // 5, 3 * width // 4


def _asks_pixel(photo: Picture) -> str:
    row, column = _pixel(photo)
    shape = sides(*photo_tensor(photo.image).shape)
    return f"Your photo is a tensor of shape {shape}. Click the pixel **photo[:, {row}, {column}]**."


def _nearness(photo: Picture) -> np.ndarray:
    """How near each place is to the pixel, 0 to 1, over all of the photo: (40, 40)."""
    (row, column), (height, width) = _pixel(photo), photo_tensor(photo.image).shape[1:]
    places = (np.arange(40) + 0.5) / 40
    down, across = places - (row + 0.5) / height, places - (column + 0.5) / width
    return np.exp(-(down[:, None] ** 2 + across[None, :] ** 2) / 0.02)


def _cut(photo: Picture) -> Tensor:
    return photo_tensor(photo.image)[:, 0:EDGE:EVERY, 0:EDGE:EVERY]


def _apart(numbers: int) -> str:
    return f"{numbers} number{'s' if numbers > 1 else ''} further on"


def _next_column(photo: Picture) -> str:
    return _apart(_cut(photo).stride(-1))


TOO, ALONE, ALL_BLACK = "Those 16 pixels turn black", "It stays as it is", "All of it turns black"


def _painted(photo: Picture) -> str:
    """What becomes of a photo when its slice is set to 0."""
    tensor = torch.full_like(photo_tensor(photo.image).contiguous(), 255)
    tensor[:, 0:EDGE:EVERY, 0:EDGE:EVERY].zero_()
    black = int((tensor == 0).all(0).sum())
    return ALONE if not black else TOO if black <= (EDGE // EVERY) ** 2 else ALL_BLACK


def _pixels() -> Tensor:
    """A picture of the size that the part on memory lays out; its numbers do not matter."""
    return torch.arange(ROWS * COLUMNS * 3, dtype=torch.uint8).reshape(ROWS, COLUMNS, 3)


RGB, REDS, ROW_WISE = "R G B, R G B: pixel after pixel", "All reds, then all greens, then all blues", (
    "The reds of row 0, its greens, its blues, then row 1"
)  # fmt: skip


def _order(photo: Picture) -> str:
    address = memory_order(_pixels(), "HWC").address
    if address[0, 0].tolist() == [0, 1, 2]:
        return RGB
    return REDS if address[1, 0, 0] == COLUMNS else ROW_WISE


def _moved(photo: Picture) -> int:
    """How many numbers lie elsewhere after permute."""
    before, after = (memory_order(_pixels(), layout).address for layout in ("HWC", "CHW, a view"))
    return int((before != after).sum())


def _strides(layout: str) -> list[int]:
    """Those of (3, 3, 5), channels first."""
    return list(memory_order(_pixels(), layout).facts.stride)


SHOWN = ("permute", "reshape", "row length")


def _rearranged(photo: Picture) -> list[np.ndarray]:
    array = small_array(photo.image)
    made = [rearrange(array, name, min(array.shape[1] + 1, array.shape[0] * array.shape[1])) for name in SHOWN]
    return [each.picture.contiguous().numpy() for each in made if each.picture is not None]


def _copies(photo: Picture) -> str:
    """The one of four operations that copies."""
    array = small_array(photo.image)
    (name,) = (name for name in ("permute", "transpose", "flip") if not rearrange(array, name, 1).is_view)
    return OPERATIONS[name].code


def _slipped(photo: Picture) -> int:
    """How far the last row has slipped when each row is one pixel too long."""
    array = small_array(photo.image)
    height, width = array.shape[:2]
    rows = height * width // (width + 1)
    return (rows - 1) * (width + 1) - (rows - 1) * width


def _below(photo: Picture) -> str:
    return f"{byte_traps()[-1].value:g}"


QUESTIONS = [
    Question(
        "tensor-pixel",
        SLICE,
        _asks_pixel,
        Spot(_preview, share=0.06),
        _nearness,
        "Channel, then **row**, then column. The first number counts downwards from the top, the second from the left. "
        "In a drawing program it is the other way round: x, then y.",
    ),
    Question(
        "tensor-every",
        SLICE,
        f"**photo[:, 0:{EDGE}:{EVERY}, 0:{EDGE}:{EVERY}]** of a photo in colour. How many numbers is that?",
        Number(1, 20000, "numbers", 1.3, log=True),
        lambda photo: _cut(photo).numel(),
        lambda photo, right: (
            f"3 channels, {sides(*_cut(photo).shape[1:])} pixels: **{whole(right)}** numbers. A step of 16 in both "
            "directions leaves one pixel of 256."
        ),
        then={"tensors_slice": f"0_{EDGE}_0_{EDGE}_{EVERY}_all"},
    ),
    Question(
        "tensor-stride",
        SLICE,
        "In the file the three colours of a pixel lie side by side. The slice takes every 16th column. Where in memory "
        "is its next column?",
        Choice(
            (_apart(1), _apart(16), _apart(48)),
            {
                _apart(1): "That would be so if the slice had been packed together. Slicing copies nothing.",
                _apart(16): "It is 16 pixels further on, and each of them has three numbers.",
            },
        ),
        _next_column,
        "16 pixels of 3 numbers each: 16 · 3 = 48. A slice is only another way of walking through the same memory: "
        "where to begin, and how far to jump.",
        then={"tensors_slice": f"0_{EDGE}_0_{EDGE}_{EVERY}_all"},
    ),
    Question(
        "tensor-shared",
        SLICE,
        f"part = photo[:, 0:{EDGE}:{EVERY}, 0:{EDGE}:{EVERY}], then **part.zero_()**. What becomes of the photo?",
        Choice(
            (ALONE, TOO, ALL_BLACK),
            {
                ALONE: "That would be so with part = photo[...].clone(). A slice has no numbers of its own.",
                ALL_BLACK: "They share one memory, but the slice reaches only its own 16 pixels.",
            },
        ),
        _painted,
        "A slice is a view: the same numbers under another name. That saves memory, and it is an easy way of "
        "spoiling your data without noticing.",
        then={"tensors_slice": f"0_{EDGE}_0_{EDGE}_{EVERY}_all"},
    ),
    Question(
        "tensor-order",
        MEMORY,
        "A photo of shape (height, width, 3). In what order are its numbers stored in memory?",
        Choice(
            (REDS, RGB, ROW_WISE),
            {
                REDS: "That is (3, height, width), as PyTorch's layers want it.",
                ROW_WISE: "That is (height, 3, width). The last dimension is the one that runs fastest.",
            },
        ),
        _order,
        "The last dimension runs fastest, and here it is the colours. So the three numbers of a pixel are neighbours, "
        "then comes the next pixel of the row.",
        then={"tensors_layout": "CHW"},
    ),
    Question(
        "tensor-permute",
        MEMORY,
        "This small picture has 3 × 5 pixels, 45 numbers. **permute(2, 0, 1)** makes (3, 3, 5) of (3, 5, 3). How many "
        "numbers change their place in memory?",
        Number(0, 45),
        _moved,
        "None. Only shape and strides are exchanged, that is how far to jump for the next row, column or colour. It "
        "takes as long for 45 numbers as for 45 million.",
        then={"tensors_layout": "CHW, a view"},
    ),
    Question(
        "tensor-contiguous",
        MEMORY,
        "The line shows the strides after permute: how many numbers lie between neighbours. Now **.contiguous()** "
        "copies everything into the order (3, 3, 5). Drag the bars.",
        Bars(
            ("next channel", "next row", "next column"),
            0,
            30,
            "",
            0,
            1,
            lambda photo: _strides("CHW, a view"),
            "the strides now",
        ),
        lambda photo: _strides("CHW"),
        "Each stride is the product of the sizes behind it: a column 1, a row of 5 columns 5, and a channel of 3 such "
        "rows 3 · 5 = 15.",
        at={"tensors_layout": "CHW, a view"},
        then={"tensors_layout": "CHW"},
    ),
    Question(
        "tensor-dealt",
        RESHAPE,
        "A photo (H, W, 3) has to become (3, H, W). Somebody writes **array.reshape(3, H, W)**. Which of these comes "
        "out?",
        Pick(_rearranged, ("permute", "reshape", "rows too long")),
        lambda photo: SHOWN.index("reshape"),
        "reshape keeps the order of the numbers and only cuts it anew: the first third of the photo, R G B R G B, "
        "becomes “red”. The shape is right, no error comes, and nothing can be learned from it.",
        at={"tensors_operation": OPERATIONS["permute"].code},
        then={"tensors_operation": OPERATIONS["reshape"].code},
    ),
    Question(
        "tensor-copies",
        RESHAPE,
        "Three operations on a photo (H, W, 3). Which one has to **copy** it?",
        Choice(
            tuple(OPERATIONS[name].code for name in ("permute", "transpose", "flip")),
            {
                OPERATIONS["permute"].code: "It exchanges strides. The numbers stay where they are.",
                OPERATIONS["transpose"].code: "It exchanges two strides, so that columns are read as rows.",
            },
        ),
        _copies,
        "To read a row backwards without a copy, its stride would have to be negative. NumPy allows that, and PyTorch "
        "does not.",
        then={"tensors_operation": OPERATIONS["flip"].code},
    ),
    Question(
        "tensor-shear",
        RESHAPE,
        "The photo is cut into rows that are **one pixel too long**. By how many pixels has the last row slipped to "
        "the left?",
        Number(0, 200, "pixels", 12),
        _slipped,
        lambda photo, right: (
            f"Each row steals one pixel of the next, and that adds up: {whole(right)} in the last of "
            f"{whole(right + 1)} rows. A slanted picture means a wrong row length."
        ),
        then={"tensors_operation": OPERATIONS["row length"].code},
    ),
    Question(
        "tensor-bytes",
        RESHAPE,
        "A pixel of 100 as **uint8**. What is pixel − 128?",
        Choice(
            ("−28", "0", "228", "an error"),
            {
                "−28": "uint8 has no negative numbers: it goes from 0 to 255.",
                "0": "It does not stop at 0 either. Only clamp does that.",
                "an error": "PyTorch says nothing.",
            },
        ),
        _below,
        "Bytes wrap round below 0: 100 − 128 + 256 = 228. Dark pixels turn bright and nothing warns you. So turn the "
        "photo into float32 first.",
    ),
]
