"""Names keep their letters, and as many of them bare as can be: screen readers are given the source of many labels."""

import html

import pytest

from imgcls.plain import fenced, markdown, one_line, plotly, words
from tests.browser.nasty_names import NAMES


@pytest.mark.parametrize(
    "name", ["dog", "my_dog.jpg", "IMG_1234.jpeg", "Chow Chow (2)", "C++ and C#", "a & b", "犬_犬"]
)
def test_an_ordinary_name_needs_no_escape(name: str) -> None:
    assert markdown(name) == words(name) == name


@pytest.mark.parametrize("text, line", [
    ("a\n\tb\r\nc", "a b c"), (" a\0b ", "a b"), ("\x1b[31mred", "[31mred"), ("a\u202egpj.exe", "agpj.exe"),
    ("caf\udce9.png", "caf\\udce9.png"), ("a\u00a0\u3000b", "a\u00a0\u3000b"), ("a\u2028b", "a b"),
])  # fmt: skip
def test_a_name_is_one_line_that_every_screen_and_terminal_takes(text: str, line: str) -> None:
    assert one_line(text) == line
    markdown(text).encode()
    plotly(text).encode()


def test_charts_get_a_name_without_tags() -> None:
    for name in NAMES:
        assert html.unescape(plotly(name)) == name and "<" not in plotly(name)


def test_a_block_of_code_ends_where_the_text_ends() -> None:
    assert fenced("a```b") == "````text\na```b\n````"


def test_words_of_own_components_escape_what_these_read() -> None:
    assert words("**a** ^{b} \\") == r"\*\*a\*\* \^{b} \\"
