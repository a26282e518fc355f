import re
import tomllib
from pathlib import Path

import pytest

from imgcls.palette import (
    HUES,
    NEGATIVE_LINE,
    PAGES,
    READABLE,
    SERIES,
    colour_table,
    css_variables,
    ink,
    text_on,
)

ROOT = Path(__file__).resolve().parent.parent


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", sorted({*(h.line for h in HUES.values()), *NEGATIVE_LINE.values(), *SERIES}))
@pytest.mark.parametrize("ground", ["#ffffff", "#12161d"])
def test_every_line_colour_stands_out_on_the_light_and_the_dark_page(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 2.6


@pytest.mark.parametrize("name", [name for name, hue in HUES.items() if hue.signed])
def test_signed_scales_are_white_at_zero_and_equally_dark_at_both_ends(name: str) -> None:
    table = colour_table(name)
    assert table[127:129].min() >= 253  # zero lies between the two middle colours
    ends = [luminance("#" + bytes(table[i]).hex()) for i in (0, 255)]
    assert abs(ends[0] - ends[1]) < 0.05


def test_the_table_and_css_show_the_same_colours() -> None:
    for name, hue in HUES.items():
        table = colour_table(name)
        assert ["#" + bytes(table[i]).hex() for i in (0, 255)] == [hue.stops[0], hue.stops[-1]]
        assert f"--q-{name}: {hue.line};" in css_variables()


@pytest.mark.parametrize(("rgb", "expected"), [((255, 255, 255), "#000000"), ((0, 0, 160), "#ffffff")])
def test_text_is_black_on_bright_and_white_on_dark(rgb: tuple[int, int, int], expected: str) -> None:
    assert text_on(rgb) == expected


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("colour", sorted({*(h.line for h in HUES.values()), *NEGATIVE_LINE.values(), *SERIES}))
def test_a_hue_as_ink_can_be_read_on_both_grounds_of_a_page(colour: str, page: str) -> None:
    plain, raised, text = PAGES[page]
    for ground in (plain, raised):
        assert contrast(ink(colour, page), ground) >= READABLE
    assert ink(text, page) == text


def test_the_pages_colours_are_those_that_streamlit_is_given() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    for page, colours in PAGES.items():
        given = theme[page]
        assert colours == (given["backgroundColor"], given["secondaryBackgroundColor"], given["textColor"])
        for ground in colours[:2]:
            assert contrast(given["primaryColor"], ground) >= READABLE, "links and numbers are written in it"


def test_no_style_sheet_writes_text_in_a_colour_made_for_lines() -> None:
    for file in (ROOT / "imgcls" / "ui").rglob("*.css"):
        for colour in re.findall(r"[;{ ]color: (var\(--q-[\w-]+\)|#[0-9a-f]{6})", file.read_text()):
            assert colour.endswith("-ink)") or file.parent.name in (
                "memory",
                "dealt",
            ), (  # these have grounds of their own
                f"{file.name} of {file.parent.name}: {colour}"
            )
