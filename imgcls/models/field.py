"""What one place of a network's inner layer sees of a picture: its square, and how strongly each pixel counts."""

from dataclasses import dataclass

import torch
from torch import Tensor

from imgcls.models.graph import Graph
from imgcls.models.trace import compute
from imgcls.numbers import sides
from imgcls.ops.receptive import Receptive, effective_side, influence


@dataclass(frozen=True, eq=False)
class UnitField:
    """One place of a layer's output, and the picture (S, S) behind it.

    `box` is (top, left, bottom, right) in pixels of the network's input, and may leave it; `strength` (S, S) is
    `ops.receptive.influence`, `effective` the side of the square that holds 95% of it.
    """

    field: Receptive
    place: tuple[int, int]
    box: tuple[int, int, int, int]
    strength: Tensor
    effective: int


def field_of(graph: Graph, inputs: Tensor, step: int, row: int, column: int) -> UnitField:
    """What the output of step `step` at (row, column) sees of preprocessed inputs (1, 3, S, S).

    Raises:
        ValueError: every output of that step sees the whole picture.
        IndexError: the step has no such place.
    """
    field = graph.steps[step].receptive
    if field is None:
        raise ValueError(f"Every output of {graph.steps[step].name} sees the whole picture.")
    _, height, width = graph.steps[step].shape
    if not (0 <= row < height and 0 <= column < width):
        raise IndexError(f"{graph.steps[step].name} has {sides(height, width)} places, and none at {row}, {column}.")
    box = field.box(row, column)
    top, left, bottom, right = box
    if step == 0:
        strength = torch.zeros(inputs.shape[-2:])
        strength[row, column] = 1.0
    else:
        strength = influence(lambda leaf: compute(graph, {0: leaf}, [step], {})[step], inputs, row, column)
    middle = (top + bottom - 1) // 2, (left + right - 1) // 2
    return UnitField(field, (row, column), box, strength, effective_side(strength, *middle))
