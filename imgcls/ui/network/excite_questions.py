"""What the page on the whole network asks about pictures that are grown to excite a map."""

from functools import cache

import numpy as np
import torch

from imgcls.data.pictures import Picture
from imgcls.models.excite import bare, grow, maps_of
from imgcls.models.graph import Graph, graph_of
from imgcls.numbers import sides, written
from imgcls.training.trained import tinyvgg
from imgcls.ui.questions import Pick, Question

LAYERS = ("conv2_1", "conv2_2", "conv1_1")  # whose map each picture was grown for, in the order of the pictures
ASKED, CHANNEL = "conv2_2", 4
TINY = {"net_model": "tinyvgg"}


def _graph() -> Graph:
    return graph_of(tinyvgg())


def _step(layer: str) -> int:
    return _graph().column(f"layers.{layer}").step


@cache
def _grown(layer: str) -> np.ndarray:
    *_, last = grow(_graph(), _step(layer), CHANNEL)
    return last.picture


@cache
def _values() -> tuple[float, ...]:
    """What the map that is asked about reaches on each of the pictures."""
    graph, step = _graph(), bare(_graph(), _step(ASKED))
    with torch.inference_mode():
        pixels = [torch.from_numpy(_grown(layer)).permute(2, 0, 1)[None] / 255 for layer in LAYERS]
        return tuple(float(maps_of(graph, step, each)[0, CHANNEL].max()) for each in pixels)


def _why(photo: Picture, right: int) -> str:
    sees = {layer: _graph().steps[_step(layer)].receptive.size for layer in LAYERS}
    others = " and ".join(written(value, 3) for k, value in enumerate(_values()) if k != right)
    return (
        f"On it the map reaches **{written(_values()[right], 3)}**, on the other two {others}. One value of conv1_1 "
        f"sees {sides(sees['conv1_1'], sees['conv1_1'])} pixels: no larger form can matter to it. One value of {ASKED} "
        f"sees {sides(sees[ASKED], sees[ASKED])}."
    )


EXCITING = Question(
    "net-excites",
    "Forward",
    "Three pictures were grown out of noise. Each excites map "
    f"{CHANNEL} of one of TinyVGG's convolutions: of the **first**, the **third** or the **fourth**. Which of them was "
    "grown for the **fourth**, conv2_2?",
    Pick(lambda photo: [_grown(layer) for layer in LAYERS], tuple(f"grown for {layer}" for layer in LAYERS)),
    lambda photo: int(np.argmax(_values())),
    _why,
    at=TINY,
    then=TINY | {"net_map": f"8-{CHANNEL}", "net_excite": "true"},
)
