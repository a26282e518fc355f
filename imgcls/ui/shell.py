"""What every lesson page shares: its headline, a "try this" list, the code panel, and the way on."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import streamlit as st

from imgcls.lessons import Lesson, built_lessons, neighbours
from imgcls.ui.photo import photo_png
from imgcls.ui.predict_first import Asked, Asking, card
from imgcls.ui.questions import Question
from imgcls.ui.take_home import bag
from imgcls.ui.take_home.bag import CodePanel

PANEL = "code_panels"
"""Session-state key under which the page's code panels are kept for the tests that execute them."""
Choice = TypeVar("Choice")
CODE = "The code behind these numbers"


def headline(lesson: Lesson) -> None:
    """The one question of the page; where it stands in the course is said at the page's end."""
    st.title(lesson.question, anchor=False)


def try_this(*items: str) -> None:
    """A short list of things worth doing on this page, each a sentence."""
    with st.container(border=True, key="try_this"):
        st.markdown("**:material/lightbulb: Try this**\n\n" + "\n".join(f"- {item}" for item in items))


def choose(
    label: str,
    options: Sequence[Choice] | Mapping[Choice, str],
    *,
    key: str,
    default: Choice | None = None,
    labelled: bool = False,
    **more: Any,
) -> Choice:
    """One of a few in a row of buttons, kept in the session and in the page's address under `key`.

    `options` are the texts themselves, or values with their texts; without a `default` the first one is chosen.
    The `label` is for screen readers unless it is `labelled`.
    """
    titles = options.get if isinstance(options, Mapping) else str
    return st.segmented_control(
        label,
        list(options),
        format_func=titles,
        default=next(iter(options)) if default is None else default,
        required=True,
        key=key,
        label_visibility="visible" if labelled else "collapsed",
        bind="query-params",
        persist_state="session",
        **more,
    )


@dataclass(frozen=True)
class Part:
    """One part of a lesson: its name on the button, what it shows, and what is worth trying on it."""

    title: str
    show: Callable[[], None]
    tries: Sequence[str] = ()


def parts(key: str, *given: Part, questions: Sequence[Question] = (), **more: Any) -> None:
    """The parts of a lesson: one row of buttons to choose one, the one that is chosen, and below it what to try.

    `key` is the name of the choice in the page's address. A part that `questions` ask about is covered by them at
    first: the student predicts, then it is shown (see `imgcls.ui.predict_first`).
    """
    named = {part.title: part for part in given}
    asking = Asking(key, questions, more.get("default") or given[0].title)
    with (
        st.container(horizontal=True, vertical_alignment="center", key=f"{key}_row")
        if asking.offered
        else nullcontext()
    ):
        part = named[choose("Part", list(named), key=key, wrap=False, **more)]
        asked = asking.now(part.title)
        if not asked.question:
            asking.entry(asked)
    _asked_first(asking, asked, part)


def asked_first(
    key: str, show: Callable[[], None], questions: Sequence[Question], *, opens: Callable[[], None] = lambda: None
) -> None:
    """A lesson without parts that asks before it shows; its questions have "" for their part, `key` is any name.

    `opens` is what the lesson begins with where it does not ask, and gives no answer away: else it comes at the end.
    """
    asking = Asking(key, questions, "")
    asked = asking.now("")
    if not asked.question:
        opens()
        asking.entry(asked)
    _asked_first(asking, asked, Part("", show))
    if asked.question:
        opens()


def _asked_first(asking: Asking, asked: Asked, part: Part) -> None:
    """The question's card if there is one, and the part unless the card covers it."""
    with st.container():  # whatever is in it, the part below keeps its place, and with it its elements
        if asked.question:
            card(asking, asked)
        if not asked.shown:
            asking.entry(asked)
    if asked.shown:
        bag.open_part(part.title)
        part.show()
    if part.tries and not asked.question:
        try_this(*part.tries)
    asking.remember()


def code_panel(
    code: str,
    shows: Mapping[str, float | Sequence[float]],
    *,
    functions: Sequence[Callable] = (),
    photo: bool = False,
    key: str = "page",
) -> None:
    """The torch lines that produce what is shown, runnable as they stand, with a copy button.

    `shows` names variables of the code and the numbers that the page displays for them: they are printed
    below the code, and a test runs the code and compares. `functions` are those of imgcls that computed
    the page's numbers; their source is shown in a second tab. With `photo` the code reads the current
    photo from `photo.png`, which the panel offers for download.
    """
    panel = CodePanel(inspect.cleandoc(code), dict(shows))
    st.session_state.setdefault(PANEL, {})[key] = panel
    bag.put(key, panel)
    _panel(panel, functions, photo, key)


@st.fragment
def _panel(panel: CodePanel, functions: Sequence[Callable], photo: bool, key: str) -> None:
    """Sent to the browser only once it is opened: most never are, and each change of the page would send it anew."""
    box = st.expander(CODE, icon=":material/code:", key=f"{key}:code", on_change="rerun")
    if not box.open:
        return
    with box:
        tabs = st.tabs(["Run it yourself", "Where the numbers come from"] if functions else ["Run it yourself"])
        with tabs[0]:
            st.code(panel.code, language="python")
            st.markdown(f"gives {panel.gives()}")
            if photo:
                st.download_button(
                    "photo.png, the photo as this page uses it", photo_png, "photo.png", "image/png",
                    icon=":material/download:", on_click="ignore", key=f"{key}:photo_png",
                )  # fmt: skip
        if functions:
            with tabs[1]:
                for function in functions:
                    st.caption(f"`{function.__module__}.{function.__qualname__}`")
                    st.code(_source(function), language="python")


@cache
def _source(function: Callable) -> str:
    return inspect.getsource(function)


def way_on(lesson: Lesson, pages: Mapping[str, object]) -> None:
    """Links to the lessons before and after this one, and between them where it stands and what to take home."""
    before, after = neighbours(lesson.slug)
    here = ""
    with st.container(horizontal=True, vertical_alignment="center", key="way_on"):
        if before:
            st.page_link(pages[before.slug], label=before.title, icon=":material/arrow_back:")
            lessons = built_lessons()[1:]  # Home is none
            here = f"Lesson {lessons.index(lesson) + 1} of {len(lessons)}: {lesson.title}  \n"
        st.caption(here + bag.links(lesson), width="content")
        if after:
            st.page_link(pages[after.slug], label=f"Next: {after.title}", icon=":material/arrow_forward:")
