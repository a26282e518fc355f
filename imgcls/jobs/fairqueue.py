"""Who is next: owners take turns, however many jobs each of them has queued."""

from collections import OrderedDict, deque
from collections.abc import Container
from typing import Generic, Protocol, TypeVar


class Owned(Protocol):
    """Anything that belongs to somebody."""

    owner: str


Item = TypeVar("Item", bound=Owned)


class FairQueue(Generic[Item]):
    """A queue with one line for every owner; the lines are served in turn. Not thread-safe."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[Item]] = OrderedDict()

    def put(self, item: Item) -> None:
        """To the end of its owner's line; an owner without a line gets the last turn."""
        self._lines.setdefault(item.owner, deque()).append(item)

    def waits(self, busy: Container[str]) -> bool:
        """Whether `take(busy)` would give something."""
        return any(owner not in busy for owner in self._lines)

    def lines(self, busy: Container[str]) -> int:
        """How many owners, but for those in `busy`, wait."""
        return sum(owner not in busy for owner in self._lines)

    def first(self, busy: Container[str]) -> Item | None:
        """What `take(busy)` would give."""
        return next((line[0] for owner, line in self._lines.items() if owner not in busy), None)

    def take(self, busy: Container[str]) -> Item | None:
        """Removes the item whose turn it is; owners in `busy` are passed over. None if nobody can go."""
        for owner, line in self._lines.items():
            if owner not in busy:
                item = line.popleft()
                if line:
                    self._lines.move_to_end(owner)
                else:
                    del self._lines[owner]
                return item
        return None

    def remove(self, item: Item) -> bool:
        """Removes the item if it still waits, and says whether it did."""
        line = self._lines.get(item.owner, deque())
        if item not in line:
            return False
        line.remove(item)
        if not line:
            del self._lines[item.owner]
        return True

    def of(self, owner: str) -> list[Item]:
        """The owner's waiting items in order."""
        return list(self._lines.get(owner, ()))

    def place(self, item: Item) -> int | None:
        """1 for the item that is next, as far as is known now; None if it does not wait."""
        line = self._lines.get(item.owner, deque())
        if item not in line:
            return None
        rank = line.index(item)
        ahead, met = 0, False
        for owner, other in self._lines.items():
            met = met or owner == item.owner
            # Whoever's turn comes before mine sends one more ahead of me in every round.
            ahead += rank if owner == item.owner else min(len(other), rank if met else rank + 1)
        return ahead + 1
