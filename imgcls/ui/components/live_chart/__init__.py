"""Sliders and the charts that follow them, asked for at every move at `imgcls.ui.live`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from imgcls.ui.components import declare, ignore, sent
from imgcls.ui.dials import Dial, asked_numbers
from imgcls.ui.live import offer
from imgcls.ui.packet import pack

_mount = declare("live_chart", styles=("dials.css",))

Picture = Callable[[Mapping[str, float]], Mapping[str, Any]]
"""What to draw for the dials' numbers: "charts" (see `imgcls.ui.charts`) and "lines", sentences below them."""


def live_chart(picture: Picture, numbers: Mapping[str, float], *, dials: Sequence[Dial], key: str) -> None:
    """Show `picture(numbers)`, and draw it anew at every move of a dial.

    `key` is also where `read_dials` finds the numbers after a drag.
    """

    def answer(question: Mapping[str, Any]) -> bytes:
        return pack(picture(asked_numbers(question, dials, numbers)))

    fields = {
        **picture(numbers),
        "dials": [asdict(dial) for dial in dials],
        "numbers": dict(numbers),
        "ask": offer(key, answer),
        "ack": sent(key).get("seq"),
    }
    _mount(key=key, data=pack(fields), default={"value": None}, on_value_change=ignore)
