"""Who is there: asked whenever it matters, so that a connection that breaks and returns needs no one to say so."""

from collections.abc import Callable

FORGOTTEN = 900.0  # seconds without its owner after which nobody asks for it any more


class Attendance:
    """Owners of jobs and how long each of them has been away. An owner nobody spoke for counts as there."""

    def __init__(self) -> None:
        self._there: dict[str, Callable[[], bool]] = {}
        self._since: dict[str, float] = {}

    def attend(self, owner: str, there: Callable[[], bool]) -> None:
        """`there()` says from now on whether the owner is there; it must be quick, and may be called on any thread."""
        self._there[owner] = there

    def look(self, now: float) -> None:
        """Notes who is away since when; `now` is a moment of a clock that never jumps, in seconds."""
        for owner, there in list(self._there.items()):
            if there():
                self._since.pop(owner, None)
            elif now - self._since.setdefault(owner, now) > FORGOTTEN:
                self._there.pop(owner, None)
                self._since.pop(owner, None)

    def away(self, owner: str, now: float) -> float:
        """For how many seconds the owner has been away; 0 if it is there."""
        return now - self._since[owner] if owner in self._since else 0.0

    def missing(self, owner: str) -> bool:
        """Whether the owner is away at this moment."""
        there = self._there.get(owner)
        return there is not None and not there()

    def known(self, owner: str) -> bool:
        """Whether the owner is there, or may come back."""
        return owner in self._there
