"""The curves of a training run, and of several."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from imgcls.figures.base import FONT, figure
from imgcls.figures.curves import DASHES, SYMBOLS
from imgcls.numbers import percent
from imgcls.palette import HUES, SERIES
from imgcls.plain import plotly
from imgcls.training.follow import Points
from imgcls.training.records import Evaluation

TRAIN_LINE, VALIDATION_LINE = HUES["loss"].line, HUES["activation"].line
_GAP = 0.16  # between the two charts, as a share of the height
_WORD = 0.3  # what the name of a finding takes of the width at most


def run_curves(
    points: Points,
    evaluations: Sequence[Evaluation],
    *,
    epochs: float,
    chance: float | None = None,
    at: float | None = None,
    marks: Sequence[tuple[float, str]] = (),
    height: int = 400,
) -> go.Figure:
    """Loss above, accuracy below, over the epochs up to `epochs`: training thin and dotted, validation with markers.

    `chance` is the accuracy of guessing, a dashed line below; `at` draws a line at the epoch that is looked at; `marks`
    (epoch, word) name what was found.
    """
    where = [each.epoch for each in evaluations]
    traces = []
    for axis, train, held in (
        ("y", points.losses, [each.val_loss for each in evaluations]),
        ("y2", points.accuracies, [each.val_accuracy for each in evaluations]),
    ):
        first = axis == "y"
        number = "%{y:.3f}" if first else "%{y:.1%}"
        traces += [
            go.Scatter(
                x=list(points.epochs), y=list(train), yaxis=axis, name="training", mode="lines", showlegend=first,
                line={"color": TRAIN_LINE, "width": 2, "dash": "dot"}, hovertemplate=number,
            ),
            go.Scatter(
                x=where, y=held, yaxis=axis, name="validation", mode="lines+markers", showlegend=first,
                line={"color": VALIDATION_LINE, "width": 3}, marker={"size": 7, "symbol": "circle"},
                hovertemplate=number, cliponaxis=False,
            ),
        ]  # fmt: skip
    reach = max(epochs, points.epochs[-1] if points.epochs else 0.0)
    return figure(
        *traces, height=height, xaxis=_epoch_axis(reach) | {"anchor": "y2"},
        yaxis={"domain": [0.5 + _GAP / 2, 1], "rangemode": "tozero", "fixedrange": True, **_title("loss")},
        yaxis2={"domain": [0, 0.5 - _GAP / 2], "range": [0, 1.02], "tickformat": ".0%", "fixedrange": True,
                **_title("accuracy")},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": FONT}},
        shapes=[*_lines(at, marks), *_guessing(chance)], annotations=[*_words(marks, reach), *_guessing_word(chance)],
        hovermode="x unified",
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
    )  # fmt: skip


def compare_curves(runs: Mapping[str, Sequence[Evaluation]], measure: str, *, height: int = 320) -> go.Figure:
    """The validation curve of each run: its own colour, dash and marker. `measure` is "loss" or "accuracy"."""
    traces = [
        go.Scatter(
            x=[each.epoch for each in evaluations], y=[getattr(each, f"val_{measure}") for each in evaluations],
            name=plotly(name), mode="lines+markers",
            line={"color": SERIES[place % len(SERIES)], "dash": DASHES[place % len(DASHES)], "width": 3},
            marker={"size": 8, "symbol": SYMBOLS[place % len(SYMBOLS)]},
            hovertemplate="%{y:.3f}" if measure == "loss" else "%{y:.1%}", cliponaxis=False,
        )
        for place, (name, evaluations) in enumerate(runs.items())
    ]  # fmt: skip
    scale = {"rangemode": "tozero"} if measure == "loss" else {"range": [0, 1.02], "tickformat": ".0%"}
    reach = max((each.epoch for evaluations in runs.values() for each in evaluations), default=1.0)
    return figure(
        *traces, height=height, xaxis=_epoch_axis(reach), showlegend=True, hovermode="x unified",
        yaxis={"fixedrange": True, **scale, **_title(f"validation {measure}")},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": FONT}},
        margin={"l": 8, "r": 8, "t": 30, "b": 8},
    )  # fmt: skip


def _title(text: str) -> dict:
    return {"title": {"text": text, "font": {"size": FONT}}}


def _epoch_axis(reach: float) -> dict:
    return {"range": [0, max(reach, 0.2)], "fixedrange": True, **_title("epoch: how often each picture was seen")}


def _lines(at: float | None, marks: Sequence[tuple[float, str]]) -> list[dict]:
    line = {"type": "line", "yref": "paper", "y0": 0, "y1": 1}
    found = [line | {"x0": x, "x1": x, "line": {"color": HUES["evidence"].line, "width": 2, "dash": "dash"}}
             for x, _ in marks]  # fmt: skip
    if at is not None:
        found.append(line | {"x0": at, "x1": at, "line": {"color": HUES["pixel"].line, "width": 3, "dash": "solid"}})
    return found


def _guessing(chance: float | None) -> list[dict]:
    """The accuracy that nobody needs a network for."""
    if chance is None:
        return []
    line = {"color": HUES["pixel"].line, "width": 2, "dash": "dash"}
    return [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y2", "y0": chance, "y1": chance, "line": line}]


def _guessing_word(chance: float | None) -> list[dict]:
    if chance is None:
        return []
    return [{
        "x": 1, "xref": "paper", "xanchor": "right", "y": chance, "yref": "y2", "yanchor": "bottom", "showarrow": False,
        "text": f"guessing: {percent(chance)}", "font": {"size": FONT},
    }]  # fmt: skip


def _words(marks: Sequence[tuple[float, str]], reach: float) -> list[dict]:
    """The words beside their lines; those of lines that stand so close that they would overlap, in one."""
    together: list[tuple[float, str]] = []
    for x, word in sorted(marks):
        if together and x - together[-1][0] < _WORD * reach:
            together[-1] = together[-1][0], f"{together[-1][1]}, {word}"
        else:
            together.append((x, word))
    return [
        {"x": x, "y": 0.5, "yref": "paper", "text": word, "showarrow": False, "font": {"size": FONT},
         **({"xanchor": "left", "xshift": 4} if x < reach / 2 else {"xanchor": "right", "xshift": -4})}
        for x, word in together
    ]  # fmt: skip
