"""Fool it: follow the gradient with one's own photo until another class wins, and take the picture home."""

from functools import partial
from typing import Any

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.figures.cards import as_png, card
from imgcls.models.adversarial import (
    MOST_LEVELS,
    Way,
    as_pixels,
    compass,
    measured,
    most_pixels,
    noisy,
    predict,
    promises,
    repainted,
)  # fmt: skip
from imgcls.models.classify import Classifier, Prediction
from imgcls.models.device import on_device
from imgcls.models.quick import quick
from imgcls.numbers import percent, whole
from imgcls.plain import markdown
from imgcls.plain import words as plain_words
from imgcls.training.fooling import Fooled, Shown
from imgcls.ui.components.bars import bars
from imgcls.ui.components.picture import picture as picture_of
from imgcls.ui.components.words import words
from imgcls.ui.dataset.work import result_of
from imgcls.ui.hall import network_input
from imgcls.ui.memo import remember
from imgcls.ui.models import model_lines
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Dial, Numbers, stage

WAYS: dict[Way, str] = {"noise": "Small noise", "pixels": "Few pixels"}
LEVELS = Dial("fool_levels", "Levels of 255 by which every colour value moves", 0, MOST_LEVELS, 1, 2, digits=0)
BARS = 4


@st.fragment
def fool_part(classifier: Classifier, photo: Picture, prediction: Prediction) -> None:
    """One look at the gradient under the finger, or a worker that looks again after every step."""
    subject = (classifier.name, photo.digest)
    pixels = remember("fool_pixels", subject, lambda: as_pixels(classifier, network_input(classifier, photo)))
    now = remember("fool_now", subject, lambda: predict(classifier, pixels))
    order = [each.index for each in now.top(len(now.labels))]
    left, right = st.columns([0.5, 0.5], vertical_alignment="bottom")
    with left:
        way: Way = choose("What may change", WAYS, key="fool_way", labelled=True)
    names = {index: classifier.name_of(index) for index in order[1:]}
    if st.session_state.get("fool_target") not in names:
        st.session_state.pop("fool_target", None)
    target = right.selectbox(f"{classifier.name_of(order[0])} is to become", names, format_func=names.get,
                             key="fool_target")  # fmt: skip
    gradient = remember("fool_gradient", (*subject, target), lambda: compass(classifier, pixels, target, order[0]))
    _live(classifier, pixels, now, gradient, target, way)
    _search(classifier, photo, pixels, now, target, way)


def _live(classifier: Classifier, pixels: Tensor, now: Prediction, gradient: Tensor, target: int, way: Way) -> None:
    """One step along the gradient; how far is under the finger."""
    side = pixels.shape[1]
    dial = LEVELS if way == "noise" else Dial(
        "fool_pixels", "Pixels repainted, those first that promise most", 0, most_pixels(pixels), 1,
        side // 4, digits=0,
    )  # fmt: skip
    best = now.top(1)[0].index
    shown = list(dict.fromkeys([best, target, *(each.index for each in now.top(BARS))]))[:BARS]
    labels = [classifier.name_of(index) for index in shown]
    first = [float(now.probabilities[index]) for index in shown]
    change = partial(noisy, pixels, gradient)
    if way == "pixels":
        change = partial(repainted, pixels, promises(pixels, gradient))

    def picture(numbers: Numbers) -> dict[str, Any]:
        changed = change(int(numbers[dial.name]))
        # Noise is everywhere: while the dial moves a quarter of the pixels shows it as well.
        coarse = 2 if numbers.moved and pixels.shape[1] > 128 else 1
        after = "The photo with the change"
        if way == "pixels":  # few: those that are repainted travel alone
            shown_now = picture_of(
                _array(changed), alt=after, caption="after", over=_array(pixels), first=not numbers.moved
            )
        else:
            shown_now = picture_of(_array(changed)[::coarse, ::coarse], alt=after, caption="after")
        network = on_device(classifier)
        said = predict(quick(network) if numbers.moved else network, changed)
        result = measured(pixels, changed, said, 1, int(said.logits.argmax()) == target)
        top = said.top(1)[0]
        chances = [float(said.probabilities[index]) for index in shown]
        elements = {
            "fool_after": shown_now,
            "fool_bars": bars(labels, chances, before=first, label="The probabilities, and what they were"),
            "fool_words": words(_verdict(classifier, top.index, top.probability, best, target, result)),
        }
        if not numbers.moved:  # these stay as they are while the dial moves
            elements |= {
                "fool_before": picture_of(_array(pixels), alt="The photo as the network gets it", caption="before"),
                "fool_compass": picture_of(
                    _direction(gradient), alt="For every pixel the direction that helps the target",
                    caption="compass",
                ),
            }  # fmt: skip
        return elements | {"said": top.index, "probability": top.probability}

    live = stage(f"fool_{way}", [dial], picture)
    live.show(dial.name)
    left, right = st.columns([0.6, 0.4], gap="small")
    with left, st.container(key="three_abreast"):
        for column, name in zip(st.columns(3, gap="small"), ("fool_before", "fool_compass", "fool_after"), strict=True):
            with column:
                live.show(name)
    with left:
        st.caption("The compass is light where a brighter value helps, and dark where a darker one does.")
    with right:
        live.show("fool_bars")
    live.show("fool_words")
    _code(classifier, best, target, way, int(live.numbers[dial.name]), {
        "said": live["said"], "probability": live["probability"],
    })  # fmt: skip


def _verdict(classifier: Classifier, said: int, chance: float, best: int, target: int, result: Any) -> str:
    name, pixels = plain_words(classifier.name_of(said)), result.picture.shape[1] ** 2
    amount = (
        f"{whole(result.pixels)} of {whole(pixels)} pixels {'is' if result.pixels == 1 else 'are'} changed, by "
        f"{result.levels} of 255 levels at most. "
        if result.pixels else "Nothing is changed yet. "
    )  # fmt: skip
    if said == target:
        return f"{amount}**Fooled**: the network says **{name}**, {percent(chance)}."
    if said == best:
        return f"{amount}It still says **{name}**, {percent(chance)}."
    return f"{amount}It says **{name}**, {percent(chance)}: wrong, but not the class that was asked for."


def _search(classifier: Classifier, photo: Picture, pixels: Tensor, now: Prediction, target: int, way: Way) -> None:
    """The smallest change that a worker finds, looking at the gradient after each step."""
    what = "as little noise" if way == "noise" else "as few pixels"
    wanted = (classifier.name, photo.digest, target, way)
    if st.session_state.get("fool_wanted") != wanted:
        st.button(
            f"Search for {what} as possible, with a new gradient after every step", icon=":material/explore:",
            on_click=lambda: st.session_state.update(fool_wanted=wanted), key="fool:search",
        )  # fmt: skip
        return
    settings = {"name": classifier.name, "shown": Shown(photo.digest, _array(pixels)), "target": target, "way": way}
    found: Fooled | None = result_of("fool_search", "imgcls.training.fooling:fool", settings)
    if found is None:
        return
    said = predict(classifier, _tensor(found.picture)).top(1)[0]
    best = now.top(1)[0]
    amount = (
        f"{found.levels} of 255 levels"
        if way == "noise"
        else f"{whole(found.pixels)} of {whole(pixels.shape[1] ** 2)} pixels"
    )
    looks = f"{found.looks} look{'s' if found.looks > 1 else ''} at the gradient"
    name = markdown(classifier.name_of(said.index))
    if found.won:
        st.success(
            f"After {looks}, a change of **{amount}** is enough: it says **{name}**, {percent(said.probability)}."
        )
    else:
        st.info(
            f"After {looks} and {amount} it says {name}, {percent(said.probability)}. Choose a class that it "
            "finds more probable."
        )
    before = [f"{classifier.name_of(best.index)}", percent(best.probability)]
    after = [f"{classifier.name_of(said.index)}", percent(said.probability)]
    both = card([_array(pixels), found.picture], [before, after], f"{classifier.title}. Changed: {amount}.")
    left, right = st.columns([0.62, 0.38])
    left.image(both, alt=f"Before: {' '.join(before)}. After: {' '.join(after)}.")
    with right:
        st.download_button("Before and after (PNG)", both, "fooled-card.png", "image/png", on_click="ignore",
                           icon=":material/download:", key="fool:card")  # fmt: skip
        st.download_button("The changed picture alone (PNG)", as_png(found.picture), "fooled.png", "image/png",
                           on_click="ignore", icon=":material/download:", key="fool:picture")  # fmt: skip
        st.caption(
            "The picture is what goes into the network after resizing and cropping. Put it back in as your photo: it "
            "is resized and cropped once more. Does it still fool the network?"
        )


def _array(pixels: Tensor) -> np.ndarray:
    return pixels.permute(1, 2, 0).contiguous().numpy()


def _tensor(picture: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)


def _direction(gradient: Tensor) -> np.ndarray:
    """uint8 (S, S, 3): grey where the gradient is 0, the strongest values black and white."""
    limit = gradient.abs().flatten().quantile(0.99).clamp(min=1e-12)
    return _array(((gradient / limit).clamp(-1, 1) * 127 + 128).byte())


def _code(classifier: Classifier, best: int, target: int, way: Way, amount: int, shows: dict[str, float]) -> None:
    imports, expression = model_lines(classifier)
    if way == "noise":
        step = f"changed = (x + {amount} * gradient.sign()).clamp(0, 255).floor()"
    else:
        step = f"""goal = torch.where(gradient > 0, 255.0, torch.where(gradient < 0, 0.0, x))
gain = (gradient * (goal - x)).sum(0).flatten()  # what each pixel promises
chosen = torch.zeros(len(gain), dtype=torch.bool)
chosen[gain.argsort(descending=True, stable=True)[:{amount}]] = True
changed = torch.where(chosen.view(x.shape[1:]), goal, x)"""
    code = f"""import torch
from PIL import Image
{imports}
from imgcls.models.adversarial import as_pixels

network = {expression}
prepare = network.preprocess
x = as_pixels(network, prepare(Image.open("photo.png").convert("RGB"))).float()  # (3, S, S), 0 to 255
x.requires_grad_()
logits = network.module(prepare.normalise(x / 255)[None])[0]
(gradient,) = torch.autograd.grad(logits[{target}] - logits[{best}], x)
x = x.detach()
{step}
with torch.inference_mode():
    probabilities = network.module(prepare.normalise(changed / 255)[None])[0].softmax(0)
said = probabilities.argmax()
probability = probabilities.max()
"""
    code_panel(
        code, shows, functions=(compass, noisy if way == "noise" else repainted), photo=True, key="classify_fool"
    )
