"""The code of a lesson's parts: as the session has seen it, and else as the page opens with it.

panels.json holds what each part's panel has when nothing has been set, on the drawing that the app opens with. It is
written by `python -m tests.ui.default_panels`, and tests/test_pages.py compares it with the pages.
"""

import json
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.ui.take_home.bag import Bag, CodePanel

FILE = Path(__file__).with_name("panels.json")


@dataclass(frozen=True)
class DefaultPanel:
    """A panel of one part ("" for a lesson without parts). `fitted`: its code would be another for another photo."""

    part: str
    key: str
    panel: CodePanel
    fitted: bool


@dataclass(frozen=True)
class Shown:
    """A panel of a lesson to take home.

    parts: the parts that have this very code. seen: whether it has the settings of this session. known: whether the
    page's values are those for this photo. fitted: whether the code is made for the drawing, not for this photo.
    """

    parts: tuple[str, ...]
    panel: CodePanel
    seen: bool
    known: bool
    fitted: bool

    @property
    def needs_the_app(self) -> bool:
        """Whether the code imports imgcls."""
        return "imgcls" in self.panel.code


@cache
def default_panels(slug: str) -> tuple[DefaultPanel, ...]:
    """What the lesson's parts show first, in their order."""
    kept = json.loads(FILE.read_text(encoding="utf-8")).get(slug, [])
    return tuple(
        DefaultPanel(each["part"], each["key"], CodePanel("\n".join(each["code"]), each["shows"]), each["fitted"])
        for each in kept
    )


def panels_of(slug: str, bag: Bag) -> list[Shown]:
    """The panels of all parts, in the order of the parts; code that several parts share stands once."""
    seen = {(part, key): put for (lesson, part, key), put in bag.panels.copy().items() if lesson == slug}
    drawing = bag.photo.digest == load_sample(DEFAULT_SAMPLE).digest
    shown: list[Shown] = []
    for each in default_panels(slug):
        name = next((name for name in ((each.part, each.key), ("", each.key)) if name in seen), None)
        if name is None:
            shown.append(Shown((each.part,), each.panel, False, drawing, each.fitted and not drawing))
        else:
            panel, of = seen.pop(name)
            shown.append(Shown((each.part,), panel, True, of == bag.photo.digest, False))
    shown += [Shown((part,), panel, True, of == bag.photo.digest, False) for (part, _), (panel, of) in seen.items()]
    return _once(shown)


def _once(shown: list[Shown]) -> list[Shown]:
    """Panels with the same code as one, with all of their parts: the values of a known one, if any is."""
    together: dict[str, Shown] = {}
    for each in shown:
        first = together.setdefault(each.panel.code, each)
        if first is not each:
            parts = tuple(dict.fromkeys((*first.parts, *each.parts)))
            together[each.panel.code] = replace(each if each.known else first, parts=parts)
    return list(together.values())
