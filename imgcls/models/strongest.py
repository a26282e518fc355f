"""One way through a network: back from a logit, each time to the value that counts most, down to a patch of pixels.

Beside it lies the gradient of a loss, which walks the same way back to the photo and to the first kernel.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from imgcls.models.graph import Graph, Step, pads, window_of
from imgcls.models.trace import compute

FLAT = 1e-6
"""A value that moves by less than this share of what others do counts as one that stays where it is."""
_OPENING = {"norm", "activation"}


@dataclass(frozen=True)
class Cell:
    """One value of a layer: the output of step `step` at (channel, row, column).

    `adds` is its gradient times its value: to first order what it adds to the next cell of the way, and exactly that
    where a convolution, a bend and a pooling lie between them. `gradient` is that of the loss.
    """

    step: int
    channel: int
    row: int
    column: int
    value: float
    adds: float
    gradient: float

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it is in its step's output (C, H, W)."""
        return self.channel, self.row, self.column


@dataclass(frozen=True, eq=False)
class Patch:
    """What the first convolution does at the followed place: products (n, F, F) = values * kernel.

    Their sum + `bias` is `total`. Values outside the picture are 0. `channels` are the places of the n inputs; `top`,
    `left` where the patch lies in the convolution's input, which it may leave; `gradient` (n, F, F) is that of the loss
    for the kernel.
    """

    channels: tuple[int, ...]
    values: Tensor
    kernel: Tensor
    bias: float
    total: float
    gradient: Tensor
    top: int
    left: int
    stride: int
    dilation: int

    @property
    def products(self) -> Tensor:
        """(n, F, F)."""
        return self.values * self.kernel


@dataclass(frozen=True, eq=False)
class Way:
    """A photo's way to the logit of `class_index`, and the loss if `target` were right.

    `cells` go from the input to the last maps; `outputs` and `gradients` (of the loss) hold for each of their steps
    what the network has there, (C, H, W). `logit_gradients` (K,) are probabilities - one hot. `opening` are the
    first convolution and what follows it place by place, `pool` the first pooling, None without one.
    """

    graph: Graph
    class_index: int
    target: int
    logits: Tensor
    probabilities: Tensor
    loss: float
    logit_gradients: Tensor
    cells: tuple[Cell, ...]
    outputs: Mapping[int, Tensor]
    gradients: Mapping[int, Tensor]
    patch: Patch
    opening: tuple[Step, ...]
    pool: Step | None

    def cell(self, step: int) -> Cell | None:
        """The cell of a step; None for a step that the way does not touch."""
        return next((cell for cell in self.cells if cell.step == step), None)


def opening_of(graph: Graph) -> tuple[Step, ...]:
    """The first convolution, and the batch norm and activation that follow it.

    Raises:
        ValueError: there is none, or another way of padding than with zeros.
    """
    first = next((step for step in graph.steps if step.kind == "convolution"), None)
    if first is None or getattr(first.module, "padding_mode", "zeros") != "zeros" or len(first.inputs) != 1:
        raise ValueError(f"{graph.classifier.title} does not begin with a convolution.")
    found = [first]
    while len(users := graph.users(found[-1].index)) == 1 and users[0].kind in _OPENING:
        found.append(users[0])
    return tuple(found)


def strongest_way(graph: Graph, inputs: Tensor) -> Way:
    """One forward pass on a preprocessed picture (1, 3, S, S), its best class followed back, and the loss's gradients.

    The loss is the cross-entropy if the class with the second highest logit were right.

    Raises:
        ValueError: the network does not begin with a convolution, or tells no two classes apart.
    """
    opening = opening_of(graph)
    if graph.steps[-1].shape[0] < 2:
        raise ValueError(f"{graph.classifier.title} has one class only: nothing competes with it.")
    pool = next((step for step in graph.steps if step.kind == "pool" and len(step.shape) == 3), None)
    marks = {0, opening[0].inputs[0], *(step.index for step in opening)}
    marks |= {column.step for column in graph.columns if len(column.shape) == 3}
    marks |= {pool.inputs[0], pool.index} if pool else set()
    marks |= {_behind(graph, mark) for mark in marks}
    steps, last = sorted(marks), graph.steps[-1].index
    with torch.inference_mode(False), torch.enable_grad():  # holds for this thread only
        start = inputs.detach().clone().to(graph.classifier.device).requires_grad_()
        weight = opening[0].module.weight.detach().clone().requires_grad_()
        instead = {opening[0].index: lambda x: functional_call(opening[0].module, {"weight": weight}, (x,))}
        values = compute(graph, {0: start}, [*steps, last], instead)
        logits = values[last][0]
        best, target = logits.detach().topk(2).indices.tolist()
        loss = F.cross_entropy(logits[None].float(), torch.tensor([target], device=logits.device))
        found = torch.autograd.grad(
            loss, [logits, weight, *(values[step] for step in steps)], retain_graph=True, allow_unused=True
        )
        by_logit, by_weight, *by_step = found
        gradients = {step: each for step, each in zip(steps, by_step, strict=True) if each is not None}
        cells = _cells(graph, logits[best], {step: values[step] for step in gradients}, gradients)
    patch = _patch(opening[0], values[opening[0].inputs[0]], cells, weight, by_weight)
    return Way(
        graph, best, target, _plain(logits), _plain(logits).softmax(0), float(loss.detach()), _plain(by_logit), cells,
        {cell.step: _plain(values[cell.step][0]) for cell in cells},
        {cell.step: _plain(gradients[cell.step][0]) for cell in cells}, patch, opening, pool,
    )  # fmt: skip


def _cells(
    graph: Graph, end: Tensor, values: Mapping[int, Tensor], gradients: Mapping[int, Tensor]
) -> tuple[Cell, ...]:
    """From the logit `end` back through the steps: at each the place whose gradient times value is largest.

    Some values do not depend on the photo: where an activation is flat, as ReLU6 above 6, or a batch norm has all but
    forgotten its channel. There the way would end, so it goes on elsewhere.
    """
    found: list[Cell] = []
    for step in sorted(values, reverse=True):
        (slope,) = torch.autograd.grad(end, values[step], retain_graph=True, allow_unused=True)
        if slope is None:  # it goes another way round
            continue
        adds = (slope * values[step])[0].detach()
        counts = slope[0] != 0
        if (behind := _behind(graph, step)) != step:
            (bend,) = torch.autograd.grad(values[step].sum(), values[behind], retain_graph=True)
            alive = counts & (bend[0].abs() > FLAT * bend.abs().max())
            counts = alive if alive.any() else counts
        adds = torch.where(counts, adds, -torch.inf) if counts.any() else adds
        channel, row, column = (int(each) for each in torch.unravel_index(adds.argmax(), adds.shape))
        end = values[step][0, channel, row, column]
        found.append(
            Cell(
                step, channel, row, column, float(end.detach()), float(adds[channel, row, column]),
                float(gradients[step][0, channel, row, column]),
            )
        )  # fmt: skip
    return tuple(reversed(found))


def _behind(graph: Graph, index: int) -> int:
    """The step before all that works place by place, such as the convolution before a batch norm and a ReLU."""
    while graph.steps[index].kind in _OPENING:
        index = graph.steps[index].inputs[0]
    return index


def _patch(step: Step, source: Tensor, cells: tuple[Cell, ...], weight: Tensor, by_weight: Tensor) -> Patch:
    """What the convolution multiplies at its cell."""
    cell = next(cell for cell in cells if cell.step == step.index)
    module: nn.Conv2d = step.module
    side, stride, dilation = window_of(module)
    left, right, top, bottom = pads(module, *source.shape[2:])
    each = weight.shape[1]
    first = cell.channel // (len(weight) // module.groups) * each
    padded = F.pad(_plain(source[0])[first : first + each], (left, right, top, bottom))
    rows, columns = (
        slice(place * stride, place * stride + (side - 1) * dilation + 1, dilation) for place in (cell.row, cell.column)
    )
    bias = float(module.bias[cell.channel].detach()) if module.bias is not None else 0.0
    return Patch(
        tuple(range(first, first + each)), padded[:, rows, columns], _plain(weight)[cell.channel], bias, cell.value,
        _plain(by_weight)[cell.channel], cell.row * stride - top, cell.column * stride - left, stride, dilation,
    )  # fmt: skip


def _plain(tensor: Tensor) -> Tensor:
    """Numbers on the CPU, without a gradient."""
    return tensor.detach().float().cpu()
