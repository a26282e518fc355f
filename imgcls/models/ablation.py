"""What if: a channel or a layer switched off, another activation, a grey patch on the photo, the photo moved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from imgcls.models.classify import Classifier
from imgcls.models.graph import Graph
from imgcls.models.occlusion import covered
from imgcls.models.small import ACTIVATIONS
from imgcls.models.trace import Run, Trace, Traces, traces
from imgcls.numbers import sides
from imgcls.ops import activations

SWAPS: dict[str, Callable[[], nn.Module]] = {
    "none": nn.Identity,
    **{name: make for name, make in ACTIVATIONS.items() if name != "maxout"},
}
"""What an activation can be replaced by; maxout takes two inputs to an output, and cannot."""
SWAP_TITLES = {name: "none (identity)" if name == "none" else activations.ACTIVATIONS[name].title for name in SWAPS}


@dataclass(frozen=True)
class WhatIf:
    """A changed network, or a changed photo; the empty one changes nothing.

    `off` names columns with a channel, or None for all of the layer, whose values become 0. `patch` is the centre and
    side of a grey square in 0..1 of the network's input; `shift` moves the input right and down by whole pixels, the
    edge repeated. `activation` is a name of SWAPS, for every activation of the network.
    """

    off: frozenset[tuple[str, int | None]] = frozenset()
    patch: tuple[float, float, float] | None = None
    shift: tuple[int, int] = (0, 0)
    activation: str | None = None


def what_if(graph: Graph, inputs: Tensor, change: WhatIf) -> Trace:
    """The forward pass on a preprocessed picture (1, 3, S, S) with the change.

    Raises:
        ValueError: the change names a layer, channel or activation that there is not, or a shift beyond the photo.
    """
    return what_ifs(graph, [inputs], [change])[0]


def what_ifs(graph: Graph, inputs: Sequence[Tensor], changes: Sequence[WhatIf]) -> Traces:
    """One forward pass on several pictures, each (1, 3, S, S) with its own change; all have the same activation.

    Raises:
        ValueError: as `what_if`, or the activations differ.
    """
    if len({change.activation for change in changes}) != 1:
        raise ValueError("Pictures in one pass have the same activation.")
    pictures = [changed_photo(graph.classifier, *each) for each in zip(inputs, changes, strict=True)]
    own = [_instead(graph, [change]) for change in changes]
    return traces(graph, torch.cat(pictures), _instead(graph, changes) if len(changes) > 1 else own[0], own)


def changed_photo(classifier: Classifier, inputs: Tensor, change: WhatIf) -> Tensor:
    """A preprocessed picture (1, 3, S, S), moved and covered.

    Raises:
        ValueError: the shift is as long as the picture, or longer.
    """
    picture = moved(inputs, *change.shift)
    if change.patch:
        x, y, size = change.patch
        picture = covered(classifier, picture, [(x, y)], size)
    return picture


def _instead(graph: Graph, changes: Sequence[WhatIf]) -> dict[int, Run]:
    """What replaces the steps of a pass on as many pictures as there are changes."""
    instead: dict[int, Run] = {}
    if (activation := changes[0].activation) is not None:
        if activation not in SWAPS:
            raise ValueError(f"There is no activation {activation!r}; choose one of {', '.join(SWAPS)}.")
        replacement = SWAPS[activation]().eval()
        instead |= {step.index: replacement for step in graph.steps if step.kind == "activation"}
    by_picture = [_switched_off(graph, change) for change in changes]
    for index in set().union(*by_picture):
        off = [each.get(index, set()) for each in by_picture]
        instead[index] = _silenced(instead.get(index, graph.steps[index].run), off)
    return instead


def moved(inputs: Tensor, right: int, down: int) -> Tensor:
    """(..., H, W) moved right and down (negative: left and up); the pixels at the edge are repeated behind it.

    Raises:
        ValueError: the shift is as long as the picture, or longer.
    """
    height, width = inputs.shape[-2:]
    if abs(right) >= width or abs(down) >= height:
        raise ValueError(f"A picture of {sides(height, width)} cannot move by {down} rows and {right} columns.")
    if not right and not down:
        return inputs
    rows = (torch.arange(height) - down).clamp(0, height - 1)
    columns = (torch.arange(width) - right).clamp(0, width - 1)
    return inputs[..., rows, :][..., columns]


def _switched_off(graph: Graph, change: WhatIf) -> dict[int, set[int | None]]:
    by_step: dict[int, set[int | None]] = {}
    for name, channel in change.off:
        column = graph.column(name)
        if column is graph.columns[-1]:
            raise ValueError("The logits are the answer itself: switch off a layer before them.")
        if channel is not None and not 0 <= channel < column.shape[0]:
            raise ValueError(f"{column.title} has no channel {channel}: they go from 0 to {column.shape[0] - 1}.")
        by_step.setdefault(column.step, set()).add(channel)
    return by_step


def _silenced(run: Run, off: Sequence[set[int | None]]) -> Run:
    """The step with these channels of each picture switched off; None among them is the whole layer."""

    def silenced(*inputs: Tensor) -> Tensor:
        output = run(*inputs)
        mask = torch.zeros(output.shape[:2], dtype=torch.bool)
        for row, channels in zip(mask, off, strict=True):
            row[list(range(len(row))) if None in channels else sorted(channels)] = True
        return output.masked_fill(mask[:, :, None, None].to(output.device), 0)

    return silenced
