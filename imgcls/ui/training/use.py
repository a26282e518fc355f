"""A trained network at work: its answer for the current photo, the way to the other lessons, and its files."""

import streamlit as st

from imgcls.data.datasets import DatasetError, prepare
from imgcls.figures.bars import probability_bars
from imgcls.models.classify import Classifier, classify, confidence_words
from imgcls.models.labels import display_name
from imgcls.ops.softmax import softmax
from imgcls.training.config import DataChoice
from imgcls.training.onnx import OnnxError, to_onnx
from imgcls.training.runs import RunError
from imgcls.training.script import training_pictures, training_script
from imgcls.training.trained import load_trained, weights_file
from imgcls.ui.components.plot import plot
from imgcls.ui.models import run_title
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel
from imgcls.ui.training.run import PageRun

BARS = 6


def use(run: PageRun) -> None:
    """Everything there is to do with a run that has weights."""
    try:
        classifier = load_trained(run.files.folder)
    except RunError as trouble:
        st.caption(str(trouble))
        return
    left, right = st.columns([0.5, 0.5], gap="medium")
    with left:
        _answer(classifier)
        if best := run.followed.best:
            st.caption(
                f"As it was at its best validation accuracy, **{best.val_accuracy:.1%}** after epoch {best.epoch:g}."
            )
    with right:
        _ways_on(run)
        _downloads(run, classifier)
    _code(run, classifier)


def _answer(classifier: Classifier) -> None:
    photo = current_photo()
    prediction = classify(classifier, photo.image)
    top = prediction.top(BARS)
    names, chances = [display_name(each.label) for each in top], [each.probability for each in top]
    st.markdown("**Your photo, seen by the network you have trained**")
    told = "; ".join(f"{name} {chance:.1%}" for name, chance in zip(names, chances, strict=True))
    plot(probability_bars(names, chances), key="train_photo", alt=told)
    st.markdown(f"**{names[0]}**: {confidence_words(chances[0])}.")


def _ways_on(run: PageRun) -> None:
    pages = st.session_state.get("pages", {})
    st.markdown("**Use it in other lessons**")
    if "classify" in pages:
        st.page_link(
            pages["classify"], label="Classify with it: where does it look?", icon=":material/pets:",
            query_params={"classify_model": run_title(run.id, run.info)},
        )  # fmt: skip
    if "network" in pages:
        st.page_link(
            pages["network"], label="Look inside it", icon=":material/lan:", query_params={"net_model": f"run-{run.id}"}
        )


def _downloads(run: PageRun, classifier: Classifier) -> None:
    st.markdown("**Take it with you**")
    row = st.container(horizontal=True)
    folder, info = run.files.folder, run.info

    row.download_button(
        "Weights (.pt)", lambda: weights_file(classifier), f"{folder.name}.pt", on_click="ignore",
        icon=":material/download:", key="train_weights",
        help="A state dict for the plain network printed with the choices: torch.load(..., weights_only=True).",
    )  # fmt: skip
    try:
        model = to_onnx(classifier)
        row.download_button(
            "ONNX", model, f"{folder.name}.onnx", on_click="ignore", icon=":material/download:", key="train_onnx",
            help="Takes pictures (N, 3, S, S) from 0 to 1 and gives logits; its labels are in its metadata.",
        )  # fmt: skip
    except OnnxError as trouble:
        row.caption(str(trouble))
    mode = run.followed.started.mode if run.followed.started else _mode(run)
    try:
        script = training_script(info, mode)
    except ValueError as trouble:
        row.caption(str(trouble))
        return
    row.download_button(
        "Script (.py)", script, "train.py", "text/x-python", on_click="ignore", icon=":material/download:",
        key="train_script", help="This run in plain torch: it reads pictures.npz beside it and prints the same losses.",
    )  # fmt: skip
    row.download_button(
        "pictures.npz", lambda: _pictures(info.config.data, info.config.size), "pictures.npz", on_click="ignore",
        icon=":material/download:", key="train_pictures", help="What the script learns from: pictures, labels, split.",
    )  # fmt: skip


def _mode(run: PageRun) -> str:
    state = run.files.load_checkpoint() or {}
    return str(state.get("mode", "fp32"))


def _pictures(data: DataChoice, size: int) -> bytes:
    try:
        return training_pictures(prepare(data.open(size), data.task, size, data.validation, data.split_seed))
    except DatasetError as trouble:
        return str(trouble).encode()


def _code(run: PageRun, classifier: Classifier) -> None:
    prediction, side = classify(classifier, current_photo().image), classifier.preprocess.crop
    code = f"""
    import torch
    from PIL import Image
    from imgcls.training.runs import run_folder
    from imgcls.training.trained import load_trained

    network = load_trained(run_folder("{run.id}"))  # its weights, classes and preprocessing
    x = network.preprocess(Image.open("photo.png").convert("RGB"))  # (1, 3, {side}, {side})
    with torch.inference_mode():
        probabilities = network.module(x)[0].softmax(0).tolist()
    """
    shows = {"probabilities": prediction.probabilities.tolist()}
    code_panel(code, shows, functions=(load_trained, classify, softmax), photo=True, key="train_use")
