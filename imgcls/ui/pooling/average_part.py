"""Global average pooling: each of the last maps becomes one number, and where a feature lay no longer matters."""

from typing import Any

import streamlit as st
import torch
from torch import Tensor

from imgcls.figures.images import signed_levels
from imgcls.models.classify import Classifier
from imgcls.models.places import LastMaps, last_maps
from imgcls.models.registry import load
from imgcls.numbers import fixed, percent, whole
from imgcls.ops.pooling import global_average, shuffled_places
from imgcls.training.trained import tinyvgg
from imgcls.ui.components.map_table import MapRow, map_table
from imgcls.ui.components.words import words
from imgcls.ui.hall import network_input
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

ORDER = Dial("pool_order", "order of the positions (0: as they are)", 0, 20, 1, 0, 0)
SHOWN = 6  # maps that speak most for the answer
SIDE = 116


@st.fragment
def average_part() -> None:
    """The maps that speak most for the answer, their means, and the answer when all positions are shuffled."""
    network, tiny, photo = load(), tinyvgg(), current_photo()
    found: LastMaps = remember("pool_last", photo.digest, lambda: last_maps(network, network_input(network, photo)))
    best = found.prediction.top(1)[0]
    weights: Tensor = network.module.classifier.weight.detach()[best.index]
    bias = network.module.classifier.bias.detach()
    parts = weights * global_average(found.maps)
    most = parts.topk(SHOWN).indices
    limit = float(found.maps[most].abs().max())

    def picture(numbers: Numbers) -> dict[str, Any]:
        seed = numbers[ORDER.name]
        maps = shuffled_places(found.maps, seed) if seed else found.maps
        means = global_average(maps)
        logits = network.module.classifier.weight.detach() @ means + bias
        top = logits.softmax(0).max(0)
        other = last_maps(tiny, network_input(tiny, photo), seed or None).prediction.top(1)[0]
        return {
            "pool_averaged": _maps(maps, means, weights, most, limit),
            "pool_average_words": words(
                f"Each of the {whole(len(maps))} maps becomes **one number, its mean**. {network.title}'s last layer "
                f"sees only these, and says **{network.name_of(int(top.indices))}**, **{percent(float(top.values))}** "
                f"(logit {fixed(float(logits.max()), 3)}), whatever the order of the {maps[0].numel()} positions.\n\n"
                f"TinyVGG flattens its maps instead, so each position has weights of its own. In this order it says "
                f"**{tiny.name_of(other.index)}**, **{percent(other.probability)}**."
            ),
            "logit": float(logits.max()),
            "means": means[most].tolist(),
        }

    live = stage("pool_average_stage", [ORDER], picture)
    live.show()
    _code(network, live.numbers[ORDER.name], most, live["logit"], live["means"])


def _maps(maps: Tensor, means: Tensor, weights: Tensor, most: Tensor, limit: float) -> Any:
    tiles = [signed_levels(maps[k], limit) for k in most]
    texts = [f"mean **{fixed(float(means[k]), 2)}**, weight **{fixed(float(weights[k]), 2)}**" for k in most]
    return map_table(
        [MapRow("", tiles, texts=texts)],
        [f"map {int(k)}" for k in most],
        quantity="activation",
        side=SIDE,
        alt="The last maps that speak most for the answer, each with its mean and the weight of that mean",
    )


def _code(network: Classifier, seed: int, most: Tensor, logit: float, means: list[float]) -> None:
    shuffle = f"maps = shuffled_places(maps, {seed})\n" if seed else ""
    code = f"""
import torch
from PIL import Image

from imgcls.models.registry import load
from imgcls.ops.pooling import shuffled_places

network = load()
with torch.inference_mode():
    maps = network.module.features(network.preprocess(Image.open("photo.png").convert("RGB")))[0]
{shuffle}average = maps.mean(dim=(1, 2))        # {tuple(maps_shape(network))} -> (1280,)
head = network.module.classifier
logit = (head.weight @ average + head.bias).max().item()
means = average[{most.tolist()}].tolist()
"""
    shows = {"logit": logit, "means": means}
    code_panel(code, shows, functions=(global_average, shuffled_places, last_maps), photo=True, key="average")


def maps_shape(network: Classifier) -> torch.Size:
    """The shape of the network's last maps."""
    side = network.preprocess.crop // 32
    return torch.Size([network.module.classifier.in_features, side, side])
