"""One photo in one network: the trace that all answers about it read."""

from collections.abc import Callable
from functools import lru_cache

from imgcls.data.pictures import Picture
from imgcls.models.ablation import WhatIf, what_if
from imgcls.models.graph import Graph
from imgcls.models.influence import Backward, backward
from imgcls.models.trace import Trace, trace
from imgcls.ui.hall import network_input

CLASSES = 10
"""Classes that are listed; a network with few has all of them listed, in its own order."""


class Look:
    """One photo in one network: the trace that all answers read, and what was computed from it so far."""

    def __init__(self, graph: Graph, photo: Picture) -> None:
        self.graph = graph
        self.inputs = network_input(graph.classifier, photo)
        self.trace = trace(graph, self.inputs)
        # One class at a time: the gradients of a large network take several megabytes.
        self.backward: Callable[[int], Backward] = lru_cache(1)(lambda index: backward(graph, self.inputs, index))
        self._changed: tuple[WhatIf, Trace] = (WhatIf(), self.trace)

    def changed(self, change: WhatIf) -> Trace:
        """The trace with a change."""
        if change != self._changed[0]:
            self._changed = (change, what_if(self.graph, self.inputs, change) if change != WhatIf() else self.trace)
        return self._changed[1]

    @property
    def best(self) -> int:
        """The class with the highest probability."""
        return int(self.trace.logits.argmax())

    def listed(self) -> list[int]:
        """The classes that have a bar."""
        count = self.graph.steps[-1].shape[0]
        if count <= CLASSES:
            return list(range(count))
        return self.trace.logits.argsort(descending=True, stable=True)[:CLASSES].tolist()
