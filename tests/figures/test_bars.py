"""Bars carry the probabilities they are given; names and numbers keep their room on a phone."""

import pytest

from imgcls.figures.bars import probability_bars, two_lines


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Pug", "Pug"),
        ("Border collie", "Border collie"),
        ("Bernese mountain dog", "Bernese<br>mountain dog"),
        ("Greater Swiss Mountain dog", "Greater Swiss<br>Mountain dog"),
        ("Staffordshirebullterrier", "Staffordshirebullterrier"),
    ],
)
def test_a_long_name_stands_in_two_lines(name: str, written: str) -> None:
    assert two_lines(name) == written


def test_the_numbers_have_room_in_pixels_behind_a_full_bar() -> None:
    plain = probability_bars(["Bernese mountain dog", "Pug"], [1.0, 0.0])
    compared = probability_bars(["Pug"], [0.25], before=[1.0])
    for figure in (plain, compared):
        assert tuple(figure.layout.xaxis.range) == (0, 1)
    assert plain.layout.yaxis.ticktext == ("Bernese<br>mountain dog", "Pug")
    # "100.0%" and "100.0% (was 100%)" in letters of 16 pixels, of which a digit is half as wide
    assert plain.layout.margin.r >= 6 * 8 and compared.layout.margin.r >= 17 * 8
    number = next(trace for trace in compared.data if trace.name == "number")
    assert (number.x, number.text) == ((1.0,), ("25.0% (was 100%)",))
