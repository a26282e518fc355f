"""A batch: photos of one size stacked along a new first dimension."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from imgcls.ops.tensors import Facts, facts, photo_tensor


@dataclass(frozen=True, eq=False)
class Batch:
    """Photos and their stack: `stacked` uint8 (N, 3, H, W) and its facts, or None and PyTorch's reason."""

    photos: tuple[Tensor, ...]
    stacked: Tensor | None
    facts: Facts | None
    trouble: str


def stack(images: Sequence[Image.Image], side: int | None) -> Batch:
    """Stack the images; with `side` each is first cut to its middle square and resized to side x side pixels."""
    if side is not None:
        images = [squared(image, side) for image in images]
    photos = tuple(photo_tensor(image) for image in images)
    try:
        stacked = torch.stack(photos)
    except RuntimeError as error:
        return Batch(photos, None, None, str(error))
    return Batch(photos, stacked, facts(stacked), "")


def squared(image: Image.Image, side: int) -> Image.Image:
    """The middle square of a picture at side x side pixels."""
    width, height = image.size
    edge = min(width, height)
    left, top = (width - edge) // 2, (height - edge) // 2
    return image.resize((side, side), Image.Resampling.BICUBIC, (left, top, left + edge, top + edge))
