"""One hue per quantity, for charts, canvases, text and CSS alike.

The diverging scales are built so that zero is white and both ends have the same lightness; red/blue,
brown/teal and magenta/green stay apart for the common colour-vision deficiencies, and every picture
also prints its numbers or signs, so that nothing is said by colour alone.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np


@dataclass(frozen=True)
class Hue:
    """The colours of one quantity.

    `line` is a mid-tone that stands out (contrast above 3:1) on the light and on the dark page;
    `stops` run from the smallest to the largest value; a `signed` scale has its zero in the middle.
    """

    line: str
    stops: tuple[str, ...]
    signed: bool = False


HUES: dict[str, Hue] = {
    "pixel": Hue("#7d848f", ("#000000", "#ffffff")),
    "activation": Hue(
        "#3a7fc1",
        ("#67001f", "#b2182b", "#d6604d", "#f4a582", "#ffffff", "#92c5de", "#4393c3", "#2166ac", "#053061"),
        signed=True,
    ),
    "weight": Hue(
        "#218c81",
        ("#543005", "#8c510a", "#bf812d", "#dfc27d", "#ffffff", "#80cdc1", "#35978f", "#01665e", "#003c30"),
        signed=True,
    ),
    "gradient": Hue(
        "#5c9a2f",
        ("#8e0152", "#c51b7d", "#de77ae", "#f1b6da", "#ffffff", "#b8e186", "#7fbc41", "#4d9221", "#276419"),
        signed=True,
    ),
    "probability": Hue("#8a63d2", ("#fcfbfd", "#dadaeb", "#9e9ac8", "#6a51a3", "#3f007d")),
    "loss": Hue("#d2487f", ("#fff5f8", "#fbc4d6", "#ee7fa8", "#c9356f", "#7a0f3f")),
    "evidence": Hue("#d98c00", ("#000004", "#57106e", "#bc3754", "#f98e09", "#fcffa4")),
}
"""Quantity -> hue. `evidence` (where a network looked) is the perceptually even "inferno" scale."""

NEGATIVE_LINE = {"activation": "#d0524a", "weight": "#a9702a", "gradient": "#cc4b97"}
"""Mid-tones for the negative side of the signed quantities."""

PAGES = {"light": ("#ffffff", "#f1f4f8", "#1c2430"), "dark": ("#12161d", "#1d232d", "#eef2f7")}
"""The pages' grounds, plain and raised, and their text, as in .streamlit/config.toml."""

INKS = ("activation", "activation-negative", "evidence", "loss")
"""Hues that text is written in."""

ALARM = "#c0392b"
"""What is wrong with something typed."""

READABLE = 4.5
"""The least contrast of text with what lies under it (WCAG 2, level AA)."""

SERIES = ("#3a7fc1", "#d98c00", "#218c81", "#d2487f", "#8a63d2", "#7d848f")
"""Six colours for comparing curves; figures also give each curve its own dash or marker."""

TWO_CLASSES = (SERIES[1], SERIES[0])
"""The colours of two classes of points, which also differ in their shape."""


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


@cache
def colour_table(quantity: str) -> np.ndarray:
    """The 256 colours of a quantity as uint8 (256, 3), smallest value first; the same read-only array each time."""
    stops = np.array([_rgb(stop) for stop in HUES[quantity].stops], dtype=float)
    where = np.linspace(0, len(stops) - 1, 256)
    channels = [np.interp(where, np.arange(len(stops)), stops[:, c]) for c in range(3)]
    table = np.stack(channels, axis=1).round().astype(np.uint8)
    table.flags.writeable = False
    return table


def class_colours() -> np.ndarray:
    """uint8 (256, 3) for the probability of the second of two classes: paler the less certain, and a jump at 1/2."""
    certain = np.abs(np.linspace(-1, 1, 256))[:, None]
    pure = np.where(np.arange(256)[:, None] < 128, _rgb(TWO_CLASSES[0]), _rgb(TWO_CLASSES[1]))
    return (255 + (pure - 255) * (0.22 + 0.62 * certain)).round().astype(np.uint8)


def css_variables() -> str:
    """CSS custom properties `--q-<quantity>` (and `-negative`), put in front of every component's CSS.

    `--q-<quantity>-ink` (of INKS) is the same hue for text: dark enough on the light page, light enough on the dark.
    `--alarm` is the ground of refused numbers, under white; `--alarm-ink` the colour of refusals.
    """
    lines = {f"--q-{name}": hue.line for name, hue in HUES.items()}
    lines |= {f"--q-{name}-negative": colour for name, colour in NEGATIVE_LINE.items()}
    lines["--alarm"] = ALARM
    written = {name: lines[name] for name in (*(f"--q-{each}" for each in INKS), "--alarm")}
    inks = {f"{name}-ink": f"light-dark({ink(line, 'light')}, {ink(line, 'dark')})" for name, line in written.items()}
    return ":host, :root {\n" + "".join(f"  {name}: {colour};\n" for name, colour in (lines | inks).items()) + "}\n"


def ink(colour: str, page: str) -> str:
    """`colour` for text on the "light" or "dark" page: as little mixed with the page's text as makes it READABLE."""
    *grounds, text = PAGES[page]
    for share in range(0, 101, 5):
        mixed = tuple(round(c + (t - c) * share / 100) for c, t in zip(_rgb(colour), _rgb(text), strict=True))
        if all(contrast(mixed, _rgb(ground)) >= READABLE for ground in grounds):
            return "#" + bytes(mixed).hex()
    return text


def contrast(first: tuple[int, int, int], second: tuple[int, int, int]) -> float:
    """How far two colours stand apart, from 1 to 21 (WCAG 2)."""
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def text_on(rgb: tuple[int, int, int]) -> str:
    """Black or white, whichever reads better on this colour (WCAG 2 relative luminance)."""
    return "#000000" if _luminance(rgb) > 0.179 else "#ffffff"


def _luminance(rgb: tuple[int, int, int]) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
