"""What the canvas asks for while the student looks around: the overview, how a map is made, how a logit is made."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from imgcls.models.ablation import WhatIf
from imgcls.models.evidence import Evidence, evidence
from imgcls.models.graph import Column, Graph
from imgcls.models.influence import Backward
from imgcls.models.trace import Trace
from imgcls.models.unit import mean_contributions
from imgcls.numbers import sides
from imgcls.ops.convolution import signed_limit
from imgcls.ui.network import details
from imgcls.ui.network.drafts import (
    Asked,
    bars,
    drafts,
    drafts_at_once,
    few,
    photo_pixels,
    summaries,
    tail_of,
    with_best,
)
from imgcls.ui.network.look import Look
from imgcls.ui.network.state import ORDERS
from imgcls.ui.packet import pack
from imgcls.ui.together import Shared

INPUT = ("red", "green", "blue")


def answerer(look: Look) -> Shared:
    """What `imgcls.ui.live` asks: {"want": "overview" | "map" | "class", ...} -> packet.

    Overviews while a hand moves are computed for all who ask about this network.
    """
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

    return Shared(
        look.graph, look, answer, lambda question: question.get("want") == "overview" and bool(question.get("draft")),
        overviews, drafts_at_once,
    )  # fmt: skip


def overviews(asked: Sequence[tuple[Look, Mapping[str, Any]]]) -> list[bytes | Exception]:
    """The overview for everybody who asks about one network; in place of one without sense the reason."""
    answers: list[bytes | Exception] = [b""] * len(asked)
    moving: dict[str | None, list[tuple[int, Asked]]] = {}
    for number, (look, question) in enumerate(asked):
        try:
            understood = Asked.read(look, question)
            if understood.moves:
                moving.setdefault(understood.change.activation, []).append((number, understood))
            else:
                answers[number] = overview(look, question)
        except Exception as trouble:  # its own asker hears of it, and nobody else
            answers[number] = trouble
    for numbers, group in (zip(*each, strict=True) for each in moving.values()):
        for number, packet in zip(numbers, drafts(group), strict=True):
            answers[number] = packet
    return answers


def first_overview(look: Look, mode: str, state: Mapping[str, str]) -> bytes:
    """The overview that the canvas would ask for first, on a new photo or in a new mode."""
    change = state if mode == "what if" else {}
    question = {"change": change, "order": state.get("order", ORDERS[0]), "class": state.get("class")}
    return overview(look, question | {"gradient": mode == "backwards", "layer": state.get("layer")})


def overview(look: Look, question: Mapping[str, Any]) -> bytes:
    """Every column's maps (one page of each), the edges between them, and the bars; of gradients with "gradient".

    A canvas that names the "frame" it has drawn gets of a "draft" only what moves: see `imgcls.ui.network.drafts`.
    """
    asked = Asked.read(look, question)
    if asked.moves:
        return drafts([asked])[0]
    graph, frame, chosen = look.graph, asked.frame, asked.chosen
    now = look.changed(asked.change)
    backs = look.backward(chosen) if asked.gradient or asked.order == "influence" else None
    columns, arrays = [], {}
    for place, column in enumerate(graph.columns[:-1]):
        maps = backs.gradients[column.name] if asked.gradient else now.output(column.step)
        channels = frame.channels[place]
        columns.append(_column(graph, column, maps, channels, frame.pages[place], backs))
        arrays[f"maps{place}"], arrays[f"stats{place}"] = summaries(maps[channels], asked.side)
        if place:
            link, weights = _links(now, place, frame.channels[place - 1], channels)
            columns[-1]["link"] = link
            if weights is not None:
                arrays[f"edges{place}"] = weights.numpy()
                columns[-1]["strongest"] = weights.abs().argmax(dim=1).tolist()
    logits, probabilities = now.logits, now.probabilities
    best = int(logits.argmax())
    listed = with_best(frame.listed, best)
    columns.append(_logits(graph))
    if (votes := _votes(now, listed, frame.channels[-1])) is not None:
        arrays["votes"] = votes
    if (tail := tail_of(graph)) is not None:
        arrays["tail"] = few(now.output(tail.source)[None])[0].numpy()
    fields = {
        "frame": frame.name, "tail": tail and tail.fields, "columns": columns,
        "classes": bars(look, listed, logits.tolist(), probabilities.tolist()),
        "chosen": chosen, "best": best, "changed": asked.change != WhatIf(), "gradient": asked.gradient,
        "total": sum(column.parameters for column in graph.columns), "side": graph.steps[0].shape[1],
        "patch": asked.patch, "shift": list(asked.change.shift),
    }  # fmt: skip
    if asked.gradient and (place := int(question.get("layer") or len(graph.columns) - 2)) < len(graph.columns) - 1:
        cam = backs.grad_cam(graph.columns[place])
        fields |= {"layer": place, "cam": cam.sentence if cam.is_empty else ""}
        arrays["cam"] = (cam.heatmap * 255).round().to(torch.uint8).numpy()
    return pack(fields, photo=photo_pixels(look, asked.change), **arrays)


def _column(
    graph: Graph, column: Column, maps: Tensor, channels: Sequence[int], page: tuple[int, int], backs: Backward | None
) -> dict[str, Any]:
    channel, height, width = column.shape
    seen = graph.steps[column.step].receptive
    return {
        "title": column.title, "step": column.step, "kind": graph.steps[column.step].kind,
        "shape": sides(channel, height, width), "maps": channel, "size": sides(height, width),
        "parameters": column.parameters, "channels": list(channels), "page": page[0], "pages": page[1], "rows": height,
        "limit": signed_limit(maps),
        "seen": [seen.size, seen.jump, seen.first] if seen else None,
        "names": list(INPUT) if column.step == 0 else [],
        "influence": backs.influence(column.name)[channels].tolist() if backs else [],
    }  # fmt: skip


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


def _votes(now: Trace, listed: Sequence[int], shown: Sequence[int]) -> np.ndarray | None:
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
    return torch.stack([each.by_channel[shown] for each in found]).numpy()


def _logits(graph: Graph) -> dict[str, Any]:
    column = graph.columns[-1]
    return {"title": "softmax", "shape": f"{column.shape[0]}", "parameters": column.parameters, "step": column.step}
