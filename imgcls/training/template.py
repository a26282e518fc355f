"""One neuron that has learned to tell dogs from cats: its weights are a picture."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.data.drawn.tiny_breeds import BREEDS, CAT
from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import drawn_animals

DRAWN = 32  # the side at which the animals are drawn
EACH = 60  # dogs, and as many cats
PENALTY = 0.03  # of the squared weights, for each input


@dataclass(frozen=True, eq=False)
class Template:
    """`weights` (3, side, side) and `bias` of a neuron whose output is above 0 for a dog, below for a cat.

    `accuracy` is the share of drawings it has not learned from that it tells right.
    """

    weights: Tensor
    bias: float
    accuracy: float


def learned_template(side: int, seed: int = 0) -> Template:
    """Ridge regression of +1 (dog) and -1 (cat) on the pixels (0..1) of drawn animals at side x side.

    w = X^T (X X^T + lambda I)^-1 y with centred X (N, D) and y: the dual form, since there are fewer pictures than
    pixels (Hoerl and Kennard 1970).
    """
    inputs, targets = _pictures(side, seed)
    centre, level = inputs.mean(0), targets.mean()
    x, y = inputs - centre, targets - level
    kernel = x @ x.T + PENALTY * x.shape[1] * torch.eye(len(x))
    weights = x.T @ torch.linalg.solve(kernel, y)
    bias = float(level - weights @ centre)
    unseen, truth = _pictures(side, seed + 1)
    accuracy = float((torch.sign(unseen @ weights + bias) == truth).float().mean())
    return Template(weights.view(3, side, side), bias, accuracy)


def _pictures(side: int, seed: int) -> tuple[Tensor, Tensor]:
    """Flattened drawings (N, 3 * side * side) in 0..1 and targets (N,): the dogs +1, the cats -1."""
    difficulty = Difficulty.level(0.3)
    dogs = [drawn_animals(breed, EACH // len(BREEDS), seed, difficulty, DRAWN) for breed in BREEDS]
    drawn = np.concatenate([*dogs, drawn_animals(CAT, EACH, seed, difficulty, DRAWN)])
    pictures = torch.from_numpy(drawn).permute(0, 3, 1, 2).float() / 255
    count = len(pictures) - EACH
    return F.adaptive_avg_pool2d(pictures, side).flatten(1), torch.tensor([1.0] * count + [-1.0] * EACH)
