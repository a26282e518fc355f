"""How one feature map is made: its inputs, its kernel's slices, their products and sum, and what follows the sum."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from imgcls.models.graph import ELEMENTWISE, Step, pads, window_of
from imgcls.models.trace import Trace

_BACKWARD = ELEMENTWISE | {"pool", "maxout", "add"}


@dataclass(frozen=True, eq=False)
class Stage:
    """One operation after the sum: its output map `values` (h, w).

    `other` (h, w) is the second number that an addition or a maxout takes at each place, else None. A batch norm is
    value * `factor` + `offset`, a scale value * `factor`. `window`, `stride` and `before` (padding at the top and left)
    say how a pooling looks at the map before it; `back` (h, w) then holds the place row * W + column there that each
    value leads back to: the winner of a max pooling, the first place of a mean's window.
    """

    step: Step
    channel: int
    values: Tensor
    other: Tensor | None = None
    factor: float = 1.0
    offset: float = 0.0
    window: int = 1
    stride: int = 1
    before: int = 0
    back: Tensor | None = None


@dataclass(frozen=True, eq=False)
class MapUnit:
    """The weighted sum behind one feature map: sum (h, w) = products.sum(0) + rest + bias.

    `inputs` (n, H, W) are the shown input maps, `input_channels` their places in the output of step `source`,
    `kernels` (n, F, F) the slices that lie on them, `products` (n, h, w) what each slice contributes, `rest` (h, w) the
    contribution of the `hidden` others. `stages` are the operations after it; `chosen` is the place among them of the
    map that was asked for, -1 for the sum itself.
    """

    step: Step
    channel: int
    source: int
    input_channels: tuple[int, ...]
    inputs: Tensor
    kernels: Tensor
    products: Tensor
    rest: Tensor
    hidden: int
    bias: float
    sum: Tensor
    stride: int
    dilation: int
    before: tuple[int, int]
    stages: tuple[Stage, ...]
    chosen: int


def map_unit(trace: Trace, index: int, channel: int, first: int = 0, most: int = 10) -> MapUnit:
    """How channel `channel` of step `index` is made.

    Args:
        first, most: which input maps to show. All are in order where they fit; else the strongest contribution first.

    Raises:
        ValueError: no such channel, or the map is not made by a convolution.
    """
    graph = trace.graph
    if not 0 <= index < len(graph.steps) or not 0 <= channel < graph.steps[index].shape[0]:
        raise ValueError("There is no such map.")
    root, route = _to_convolution(trace, graph.steps[index])
    wide = channel  # the channel at the convolution: a maxout takes two of them
    if root.kind == "grey":
        weights, module = root.module.weights.detach(), None
    else:
        weights, module = root.module.weight.detach(), root.module
    weights = weights.float().cpu()
    forward = [*route, *_onward(trace, graph.steps[index])]
    values = trace.outputs([root.inputs[0], root.index, *(step.index for step in forward)])
    source, total = values[0], values[1][wide]
    inputs, kernels, start = _slices(source, weights, module, wide)
    products = convolve_slices(inputs, kernels, module)
    order = torch.arange(len(inputs))
    if len(inputs) > most:
        order = products.mean(dim=(1, 2)).abs().argsort(descending=True, stable=True)
    first = min(max(first, 0), max(len(inputs) - 1, 0))
    shown = order[first : first + most]
    hidden = torch.ones(len(inputs), dtype=torch.bool)
    hidden[shown] = False
    _side, stride, dilation = window_of(module) if module is not None else (1, 1, 1)
    left, _, top, _ = pads(module, *source.shape[1:]) if module is not None else (0, 0, 0, 0)
    bias = float(module.bias[wide]) if module is not None and module.bias is not None else 0.0
    stages = tuple(_stages(trace, forward, wide, values[1], values[2:]))
    return MapUnit(
        root, wide, root.inputs[0], tuple((start + shown).tolist()), inputs[shown], kernels[shown], products[shown],
        products[hidden].sum(dim=0), int(hidden.sum()), bias, total, stride, dilation, (top, left), stages,
        len(route) - 1,
    )  # fmt: skip


def convolve_slices(inputs: Tensor, kernels: Tensor, module: nn.Conv2d | None) -> Tensor:
    """Each input map (n, H, W) convolved with its own slice (n, F, F) alone: (n, h, w)."""
    stride, dilation = (module.stride, module.dilation) if module is not None else (1, 1)
    padded = F.pad(inputs[None], pads(module, *inputs.shape[1:])) if module is not None else inputs[None]
    return F.conv2d(padded, kernels[:, None], stride=stride, dilation=dilation, groups=len(inputs))[0]


def mean_contributions(trace: Trace, index: int) -> Tensor:
    """What each input map of a convolution adds to the mean of each of its outputs: (K, C), zero across groups.

    Row k sums to the mean of output map k less its bias.

    Raises:
        ValueError: the step is no convolution.
    """
    step = trace.graph.steps[index]
    if step.kind != "convolution":
        raise ValueError(f"{step.name} is no convolution.")
    module, weights = step.module, step.module.weight.detach().float().cpu()  # (K, C / groups, F, F)
    source = trace.output(step.inputs[0])
    rows, columns = step.shape[1:]
    padded = F.pad(source, pads(module, *source.shape[1:]))
    (down, across), (apart_down, apart_across) = module.stride, module.dilation
    means = torch.stack([
        padded[:, i * apart_down :: down, j * apart_across :: across][:, :rows, :columns].mean(dim=(1, 2))
        for i in range(weights.shape[2]) for j in range(weights.shape[3])
    ], dim=1)  # fmt: skip
    result = torch.zeros(len(weights), len(source))
    size, each = len(weights) // module.groups, weights.shape[1]
    for group in range(module.groups):
        outputs, channels = slice(group * size, (group + 1) * size), slice(group * each, (group + 1) * each)
        result[outputs, channels] = torch.einsum("kct,ct->kc", weights[outputs].flatten(2), means[channels])
    return result


def _slices(source: Tensor, weights: Tensor, module: nn.Conv2d | None, channel: int) -> tuple[Tensor, Tensor, int]:
    if module is None:
        return source, weights.reshape(-1, 1, 1), 0
    each = weights.shape[1]
    start = channel // (len(weights) // module.groups) * each
    return source[start : start + each], weights[channel], start


def _to_convolution(trace: Trace, step: Step) -> tuple[Step, list[Step]]:
    """The convolution behind a step, and the steps from there to it."""
    route: list[Step] = []
    asked = step
    while step.kind not in ("convolution", "grey"):
        if step.kind not in _BACKWARD or not step.inputs:
            raise ValueError(_not_made(trace, asked))
        route.insert(0, step)
        step = trace.graph.steps[max(step.inputs)]  # of the two ways into an addition, the one that was computed last
    if step.kind == "convolution" and getattr(step.module, "padding_mode", "zeros") != "zeros":
        raise ValueError(_not_made(trace, asked))
    return step, route


def _not_made(trace: Trace, step: Step) -> str:
    if step.kind == "input":
        return "This is a channel of the photo itself: (pixel / 255 − mean) / deviation, and nothing before it."
    columns = {column.step: column.title for column in trace.graph.columns}
    return (
        f"{columns.get(step.index, step.name)} of {trace.graph.classifier.title}: what comes last before these maps is "
        "no convolution, so that they have no kernel to show."
    )


def _onward(trace: Trace, step: Step) -> list[Step]:
    """What is done to the map next, up to the pooling, as long as nothing else reads it."""
    found: list[Step] = []
    while step.kind != "pool":
        users = trace.graph.users(step.index)
        if len(users) != 1 or users[0].kind not in {"norm", "activation", "maxout", "pool"} or len(users[0].shape) != 3:
            break
        step = users[0]
        found.append(step)
    return found


def _stages(
    trace: Trace, steps: list[Step], channel: int, before: Tensor, outputs: tuple[Tensor, ...]
) -> Iterator[Stage]:
    for step, output in zip(steps, outputs, strict=True):
        other, factor, offset, extra = None, 1.0, 0.0, (1, 1, 0, None)
        if step.kind == "maxout":
            other = before[(channel + len(output)) % len(before)]
            channel %= len(output)
        elif step.kind == "add":
            other = trace.output(min(step.inputs))[channel]
        elif step.kind == "norm":
            factor, offset = norm_line(step.module, channel)
        elif step.kind == "scale":
            factor = step.module.factor
        elif step.kind == "pool":
            side, stride, _ = window_of(step.module)
            back = pooled_back(step.module, before[channel])
            extra = (side, stride, pads(step.module, *before.shape[1:])[2], back)
        yield Stage(step, channel, output[channel], other, factor, offset, *extra)
        before = output


def pooled_back(module: nn.MaxPool2d | nn.AvgPool2d, before: Tensor) -> Tensor:
    """For each window over `before` (H, W) the place that its value leads back to: int64 (h, w)."""
    if isinstance(module, nn.AvgPool2d):  # the first of a window is the largest of a map that falls
        before = -torch.arange(before.numel(), dtype=torch.float32).view_as(before)
    shape = module.kernel_size, module.stride, module.padding
    return F.max_pool2d(before[None], *shape, ceil_mode=module.ceil_mode, return_indices=True)[1][0]


@torch.no_grad()
def norm_line(module: nn.BatchNorm2d, channel: int) -> tuple[float, float]:
    """Batch norm after training is a line: factor gamma / sqrt(variance + eps), offset beta - factor * mean."""
    factor = 1 / torch.sqrt(module.running_var[channel] + module.eps)
    if module.affine:
        factor = factor * module.weight[channel]
    offset = (module.bias[channel] if module.affine else 0) - factor * module.running_mean[channel]
    return float(factor), float(offset)
