"""One forward pass of a network on one picture, from which every view of it takes its numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from imgcls.models.graph import Graph
from imgcls.ops.softmax import softmax

Run = Callable[..., Tensor]


@dataclass(frozen=True, eq=False)
class Trace:
    """What a network computed on a picture: `logits` and `probabilities` (K,), and the output of every step.

    `kept` holds the outputs of the columns; `output` computes what lies between them when it is asked for, since
    all steps of a large network together take a hundred times its memory. `instead` replaces what a step runs, for
    "what if".
    """

    graph: Graph
    kept: Mapping[int, Tensor]
    instead: Mapping[int, Run] = field(default_factory=dict)

    @property
    def logits(self) -> Tensor:
        """(K,)."""
        return self.output(self.graph.steps[-1].index)

    @property
    def probabilities(self) -> Tensor:
        """(K,), softmax of the logits."""
        return softmax(self.logits)

    def output(self, index: int) -> Tensor:
        """What a step gave for the picture: (C, H, W) or (K,), float32 on the CPU."""
        return self.outputs([index])[0]

    def outputs(self, indices: Iterable[int]) -> tuple[Tensor, ...]:
        """The outputs of several steps, with what they have in common computed once."""
        wanted = list(indices)
        with torch.inference_mode():
            values = compute(self.graph, self.kept, wanted, self.instead)
            return tuple(values[index][0].float().cpu() for index in wanted)


def trace(graph: Graph, inputs: Tensor, instead: Mapping[int, Run] | None = None) -> Trace:
    """A forward pass on a preprocessed picture (1, 3, S, S), in evaluation mode.

    Raises:
        ValueError: the picture has another size.
    """
    if tuple(inputs.shape) != (1, *graph.steps[0].shape):
        raise ValueError(f"The network takes {(1, *graph.steps[0].shape)}, not {tuple(inputs.shape)}.")
    instead = dict(instead or {})
    kept = [column.step for column in graph.columns]
    with torch.inference_mode():
        start = {0: inputs.to(graph.classifier.device)}
        if 0 in instead:
            start[0] = instead.pop(0)(start[0])
        values = compute(graph, start, kept, instead)
    return Trace(graph, {index: values[index] for index in kept}, instead)


def compute(
    graph: Graph, known: Mapping[int, Tensor], wanted: Iterable[int], instead: Mapping[int, Run]
) -> dict[int, Tensor]:
    """The outputs (1, ...) of the wanted steps from those that are known; others are dropped once nobody reads them."""
    wanted = set(wanted)
    needed, front = set(), [index for index in wanted if index not in known]
    while front:
        index = front.pop()
        if index not in needed:
            needed.add(index)
            front += [each for each in graph.steps[index].inputs if each not in known]
    values = dict(known)
    readers = dict.fromkeys(needed, 0)
    for index in needed:
        for each in graph.steps[index].inputs:
            if each in readers:
                readers[each] += 1
    for index in sorted(needed):
        step = graph.steps[index]
        values[index] = instead.get(index, step.run)(*(values[each] for each in step.inputs))
        for each in set(step.inputs) & needed:
            readers[each] -= step.inputs.count(each)
            if not readers[each] and each not in wanted:
                del values[each]
    return values
