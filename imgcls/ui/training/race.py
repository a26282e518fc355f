"""A race of a class on the train page: how long its runs learn, and who hears of them."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Host:
    """Who holds a race, such as a class.

    `seconds` says how long the next run of this session learns, 0 where there is no race; `entered` hears of a run that
    has begun, by its name.
    """

    seconds: Callable[[], int] = lambda: 0
    entered: Callable[[str], None] = lambda run: None


host = Host()
