"""What the canvas asks for while the student looks around: the overview, how a map is made, how a logit is made."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from imgcls.figures.images import signed_levels
from imgcls.models.ablation import WhatIf, moved
from imgcls.models.evidence import Evidence, evidence
from imgcls.models.graph import Column, Graph
from imgcls.models.influence import Backward, order_of_maps
from imgcls.models.occlusion import covered
from imgcls.models.trace import Trace
from imgcls.models.unit import mean_contributions
from imgcls.numbers import sides
from imgcls.ops.convolution import signed_limit
from imgcls.ui.network import details
from imgcls.ui.network.look import Look
from imgcls.ui.network.state import ORDERS, change_of, class_of
from imgcls.ui.packet import pack

ROWS = 10
"""Maps of a column on one page."""
SIDE = 64
"""A map in the overview has at most this many rows; larger ones are averaged down by a whole number."""
DRAFT_SIDE = 32
"""The same while a hand moves: in a hall it is the radio that all share, and a quarter of the bytes do as well."""
TAIL = 160
"""Numbers of the last row before the dense layer in the picture; more are averaged down."""
_TAILS = {"flatten": "flatten", "mean": "average"}
INPUT = ("red", "green", "blue")


def answerer(look: Look) -> Callable[[Mapping[str, Any]], bytes]:
    """What `imgcls.ui.live` asks: {"want": "overview" | "map" | "class", ...} -> packet."""
    wants = {"overview": overview, "map": details.map_packet, "class": details.class_packet}

    def answer(question: Mapping[str, Any]) -> bytes:
        if question.get("want") not in wants:
            raise ValueError("Ask for an overview, a map or a class.")
        if question["want"] == "overview":
            return overview(look, question)
        try:
            return wants[question["want"]](look, question)
        except ValueError as trouble:  # not every map comes from a convolution
            return pack({"sentence": str(trouble)})

    return answer


def first_overview(look: Look, mode: str, state: Mapping[str, str]) -> bytes:
    """The overview that the canvas would ask for first, on a new photo or in a new mode."""
    change = state if mode == "what if" else {}
    question = {"change": change, "order": state.get("order", ORDERS[0]), "class": state.get("class")}
    return overview(look, question | {"gradient": mode == "backwards", "layer": state.get("layer")})


def overview(look: Look, question: Mapping[str, Any]) -> bytes:
    """Every column's maps (one page of each), the edges between them, and the bars; of gradients with "gradient"."""
    graph = look.graph
    change = change_of(graph, question.get("change") or {})
    now = look.changed(change)
    order = question.get("order", ORDERS[0])
    if order not in ORDERS:
        raise ValueError(f"There is no order {order!r}.")
    chosen = class_of(graph, question["class"]) if question.get("class") not in (None, "") else look.best
    gradient, side = bool(question.get("gradient")), DRAFT_SIDE if question.get("draft") else SIDE
    backs = look.backward(chosen) if gradient or order == "influence" else None
    pages = question.get("pages") or {}
    columns, arrays, shown = [], {}, {}
    for place, column in enumerate(graph.columns[:-1]):
        maps = backs.gradients[column.name] if gradient else now.output(column.step)
        channels, page, count = _page(look, column, order, backs, int(pages.get(str(place), 0)))
        shown[place] = channels
        columns.append(_column(graph, column, maps, channels, page, count, backs))
        arrays[f"maps{place}"], arrays[f"stats{place}"] = _tiles(maps[channels], side)
        if place:
            link, weights = _links(now, place, shown[place - 1], channels)
            columns[-1]["link"] = link
            if weights is not None:
                arrays[f"edges{place}"] = weights.numpy()
                columns[-1]["strongest"] = weights.abs().argmax(dim=1).tolist()
    listed = look.listed()
    if chosen not in listed:
        listed.append(chosen)
    best = int(now.logits.argmax())
    if best not in listed:
        listed.append(best)
    columns.append(_logits(graph, now, listed))
    if (votes := _votes(now, listed, shown)) is not None:
        arrays["votes"] = votes
    tail = _tail(now)
    if tail is not None:
        arrays["tail"] = tail.pop("values")
    fields = {
        "tail": tail, "columns": columns,
        "classes": [_bar(look, now, index) for index in listed],
        "chosen": chosen, "best": best, "changed": change != WhatIf(), "gradient": gradient,
        "total": sum(column.parameters for column in graph.columns), "side": graph.steps[0].shape[1],
    }  # fmt: skip
    if gradient and (place := int(question.get("layer") or len(graph.columns) - 2)) < len(graph.columns) - 1:
        cam = backs.grad_cam(graph.columns[place])
        fields |= {"layer": place, "cam": cam.sentence if cam.is_empty else ""}
        arrays["cam"] = (cam.heatmap * 255).round().to(torch.uint8).numpy()
    return pack(fields, photo=_photo(look, change), **arrays)


def _page(look: Look, column: Column, order: str, backs: Backward | None, page: int) -> tuple[list[int], int, int]:
    """Channels on the page, the page as it is possible, and how many pages there are."""
    count = -(-column.shape[0] // ROWS)
    page = min(max(page, 0), count - 1)
    if order == "channel" or column.step == 0:
        channels = range(column.shape[0])
    else:
        # Always of the unchanged photo: the maps stay where they are while something is switched off.
        channels = order_of_maps(look.trace, column, backs if order == "influence" else None).tolist()
    return list(channels[page * ROWS : (page + 1) * ROWS]), page, count


def _column(
    graph: Graph, column: Column, maps: Tensor, channels: list[int], page: int, count: int, backs: Backward | None
) -> dict[str, Any]:
    channel, height, width = column.shape
    seen = graph.steps[column.step].receptive
    return {
        "title": column.title, "step": column.step, "kind": graph.steps[column.step].kind,
        "shape": sides(channel, height, width), "maps": channel, "size": sides(height, width),
        "parameters": column.parameters, "channels": channels, "page": page, "pages": count, "rows": height,
        "limit": signed_limit(maps),
        "seen": [seen.size, seen.jump, seen.first] if seen else None,
        "names": list(INPUT) if column.step == 0 else [],
        "influence": backs.influence(column.name)[channels].tolist() if backs else [],
    }  # fmt: skip


def _tiles(maps: Tensor, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Maps (n, H, W) as palette places uint8 (n, h, w), each within its own limit, and their (n, 4) numbers: that
    limit, the smallest, the largest and the mean value."""
    largest = maps.abs().amax(dim=(1, 2))
    numbers = torch.stack([largest, maps.amin(dim=(1, 2)), maps.amax(dim=(1, 2)), maps.mean(dim=(1, 2))], dim=1)
    step = -(-maps.shape[-1] // side)
    small = F.avg_pool2d(maps[None], step, ceil_mode=True)[0] if step > 1 else maps
    limit = largest.clamp(min=1e-12)[:, None, None]
    return signed_levels(small, limit), numbers.numpy().astype(np.float32)


def _links(now: Trace, place: int, before: list[int], channels: list[int]) -> tuple[str, Tensor | None]:
    """How a column follows from the one before: by a sum ("sum", with each map's share in the mean of each other),
    map by map ("same"), or through several layers ("through")."""
    graph = now.graph
    step, source = graph.steps[graph.columns[place].step], graph.columns[place - 1].step
    if step.inputs != (source,):
        return "through", None
    if step.kind == "convolution":
        return "sum", mean_contributions(now, step.index)[channels][:, before].float().contiguous()
    return ("same", None) if step.shape[0] == graph.columns[place - 1].shape[0] else ("through", None)


def _votes(now: Trace, listed: list[int], shown: Mapping[int, list[int]]) -> np.ndarray | None:
    """What each map of the last column shown says for each class: float32 (classes, n)."""
    column = now.graph.columns[-2]
    found: list[Evidence] = []
    for index in listed:
        try:
            found.append(evidence(now, index))
        except ValueError:
            return None
    if found[0].source != column.step:
        return None
    return torch.stack([each.by_channel[shown[len(now.graph.columns) - 2]] for each in found]).numpy()


def _logits(graph: Graph, now: Trace, listed: list[int]) -> dict[str, Any]:
    column = graph.columns[-1]
    return {"title": "softmax", "shape": f"{column.shape[0]}", "parameters": column.parameters, "step": column.step}


def _tail(now: Trace) -> dict[str, Any] | None:
    """What lies between the last maps and the logits: one row of numbers, and a dense layer that weighs them.

    `values` float32 (1, n, 1), n at most TAIL, are those numbers, neighbours averaged. None without a dense layer.
    """
    graph = now.graph
    step = graph.steps[-1]
    while step.kind in ("scale", "nothing"):
        step = graph.steps[step.inputs[0]]
    if not isinstance(step.module, nn.Linear):
        return None
    source = graph.steps[step.inputs[0]]
    while source.kind == "nothing":  # dropout, which lets everything pass
        source = graph.steps[source.inputs[0]]
    numbers = now.output(source.index).flatten()
    few = F.adaptive_avg_pool1d(numbers[None], TAIL)[0] if len(numbers) > TAIL else numbers
    return {
        "title": _TAILS.get(source.kind, "hidden"), "count": len(numbers), "outputs": step.module.out_features,
        "parameters": sum(each.numel() for each in step.module.parameters()), "from": graph.columns[-2].shape[0],
        "values": few.view(1, -1, 1).contiguous().numpy(),
    }  # fmt: skip


def _bar(look: Look, now: Trace, index: int) -> dict[str, Any]:
    return {
        "index": index, "label": look.graph.classifier.name_of(index),
        "logit": float(now.logits[index]), "probability": float(now.probabilities[index]),
        "before": float(look.trace.probabilities[index]),
    }  # fmt: skip


def _photo(look: Look, change: WhatIf) -> np.ndarray:
    """What the network gets, as uint8 (s, s, 3), at most 128 rows."""
    recipe = look.graph.classifier.preprocess
    picture = moved(look.inputs, *change.shift)
    if change.patch:
        x, y, size = change.patch
        picture = covered(look.graph.classifier, picture, [(x, y)], size)
    step = -(-picture.shape[-1] // 128)
    mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (recipe.mean, recipe.std))
    pixels = F.avg_pool2d(picture, step)[0] * std + mean
    return (pixels * 255).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
