"""One photo in one network: the trace that all answers about it read."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from imgcls.data.pictures import Picture
from imgcls.models.ablation import WhatIf, what_if
from imgcls.models.graph import Column, Graph
from imgcls.models.influence import Backward, backward, order_of_maps
from imgcls.models.trace import Trace, trace
from imgcls.ui.hall import network_input

CLASSES = 10
"""Classes that are listed; a network with few has all of them listed, in its own order."""
ROWS = 10
"""Maps of a column on one page."""


@dataclass(frozen=True)
class Frame:
    """What an overview shows, whatever is changed: it stays as it is while a hand covers or moves the photo.

    `channels` are the maps of each column but the last, `pages` the page that they are and how many there are, `listed`
    the classes that have a bar. A canvas that has drawn the frame of that `name` needs to be sent only what moves.
    """

    name: str
    channels: Sequence[Sequence[int]]
    pages: Sequence[tuple[int, int]]
    listed: Sequence[int]


class Look:
    """One photo in one network: the trace that all answers read, and what was computed from it so far."""

    def __init__(self, graph: Graph, photo: Picture) -> None:
        self.graph = graph
        self.inputs = network_input(graph.classifier, photo)
        self.trace = trace(graph, self.inputs)
        # One class at a time: the gradients of a large network take several megabytes.
        self.backward: Callable[[int], Backward] = lru_cache(1)(lambda index: backward(graph, self.inputs, index))
        self._changed: tuple[WhatIf, Trace] = (WhatIf(), self.trace)
        self._name = secrets.token_hex(6)
        self._framed: Callable[..., Frame] = lru_cache(4)(self._frame)

    def changed(self, change: WhatIf) -> Trace:
        """The trace with a change."""
        if change != self._changed[0]:
            self._changed = (change, what_if(self.graph, self.inputs, change) if change != WhatIf() else self.trace)
        return self._changed[1]

    @cached_property
    def best(self) -> int:
        """The class with the highest probability."""
        return int(self.trace.logits.argmax())

    @cached_property
    def before(self) -> list[float]:
        """The probability of every class."""
        return self.trace.probabilities.tolist()

    def listed(self) -> list[int]:
        """The classes that have a bar."""
        count = self.graph.steps[-1].shape[0]
        if count <= CLASSES:
            return list(range(count))
        return self.trace.logits.argsort(descending=True, stable=True)[:CLASSES].tolist()

    def frame(self, order: str, chosen: int, pages: Mapping[str, object]) -> Frame:
        """The maps in the order "channel", "mean" or "influence" (on the class `chosen`), on these pages by column.

        Raises:
            TypeError, ValueError: a page is no number.
        """
        wanted = tuple(int(pages.get(str(place), 0)) for place in range(len(self.graph.columns) - 1))
        return self._framed(order, chosen, wanted)

    def _frame(self, order: str, chosen: int, wanted: Sequence[int]) -> Frame:
        backs = self.backward(chosen) if order == "influence" else None
        channels, pages = [], []
        for column, page in zip(self.graph.columns, wanted, strict=False):
            count = -(-column.shape[0] // ROWS)
            page = min(max(page, 0), count - 1)
            channels.append(self._ordered(column, order, backs)[page * ROWS : (page + 1) * ROWS])
            pages.append((page, count))
        listed = self.listed()
        name = f"{self._name}:{order}:{chosen}:{','.join(str(page) for page, _ in pages)}"
        return Frame(name, channels, pages, listed if chosen in listed else [*listed, chosen])

    def _ordered(self, column: Column, order: str, backs: Backward | None) -> list[int]:
        """Always of the unchanged photo: the maps stay where they are while something is switched off."""
        if order == "channel" or column.step == 0:
            return list(range(column.shape[0]))
        return order_of_maps(self.trace, column, backs).tolist()
