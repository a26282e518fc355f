"""All words on the screen in one file: `python -m tests.ui.screen_text` writes tests/screen_text.md anew.

Of each page and part it has what Streamlit's elements say (titles, text, captions, labels, options, help), what the
live components are given to say (alt texts, captions, notes, words), and what the views' JavaScript says by itself.
A line stands where it is first met: what all pages share stands once, with Home, and so does what a page's parts share.
Numbers are written as "#", so that the file changes only when words do.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.lessons import Lesson, built_lessons
from imgcls.training.runs import run_folder
from imgcls.training.trainer import train
from imgcls.ui.dataset.work import forget
from imgcls.ui.packet import unpack
from imgcls.ui.questions import questions_of
from tests.history import led_to
from tests.test_pages import ROOT, opened
from tests.training.toy import toy, toy_config
from tests.ui.at_once import at_once

FILE = ROOT / "tests" / "screen_text.md"
COMMAND = "python -m tests.ui.screen_text"
HEAD = f"""# All words on the screen

Written by `{COMMAND}` and compared by a test. Numbers are written as #. A line stands where it is first met:
what all pages share with Home, what a page's parts share with the first. A word before "»" says what the line is
(alt: for readers of the screen; help: behind a question mark); [choices] stand in brackets.
"""
# Small sets are made more quickly.
START: Mapping[str, Mapping[str, str]] = {"dataset": {"data_count": "120", "data_size": "16"}}
# What else has to be chosen for a page's words to be there, beside its parts.
MORE: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "activations": tuple(
        {"act_part": "The functions", "act_functions": name} for name in ("ELU", "Maxout", "Leaky ReLU")
    ),
    "pooling": ({"pool_source": "your photo"},),
    "network": ({"net_model": "efficientnet-lite0"},),
}
LONGEST = 12  # choices of one control that are written out
# Streamlit's elements say these fields; a component's data says all but what is for the program.
SAYS = ("label", "body", "caption", "alt", "text", "delta", "placeholder", "help")
SILENT = re.compile(
    r"align|ask|barmode|bdata|bgcolor|cells|channel|chosen|code|color|colour|colours|dash|direction|dtype|"
    r"exponentformat|fill|fillcolor|hall|hoverinfo|hovermode|hovertemplate|instead|key|kind|"
    r"legendgroup|mode|orientation|quantity|rangemode|shape|sign|slug|source|state|subject|"
    r"symbol|template|textposition|tickformat|token|type|uirevision|version|xanchor|xref|"
    r"yanchor|yref"
)
NAMED = frozenset(("alt", "help", "placeholder", "table"))
PROGRAM = re.compile(r"[a-z0-9]+(_[a-z0-9]*)+|#[0-9a-f]{6}|rgba?\(.*|imgcls/.*|[0-9a-f]{16}.*|data:.*", re.DOTALL)
NUMBER = re.compile(
    r"(?<![A-Za-z_\d.])(?:(?<![\w)])[−+-])?\d+(?:[.,\u202f]\d+)*(?:e[−+-]?\d+)?(?![\d.,]*[A-Za-z])[⁰¹²³⁴-⁹⁻]*"
)
SPOKEN = re.compile(r"[A-Za-z]{2,}.* |^[A-Z][a-z]+$")
CODE = re.compile(
    r"[<>{}=]|--st-|[\d#]px|\[[a-z-]+[\]=]|^[.(][a-z]|, \.[a-z]|^[a-z-]+\(|^(\w+ )?(th|tr|td)$|^[a-z]+: ?[a-z]*$|^all :"
)
KEYS = ("Enter", "Escape", "Home", "End", "Tab")
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`|//[^\n]*|/\*.*?\*/', re.DOTALL)


def normal(text: str) -> str:
    """In one line, its numbers as "#", long rows of them as a short one; of a link what it says."""
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = NUMBER.sub("#", " ".join(text.split()))
    return re.sub(r"#(?:(, ?|; ?| )#){4,}", r"#\1#\1…", text)


def page_lines(app: AppTest) -> Iterator[str]:
    """All that the app says, from top to bottom."""
    for element in [*app.main, *app.sidebar]:
        if element.type == "bidi_component":
            yield from component_lines(element.proto)
        elif element.type in ("table", "arrow_data_frame"):
            yield from _lines("table", " | ".join(map(str, element.value.columns)))
            for row in element.value.itertuples(index=False):
                yield from _lines("row", " | ".join(map(str, row)))
        elif getattr(element, "proto", None) is not None and element.type != "code":
            yield from _element_lines(MessageToDict(element.proto))


def _element_lines(fields: Mapping[str, Any]) -> Iterator[str]:
    fields = {**fields, **fields.get("popover", {})}
    options = [each["content"] if isinstance(each, dict) else each for each in fields.get("options", ())]
    for name in SAYS:
        if isinstance(fields.get(name), str):
            yield from _lines(name, fields[name])
    for image in fields.get("imgs", ()):
        yield from _element_lines(image)
    if options := [each for each in dict.fromkeys(map(normal, map(str, options))) if re.search(r"[^\W\d]", each)]:
        more = f" and {len(options) - LONGEST} more" if len(options) > LONGEST else ""
        yield normal(f"[{' · '.join(options[:LONGEST])}{more}]")


def component_lines(proto: Any) -> Iterator[str]:
    """What a live component is given to say; the numbers beside it are not words."""
    fields = unpack(proto.bytes)[0] if proto.bytes else json.loads(proto.json or "null")
    yield from _words("", fields)


def _words(name: str, value: object) -> Iterator[str]:
    if isinstance(value, str):
        if name == "figure":
            yield from _words("", json.loads(value))
        elif not (PROGRAM.fullmatch(value) or name in ("xaxis", "yaxis")):
            yield from _lines(name, value)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if not (SILENT.fullmatch(key) or (key == "name" and "label" in value)):
                yield from _words(key, each)
    elif isinstance(value, list):
        said = list(dict.fromkeys(line for each in value for line in _words(name, each)))
        yield from said[:LONGEST] if all(isinstance(each, str) for each in value) else said


def _lines(name: str, text: str) -> Iterator[str]:
    for line in re.split(r"\n|<br>", text):
        line = re.sub(r"<[^>]*>|:material/\w+:", "", line).strip().removeprefix("- ")
        if re.search(r"[^\W\d]", line):
            yield normal(f"{name} » {line}" if name in NAMED else line)


def script_lines(script: str) -> Iterator[str]:
    """What a view's JavaScript says by itself: those of its literals that look like English."""
    for plain, template in LITERAL.findall(script):
        text = normal(re.sub(r"\$\{[^{}]*\}", "#", plain or template))
        if SPOKEN.search(text) and not CODE.search(text) and text not in KEYS:
            yield text


def views(lesson: Lesson, run: str) -> Iterator[tuple[str, AppTest]]:
    """The lesson, its parts, and what else is chosen on it, each with its name."""
    start = START.get(lesson.slug, {})
    app = opened(lesson, address=start)
    yield from _parts(app, start)
    if lesson.slug == "train":
        yield from _parts(led_to(app, {"train_run": run}), {"train_run": run})
    for more in MORE.get(lesson.slug, ()):
        yield ", ".join(more.values()), led_to(app, more)


def _parts(app: AppTest, start: Mapping[str, str]) -> Iterator[tuple[str, AppTest]]:
    controls = [each for each in app.segmented_control if each.label == "Part"]
    yield (controls[0].options[0] if controls else ""), app
    for control in controls:
        for option in control.options[1:]:
            yield option, led_to(app, {**start, control.key: option})


def collected(cache: Path) -> str:
    """The whole file; `cache` is an empty folder for the pictures and the small run that it needs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMGCLS_CACHE", str(cache))
        at_once(patch)
        list(train(toy_config(), dataset=toy(), folder=run_folder("shown")))
        text, everywhere = [HEAD], set[str]()
        for lesson in built_lessons():
            here = set(everywhere)
            text.append(f"\n## {lesson.title}\n")
            for part, app in views(lesson, "shown"):
                assert not app.exception, app.exception[0].message
                if part:
                    text.append(f"\n### {part}\n")
                lines = list(dict.fromkeys(line for line in page_lines(app) if line not in here))
                text += [f"- {line}\n" for line in lines]
                here.update(lines)
            everywhere = everywhere or here
            text += _asked(lesson)
        forget()
    return "".join([*text, *_scripts()])


def _asked(lesson: Lesson) -> Iterator[str]:
    """The lesson's questions, and what is said once they are answered."""
    photo = load_sample(DEFAULT_SAMPLE)
    for question in questions_of(lesson.slug):
        yield f"\n### {question.part or lesson.title}: question {question.id}\n"
        fields = question.kind.about(photo)[0]
        right = question.right(photo)
        misconceptions = list(getattr(question.kind, "misconceptions", {}).values())
        said = [question.asks(photo), *_words("", fields), *misconceptions, question.explains(photo, right)]
        yield from (f"- {normal(each)}\n" for each in said)


def _scripts() -> Iterator[str]:
    yield "\n## What the views say by themselves\n"
    said: set[str] = set()
    folder = ROOT / "imgcls" / "ui"
    for script in sorted(folder.rglob("*.js")):
        lines = [line for line in dict.fromkeys(script_lines(script.read_text(encoding="utf-8"))) if line not in said]
        said.update(lines)
        if lines:
            yield f"\n### {script.relative_to(folder).as_posix()}\n"
            yield from (f"- {line}\n" for line in lines)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        FILE.write_text(collected(Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    os.environ["IMGCLS_PREDICT_FIRST"] = "0"  # as in the tests: the parts themselves, the questions are listed
    main()
