"""Several runs side by side: their curves over each other, and a table of their settings."""

from collections.abc import Mapping

import streamlit as st

from imgcls.figures.training import compare_curves
from imgcls.numbers import fixed, percent, whole
from imgcls.training.config import TrainConfig
from imgcls.training.follow import Followed
from imgcls.training.optimisers import OPTIMISERS
from imgcls.training.runs import RunError, RunFiles, RunInfo
from imgcls.ui.components.plot import plot
from imgcls.ui.training.run import PageRun, open_run, session_files
from imgcls.ui.training.words import FIRST_WEIGHTS, data_words, preset_of

MOST_COMPARED = 6


def compare(run: PageRun) -> None:
    """The runs of this session; each can be shown again."""
    names = titles(session_files())
    if len(names) < 2:
        st.caption("Train a second time with other choices: the curves of all your runs are then laid over each other.")
    chosen = st.multiselect(
        "Runs", list(names), list(names)[:MOST_COMPARED], format_func=lambda name: names.get(name, name),
        key="train_compared", max_selections=MOST_COMPARED, label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    files = session_files()
    followed = {name: Followed.of_files(files[name]) for name in chosen if name in files}
    curves = {names[name]: each.whole_evaluations for name, each in followed.items() if each.whole_evaluations}
    if not curves:
        return
    left, right = st.columns(2)
    for column, measure in ((left, "loss"), (right, "accuracy")):
        with column:
            last = {name: getattr(each[-1], f"val_{measure}") for name, each in curves.items()}
            ends = "; ".join(f"{name} ends at {fixed(number, 3)}" for name, number in last.items())
            plot(compare_curves(curves, measure), key=f"train_compare_{measure}", alt=f"Validation {measure}: {ends}.")
    st.table(settings_table({names[name]: (files[name].info(), each) for name, each in followed.items()}))
    others = [name for name in followed if name != run.id]
    row = st.container(horizontal=True)
    for name in others:
        if row.button(f"Look at {names[name]}", key=f"train_show:{name}", disabled=run.active):
            open_run(name)
            st.rerun()


def titles(files: Mapping[str, RunFiles]) -> dict[str, str]:
    """Short names: the oldest is run 1."""
    found = {}
    for number, (name, each) in enumerate(reversed(list(files.items())), start=1):
        try:
            found[name] = f"Run {number}: {preset_of(each.info().config)}"
        except RunError:
            continue
    return dict(reversed(list(found.items())))


def settings_table(runs: Mapping[str, tuple[RunInfo, Followed]]) -> dict[str, list[str]]:
    """A column a setting, a row a run; a setting that is the same in all of them is left out."""
    columns: dict[str, list[str]] = {"Run": list(runs)}
    rows = [_settings(info.config) for info, _ in runs.values()]
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows]
        if len(set(values)) > 1 or len(rows) == 1:
            columns[name] = values
    best = [followed.best for _, followed in runs.values()]
    columns["Best validation"] = [percent(each.val_accuracy) if each else "none yet" for each in best]
    columns["at epoch"] = [whole(each.epoch) if each else "" for each in best]
    columns["Seconds"] = [fixed(each.steps[-1].seconds, 1) if each.steps else "" for _, each in runs.values()]
    return columns


def _settings(config: TrainConfig) -> dict[str, str]:
    model, changes = config.model, vars(config.augmentation)
    augmentation = ", ".join(name if value is True else f"{name} {value:g}" for name, value in changes.items() if value)
    parts = {} if model is None else {
        "Activation": model.activation, "Pooling": model.pooling, "Kernel": str(model.kernel),
        "Batch norm": "yes" if model.batch_norm else "no", "Dropout": f"{model.dropout:g}",
    }  # fmt: skip
    return {
        "Data": data_words(config.data), "Validation share": str(config.data.validation or "its own"),
        "Network": preset_of(config), **parts,
        "Optimiser": OPTIMISERS[config.optimiser].title, "Rate": f"{config.lr:g}", "Schedule": config.schedule,
        "Batch": str(config.batch_size), "Epochs": str(config.epochs),
        "First weights": FIRST_WEIGHTS[config.first_weights],
        "Weight decay": f"{config.weight_decay:g}", "Smoothing": f"{config.label_smoothing:g}",
        "Augmentation": augmentation or "none", "Seed": str(config.seed),
    }  # fmt: skip
