"""A lesson is four files: the operation, its test, the page, and a line in the table."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

OPERATION = '''
"""Batch norm."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Normalised:
    """`output` (N, C) has mean `shift` and standard deviation `scale` in every column."""

    mean: Tensor
    variance: Tensor
    output: Tensor


def batch_norm(x: Tensor, scale: float = 1.0, shift: float = 0.0, eps: float = 1e-5) -> Normalised:
    """Normalise the columns of `x` (N, C), then scale and shift them (Ioffe & Szegedy 2015)."""
    mean, variance = x.mean(0), x.var(0, correction=0)
    return Normalised(mean, variance, (x - mean) / (variance + eps).sqrt() * scale + shift)
'''

TEST = """
import torch

from imgcls.ops.batchnorm import batch_norm


def test_it_is_torchs() -> None:
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(batch_norm(x).output, torch.nn.BatchNorm1d(3)(x))
"""

PAGE = '''
"""Why normalise inside a network? Four numbers before and after."""

from typing import Any

import streamlit as st
import torch

from imgcls.numbers import all_written, fixed
from imgcls.ops.batchnorm import batch_norm
from imgcls.ui.components.grids import Grid, grids
from imgcls.ui.components.words import words
from imgcls.ui.shell import Part, code_panel, parts
from imgcls.ui.stage import Dial, Numbers, stage

SHIFT = Dial("batchnorm_shift", "shift", -2.0, 2.0, 0.1, 0.0)
X = torch.tensor([[1.0], [2.0], [3.0], [6.0]])


def picture(numbers: Numbers) -> dict[str, Any]:
    result = batch_norm(X, shift=numbers[SHIFT.name])
    given, made = X.numpy(), result.output.numpy()
    before, after = all_written(given.flatten()), all_written(made.flatten())
    shown = grids(
        [Grid("before", given, "activation", -6, 6, before), Grid("after", made, "activation", -6, 6, after)],
        [f"{x} becomes {y}" for x, y in zip(before, after)],
        alt="Four numbers before and after batch norm.",
    )
    mean = float(result.output.mean())
    return {"batchnorm_grids": shown, "batchnorm_words": words(f"The mean is now **{fixed(mean, 2)}**."), "mean": mean}


@st.fragment
def column() -> None:
    live = stage("batchnorm", [SHIFT], picture)
    live.show()
    code_panel(
        f"""
        import torch

        norm = torch.nn.BatchNorm1d(1)
        norm.bias.data.fill_({live.numbers[SHIFT.name]:g})
        mean = norm(torch.tensor([[1.0], [2.0], [3.0], [6.0]])).mean().item()
        """,
        {"mean": live["mean"]},
        functions=(batch_norm,),
        key="batchnorm",
    )


def another() -> None:
    st.write("A second part.")


parts("batchnorm_part", Part("One column", column, ["Drag the shift."]), Part("Another", another))
'''

LINE = '    Lesson("batchnorm", "Batch norm", "Layers", "Why normalise inside a network?", "equalizer"),\n'

CHECK = """
import json

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.lessons import built_lessons, neighbours
from imgcls.ui import live
from imgcls.ui.packet import unpack
from imgcls.ui.shell import PANEL

assert [lesson.slug for lesson in built_lessons()][-1] == "batchnorm"
assert neighbours("network")[1].slug == "batchnorm"


def opened(**address):
    app = AppTest.from_file("imgcls/ui/navigation.py", default_timeout=60).run()
    app.switch_page("../../pages/batchnorm.py")
    app.query_params.update(address)
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def data(app, name):
    found = [each.proto for each in app.get("bidi_component") if each.proto.component_name == f"imgcls_{name}"]
    return unpack(found[-1].bytes) if found[-1].bytes else json.loads(found[-1].json)


app = opened(batchnorm_shift="1.5")
assert app.title[0].value == "Why normalise inside a network?"
assert data(app, "words")["paragraphs"] == ["The mean is now **1.50**."]
assert data(app, "grids")[1]["values1"].mean() == pytest.approx(1.5)
panel = app.session_state[PANEL]["batchnorm"]
variables = {}
exec(panel.code, variables)
assert variables["mean"] == pytest.approx(panel.shows["mean"], abs=1e-6)
told = unpack(live._answers[app.session_state["live_token"]]["batchnorm"]({"numbers": {"batchnorm_shift": -1}}))[0]
assert told["beside"]["batchnorm_words"]["paragraphs"] == ["The mean is now **−1.00**."]
assert app.segmented_control(key="batchnorm_part").options == ["One column", "Another"]
assert "A second part." in [each.value for each in opened(batchnorm_part="Another").markdown]
assert "Inside the network" in [each.proto.label for each in app.get("page_link")]
print("drawn")
"""


def test_four_files_make_a_lesson(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for folder in ("imgcls", "pages"):
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "assets").symlink_to(ROOT / "assets")
    (tree / "imgcls/ops/batchnorm.py").write_text(OPERATION)
    (tree / "pages/batchnorm.py").write_text(PAGE)
    (tree / "tests/ops").mkdir(parents=True)
    (tree / "tests/ops/test_batchnorm.py").write_text(TEST)
    table = tree / "imgcls/lessons.py"
    last = '    Lesson("network",'
    before, after = table.read_text().split(last)
    end = after.index("\n") + 1
    table.write_text(before + last + after[:end] + LINE + after[end:])
    (tmp_path / "check.py").write_text(CHECK)

    def run(*command: str) -> str:
        done = subprocess.run([sys.executable, *command], cwd=tree, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:] + done.stdout[-2000:]
        return done.stdout

    check = f"import sys; sys.path.insert(0, '.'); exec(open({str(tmp_path / 'check.py')!r}).read())"
    assert "drawn" in run("-c", check)
    assert "1 passed" in run("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests/ops/test_batchnorm.py")
