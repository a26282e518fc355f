"""What moves in the overview while a hand covers or shifts the photo, computed for all who ask at the same moment.

A canvas keeps the frame that it has drawn (titles, shapes, edges, names: see `Look.frame`) and is sent maps, bars and
their numbers. One forward pass and one summary of each column serve everybody; each gets the part that is theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from imgcls.figures.images import signed_levels
from imgcls.models.ablation import WhatIf, moved, what_ifs
from imgcls.models.graph import Graph
from imgcls.models.occlusion import patch_box
from imgcls.models.pace import most_at_once
from imgcls.ops.convolution import signed_limit
from imgcls.ops.softmax import softmax
from imgcls.ui.network.look import Frame, Look
from imgcls.ui.network.state import ORDERS, change_of, class_of
from imgcls.ui.packet import pack

SIDE = 64
"""A map in the overview has at most this many rows; larger ones are averaged down by a whole number."""
DRAFT_SIDE = 32
"""The same while a hand moves: in a hall it is the radio that all share, and a quarter of the bytes do as well."""
PHOTO_SIDE = 128
TAIL = 160
"""Numbers of the last row before the dense layer in the picture; more are averaged down."""
_TAILS = {"flatten": "flatten", "mean": "average"}


@dataclass(frozen=True)
class Asked:
    """A question about the overview, understood: what is changed, in which frame, how fine.

    `moves` says that the canvas has drawn the frame and needs only what moves; then `limits` whether it draws all maps
    of a layer on one scale, and `photo` whether it needs the photo, because that has been shifted since.
    """

    look: Look
    change: WhatIf
    order: str
    chosen: int
    gradient: bool
    frame: Frame
    side: int
    moves: bool
    limits: bool
    photo: bool

    @classmethod
    def read(cls, look: Look, question: Mapping[str, Any]) -> "Asked":
        """The question as a canvas sends it.

        Raises:
            AttributeError, TypeError, ValueError: it makes no sense for this network.
        """
        graph = look.graph
        change = change_of(graph, question.get("change") or {})
        order, draft, gradient = question.get("order", ORDERS[0]), bool(question.get("draft")), question.get("gradient")
        if order not in ORDERS:
            raise ValueError(f"There is no order {order!r}.")
        chosen = class_of(graph, question["class"]) if question.get("class") not in (None, "") else look.best
        frame = look.frame(order, chosen, question.get("pages") or {})
        return cls(
            look, change, order, chosen, bool(gradient), frame, DRAFT_SIDE if draft else SIDE,
            moves=draft and not gradient and question.get("frame") == frame.name,
            limits=question.get("colours") in ("layer", "network"),
            photo=question.get("shift") != list(change.shift),
        )  # fmt: skip

    @property
    def patch(self) -> tuple[int, int, int, int] | None:
        """The patch in pixels of the network's input: left, top, right, bottom."""
        return patch_box(self.look.graph.steps[0].shape[1], *self.change.patch) if self.change.patch else None


@torch.inference_mode()
def drafts(asked: Sequence[Asked]) -> list[bytes]:
    """A packet for each question, all about one network with one activation; they may be of many photos.

    Beside the bars it holds `maps` uint8, all tiles of all columns in one row, whose `sides` (h, w) are told by column;
    `stats` float32 (n, 4), their numbers as `summaries` has them; `tail` as in the overview.
    """
    graph = asked[0].look.graph
    nows = what_ifs(graph, [each.look.inputs for each in asked], [each.change for each in asked])
    tiles, numbers = [], []
    for place, column in enumerate(graph.columns[:-1]):
        shown = _chosen(nows.kept[column.step], [each.frame.channels[place] for each in asked])
        levels, stats = summaries(shown, DRAFT_SIDE)
        tiles.append(levels)
        numbers.append(stats)
    logits = nows.logits
    all_logits, chances = logits.tolist(), softmax(logits).tolist()
    tail = tail_of(graph)
    rows = few(nows.output(tail.source)).numpy() if tail else None
    packets = []
    for number, each in enumerate(asked):
        counts = [len(channels) for channels in each.frame.channels]
        best = max(range(len(all_logits[number])), key=all_logits[number].__getitem__)
        fields = {
            "moves": each.frame.name, "sides": [levels.shape[-2:] for levels in tiles],
            "classes": bars(each.look, with_best(each.frame.listed, best), all_logits[number], chances[number]),
            "best": best, "changed": each.change != WhatIf(), "patch": each.patch, "shift": list(each.change.shift),
        }  # fmt: skip
        arrays = {
            "maps": np.concatenate([levels[number, :n].ravel() for levels, n in zip(tiles, counts, strict=True)]),
            "stats": np.concatenate([stats[number, :n] for stats, n in zip(numbers, counts, strict=True)]),
        }
        if each.limits:
            fields["limits"] = [signed_limit(nows.kept[column.step][number]) for column in graph.columns[:-1]]
        if rows is not None:
            arrays["tail"] = rows[number]
        if each.photo:
            arrays["photo"] = photo_pixels(each.look, each.change)
        packets.append(pack(fields, **arrays))
    return packets


_at_once: WeakKeyDictionary[Graph, int] = WeakKeyDictionary()


def drafts_at_once(look: Look) -> int:
    """How many questions about this network it pays to answer together; measured once a network."""
    graph = look.graph
    if graph not in _at_once:
        frame = look.frame(ORDERS[0], look.best, {})
        asked = Asked.read(
            look, {"change": {"patch": "0.5,0.5,0.3"}, "draft": True, "frame": frame.name, "shift": [0, 0]}
        )
        _at_once[graph] = most_at_once(graph, lambda count: drafts([asked] * count))
    return _at_once[graph]


def _chosen(maps: Tensor, channels: Sequence[Sequence[int]]) -> Tensor:
    """Of maps (N, C, H, W) those that each picture shows: (N, n, H, W); who shows fewer gets any others at the end."""
    first = channels[0]
    if all(each is first or each == first for each in channels):
        if list(first) == list(range(first[0], first[0] + len(first))):
            return maps[:, first[0] : first[0] + len(first)]
        return maps[:, first]
    most = max(map(len, channels))
    index = torch.tensor([[*each, *[0] * (most - len(each))] for each in channels], device=maps.device)
    return maps[torch.arange(len(maps), device=maps.device)[:, None], index]


def summaries(maps: Tensor, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Maps (..., n, H, W) as palette places uint8 (..., n, h, w), each within its own limit, and their (..., n, 4)
    numbers, float32: that limit, the smallest, the largest and the mean value. h is `side` at most."""
    *most, height, width = maps.shape
    flat = maps.float().reshape(*most, height * width)
    low, high = flat.amin(dim=-1), flat.amax(dim=-1)  # torch's aminmax takes twenty times as long
    largest = torch.maximum(-low, high)
    small = averaged_down(flat.reshape(-1, height, width), -(-width // side))
    small = small.view(*most, *small.shape[-2:])
    limit = largest.clamp(min=1e-12)[..., None, None]
    numbers = torch.stack([largest, low, high, flat.mean(dim=-1)], dim=-1)
    return signed_levels(small, limit), numbers.cpu().numpy()


def averaged_down(maps: Tensor, step: int) -> Tensor:
    """The mean of each `step` x `step` places of maps (n, H, W), of fewer at the right and bottom edge: (n, h, w).

    `F.avg_pool2d` with `ceil_mode` gives the same; on a CPU it takes five times as long.
    """
    if step == 1:
        return maps
    height, width = maps.shape[1:]
    below, beside = -height % step, -width % step
    whole = F.pad(maps, (0, beside, 0, below)) if below or beside else maps
    rows = whole[:, ::step].clone()
    for row in range(1, step):
        rows += whole[:, row::step]
    sums = rows[..., ::step].clone()
    for column in range(1, step):
        sums += rows[..., column::step]
    counts = [torch.full((size,), float(step), device=maps.device) for size in sums.shape[1:]]
    for count, missing in zip(counts, (below, beside), strict=True):
        count[-1] -= missing
    return sums / torch.outer(*counts)


@dataclass(frozen=True)
class Tail:
    """What lies between the last maps and the logits: the output of step `source`, which a dense layer weighs."""

    source: int
    fields: Mapping[str, Any]


@lru_cache(maxsize=32)
def tail_of(graph: Graph) -> Tail | None:
    """The row of numbers before the last layer; None where that is not dense."""
    step = graph.steps[-1]
    while step.kind in ("scale", "nothing"):
        step = graph.steps[step.inputs[0]]
    if not isinstance(step.module, nn.Linear):
        return None
    source = graph.steps[step.inputs[0]]
    while source.kind == "nothing":  # dropout, which lets everything pass
        source = graph.steps[source.inputs[0]]
    fields = {
        "title": _TAILS.get(source.kind, "hidden"), "count": int(np.prod(source.shape)),
        "outputs": step.module.out_features, "from": graph.columns[-2].shape[0],
        "parameters": sum(each.numel() for each in step.module.parameters()),
    }  # fmt: skip
    return Tail(source.index, fields)


def few(rows: Tensor) -> Tensor:
    """Rows of numbers (N, ...) as float32 (N, 1, n, 1), n at most TAIL, neighbours averaged."""
    flat = rows.flatten(1)
    short = F.adaptive_avg_pool1d(flat, TAIL) if flat.shape[1] > TAIL else flat
    return short[:, None, :, None].contiguous()


def with_best(listed: Sequence[int], best: int) -> Sequence[int]:
    """The classes that have a bar, with the one that is the most probable now."""
    return listed if best in listed else [*listed, best]


def bars(look: Look, listed: Sequence[int], logits: Sequence[float], chances: Sequence[float]) -> list[dict[str, Any]]:
    """Logit and probability of the listed classes, and the probability before any change."""
    name_of = look.graph.classifier.name_of
    return [
        {
            "index": index, "label": name_of(index), "logit": logits[index], "probability": chances[index],
            "before": look.before[index],
        }
        for index in listed
    ]  # fmt: skip


def photo_pixels(look: Look, change: WhatIf) -> np.ndarray:
    """What the network gets, uint8 (s, s, 3), at most PHOTO_SIDE rows, shifted; the canvas draws the patch on it."""
    recipe = look.graph.classifier.preprocess
    picture = moved(look.inputs, *change.shift)
    step = -(-picture.shape[-1] // PHOTO_SIDE)
    mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (recipe.mean, recipe.std))
    pixels = F.avg_pool2d(picture, step)[0] * std + mean
    return (pixels * 255).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
