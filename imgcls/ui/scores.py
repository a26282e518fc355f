"""What the lessons on logits share: class names, presets, the photo's own logits, and bars."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
import torch
from torch import Tensor

from imgcls.labels import display_name
from imgcls.models.classify import Prediction
from imgcls.models.registry import ModelUnavailable, load
from imgcls.numbers import percent, whole
from imgcls.ops.softmax import softmax
from imgcls.plain import markdown
from imgcls.ui.components.sliders import set_sliders
from imgcls.ui.hall import classify_photo
from imgcls.ui.photo import current_photo

LOW, HIGH = -10.0, 15.0
"""The logits that a slider can set; those of the default network lie within."""

BREEDS = (
    "Samoyed", "Dalmatian", "Rottweiler", "Beagle", "Pug", "Boxer", "Chow Chow", "Saluki", "Whippet", "Collie",
)  # fmt: skip


@dataclass(frozen=True)
class Preset:
    """Logits worth looking at, and the true class (counted from 0) where a lesson needs one."""

    logits: tuple[float, ...]
    true: int | None = None


def presets(prefix: str, table: Mapping[str, Preset], photo_classes: int = 5) -> None:
    """Buttons that set the sliders `<prefix>_logits`, one of them to the photo's own logits, and the classes' names.

    Where the presets name a true class, the photo's is its best one until the student says otherwise.
    """
    photo_true = 0 if any(preset.true is not None for preset in table.values()) else None
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for name, preset in table.items():
            st.button(name, key=f"{prefix}:{name}", on_click=_use, args=(prefix, preset))
        st.button(
            "Your photo",
            key=f"{prefix}:photo",
            icon=":material/pets:",
            on_click=_use_photo,
            args=(prefix, photo_classes, photo_true),
            help=f"The {photo_classes} largest of the 1,000 logits that the network gives your photo, to two decimals.",
        )
        with st.popover("Names"):
            st.text_input(
                "Names of the classes, separated by commas", ", ".join(BREEDS), key=f"{prefix}_names", max_chars=300,
                bind="query-params", persist_state="session",
            )  # fmt: skip
    if trouble := st.session_state.pop(f"{prefix}:trouble", None):
        st.error(markdown(trouble), icon=":material/pets:")


def _use(prefix: str, preset: Preset) -> None:
    set_sliders(f"{prefix}_logits", preset.logits, preset.true)


def _use_photo(prefix: str, count: int, true: int | None) -> None:
    try:
        top = photo_prediction().top(count)
    except ModelUnavailable as trouble:
        st.session_state[f"{prefix}:trouble"] = str(trouble)
        return
    logits = tuple(round(min(max(category.logit, LOW), HIGH), 2) for category in top)
    st.session_state[f"{prefix}_names"] = ", ".join(display_name(category.label) for category in top)
    st.session_state[f"{prefix}:photo_logits"] = (current_photo().digest, logits)
    set_sliders(f"{prefix}_logits", logits, true)


def photo_note(prefix: str, logits: tuple[float, ...]) -> None:
    """While the sliders stand at the photo's own logits: how much the same class gets among all of the network's."""
    if st.session_state.get(f"{prefix}:photo_logits") != (current_photo().digest, logits):
        return
    prediction = photo_prediction()
    best = prediction.top(1)[0]
    here = float(softmax(torch.tensor(logits, dtype=torch.float64))[0])
    name = markdown(display_name(best.label))
    st.markdown(
        f":material/pets: Only the {len(logits)} largest of your photo's {whole(len(prediction.labels))} logits are "
        f"here, and the others get nothing. So {name} starts at **{percent(here)}** here, and at "
        f"**{percent(best.probability)}** in the whole network, as on the other pages."
    )


def photo_prediction() -> Prediction:
    """What the default network says about the current photo.

    Raises:
        ModelUnavailable: the network's weights are not there.
    """
    return classify_photo(load(), current_photo())


def class_names(prefix: str, count: int) -> list[str]:
    """The first `count` names that the student gave, "class 4" where one is missing."""
    given = [name.strip()[:40] for name in st.session_state.get(f"{prefix}_names", ", ".join(BREEDS)).split(",")]
    return [given[i] if i < len(given) and given[i] else f"class {i + 1}" for i in range(count)]


def including(grid: Tensor, *points: float) -> Tensor:
    """The points of a curve's axis (N,), sorted, with `points` among them: where a curve is to carry a dot."""
    return torch.cat([grid, torch.tensor(points, dtype=grid.dtype)]).unique()


def lengths(numbers: Sequence[float]) -> list[float]:
    """Bar lengths relative to the largest size; 0 where there is no finite number."""
    finite = [abs(number) for number in numbers if math.isfinite(number)]
    top = max(finite, default=0.0) or 1.0
    return [number / top if math.isfinite(number) else 0.0 for number in numbers]
