"""The film of a run: a slider over its recorded steps, a play button, and the way back to the newest."""

from collections.abc import Sequence

import streamlit as st

from imgcls.ui.address import as_number, kept, to_address
from imgcls.ui.components import declare, sent, unheard

_mount = declare("training/timeline", says=("value",), html='<div class="timeline"></div>')
MOST_STEPS = 10**9


def timeline_step(key: str, name: str) -> int | None:
    """The step that was chosen on the timeline `key`; None for the newest.

    `name` is its name in the page's address, where it is read when the page opens, and after Back.
    """
    store, news = f"{key}:step", sent(key)
    if told := unheard(key, f"{store}:seq"):
        st.session_state[store] = _step(told.get("step"))
    step = kept(name, _step, store)
    if not news or news.get("final"):
        to_address(name, None if step is None else str(step))
    return step


def _step(candidate: object) -> int | None:
    number = as_number(candidate, 0, MOST_STEPS)
    return None if number is None else int(number)


def timeline(
    steps: Sequence[int],
    chosen: int | None,
    *,
    per_epoch: int,
    marks: Sequence[tuple[int, str]] = (),
    spoken: str = "",
    key: str,
) -> None:
    """Show the slider over `steps`, standing at the recorded step at or before `chosen`; None: at the newest.

    `per_epoch` steps make an epoch; `marks` are steps at which something happened, and what. `spoken` is
    how far the run is: screen readers hear of it now and then.
    """
    fields = {
        "steps": list(steps),
        "chosen": chosen,
        "perEpoch": per_epoch,
        "spoken": spoken,
        "marks": [[step, text] for step, text in marks],
    }
    _mount.element(fields).show(key)
