"""Questions that a lesson asks before it tells: what they are made of, without Streamlit.

A lesson's questions are one list, `QUESTIONS` in `imgcls/ui/<lesson>/questions.py`; its page hands it to `shell.parts`,
which does all the rest (see `imgcls.ui.predict_first`):

    def share_left(photo: Picture) -> float:
        return 100 * pool(volume_of(photo), 2, 2).reduction.left

    QUESTIONS = [
        Question(
            "pool-left",                              # unique in the whole app: its name in addresses
            part="A volume",                          # the title of the Part whose picture is the answer
            prompt="Windows of 2 × 2, stride 2: how much is left?",
            kind=Number(0, 100, unit="%", tolerance=5),
            right=share_left,                         # from the photo on the screen, by functions of imgcls
            why=lambda photo, right: f"One value of four is kept: {percent(right / 100)}.",
            at={"pool_kind": "average"},              # the page as it is asked about, as its address names it
            then={"pool_kind": "max"},                # what has changed where the answer shows; {} for nothing
        ),
    ]

`at` and `then` are texts as they stand in the page's address: set the page by hand, and copy them from there. What they
do not name has its default. A number of `then` that a slider sets glides there from its value in `at`, and so do the
rows of sliders that both of them name ("1_0_-2"); the backward pass of a graph plays up to the step that `then` names,
and a button of a picture that sets the number (`data-sets`, and its `value`) is pressed.
Where all of it is chosen, the page shows `at` first, then `then`. `plays` may name a button of the part's picture (its
`data-plays`) that sets it going.

A test finds every list by itself: whoever adds a question adds its independent check in tests/ui/questions.
"""

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from imgcls.data.pictures import Picture
from imgcls.ui.question_kinds import Bars, Choice, Curve, Given, Kind, Number, Order, Pick, Spot

__all__ = ["Bars", "Choice", "Curve", "Number", "Order", "Pick", "Question", "Spot", "questions_of"]


@dataclass(frozen=True)
class Question:
    """One question; see the module's example. `prompt` and `why` may be functions where they name numbers.

    `grid` are rows of numbers that the prompt speaks of. `finds` is like `then` for what depends on the right answer.
    """

    id: str
    part: str
    prompt: str | Given
    kind: Kind
    right: Given
    why: str | Callable[[Picture, Any], str]
    at: Mapping[str, str] = field(default_factory=dict)
    then: Mapping[str, str] = field(default_factory=dict)
    finds: Callable[[Any], Mapping[str, str]] | None = None
    plays: str = ""
    grid: Sequence[Sequence[float]] = ()

    def asks(self, photo: Picture) -> str:
        """The prompt, with **words** in bold."""
        return self.prompt(photo) if callable(self.prompt) else self.prompt

    def changes(self, right: Any = None) -> Mapping[str, str]:
        """`then`; with the right answer also what that `finds`."""
        return {**self.then, **(self.finds(right) if self.finds and right is not None else {})}

    def explains(self, photo: Picture, right: Any) -> str:
        """Why the answer is right."""
        return self.why(photo, right) if callable(self.why) else self.why


_FOLDERS = {"": "home", "train": "training"}  # lessons whose folder has another name than their address


@cache
def questions_of(slug: str) -> tuple[Question, ...]:
    """The questions of a lesson, in the order of its list; none for a lesson that asks nothing."""
    name = f"imgcls.ui.{_FOLDERS.get(slug) or slug.replace('-', '_')}"
    if importlib.util.find_spec(name) is None or importlib.util.find_spec(f"{name}.questions") is None:
        return ()
    return tuple(importlib.import_module(f"{name}.questions").QUESTIONS)
