"""The validation pictures that are hardest for one of three judges."""

from contextlib import suppress
from pathlib import Path

import streamlit as st

from imgcls.data.sources import SOURCES
from imgcls.numbers import fixed, percent, whole
from imgcls.plain import markdown
from imgcls.training.config import DataChoice
from imgcls.training.hardest import Hardest, Judge, hardest
from imgcls.training.runs import RunError, list_runs
from imgcls.ui.components.thumbnails import picked_thumbnail, thumbnails
from imgcls.ui.dataset.album import Album, cached_album, recipe_of
from imgcls.ui.dataset.averages_part import opening
from imgcls.ui.dataset.detail import detail
from imgcls.ui.dataset.work import result_of
from imgcls.ui.shell import code_panel

JUDGES: dict[Judge, str] = {
    "linear": "a linear model",
    "features": "a linear model on learned features",
    "run": "your last network",
}
_EXPLAINED = {
    "linear": "a linear model that learned in seconds from the {learned} training pictures at 32 × 32 pixels",
    "features": "a linear model on the features that EfficientNet-Lite0, trained on ImageNet, computes for {learned} "
    "of the training pictures",
    "run": "the network that you trained last on this set, as it was at its best validation accuracy",
}
KEY = "data_hardest"


def hardest_part(choice: DataChoice) -> None:
    """Choose a judge; see what it gets most wrong."""
    judge: Judge = st.segmented_control(
        "Hard for", list(JUDGES), format_func=JUDGES.get, default="linear", required=True, key="data_judge",
        bind="query-params", persist_state="session",
    )  # fmt: skip
    run = ""
    if judge == "run":
        run = last_run(choice)
        if not run:
            st.info(
                "You have not trained a network on these pictures with this split yet: train one, then come back.",
                icon=":material/model_training:",
            )
            return
    album = cached_album(choice)
    if album is None:
        return
    settings = {
        "recipe": recipe_of(choice),
        "validation": choice.validation,
        "seed": choice.split_seed,
        "judge": judge,
        "run": run,
        "changed": changed(run),
    }
    found = result_of("data_hardest", "imgcls.training.picture_work:find_hardest", settings, quick=judge != "features")
    if found:
        _show(album, choice, judge, found)


def last_run(choice: DataChoice) -> str:
    """The folder of this session's newest run on the same pictures with the same split, "" if there is none."""
    mine = set(st.session_state.get("train_runs", ()))
    for files in list_runs() if mine else ():
        folder = str(files.folder)
        if files.folder.name in mine and changed(folder):
            with suppress(RunError):  # its settings are damaged
                if _same_pictures(files.info().config.data, choice):
                    return folder
    return ""


def _same_pictures(learned: DataChoice, choice: DataChoice) -> bool:
    """The network may have been trained at another size."""
    return vars(learned) | {"size": None} == vars(choice) | {"size": None}


def changed(folder: str) -> float:
    """When the weights of a run were last written; 0: never."""
    files = [Path(folder) / name for name in ("best.pt", "checkpoint.pt")] if folder else []
    return max((file.stat().st_mtime for file in files if file.is_file()), default=0.0)


def _show(album: Album, choice: DataChoice, judge: Judge, found: Hardest) -> None:
    classes = album.classes
    captions, names, wrong = [], [], []
    for number, place in enumerate(found.places):
        truth, said = classes[found.truth[number]], classes[found.said[number]]
        if found.truth[number] == found.said[number]:
            captions.append(f"✓ {said} {percent(found.p_said[number], 0)}")
        else:
            captions.append(f"✗ {said} {percent(found.p_said[number], 0)}, is {truth}")
            wrong.append(number)
        names.append(
            f"{album.names[place]}: {truth} {percent(found.p_truth[number])}, taken for {said} "
            f"{percent(found.p_said[number], 0)}"
        )
    told = (
        f"The judge is {_EXPLAINED[judge].format(learned=whole(found.learned))}. It gets "
        f"**{percent(found.accuracy)}** of "
        f"{whole(found.judged)} validation pictures right; these are the {len(found.places)} whose true class gets the "
        "lowest probability. Minus the logarithm of that probability is called the cross-entropy: a later lesson."
    )
    picked = picked_thumbnail(KEY, len(names), (choice, judge))
    left, right = st.columns([0.62, 0.38], gap="medium")
    with left:
        thumbnails(
            album.pictures(found.places), names, captions, wrong=wrong, key=KEY, side=86, height=470,
            picked=picked or 0, alt="The hardest validation pictures, the hardest first",
        )  # fmt: skip
    with right:
        number = picked or 0
        said, loss = markdown(classes[found.said[number]]), found.losses[number]
        note = f"taken for **{said}** ({percent(found.p_said[number], 0)}), at a cross-entropy of **{fixed(loss, 1)}**"
        detail(album, int(found.places[number]), choice, note)
    st.markdown(told)
    _code(album, choice, judge, found)


def _code(album: Album, choice: DataChoice, judge: Judge, found: Hardest) -> None:
    if judge == "run" or choice.source not in SOURCES:
        return
    recipe = recipe_of(choice)
    code = f"""{opening(choice, album)}
        from imgcls.training.hardest import hardest
        from imgcls.data.picture_cache import Recipe

        recipe = Recipe({", ".join(f"{name}={value!r}" for name, value in vars(recipe).items())})
        found = hardest(dataset, recipe, "{judge}")
        accuracy = found.accuracy
        """
    code_panel(code, {"accuracy": found.accuracy}, functions=(hardest,), key="data_hardest")
