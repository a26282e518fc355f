"""Normalising: every number minus a mean, divided by a standard deviation; what a network then takes it for."""

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from imgcls.data.samples import SAMPLES, load_sample
from imgcls.figures.images import signed_levels
from imgcls.models.normalisation import Agreement, Numbers, Seen, agreement, scaled, seen_with, top_answers
from imgcls.models.quick import quick
from imgcls.models.registry import load
from imgcls.numbers import bracketed, equation, fixed, percent
from imgcls.ops.tensors import IMAGENET, Normalised, channel_statistics, normalise, photo_tensor
from imgcls.ui.components.chart import charts
from imgcls.ui.components.map_table import MapRow, map_table
from imgcls.ui.components.words import table, words
from imgcls.ui.hall import classify_photo
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Dial, stage
from imgcls.ui.stage import Numbers as Moved
from imgcls.ui.tensors.histogram_chart import COLOURS, moved_histograms

WAYS = ("one number for all", "ImageNet's", "this photo's own", "not divided by 255")
FIXED: Mapping[str, tuple[Numbers, Numbers]] = {
    "ImageNet's": IMAGENET,
    "not divided by 255": ((0.0,) * 3, (1 / 255,) * 3),
}
SIDE = 256  # pixels: enough for a histogram, quick enough for a drag
SHOWN = 104  # CSS pixels of a picture
DIALS = (
    Dial("tensors_mean", "mean", 0.0, 1.0, 0.01, 0.1),  # not its own: what is wrong is to be seen
    Dial("tensors_std", "standard deviation", 0.1, 1.0, 0.01, 0.5),
)


@st.fragment
def normalise_part() -> None:
    """Two dials, or known numbers; the pictures, the network's answer and the histogram follow."""
    way = choose("Mean and standard deviation", WAYS, key="tensors_way")
    photo, network = current_photo(), load()
    small: Tensor = remember("tensors_small", photo.digest, lambda: _small(photo.image))
    pixels: Tensor = remember("tensors_pixels", photo.digest, lambda: scaled(network, photo.image))
    known: Normalised = remember("tensors_known", photo.digest, lambda: normalise(small, *IMAGENET))
    right = _bytes(pixels), *_channels(network.preprocess(photo.image)[0])
    own = classify_photo(network, photo).top(1)[0]
    own_words = f"**{network.name_of(own.index)}**, {percent(own.probability)}"

    def picture(moved: Moved) -> dict[str, Any]:
        if way == "this photo's own":
            mean, std = channel_statistics(small)
        else:
            mean, std = FIXED.get(way) or ((moved["tensors_mean"],) * 3, (moved["tensors_std"],) * 3)
        made = normalise(small, mean, std, known=known)
        seen = seen_with(quick(network) if moved.moved else network, pixels, mean, std)
        first, *others = seen.prediction.top(3)
        answer = (
            f"{network.title} says **{network.name_of(first.index)}**, **{percent(first.probability)}**, then "
            + " and ".join(f"{network.name_of(each.index)}, {percent(each.probability)}" for each in others)
            + f". With the 0.5 and 0.5 of its training it says {own_words}."
        )
        return {
            "tensors_pictures": _pictures(right, seen, first=not moved.moved),
            "tensors_answer": words(answer),
            "tensors_histogram": charts(moved_histograms(made)),
            "tensors_worked": words("\n\n".join(_told(made, seen))),
            "made": made,
            "top": first.probability,
        }

    live = stage("tensors_normalise", DIALS if way == WAYS[0] else (), picture)
    if way == WAYS[0]:
        for column, dial in zip(st.columns(2, gap="medium"), DIALS, strict=True):
            with column:
                live.show(dial.name)
    left, beside = st.columns([1.7, 1], gap="medium")
    with left:
        live.show("tensors_pictures", "tensors_answer")
    with beside:
        live.show("tensors_histogram")
    live.show("tensors_worked")
    _code(live["made"], live["top"])


@st.fragment
def over_the_samples() -> None:
    """How often the answer stays the same under other normalisations: asked for once, then there for everybody."""
    name, count = load().title, len(_shown_samples())
    st.header(f"The {count} photos and large drawings of this app", anchor=False)
    asked = _agreements.cache_info().currsize or st.button(
        f"Ask {name} about all of them, normalised in {len(COMPARED)} ways", icon=":material/play_arrow:",
        key="tensors_ask",
    )  # fmt: skip
    if not asked:
        return
    with st.spinner("Asking …"), _turn:  # one measurement at a time: who comes second finds it done
        found = _agreements()
    rows = [["normalised with", f"same answer, of {count}", "mean confidence"]]
    rows += [[way, str(each.kept), f"{percent(each.confidence, 0)}"] for way, each in found.items()]
    table(rows, key="tensors_agreement")
    st.markdown(summary(found))


def summary(found: Mapping[str, Agreement]) -> str:
    """What the table says; every word of it is tested on the samples."""
    lost = {way: each.count - each.kept for way, each in found.items()}
    return (
        f"A normalisation that is nearly right costs some answers: ImageNet's {lost[IMAGENETS]} of "
        f"{found[IMAGENETS].count} here. Forgetting to divide by 255 costs {lost[UNDIVIDED]}, and no error tells you."
    )


IMAGENETS, UNDIVIDED = "ImageNet's mean and std", "0 and 1, but not divided by 255"
COMPARED: Mapping[str, Callable[[Tensor], tuple[Numbers, Numbers]]] = {
    "0.5 and 0.5, its own": lambda _: ((0.5,) * 3, (0.5,) * 3),
    IMAGENETS: lambda _: IMAGENET,
    "0 and 1: divided by 255 alone": lambda _: ((0.0,) * 3, (1.0,) * 3),
    "each photo's own": lambda pixels: channel_statistics((255 * pixels).round().byte()),
    UNDIVIDED: lambda _: FIXED["not divided by 255"],
}


def _shown_samples() -> list[str]:
    return [slug for slug in SAMPLES if not slug.startswith("small-")]


_turn = threading.Lock()


@cache
def _agreements() -> dict[str, Agreement]:
    network = load()
    pixels = [scaled(network, load_sample(slug).image) for slug in _shown_samples()]
    answers = {way: top_answers(network, pixels, numbers_of) for way, numbers_of in COMPARED.items()}
    own = next(iter(answers.values()))
    return {way: agreement(own, other) for way, other in answers.items()}


def _small(image: Image.Image) -> Tensor:
    small = image.copy()
    small.thumbnail((SIDE, SIDE))
    return photo_tensor(small).contiguous()


def _pictures(right: Sequence[np.ndarray], seen: Seen, *, first: bool) -> Any:
    """The channels as they go in, and the photo that the network takes them for: as trained, and with these numbers.

    Not the `first` row while a hand moves: it stays as it is.
    """
    return map_table(
        [
            MapRow("as in training", [*right[1:], right[0]] if first else [], stays=not first),
            MapRow("with these numbers", [*_channels(seen.inputs), _bytes(seen.looks_like)]),
        ],
        [*COLOURS, "what it sees"],
        quantity="activation",
        side=SHOWN,
        alt="Your photo's channels after normalising, red below 0 and blue above, and the photo that the network sees",
    )


def _channels(inputs: Tensor) -> list[np.ndarray]:
    """(3, S, S) after normalising as three small pictures: 0 is white, 2 and more the darkest blue."""
    small = F.interpolate(inputs[None], (SHOWN, SHOWN), mode="area")[0]
    return [np.asarray(each) for each in signed_levels(small, 2.0)]


def _bytes(pixels: Tensor) -> np.ndarray:
    """(3, S, S) in 0..1 as a small uint8 (h, w, 3)."""
    small = F.interpolate(pixels[None], (SHOWN, SHOWN), mode="area")[0]
    return (255 * small).round().byte().permute(1, 2, 0).contiguous().numpy()


def _told(made: Normalised, seen: Seen) -> list[str]:
    """One pixel worked out, what the channels are like afterwards, and what no photo could be."""
    before, after = (pair.tolist() for pair in made.pixel)
    channels = zip(COLOURS, before, made.mean, made.std, after, strict=True)
    pixel = ";  ".join(f"{name} {_standardised(*numbers)}" for name, *numbers in channels)
    means, stds = (", ".join(fixed(value, 2) for value in pair[1].tolist()) for pair in (made.means, made.stds))
    channels = f"Afterwards the channels have means {means} and standard deviations {stds}."
    if made.beyond > 0.005:
        channels += f" {percent(made.beyond, 0)} of the numbers lie beyond the axis, and are counted at its ends."
    if seen.beyond > 0.005:
        channels += f" To the network {percent(seen.beyond, 0)} of them are darker than black or brighter than white."
    return [f"The middle pixel: {pixel}", channels]


def _standardised(before: float, mean: float, std: float, after: float) -> str:
    shown = equation((before, mean, std), lambda x, m, s: (x - m) / s, after, digits=3)
    x, m, s = shown.operands
    return f"({x} − {bracketed(m)}) / {s} {shown.sign} {shown.result}"


def _code(made: Normalised, top: float) -> None:
    code_panel(
        f"""
        import numpy as np
        import torch
        from PIL import Image

        from imgcls.models.normalisation import scaled, seen_with
        from imgcls.models.registry import load

        image = Image.open("photo.png").convert("RGB")
        small = image.copy()
        small.thumbnail(({SIDE}, {SIDE}))
        photo = torch.from_numpy(np.array(small)).permute(2, 0, 1).float() / 255  # (3, H, W), 0 to 1
        mean = torch.tensor({list(made.mean)})[:, None, None]          # (3, 1, 1): broadcast over H, W
        std = torch.tensor({list(made.std)})[:, None, None]
        normalised = (photo - mean) / std
        means = normalised.mean((1, 2)).tolist()
        stds = normalised.std((1, 2), correction=0).tolist()
        network = load()
        seen = seen_with(network, scaled(network, image), {tuple(made.mean)}, {tuple(made.std)})
        top = seen.prediction.top(1)[0].probability
        """,
        {"means": made.means[1].tolist(), "stds": made.stds[1].tolist(), "top": top},
        functions=(normalise, seen_with),
        photo=True,
        key="normalise",
    )
