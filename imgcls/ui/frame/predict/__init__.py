"""A question, before and after its answer: what is asked, the gesture that predicts, and the truth laid over it.

view.js builds the card; each kind of answer (see `imgcls.ui.question_kinds`) has a module of its own beside it.
"""

from typing import Any

from imgcls.data.pictures import Picture
from imgcls.numbers import written
from imgcls.ui.components import Element, declare
from imgcls.ui.questions import Question

_mount = declare("frame/predict", says=("value",), html='<section class="predict"></section>', styles=("range.css",))


def predict(question: Question, photo: Picture, **fields: Any) -> Element:
    """The card of a question; `fields` are what is known besides: the way on and, after the reveal, the answer."""
    about, arrays = question.kind.about(photo)
    given = {
        "id": question.id,
        "view": question.kind.view,
        "prompt": question.asks(photo),
        "grid": [[written(number) for number in row] for row in question.grid],
        "about": about,
    }
    return _mount.element(given | fields, arrays)
