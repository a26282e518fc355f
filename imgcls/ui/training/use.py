"""A trained network at work: its answer for the current photo, the way to the other lessons, and its files."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import streamlit as st

from imgcls.data.datasets import DatasetError, prepare
from imgcls.labels import display_name
from imgcls.models.classify import Classifier, Prediction, classify
from imgcls.models.confidence import confidence_words
from imgcls.models.world import Distance
from imgcls.numbers import percent
from imgcls.ops.softmax import softmax
from imgcls.plain import markdown
from imgcls.training.config import DataChoice
from imgcls.training.onnx import OnnxError, to_onnx
from imgcls.training.runs import RunError
from imgcls.training.script import training_pictures, training_script
from imgcls.training.trained import load_trained, weights_file
from imgcls.ui.components.bars import bars
from imgcls.ui.distance import distance_note
from imgcls.ui.hall import distance_from
from imgcls.ui.memo import remember
from imgcls.ui.models import run_title
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel
from imgcls.ui.training.run import PageRun

BARS = 6
_KEPT = 8


@dataclass(frozen=True, eq=False)
class Kit:
    """A run's network with its files, as of one set of weights; a trouble is "" where there is none."""

    version: tuple[str, int]
    classifier: Classifier
    onnx: bytes
    onnx_trouble: str
    script: str
    script_trouble: str


_kits: OrderedDict[tuple[str, int], Kit] = OrderedDict()
_guard = threading.Lock()


def use(run: PageRun) -> None:
    """Everything there is to do with a run that has weights."""
    if run.unkept:
        st.caption("The server could not keep this run, so there are no weights to use.")
        return
    try:
        kit = kit_of(run)
    except RunError as trouble:
        st.caption(markdown(str(trouble)))
        return
    photo = current_photo()
    prediction = remember(
        "train_use", (kit.version, photo.digest), lambda: classify(kit.classifier, photo.image)
    )  # fmt: skip
    left, right = st.columns([0.5, 0.5], gap="medium")
    with left:
        _answer(prediction, distance_from(kit.classifier, photo))
        if best := run.followed.best:
            st.caption(
                f"This is the network at its best: **{percent(best.val_accuracy)}** of the validation pictures, after "
                f"epoch {best.epoch:g}. Keeping these weights rather than the last ones is called **early stopping**. "
                "Above it is as it was at the step of the timeline."
            )
    with right:
        _ways_on(run)
        _downloads(run, kit)
    _code(run, kit.classifier, prediction)


def kit_of(run: PageRun) -> Kit:
    """The network at its best, made once for all sessions whenever the run has saved better weights.

    Raises:
        RunError: it has no weights yet, or they cannot be used.
    """
    version = (run.id, _changed(run))
    with _guard:
        if version not in _kits:
            _kits[version] = _made(run, version)
            while len(_kits) > _KEPT:
                _kits.popitem(last=False)
        _kits.move_to_end(version)
        return _kits[version]


def _changed(run: PageRun) -> int:
    """When its weights were written; 0 if there are none."""
    for name in ("best.pt", "checkpoint.pt"):
        try:
            return (run.files.folder / name).stat().st_mtime_ns
        except OSError:
            continue
    return 0


def _made(run: PageRun, version: tuple[str, int]) -> Kit:
    classifier = load_trained(run.files.folder)
    onnx, onnx_trouble, script, script_trouble = b"", "", "", ""
    try:
        onnx = to_onnx(classifier)
    except OnnxError as trouble:
        onnx_trouble = str(trouble)
    try:
        script = training_script(run.info, run.followed.started.mode if run.followed.started else _mode(run))
    except ValueError as trouble:
        script_trouble = str(trouble)
    return Kit(version, classifier, onnx, onnx_trouble, script, script_trouble)


def _answer(prediction: Prediction, distance: Distance | None) -> None:
    top = prediction.top(BARS)
    names = [display_name(each.label, prediction.labels) for each in top]
    chances = [each.probability for each in top]
    st.markdown("**Your photo, seen by the network you have trained**")
    bars(names, chances, key="train_photo", label="The most probable classes of your photo")
    st.markdown(f"**{markdown(names[0])}**, {confidence_words(chances[0], top[0].index, distance)}.")
    distance_note(distance)


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


def _downloads(run: PageRun, kit: Kit) -> None:
    st.markdown("**Take it with you**")
    row = st.container(horizontal=True)
    folder, config = run.files.folder, run.info.config

    row.download_button(
        "Weights (.pt)", lambda: weights_file(kit.classifier), f"{folder.name}.pt", on_click="ignore",
        icon=":material/download:", key="train_weights",
        help="A state dict for the plain network printed with the choices: torch.load(..., weights_only=True).",
    )  # fmt: skip
    if kit.onnx_trouble:
        row.caption(markdown(kit.onnx_trouble))
    else:
        row.download_button(
            "ONNX", lambda: kit.onnx, f"{folder.name}.onnx", on_click="ignore", icon=":material/download:",
            key="train_onnx",
            help="Takes pictures (N, 3, S, S) from 0 to 1 and gives logits. Its metadata hold the labels and how to "
            "prepare a photo.",
        )  # fmt: skip
    if kit.script_trouble:
        row.caption(markdown(kit.script_trouble))
        return
    row.download_button(
        "Script (.py)", kit.script, "train.py", "text/x-python", on_click="ignore", icon=":material/download:",
        key="train_script", help="This run in plain torch: it reads pictures.npz beside it and prints the same losses.",
    )  # fmt: skip
    row.download_button(
        "pictures.npz", lambda: _pictures(config.data, config.size), "pictures.npz", on_click="ignore",
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


def _code(run: PageRun, classifier: Classifier, prediction: Prediction) -> None:
    side = classifier.preprocess.crop
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
