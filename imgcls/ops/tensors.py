"""What a tensor is besides its numbers: shape, strides, memory; slices of a photo, memory order, normalising."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from imgcls.ops.histogram import Histogram, histogram


@dataclass(frozen=True)
class Facts:
    """What PyTorch says about a tensor. `bytes` counts its own elements, not the storage that it may share.

    `stride` and `storage_offset` are in elements. `contiguous` is "yes", "channels_last" or "no".
    """

    shape: tuple[int, ...]
    dtype: str
    stride: tuple[int, ...]
    device: str
    storage_offset: int
    contiguous: str
    numel: int
    bytes: int


def facts(tensor: Tensor) -> Facts:
    """The facts about any tensor."""
    contiguous = "yes" if tensor.is_contiguous() else "no"
    if contiguous == "no" and tensor.ndim == 4 and tensor.is_contiguous(memory_format=torch.channels_last):
        contiguous = "channels_last"
    return Facts(
        tuple(tensor.shape),
        str(tensor.dtype).removeprefix("torch."),
        tensor.stride(),
        str(tensor.device),
        tensor.storage_offset(),
        contiguous,
        tensor.numel(),
        tensor.numel() * tensor.element_size(),
    )


def same_memory(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors look into one storage, so that a change in one shows in the other."""
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


def photo_array(image: Image.Image) -> Tensor:
    """The photo as PIL and NumPy hold it: uint8 (H, W, 3), height first, the three colours of a pixel side by side."""
    return torch.from_numpy(np.array(image.convert("RGB")))


def photo_tensor(image: Image.Image) -> Tensor:
    """The photo as PyTorch's layers want it: uint8 (3, H, W), a view of `photo_array`; nothing is moved in memory."""
    return photo_array(image).permute(2, 0, 1)


CHANNELS = ("all", "red", "green", "blue")


@dataclass(frozen=True, eq=False)
class Cut:
    """A slice of a photo: the code that makes it, the view itself, and the facts about it."""

    code: str
    view: Tensor
    facts: Facts


def cut(photo: Tensor, rows: tuple[int, int], columns: tuple[int, int], step: int = 1, channel: str = "all") -> Cut:
    """Slice a photo (3, H, W): rows and columns from (included) to (excluded), every `step`-th, one channel or all.

    Raises:
        ValueError: an empty range, one that leaves the photo, a step below 1, or no such channel.
    """
    height, width = photo.shape[1:]
    for (low, high), size, what in ((rows, height, "rows"), (columns, width, "columns")):
        if not 0 <= low < high <= size:
            raise ValueError(f"The {what} {low}:{high} are not a range within 0:{size}.")
    if step < 1:
        raise ValueError(f"The step must be at least 1, not {step}; torch does not step backwards.")
    if channel not in CHANNELS:
        raise ValueError(f"There is no channel {channel}.")
    tail = f":{step}" if step > 1 else ""
    place = CHANNELS.index(channel) - 1
    ranges = (slice(*rows, step), slice(*columns, step))
    view = photo[(slice(None), *ranges)] if place < 0 else photo[(place, *ranges)]
    first = ":" if place < 0 else str(place)
    code = f"photo[{first}, {rows[0]}:{rows[1]}{tail}, {columns[0]}:{columns[1]}{tail}]"
    return Cut(code, view, facts(view))


LAYOUTS: Mapping[str, tuple[str, tuple[str, ...], Callable[[Tensor], Tensor]]] = {
    "HWC": ("array", ("y", "x", "c"), lambda array: array),
    "CHW, a view": ("array.permute(2, 0, 1)", ("c", "y", "x"), lambda array: array.permute(2, 0, 1)),
    "CHW": ("array.permute(2, 0, 1).contiguous()", ("c", "y", "x"), lambda array: array.permute(2, 0, 1).contiguous()),
    "NCHW": (
        "array.permute(2, 0, 1).contiguous()[None]",
        ("n", "c", "y", "x"),
        lambda array: array.permute(2, 0, 1).contiguous()[None],
    ),
    "channels_last": (
        "array.permute(2, 0, 1).contiguous()[None].to(memory_format=torch.channels_last)",
        ("n", "c", "y", "x"),
        lambda array: array.permute(2, 0, 1).contiguous()[None].to(memory_format=torch.channels_last),
    ),
}
"""Name -> code that makes the layout from an (H, W, 3) `array`, what its dimensions are, and the same as a function."""


@dataclass(frozen=True, eq=False)
class MemoryOrder:
    """Where every number of a small picture lies.

    `address[y, x, c]` (int64) is its place in memory, counted in elements from the first. `shares` says whether the
    memory is that of the array that the layout was made from.
    """

    layout: str
    code: str
    dimensions: tuple[str, ...]
    facts: Facts
    address: Tensor
    shares: bool


def memory_order(array: Tensor, layout: str) -> MemoryOrder:
    """Lay out an (H, W, 3) tensor in one of `LAYOUTS` and ask every element for its address (`data_ptr`)."""
    code, dimensions, arrange = LAYOUTS[layout]
    tensor = arrange(array)
    start = tensor.untyped_storage().data_ptr()
    height, width, channels = array.shape
    address = torch.empty(height, width, channels, dtype=torch.int64)
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                where = {"n": 0, "c": c, "y": y, "x": x}
                element = tensor[tuple(where[name] for name in dimensions)]
                address[y, x, c] = (element.data_ptr() - start) // tensor.element_size()
    return MemoryOrder(layout, code, dimensions, facts(tensor), address, same_memory(tensor, array))


@dataclass(frozen=True, eq=False)
class Normalised:
    """A photo before and after (x - mean) / std, channel by channel.

    `before` and `after` are histograms of red, green and blue, whose means and standard deviations (over all pixels,
    uncorrected) are (before, after) pairs of (3,) tensors. `pixel` is the middle pixel before and after. `times`
    (3, 256) says how often each channel has which byte: all of a channel's numbers are known by these.
    """

    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    before: tuple[Histogram, ...]
    after: tuple[Histogram, ...]
    means: tuple[Tensor, Tensor]
    stds: tuple[Tensor, Tensor]
    pixel: tuple[Tensor, Tensor]
    times: Tensor

    @property
    def beyond(self) -> float:
        """The share of the numbers that lie beyond `SPAN` afterwards; they are counted in its first and last bin."""
        return sum(h.below + h.above for h in self.after) / sum(int(h.counts.sum()) for h in self.after)


IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and standard deviation of ImageNet's photos, red, green and blue, as most pretrained networks expect them."""
SPAN = (-3.0, 3.0)
"""The axis on which both histograms are counted."""


def normalise(
    photo: Tensor, mean: Sequence[float], std: Sequence[float], bins: int = 96, *, known: Normalised | None = None
) -> Normalised:
    """Scale a uint8 photo (3, H, W) to 0..1, then take `mean` off and divide by `std`, both one number a channel.

    `known` is an earlier result for the same photo and bins: its pixels are not counted again.

    Raises:
        ValueError: a standard deviation that is not above 0.
    """
    if min(std) <= 0:
        raise ValueError("A standard deviation must be above 0: it is divided by.")
    times = known.times if known else torch.stack([channel.flatten().bincount(minlength=256) for channel in photo])
    scale = torch.tensor(list(zip(mean, std, strict=True)))  # (3, 2)

    def scaled(values: Tensor) -> tuple[Tensor, Tensor]:
        before = values.float() / 255
        return before, (before - scale[:, :1]) / scale[:, 1:]

    before, after = scaled(torch.arange(256).expand(3, -1))  # of every byte there is
    statistics = [_statistics(values, times) for values in (before, after)]
    return Normalised(
        tuple(mean),
        tuple(std),
        known.before if known else _histograms(before, times, bins),
        _histograms(after, times, bins),
        tuple(means for means, _ in statistics),
        tuple(stds for _, stds in statistics),
        tuple(pair[:, 0] for pair in scaled(photo[:, photo.shape[1] // 2, photo.shape[2] // 2, None])),
        times,
    )


def _histograms(values: Tensor, times: Tensor, bins: int) -> tuple[Histogram, ...]:
    return tuple(histogram(row, *SPAN, bins, times=count) for row, count in zip(values, times, strict=True))


def _statistics(values: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
    """Means and standard deviations (3,) of the values (3, N), each of which is there so many times (3, N)."""
    values, share = values.double(), times / times.sum(1, keepdim=True)
    means = (share * values).sum(1)
    stds = (share * (values - means[:, None]) ** 2).sum(1).sqrt()
    return means.float(), stds.float()


def channel_statistics(photo: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel of a uint8 photo (3, H, W) scaled to 0..1; at least 0.01 each std."""
    values = photo.float() / 255
    std = values.std((1, 2), correction=0).clamp(min=0.01)  # a photo of one colour would be divided by 0
    return tuple(values.mean((1, 2)).tolist()), tuple(std.tolist())
