"""The curves, the network changing, and the timeline: what one sees of a run without scrolling."""

import numpy as np
import streamlit as st

from imgcls.figures.training import run_curves
from imgcls.models.small import layer_table
from imgcls.numbers import fixed, percent, sides, whole
from imgcls.training.config import TrainConfig
from imgcls.training.follow import training_points, view_at
from imgcls.training.records import Evaluation, Snapshot
from imgcls.training.runs import RunError
from imgcls.ui.components.plot import plot
from imgcls.ui.memo import remember
from imgcls.ui.training.film import FilmRow, film
from imgcls.ui.training.run import PageRun
from imgcls.ui.training.timeline import timeline, timeline_step
from imgcls.ui.training.words import FINDINGS

MOST_ROWS, MOST_KERNELS, MOST_BARS = 4, 32, 6
SHORT = 20  # epochs: a run of so many is drawn on one axis from the start
STEPS_A_DRAWING = 6  # reports, a tenth of a second each, that a new drawing of the curves waits for
_PLAIN = {"Conv2d", "BatchNorm2d", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "Grey", "Scale", "Linear"}


def looked_at(run: PageRun) -> tuple[Snapshot | None, Evaluation | None, int | None]:
    """Snapshot and evaluation of the step on the timeline, and that step; None for the newest."""
    followed = run.followed
    chosen = timeline_step(f"timeline:{run.id}", "train_step")
    newest = followed.evaluations[-1] if followed.evaluations else None
    try:
        if chosen is None and followed.snapshot is not None and (newest is None or len(newest.indices)):
            return followed.snapshot, newest, None
        at = followed.step if chosen is None else chosen
        step, snapshot, evaluation = view_at(run.files, at)
        return snapshot, evaluation, None if chosen is None else step
    except RunError:
        return followed.snapshot, newest if newest and len(newest.indices) else None, None


def curves(run: PageRun, at: int | None) -> None:
    """Loss and accuracy so far."""
    followed, config = run.followed, run.config
    per_epoch = steps_per_epoch(run)
    marks = [(finding.since / per_epoch, FINDINGS[finding.kind]) for finding in followed.findings]
    evaluations = followed.evaluations
    last = evaluations[-1] if evaluations else None
    chance = 1 / len(run.classes) if run.classes else None
    told = (
        f"Training loss {fixed(last.train_loss, 2)}, validation loss {fixed(last.val_loss, 2)}, training accuracy "
        f"{percent(last.train_accuracy, 0)}, validation accuracy {percent(last.val_accuracy, 0)} after epoch "
        f"{fixed(last.epoch, 1)}."
        if last and last.epoch else "No epoch is over yet."
    )  # fmt: skip
    seen = (run.id, at, len(evaluations), len(followed.findings), run.active, len(followed.steps) // STEPS_A_DRAWING)
    chart = remember(
        "train_curves",
        seen,
        lambda: run_curves(
            training_points(followed.steps), evaluations,
            epochs=_axis(config.epochs, followed.epoch) if config and run.active else 0.0,
            chance=chance, at=None if at is None else at / per_epoch, marks=marks, height=300 if run.active else 400,
        ),
    )  # fmt: skip
    plot(chart, key="train_curves", alt=f"Loss and accuracy over the epochs. {told}")


def _axis(epochs: int, now: float) -> float:
    """Where the axis of a running run ends: at its last epoch, or at 20, 40, 80, ... while a long one is not there."""
    end = SHORT
    while end < min(now, epochs):
        end *= 2
    return float(min(end, epochs))


def steps_per_epoch(run: PageRun) -> int:
    """How many steps make an epoch, from what the run said."""
    if run.followed.started:
        return run.followed.started.steps_per_epoch
    last = run.followed.steps[-1] if run.followed.steps else None
    return max(1, round(last.step / last.epoch)) if last and last.epoch else 1


def network(run: PageRun, snapshot: Snapshot | None) -> None:
    """Kernels, feature maps of the photo and the answer at the step that is looked at."""
    if snapshot is None:
        st.caption("The network appears here with its first weights.")
        return
    classes = run.classes
    if len(classes) != len(snapshot.probabilities):
        return
    order = np.argsort(-snapshot.probabilities, kind="stable")[:MOST_BARS] if len(classes) > MOST_BARS else None
    places = range(len(classes)) if order is None else order.tolist()
    bars = [(classes[place], float(snapshot.probabilities[place])) for place in places]
    rows = film_rows(snapshot, run.config)
    film(rows, bars, heading=f"its answer for your photo at step {whole(snapshot.step)}", key=f"film:{run.id}",
         alt=f"The network at step {snapshot.step}: " + "; ".join(row.title for row in rows))  # fmt: skip


def film_rows(snapshot: Snapshot, config: TrainConfig | None) -> list[FilmRow]:
    """The first kernels, and the maps of up to MOST_ROWS layers, each scaled by its own largest size."""
    shapes = {row.name: row.shape for row in layer_table(config.model)} if config and config.model else {}
    rows = []
    for view in snapshot.layers:
        if view.kernels is not None:
            rows.append(_kernel_row(view.name, view.kind, view.kernels, learned=snapshot.step > 0))
    maps = [view for view in snapshot.layers if view.maps is not None and view.maps.ndim == 3]
    after = [view for view in maps if view.kind not in _PLAIN] or [view for view in maps if view.kind == "Conv2d"]
    chosen = [after[round(place)] for place in np.linspace(0, len(after) - 1, min(MOST_ROWS, len(after)))]
    for view in chosen:
        channels, height, width = shapes.get(view.name, view.maps.shape)
        some = f"{len(view.maps)} of {channels} maps" if channels > len(view.maps) else f"{channels} maps"
        rows.append(FilmRow(f"{view.name} on your photo: {some}, {sides(height, width)}", _signed_places(view.maps)))
    return rows


def _kernel_row(name: str, kind: str, kernels: np.ndarray, learned: bool) -> FilmRow:
    count, channels, height, width = kernels.shape
    places = _signed_places(kernels[:MOST_KERNELS])
    what = "kernels" if kind == "Conv2d" else "nodes, their weights"
    some = f"{min(count, MOST_KERNELS)} of {count}" if count > MOST_KERNELS else str(count)
    title = f"{name}: {some} {'learned' if learned else 'untrained'} {what}, {sides(height, width)}"
    if channels == 3:
        return FilmRow(title, places.transpose(0, 2, 3, 1))
    return FilmRow(title, places.mean(1).round().astype(np.uint8), "weight")


def _signed_places(values: np.ndarray) -> np.ndarray:
    """uint8 places in a signed scale: 0 and what is no number in the middle, the largest finite size at an end."""
    exact = values.astype(np.float32)
    reach = float(np.abs(exact).max(initial=0.0, where=np.isfinite(exact))) or 1.0
    return np.nan_to_num(exact / reach * 127.5 + 127.5, nan=127.5).clip(0, 255).astype(np.uint8)


def scrubber(run: PageRun, at: int | None) -> None:
    """The timeline of recorded steps."""
    steps = run.files.view_steps()
    if not steps:
        return
    marks = [(finding.since, f"step {finding.since}: {FINDINGS[finding.kind]}") for finding in run.followed.findings]
    timeline(steps, at, per_epoch=steps_per_epoch(run), marks=marks, spoken=_epoch_words(run), key=f"timeline:{run.id}")


def _epoch_words(run: PageRun) -> str:
    """The newest epoch in one sentence; empty before the first is over."""
    last = run.followed.evaluations[-1] if run.followed.evaluations else None
    if last is None or not last.epoch:
        return ""
    return (
        f"Epoch {whole(last.epoch)}: training loss {fixed(last.train_loss, 2)}, validation loss "
        f"{fixed(last.val_loss, 2)}, "
        f"training accuracy {percent(last.train_accuracy, 0)}, validation accuracy {percent(last.val_accuracy, 0)}."
    )
