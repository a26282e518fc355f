"""Text that people typed or a file brought, shown letter by letter wherever markup would otherwise be read."""

import html
import re

_GAPS = re.compile(r"\s*[\x00-\x1f\x7f-\x9f\u2028\u2029]\s*")  # line ends, tabs and what no screen can show
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they turn the direction of all text that follows
_BYTES = re.compile("[\ud800-\udfff]")  # how Python reads a file's name that is no UTF-8; no screen takes them

# As many letters as possible stay bare: a screen reader is given the source of many labels.
_MARKUP = re.compile(
    r"""
    [\\`*\[\]{}<>$~|]             # code, emphasis, links, attributes, HTML, formulas, tables
    | (?<![^\W_])_ | _(?![^\W_])  # emphasis; within a word (my_dog.jpg) it is none
    | &(?=[\w#])                  # entities
    | :(?!\s)                     # directives, emoji, icons, addresses
    | (?<!\S)\#                   # headings
    | ^[-+=]                      # lists, rules, underlined headings
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"^\d{1,9}(?=[.)])")  # of a list
# What Streamlit looks for in the finished text, where no backslash helps: icons, addresses, e-mail and arrows.
_FOUND_LATER = re.compile(r"(?<=:)(?=\S)|(?<=www)(?=\.)|(?<=[-+.\w])(?=@)|(?<=[-<>~])(?=[-=>])", re.IGNORECASE)
_CUT = ":color[]"  # a directive without a colour or a letter: the text before and behind it is looked at on its own


def one_line(text: str) -> str:
    """`text` without line ends, control codes, changes of direction; bytes that are no letters are written out."""
    return _GAPS.sub(" ", _BYTES.sub(lambda byte: f"\\u{ord(byte[0]):x}", _TURNS.sub("", text))).strip()


def markdown(text: str) -> str:
    """`text` for st.markdown, st.caption, st.error, st.table, labels and captions: every letter as it stands."""
    cut = _FOUND_LATER.sub("\0", one_line(text))
    escaped = _MARKUP.sub(lambda found: f"\\{found[0]}", cut)
    return _NUMBER.sub(r"\g<0>\\", escaped).replace("\0", _CUT)


def fenced(text: str) -> str:
    """`text` for st.markdown as a block of code, whatever is in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def words(text: str) -> str:
    """`text` for the sentences of our own components, in which **...** is bold and ^{...} raised."""
    return re.sub(r"[\\*^]", r"\\\g<0>", one_line(text))


def plotly(text: str) -> str:
    """`text` for titles, ticks and hover texts of a chart, where Plotly reads a little HTML."""
    return html.escape(one_line(text), quote=False)
