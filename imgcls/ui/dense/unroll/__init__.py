"""A picture, its weights and their products, laid out row by row into one long vector and added up."""

import numpy as np
import torch

from imgcls.figures.images import colourise
from imgcls.ops.convolution import signed_limit
from imgcls.ui.components import Element, declare

_mount = declare("dense/unroll")


def unroll(
    pixels: np.ndarray,
    weights: np.ndarray,
    products: np.ndarray,
    running: np.ndarray,
    bias: float,
    output: float,
    *,
    alt: str,
) -> Element:
    """Pictures x (0..1), w and x * w, all (C, H, W), as planes and as vectors.

    `running` (C * H + 1,) is the sum after each row, `output` what it comes to with `bias`. How far the pictures are
    unrolled is moved in the browser.
    """

    def signed(values: np.ndarray, quantity: str) -> np.ndarray:
        limit = signed_limit(torch.from_numpy(values))
        return np.stack([colourise(plane, quantity, -limit, limit) for plane in values])

    pictures = {
        "x": np.stack([colourise(plane, "pixel", 0, 1) for plane in pixels]),
        "w": signed(weights, "weight"),
        "product": signed(products, "activation"),
    }
    fields = {"alt": alt, "bias": bias, "output": output}
    return _mount.element(fields, {"running": np.asarray(running, np.float64), **pictures})
