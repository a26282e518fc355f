"""Who is there: asked whenever it matters, so that a connection that breaks and returns needs no one to say so.

Owners of jobs here; tabs that photos and answers are kept for in `imgcls.ui`.
"""

from collections.abc import Callable

FORGOTTEN = 900.0  # seconds without its owner after which nobody asks for it any more


class Attendance:
    """Owners and how long each of them has been away; one that is away for longer than `forgotten` s is given up.

    An owner nobody spoke for counts as there.
    """

    def __init__(self, forgotten: float = FORGOTTEN) -> None:
        self._forgotten = forgotten
        self._there: dict[str, Callable[[], bool]] = {}
        self._since: dict[str, float] = {}

    def attend(self, owner: str, there: Callable[[], bool]) -> None:
        """`there()` says from now on whether the owner is there; it must be quick, and may be called on any thread."""
        self._there[owner] = there

    def look(self, now: float) -> list[str]:
        """Notes who is away since when; returns whom it gives up.

        `now` is a moment of a clock that never jumps, in seconds.
        """
        given_up = []
        for owner, there in list(self._there.items()):
            if there():
                self._since.pop(owner, None)
            elif now - self._since.setdefault(owner, now) > self._forgotten:
                self._there.pop(owner, None)
                self._since.pop(owner, None)
                given_up.append(owner)
        return given_up

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
