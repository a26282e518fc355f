"""A whole network on one canvas: overview, close-ups of a map and of a class, what if, and gradients.

The canvas asks for its numbers at `ask` (see `imgcls.ui.network.answers`) when the student opens something; pointing
at what is on the screen asks nobody.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgcls.palette import colour_table
from imgcls.ui.components import declare

QUESTIONS = ("overviews", "closeups")
"""What the canvas asks over Streamlit while it cannot ask directly; `sent` has each under its name."""

_mount = declare("network/canvas", says=("state", *QUESTIONS))


def network_canvas(
    *,
    ask: str,
    subject: str,
    mode: str,
    state: Mapping[str, str],
    turn: int,
    activations: Mapping[str, str],
    title: str,
    key: str,
    overview: bytes | None = None,
    slow: Mapping[str, tuple[int | None, bytes | None]] | None = None,
    tour: Mapping[str, Any] | None = None,
) -> None:
    """Show the network that answers at `ask`.

    Args:
        subject: another text for another network or photo: the canvas then asks anew.
        mode: "forward", "what if" or "backwards".
        state: what is looked at (`imgcls.ui.network.state.NAMES`); `sent(key, "state")` is where the student went.
        turn: another number where the canvas must follow `state`, as after the browser's Back.
        activations: what the network's activation can be swapped for, names with titles.
        title: of the network, for screen readers.
        overview: the answer to the first question about a new subject, so that it need not be asked.
        slow: what `imgcls.ui.live.slow_answer` has for each of `QUESTIONS`, while the way to `ask` is broken.
        tour: the step of the tour to show above the canvas (`imgcls.ui.network.tour.told`).
    """
    fields = {"ask": ask, "subject": subject, "mode": mode, "state": dict(state), "turn": turn, "title": title}
    fields["tour"] = None if tour is None else dict(tour)
    fields["acks"] = {name: (slow or {}).get(name, (None, None))[0] for name in QUESTIONS}
    # "pixel" runs from black to white: the scale whose sign needs no colour.
    tables = {name: colour_table(name) for name in ("activation", "weight", "gradient", "evidence", "pixel")}
    if overview is not None:
        tables["overview"] = np.frombuffer(overview, np.uint8)
    tables |= {
        name: np.frombuffer(answer, np.uint8) for name, (_, answer) in (slow or {}).items() if answer is not None
    }
    _mount.element({**fields, "activations": dict(activations)}, tables).show(key)
