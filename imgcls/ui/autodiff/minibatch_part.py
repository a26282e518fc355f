"""Stochastic gradient descent: what a step costs that looks at a few examples, and how far the path wanders."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from imgcls.numbers import fixed, written
from imgcls.numbers import whole as in_full
from imgcls.ops.descent import Descent
from imgcls.ops.minibatch import XS, YS, Walks, spread, walks, whole_loss
from imgcls.ui.autodiff.descent_part import AT, HALF, STEPS, half_told, moves_of
from imgcls.ui.autodiff.expression_line import HIGH, LOW, STEP, show_dials
from imgcls.ui.autodiff.landscape import Sets, Words, charts, landscape
from imgcls.ui.autodiff.landscape.picture import kind_of, picture, view_of
from imgcls.ui.charts import Axis, axis_for, line, place
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, Setting, stage

VIEW = "autodiff_mini_hill"
ALL, DRAWS = len(XS), 20
W = Dial("autodiff_mini_w", "w", LOW, HIGH, STEP, -1.4, by=VIEW)
B = Dial("autodiff_mini_b", "b", LOW, HIGH, STEP, 0.2, by=VIEW)
RATE = Dial("autodiff_mini_rate", "rate", 0.01, 0.4, 0.01, 0.1)
SIZE = Dial("autodiff_mini_size", "batch size", 1, ALL, 1, 2, digits=0)
DRAW = Dial("autodiff_mini_draw", "draw", 1, DRAWS, 1, 1, digits=0)
STEPPED = Dial(AT, "step", 0, STEPS, 1, 0, digits=0, by=VIEW)
WHOLE, MINI = "full batch", "mini-batches"
ABOUT = f"the mean of (w·x + b − y)² over {ALL} examples"


@st.fragment
def minibatch_part() -> None:
    """A line's squared error over a few points: the path of the full batch, and that of mini-batches."""

    def drawn(numbers: Numbers) -> dict[str, Any]:
        start, rate, size, at = (numbers[W.name], numbers[B.name]), numbers[RATE.name], numbers[SIZE.name], numbers[AT]
        many = walks(start, rate, size, STEPS, range(1, DRAWS + 1))
        mini = many.path(numbers[DRAW.name] - 1, rate, MINI)
        whole = walks(start, rate, ALL, STEPS, (1,)).path(0, rate, WHOLE)
        fields, arrays = picture(replace(whole_loss(), text=ABOUT), (mini, whole), at,
                                 view_of((whole, mini), "w", "b", numbers[HALF]))  # fmt: skip
        looked_at = many.examples[numbers[DRAW.name] - 1, at].tolist()
        here = mini.points[at]
        following = mini.points[at + 1] if at < STEPS else None
        moved = moves_of(here, following, rate)
        said = Words(f"Step {at}, mini-batches. {moved}", _cost(whole, many, size, at), "")
        fields["caption"] = f"Loss: {ABOUT}. Rings: the examples of the next step."
        shown = [_examples(whole, mini, at, looked_at), _losses(whole, mini, at)]
        sets = Sets(W.name, B.name, AT, HALF, LOW, HIGH, STEPS)
        return {VIEW: landscape(fields, arrays, shown, sets, said), "here": here}

    dials = [W, B, RATE, SIZE, DRAW, STEPPED]
    live = stage("autodiff_mini", [*dials, Setting(HALF, VIEW, 0.0, half_told, kept=False)], drawn)
    show_dials(live, [dial.name for dial in dials])
    live.show(VIEW)
    _code(live.numbers, live["here"].value)


def _cost(whole: Descent, many: Walks, size: int, at: int) -> str:
    """What the steps so far cost, what the full batch makes of that, and how far other draws end from this one."""
    turns = at or STEPS
    looked = turns * size
    alike = looked // ALL
    steps, ends = f"{_counted(turns, 'step')} of {_counted(size, 'example')}", spread(many.loss[:, turns])
    cost = f"{steps}: {_counted(looked, 'gradient')} of single examples"
    if size == ALL:
        return f"{cost}. With all examples in every step nothing is drawn by lot: both paths are the same."
    return (
        f"{cost}, the cost of {written(looked / ALL, 3)} full-batch steps. Over {DRAWS} draws the loss is then "
        f"{fixed(ends.mean, 2)} ± {fixed(ends.std, 2)} (mean ± standard deviation), and w varies by "
        f"± {fixed(spread(many.w[:, turns]).std, 2)}. The full batch is at {fixed(whole.points[alike].value, 2)} after "
        f"{_counted(alike, 'step')} and at {fixed(whole.points[turns].value, 2)} after {_counted(turns, 'step')}, "
        f"which cost {_counted(turns * ALL, 'gradient')}."
    )


def _counted(number: int, noun: str) -> str:
    return f"{in_full(number)} {noun}{'' if number == 1 else 's'}"


def _examples(whole: Descent, mini: Descent, at: int, looked_at: Sequence[int]) -> dict[str, Any]:
    """The examples with both lines, those of the next step with a ring."""
    across = Axis(-2.0, 3.0, tuple((float(x), written(x)) for x in range(-2, 4)))
    up = axis_for(YS)

    def straight(path: Descent) -> list[Any]:
        w, b = (path.points[at].variables[name] for name in "wb")
        return [place(across, up, x, w * x + b) for x in (across.low, across.high)]

    points = [place(across, up, x, y) for x, y in zip(XS, YS, strict=True)]
    return {
        "title": "examples", "xticks": across.drawn, "yticks": up.drawn,
        "lines": [
            line("whole", straight(whole)), line("noisy", straight(mini)), line("examples", points, dots=True),
        ],
        "marks": [{"kind": "ring", "at": points[k], "label": ""} for k in looked_at],
        "legend": [["whole", WHOLE], ["noisy", MINI]],
        "alt": f"{ALL} examples and the line w·x + b of both paths at step {at}; "
        f"the next step looks at {_counted(len(looked_at), 'example')}",
    }  # fmt: skip


def _losses(whole: Descent, mini: Descent, at: int) -> dict[str, Any]:
    """The loss over all examples at every step, of both paths."""
    chart = charts.value_path(whole, at, {kind_of(mini): mini})
    lines = [each | {"kind": "whole"} if each["kind"] == "value" else each for each in chart["lines"]]
    return chart | {"title": "loss over all examples at every step", "lines": lines}


def _code(numbers: Numbers, value: float) -> None:
    at, size = numbers[AT], numbers[SIZE.name]
    code_panel(
        f"""
        import torch

        x = torch.tensor({list(XS)}, dtype=torch.float64)
        y = torch.tensor({list(YS)}, dtype=torch.float64)
        w = torch.tensor({numbers[W.name]!r}, dtype=torch.float64, requires_grad=True)
        b = torch.tensor({numbers[B.name]!r}, dtype=torch.float64, requires_grad=True)
        generator = torch.Generator().manual_seed({numbers[DRAW.name]})
        gradients = 0
        for step in range({at}):
            batch = torch.randperm(len(x), generator=generator)[:{size}]
            loss = ((w * x[batch] + b - y[batch]) ** 2).mean()
            loss.backward()
            with torch.no_grad():
                for leaf in (w, b):
                    leaf -= {numbers[RATE.name]} * leaf.grad
                    leaf.grad = None
            gradients += len(batch)
        value = ((w * x + b - y) ** 2).mean().item()
        """,
        {"value": value, "gradients": at * size},
        functions=(walks,),
        key="minibatch",
    )
