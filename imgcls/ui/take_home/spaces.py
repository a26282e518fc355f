"""Room for an answer on paper, as HTML: boxes to tick, axes to mark, frames to draw in, pictures to point at.

Everything is drawn in black on white, in millimetres of the printed page.
"""

import base64
import math
from collections.abc import Callable, Sequence
from html import escape

from imgcls.numbers import written
from imgcls.ui.take_home.asked import Asked
from imgcls.ui.take_home.text import as_html

WIDTH = 170.0  # millimetres between the margins of A4, less what a question is set in
BAR = (50.0, 100.0)  # where a bar begins, and how long the longest is
CURVE = (24.0, 126.0, 44.0)  # left edge, width and height of the frame of a curve
TICKS = 10
OVER = 12.0  # millimetres from which on a text below the end of an axis would reach too far beyond it


def wide(text: str) -> float:
    """About how many millimetres a text in a drawing takes."""
    return 1.95 * len(text)


def space(asked: Asked) -> str:
    """Where the answer goes."""
    return _grid(asked) + _SPACES[asked.view](asked)


def place(asked: Asked) -> str:
    """For the answers' page: the place that is right, on the picture of a question about a place; else nothing."""
    if asked.view != "spot":
        return ""
    across, down = (f"{100 * share:.1f}%" for share in asked.question.kind.peak(asked.right))
    mark = f'<i class="peak" style="left:{across};top:{down}"></i>'
    return f'<span class="spot small">{_image(asked.pictures()["photo"], "The photo")}{mark}</span>'


def _grid(asked: Asked) -> str:
    rows = "".join(
        f"<tr>{''.join(f'<td>{written(number)}</td>' for number in row)}</tr>" for row in asked.question.grid
    )
    return f'<table class="grid">{rows}</table>' if rows else ""


def _choice(asked: Asked) -> str:
    options = "".join(f"<li>{as_html(option)}</li>" for option in asked.about["options"])
    return f'<ul class="boxes">{options}</ul>'


def _order(asked: Asked) -> str:
    about = asked.about
    cards = "".join(f"<li>{as_html(card)}</li>" for card in about["cards"])
    first, last, count = as_html(about["first"]), as_html(about["last"]), len(about["cards"])
    return f'<p class="how">Number them: 1 is “{first}”, {count} is “{last}”.</p><ul class="boxes">{cards}</ul>'


def _number(asked: Asked) -> str:
    low, high, log = (asked.about[name] for name in ("low", "high", "log"))
    left, right, y = 8.0, 100.0, 5.0
    first, last = asked.about["ends"]
    over = [4 if wide(text) > OVER else 0 for text in (first, last)]  # a long text hangs over on its inner side
    drawn = [_line(left, y, right, y), _text(left - over[0], y + 6, first, "start" if over[0] else "middle")]
    drawn.append(_text(right + over[1], y + 6, last, "end" if over[1] else "middle"))
    free = [left + wide(first) - over[0] + 2, right - wide(last) + over[1] - 2]
    for share, text in _marks(low, high, log):
        x, half = left + share * (right - left), wide(text) / 2
        drawn.append(_line(x, y - 1.5, x, y + 1.5))
        if text and free[0] < x - half and x + half < free[1]:
            drawn.append(_text(x, y + 6, text, "middle"))
            free[0] = x + half + 2
    guess = f'<span class="guess">my guess: <u></u> {escape(asked.about["unit"])}</span>'
    return f'<div class="row">{_svg(112, 13, drawn)}{guess}</div>'


def _marks(low: float, high: float, log: bool) -> list[tuple[float, str]]:
    """Where an axis has its ticks, as shares of its length, with what stands there: powers of ten, or tenths, bare."""
    if not log:
        return [(k / TICKS, "") for k in range(TICKS + 1)]
    first, last = math.log10(low), math.log10(high)
    powers = range(math.ceil(first), math.floor(last) + 1)
    return [(0.0, ""), *(((k - first) / (last - first), written(10.0**k)) for k in powers), (1.0, "")]


def _bars(asked: Asked) -> str:
    about, (left, length), start = asked.about, BAR, asked.starts
    labels = about["labels"]
    above = max(map(wide, labels)) > left - 2  # too long to stand beside their bars
    step, lead = (13.0, 4.8) if above else (8.0, 0.0)
    at = _along(about["low"], about["high"], left, left + length)
    drawn = []
    for k, label in enumerate(labels):
        y = k * step + 1 + lead
        drawn.append(_text(left, y - 1.4, label, "start") if above else _text(left - 2, y + 4.2, label, "end"))
        drawn.append(f'<rect x="{left}" y="{y}" width="{length}" height="5.5" class="frame"/>')
        drawn += [_line(x, y + 4.3, x, y + 5.5) for x in (left + length * k / TICKS for k in range(1, TICKS))]
        if about["low"] < 0 < about["high"]:
            drawn.append(_line(at(0), y, at(0), y + 5.5, "strong"))
        if start:
            drawn.append(_line(at(start[k]), y - 0.8, at(start[k]), y + 6.3, "start"))
    bottom, ends = len(labels) * step + 3.5, (about["low"], about["high"])
    drawn += [_text(at(end), bottom, asked.question.kind.written(end), "middle") for end in ends]
    note = f'<p class="how">The dashed line: {as_html(about["starts_as"])}.</p>' if start else ""
    return _svg(WIDTH, bottom + 2, drawn) + note


def _curve(asked: Asked) -> str:
    about, (left, width, height) = asked.about, CURVE
    xs, top = about["xs"], 7.0
    bottom, inset = top + height, 8.0
    spread = (max(xs) - min(xs)) or 1
    x = [left + inset + (each - min(xs)) / spread * (width - 2 * inset) for each in xs]
    if len(xs) == 1:
        x = [left + width / 2]
    at = _along(about["low"], about["high"], bottom, top)
    drawn = [f'<path d="M{left} {top}V{bottom}H{left + width}" class="frame"/>']
    drawn += [_line(left, y, left + width, y, "faint") for y in (bottom - height * k / TICKS for k in range(1, 11))]
    drawn += [_line(each, top, each, bottom, "faint") for each in x]
    drawn += [_text(each, bottom + 5, text, "middle") for each, text in zip(x, about["texts"], strict=True)]
    drawn += [_text(left - 2, y + 1.2, text, "end") for y, text in zip((bottom, top), about["ends"], strict=True)]
    drawn.append(_text(left, 3.5, about["y_title"], "start"))
    drawn.append(_text(left + width / 2, bottom + 10, about["x_title"], "middle"))
    points = zip(x, asked.starts, strict=True) if asked.starts else ()
    drawn += [f'<circle cx="{a:.2f}" cy="{at(number):.2f}" r="1.3" class="start"/>' for a, number in points]
    return _svg(WIDTH, bottom + 12, drawn)


def _pick(asked: Asked) -> str:
    smooth = asked.question.kind.smooth
    shown = "".join(
        f"<figure>{_image(data, f'Picture {letter}', smooth)}<figcaption>{letter}</figcaption></figure>"
        for letter, data in asked.pictures().items()
    )
    note = f"what is {asked.hatched} is hatched." if asked.hatched else ""
    if asked.letters:
        note = f"the letters name the colours, {asked.letters}. Where there is none it is grey."
    note = f'<p class="how">In black and white: {note}</p>' if note else ""
    return f'<div class="pick">{shown}</div>{note}'


def _spot(asked: Asked) -> str:
    return f'<span class="spot">{_image(asked.pictures()["photo"], "The photo to mark the place on")}</span>'


_SPACES: dict[str, Callable[[Asked], str]] = {
    "choice": _choice, "number": _number, "bars": _bars, "curve": _curve, "order": _order, "pick": _pick, "spot": _spot,
}  # fmt: skip


def _along(low: float, high: float, begin: float, end: float) -> Callable[[float], float]:
    """Where on the page a number lies."""
    return lambda number: begin + (min(max(number, low), high) - low) / (high - low) * (end - begin)


def _svg(width: float, height: float, drawn: Sequence[str]) -> str:
    size = f'width="{width:g}mm" height="{height:g}mm" viewBox="0 0 {width:g} {height:g}"'
    return f'<svg {size} aria-hidden="true">{"".join(drawn)}</svg>'


def _line(x1: float, y1: float, x2: float, y2: float, name: str = "") -> str:
    return f'<path d="M{x1:.2f} {y1:.2f}L{x2:.2f} {y2:.2f}" class="{name}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}">{escape(text)}</text>'


def _image(data: bytes, alt: str, smooth: bool = True) -> str:
    look = "" if smooth else ' class="pixels"'
    return f'<img{look} alt="{escape(alt)}" src="data:image/png;base64,{base64.b64encode(data).decode()}">'
