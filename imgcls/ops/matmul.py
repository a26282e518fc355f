"""Matrix multiplication, product by product; a dense layer on a batch is one, plus a bias."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Product:
    """a (rows, inner) times b (inner, columns), plus a bias (columns,) for every row if there is one.

    `terms` (rows, columns, inner) are the products a[i, k] · b[k, j], of which cell [i, j] of the result is the sum.
    Where the inner sizes differ `terms` and `result` are None, and `trouble` is PyTorch's own message.
    """

    a: Tensor
    b: Tensor
    bias: Tensor | None
    terms: Tensor | None
    result: Tensor | None
    trouble: str


def matmul(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Product:
    """a @ b + bias of two matrices of floating-point numbers, with all products on the way."""
    try:
        result = a @ b
    except RuntimeError as error:
        return Product(a, b, bias, None, None, str(error))
    terms = a[:, None, :] * b.T[None, :, :]
    return Product(a, b, bias, terms, result if bias is None else result + bias, "")


def grey_rows(images: Sequence[Image.Image], side: int) -> Tensor:
    """Each picture's middle square as side × side grey pixels, 0 black to 1 white, in one row of a matrix.

    Returns:
        (pictures, side · side), float64, rounded to two decimals, so that what is printed is what is multiplied.
    """
    rows = []
    for image in images:
        width, height = image.size
        edge = min(width, height)
        left, top = (width - edge) // 2, (height - edge) // 2
        box = (left, top, left + edge, top + edge)
        small = image.convert("L").resize((side, side), Image.Resampling.BOX, box)
        rows.append([round(level / 255, 2) for level in small.tobytes()])
    return torch.tensor(rows, dtype=torch.float64)
