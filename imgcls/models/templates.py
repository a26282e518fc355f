"""The linear classifier that we ship: ten templates, trained on CIFAR-10 by assets/templates/make.py."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

FILE = Path(__file__).resolve().parents[2] / "assets/templates/weights.npz"


@dataclass(frozen=True, eq=False)
class Templates:
    """`weights` (K, 3, S, S) for pixels in -1..1, `bias` (K,); `accuracy` on pictures it has not learned from."""

    classes: tuple[str, ...]
    weights: Tensor
    bias: Tensor
    accuracy: float

    @property
    def side(self) -> int:
        """S."""
        return self.weights.shape[-1]


@cache
def load_templates() -> Templates:
    """The templates, read once; read only."""
    with np.load(FILE, allow_pickle=False) as found:
        return Templates(
            tuple(found["classes"].tolist()),
            torch.from_numpy(found["weights"].astype(np.float32)),
            torch.from_numpy(found["bias"].astype(np.float32)),
            float(found["accuracy"]),
        )
