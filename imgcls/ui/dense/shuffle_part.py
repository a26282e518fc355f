"""A part of the dense lesson: what a fixed permutation of all pixels does to a dense network and to a CNN."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
import torch

from imgcls.data.drawn.tiny_breeds import BREEDS
from imgcls.figures.dense import shuffle_curves
from imgcls.numbers import fixed, percent, written
from imgcls.ops.dense import neighbour_difference, neuron, random_weights
from imgcls.training.experiments import SIDE, RaceEpoch, drawn_breeds, on_the_way, pixel_permutation, shuffle_pixels
from imgcls.ui.components.picture import picture
from imgcls.ui.components.plot import plot
from imgcls.ui.experiment import experiment
from imgcls.ui.memo import remember
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

ZOOM = 4
EXAMPLES = 4
MIXED = Dial("dense_mixed", "share of the pixels that have moved", 0.0, 1.0, 0.01, 1.0)


def shuffle_part() -> None:
    """The pictures before and after, and the race."""
    left, right = st.columns([0.38, 0.62], gap="medium")
    with left:
        seed, inputs, shuffled = _pictures()
    with right:
        per_breed = st.select_slider(
            "Pictures of each breed",
            [20, 40, 80],
            80,
            key="dense_pictures",
            bind="query-params",
            persist_state="session",
        )
        settings = {"per_breed": per_breed, "seed": seed}
        experiment("Race", "imgcls.training.experiments:shuffle_race", settings, _show, key="dense_race")
    _panel(inputs, shuffled, seed)


def _pictures() -> tuple[int, torch.Tensor, torch.Tensor]:
    """The seed, and a drawing of each breed before and after its pixels moved: (6, 3, SIDE, SIDE) in -1..1."""
    above = st.container()
    seed = st.number_input("Seed", 0, 999, 0, key="dense_shuffle_seed", bind="query-params", persist_state="session")
    inputs = remember("dense_samples", seed, lambda: drawn_breeds(1, seed)[0])
    with above:
        _moved(inputs, seed)
    return seed, inputs, shuffle_pixels(inputs, pixel_permutation(seed))


@st.fragment
def _moved(inputs: torch.Tensor, seed: int) -> None:
    """The drawings while more and more of their pixels move to where the permutation sends them."""
    order, before = pixel_permutation(seed), neighbour_difference((inputs + 1) / 2)
    shown = ", ".join(list(BREEDS)[:EXAMPLES])

    def drawn(numbers: Numbers) -> dict[str, Any]:
        share = numbers[MIXED.name]
        mixed = shuffle_pixels(inputs, on_the_way(order, share))
        after = neighbour_difference((mixed + 1) / 2)
        caption = (
            f"{shown} and {len(BREEDS) - EXAMPLES} more; below, {'all' if share == 1 else percent(share, 0)} of their "
            "pixels moved by one fixed permutation. "
            f"Neighbours now differ by {fixed(after, 3)} of the range, before by {fixed(before, 3)}. Nothing else has "
            "changed."
        )
        alt = f"Small drawings of {shown}, and below each the same pixels in another order."
        return {"dense_sheet": picture(_sheet(inputs[:EXAMPLES], mixed[:EXAMPLES]), alt=alt, caption=caption)}

    stage("dense_shuffled", [MIXED], drawn).show("dense_sheet", MIXED.name)


def _show(epochs: Sequence[RaceEpoch]) -> None:
    plot(shuffle_curves(epochs, height=290), key="dense_race_curves", alt=_verdict(epochs[-1]).replace("*", ""))
    st.markdown(_verdict(epochs[-1]))


def _verdict(last: RaceEpoch) -> str:
    score = last.val_accuracy
    return (
        f"After epoch {last.epoch} of {last.of}, on new drawings: the dense network is right "
        f"**{percent(score['dense'], 0)}** of the time, and **{percent(score['dense, shuffled'], 0)}** with shuffled "
        f"pixels. The CNN is right **{percent(score['CNN'], 0)}** of the time, and "
        f"**{percent(score['CNN, shuffled'], 0)}** with shuffled pixels. Guessing is right "
        f"{percent(1 / len(BREEDS), 0)} of the time."
    )


def _sheet(inputs: torch.Tensor, shuffled: torch.Tensor) -> np.ndarray:
    """Two rows of pictures (N, 3, S, S) in -1..1 as one enlarged uint8 picture."""
    rows = []
    for pictures in (inputs, shuffled):
        tiles = ((pictures + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
        tiles = tiles.repeat(ZOOM, 1).repeat(ZOOM, 2)
        framed = np.pad(tiles, ((0, 0), (2, 2), (4, 4), (0, 0)), constant_values=125)
        rows.append(np.concatenate(framed, axis=1))
    return np.concatenate(rows)


def _panel(inputs: torch.Tensor, shuffled: torch.Tensor, seed: int) -> None:
    """Why a dense layer cannot notice: with its weights in the same order it gives the same sum."""
    weights = random_weights(3, SIDE, seed)
    moved = shuffle_pixels(weights[None], pixel_permutation(seed))[0]
    plain, mixed = neuron(inputs[0], weights).output, neuron(shuffled[0], moved).output
    st.markdown(
        "A dense layer has a separate weight at every position. Reorder the weights in the same way, and the sum is "
        f"the same: **{written(plain)}** before, **{written(mixed)}** after, for a random neuron and the first "
        "picture. A kernel looks at neighbours, and in shuffled pictures these are others. What will that do to the "
        "four networks? Make your guess, then race."
    )
    breed = next(iter(BREEDS))
    code = f"""
    import torch
    from imgcls.data.drawn.tiny_scene import Difficulty
    from imgcls.data.drawn.tiny_set import drawn_animals

    picture = torch.from_numpy(drawn_animals("{breed}", 1, {seed}, Difficulty.level(0.5), {SIDE})[0])
    x = (picture.permute(2, 0, 1) / 127.5 - 1).flatten(1)  # (3, {SIDE * SIDE})
    order = torch.randperm({SIDE * SIDE}, generator=torch.Generator().manual_seed({seed}))
    bound = x.numel() ** -0.5
    w = torch.empty(x.shape).uniform_(-bound, bound, generator=torch.Generator().manual_seed({seed}))
    before = (w * x).sum().item()
    after = (w[:, order] * x[:, order]).sum().item()
    """
    functions = (pixel_permutation, shuffle_pixels, neuron)
    code_panel(code, {"before": plain, "after": mixed}, functions=functions, key="dense_shuffle")
