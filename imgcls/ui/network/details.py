"""The two close-ups: how one map is made, and how one class's logit and probability come about."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from imgcls.models.evidence import evidence
from imgcls.models.unit import MapUnit, map_unit
from imgcls.ops.softmax import softmax_terms
from imgcls.ui.network.look import Look
from imgcls.ui.network.state import change_of, class_of, map_of
from imgcls.ui.network.words import layer_name, source_title, step_title
from imgcls.ui.packet import pack

ROWS = 10
FEATURES = 10
TERMS = 6


def map_packet(look: Look, question: Mapping[str, Any]) -> bytes:
    """One map's inputs, kernel slices, products, sum and what follows: float32, so that pointing needs no message."""
    graph = look.graph
    index, channel = map_of(graph, str(question["map"]))
    now = look.changed(change_of(graph, question.get("change") or {}))
    unit = map_unit(now, index, channel, int(question.get("first") or 0), ROWS)
    stages = [
        {
            "kind": stage.step.kind, "name": layer_name(stage.step),
            "step": stage.step.index, "channel": stage.channel, "factor": stage.factor, "offset": stage.offset,
            "window": stage.window, "stride": stage.stride, "before": stage.before, "second": stage.other is not None,
        }
        for stage in unit.stages
    ]  # fmt: skip
    count = len(unit.input_channels) + unit.hidden
    fields = {
        "title": f"{step_title(graph, index)}, map {channel}", "map": f"{index}-{channel}", "step": unit.step.index,
        "channel": unit.channel, "name": unit.step.name, "source": unit.source,
        "source_name": source_title(graph, unit.source, index), "enter": unit.source > 0,
        "channels": list(unit.input_channels), "hidden": unit.hidden, "count": count,
        "first": int(question.get("first") or 0), "bias": unit.bias, "stride": unit.stride,
        "dilation": unit.dilation, "before": list(unit.before), "stages": stages, "chosen": unit.chosen,
        "strongest": int((unit.stages[unit.chosen].values if unit.chosen >= 0 else unit.sum).abs().argmax()),
    }  # fmt: skip
    arrays = {f"stage{i}": stage.values for i, stage in enumerate(unit.stages)}
    arrays |= {f"other{i}": stage.other for i, stage in enumerate(unit.stages) if stage.other is not None}
    arrays |= {
        "inputs": unit.inputs,
        "kernels": unit.kernels,
        "products": unit.products,
        "rest": unit.rest,
        "sum": unit.sum,
    }
    backs = {f"back{i}": stage.back for i, stage in enumerate(unit.stages) if stage.back is not None}
    places = {name: back.numpy().astype(np.int32) for name, back in backs.items()}
    return pack(fields, **places, **{name: _floats(values) for name, values in arrays.items()})


def class_packet(look: Look, question: Mapping[str, Any]) -> bytes:
    """A class's logit as a sum over features, the strongest for and against, and the terms of softmax."""
    graph = look.graph
    index = class_of(graph, question["class"])
    now = look.changed(change_of(graph, question.get("change") or {}))
    case = evidence(now, index)
    order = case.by_channel.argsort(descending=True, stable=True)
    half = FEATURES // 2
    shown = order if len(order) <= FEATURES else torch.cat([order[:half], order[-half:]])
    worked = softmax_terms(now.logits)
    most = now.logits.argsort(descending=True, stable=True)[:TERMS].tolist()
    if index not in most:
        most[-1] = index
    terms = [
        {
            "index": each, "label": graph.classifier.name_of(each), "logit": float(now.logits[each]),
            "exponent": float(worked.exponents[each]), "term": float(worked.terms[each]),
            "probability": float(worked.probabilities[each]),
        }
        for each in most
    ]  # fmt: skip
    others = case.by_channel.sum() - case.by_channel[shown].sum()
    fields = {
        "index": index, "label": graph.classifier.name_of(index), "logit": case.logit, "bias": case.bias,
        "channels": shown.tolist(), "sums": case.by_channel[shown].tolist(),
        "others_and_bias": float(others) + case.bias, "hidden": len(order) - len(shown), "source": case.source,
        "for": float(case.by_channel.clamp(min=0).sum()), "against": float(case.by_channel.clamp(max=0).sum()),
        "terms": terms, "total": float(worked.total), "classes": len(now.logits), "enter": case.features.shape[1] > 1,
    }  # fmt: skip
    arrays = {"features": case.features[shown], "weights": case.weights[shown], "places": case.by_place}
    arrays["contributions"] = case.contributions[shown]
    return pack(fields, **{name: _floats(values) for name, values in arrays.items()})


def _floats(values: Tensor) -> np.ndarray:
    return values.detach().float().contiguous().numpy()


def unit_of(look: Look, state: Mapping[str, str]) -> MapUnit | None:
    """The unit of the state's map, for the code panel."""
    if "map" not in state:
        return None
    try:
        return map_unit(look.trace, *map_of(look.graph, state["map"]))
    except ValueError:
        return None
