"""What a session can take home, and the links by which it does.

A link names the session's bag by a token; the notebook or the sheet behind it is made when it is opened. A bag goes
with its session: whoever comes later gets the photo and the settings that the app opens with.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import streamlit as st

from imgcls.data.pictures import Picture
from imgcls.data.samples import DEFAULT_SAMPLE, SAMPLES, load_sample
from imgcls.lessons import Lesson
from imgcls.plain import one_line
from imgcls.ui.photo import current_photo, current_sample

_BAG = "take_home_bag"
COURSE = "course"
"""What stands in the place of a lesson's name for all of them."""


@dataclass(frozen=True)
class CodePanel:
    """A runnable snippet and the values on the page that its variables must equal."""

    code: str
    shows: Mapping[str, float | Sequence[float]]

    def gives(self) -> str:
        """Markdown: the names and the values."""
        return ", ".join(f"`{name}` = {_written(value)}" for name, value in self.shows.items())


@dataclass(eq=False)
class Bag:
    """A photo, the lesson and the part that are shown now, and the panels that were.

    panels: by lesson, part ("" where a lesson has none) and key; each with the digest of the photo that it was for.
    """

    photo: Picture
    sample: str | None = None
    lesson: str = ""
    part: str = ""
    panels: dict[tuple[str, str, str], tuple[CodePanel, str]] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @property
    def photo_title(self) -> str:
        """What the photo is called."""
        return SAMPLES[self.sample].title if self.sample in SAMPLES else one_line(self.photo.name)

    @property
    def photo_alt(self) -> str:
        """What there is to see on it, as far as that is known."""
        return SAMPLES[self.sample].alt if self.sample in SAMPLES else "Your photo"


_bags: WeakValueDictionary[str, Bag] = WeakValueDictionary()  # the sessions hold them


def open_bag(lesson: str) -> None:
    """A page begins: what it shows from now on is of this lesson, for this photo."""
    bag = _bag()
    bag.lesson, bag.part, bag.photo, bag.sample = lesson, "", current_photo(), current_sample()


def open_part(part: str) -> None:
    """A part of the page begins: what it showed before is no longer so."""
    bag = _bag()
    bag.part = part
    for name in [name for name in bag.panels if name[:2] == (bag.lesson, part)]:
        bag.panels.pop(name, None)


def put(key: str, panel: CodePanel) -> None:
    """The page shows this panel, with its settings of now."""
    bag = _bag()
    bag.panels[bag.lesson, bag.part, key] = (panel, bag.photo.digest)


def bag_of(token: str) -> Bag:
    """The bag that a link names; for one that is gone, a bag as the app opens."""
    return _bags.get(token) or Bag(load_sample(DEFAULT_SAMPLE), DEFAULT_SAMPLE)


def links(lesson: Lesson | None = None) -> str:
    """Markdown: the notebook and the sheet of a lesson, or of the whole course."""
    name, token = (COURSE if lesson is None else lesson.slug or "home"), _bag().token
    notebook, sheet = f"imgcls/notebook/{name}.ipynb?of={token}", f"imgcls/sheet/{name}?of={token}"
    if lesson is None:
        return f"Take it home: [the whole course as a notebook]({notebook}) · [all sheets, to print]({sheet})"
    return f"Take it home: [notebook]({notebook}) · [sheet to print]({sheet})"


def _bag() -> Bag:
    if _BAG not in st.session_state:
        st.session_state[_BAG] = Bag(current_photo(), current_sample())
    bag: Bag = st.session_state[_BAG]
    _bags[bag.token] = bag
    return bag


def _written(value: float | Sequence[float]) -> str:
    if isinstance(value, int | float):
        return f"{value:.6g}"
    shown = ", ".join(f"{v:.4g}" for v in value[:8])
    return f"[{shown}{', …' if len(value) > 8 else ''}]"
