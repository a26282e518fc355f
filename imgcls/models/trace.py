"""One forward pass of a network on one picture, from which every view of it takes its numbers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

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


@dataclass(frozen=True, eq=False)
class Traces:
    """What a network computed on N pictures in one pass; `traces[k]` is the Trace of the k-th.

    `kept` holds the columns' outputs (N, ...) where the network computed them; `instead` replaces steps for all of
    them, `own[k]` for the k-th alone.
    """

    graph: Graph
    kept: Mapping[int, Tensor]
    instead: Mapping[int, Run]
    own: Sequence[Mapping[int, Run]]

    def __len__(self) -> int:
        return len(self.own)

    def __getitem__(self, number: int) -> Trace:
        kept = {index: each[number : number + 1] for index, each in self.kept.items()}
        return Trace(self.graph, kept, self.own[number])

    @property
    def logits(self) -> Tensor:
        """(N, K)."""
        return self.output(self.graph.steps[-1].index)

    def output(self, index: int) -> Tensor:
        """What a step gave for all pictures: (N, ...), float32 on the CPU."""
        with torch.inference_mode():
            return compute(self.graph, self.kept, [index], self.instead)[index].float().cpu()


def trace(graph: Graph, inputs: Tensor, instead: Mapping[int, Run] | None = None) -> Trace:
    """A forward pass on a preprocessed picture (1, 3, S, S), in evaluation mode.

    Raises:
        ValueError: the picture has another size.
    """
    if len(inputs) != 1:
        raise ValueError(f"The network takes {(1, *graph.steps[0].shape)}, not {tuple(inputs.shape)}.")
    return traces(graph, inputs, instead)[0]


def traces(
    graph: Graph, inputs: Tensor, instead: Mapping[int, Run] | None = None,
    own: Sequence[Mapping[int, Run]] | None = None,
) -> Traces:  # fmt: skip
    """One forward pass on preprocessed pictures (N, 3, S, S), in evaluation mode.

    Args:
        instead: what replaces steps, for all pictures together; that of step 0 gets the pictures.
        own: the same for each picture alone, where they differ.

    Raises:
        ValueError: the pictures have another size.
    """
    if tuple(inputs.shape[1:]) != graph.steps[0].shape:
        raise ValueError(f"The network takes {(1, *graph.steps[0].shape)}, not {tuple(inputs.shape)}.")
    instead = dict(instead or {})
    kept = [column.step for column in graph.columns]
    with torch.inference_mode():
        start = {0: inputs.to(graph.classifier.device)}
        if 0 in instead:
            start[0] = instead[0](start[0])
        values = compute(graph, start, kept, instead)
    return Traces(graph, {index: values[index] for index in kept}, instead, own or [instead] * len(inputs))


def compute(
    graph: Graph, known: Mapping[int, Tensor], wanted: Iterable[int], instead: Mapping[int, Run]
) -> dict[int, Tensor]:
    """The outputs (N, ...) of the wanted steps from those that are known; others are dropped once nobody reads them."""
    values = dict(known)
    for index, last_read in _order(graph, frozenset(known), frozenset(wanted)):
        step = graph.steps[index]
        values[index] = instead.get(index, step.run)(*[values[each] for each in step.inputs])
        for each in last_read:
            del values[each]
    return values


@lru_cache(maxsize=256)
def _order(graph: Graph, known: frozenset[int], wanted: frozenset[int]) -> list[tuple[int, tuple[int, ...]]]:
    """The steps that must be computed, each with those that nobody reads any more after it."""
    needed, front = set(), [index for index in wanted if index not in known]
    while front:
        index = front.pop()
        if index not in needed:
            needed.add(index)
            front += [each for each in graph.steps[index].inputs if each not in known]
    readers: dict[int, int] = {}
    for index in needed:
        readers |= {each: max(index, readers.get(each, 0)) for each in graph.steps[index].inputs}
    passing = needed - wanted
    return [(index, tuple(each for each in passing if readers[each] == index)) for index in sorted(needed)]
