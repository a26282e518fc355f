"""A logit as a sum: what every last feature says for a class and against it."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from imgcls.models.trace import Trace


@dataclass(frozen=True, eq=False)
class Evidence:
    """logit = sum of `contributions` + bias, where contributions = features * weights, all (C, h, w).

    `features` is the output of step `source`: the maps that are flattened, or averaged (the division by h w is then
    part of the weights), or hidden values as (n, 1, 1).
    """

    class_index: int
    source: int
    features: Tensor
    weights: Tensor
    bias: float
    logit: float

    @property
    def contributions(self) -> Tensor:
        """(C, h, w)."""
        return self.features * self.weights

    @property
    def by_channel(self) -> Tensor:
        """(C,): what each map says; positive speaks for the class."""
        return self.contributions.sum(dim=(1, 2))

    @property
    def by_place(self) -> Tensor:
        """(h, w): what each place says, all maps together."""
        return self.contributions.sum(dim=0)


def evidence(trace: Trace, class_index: int) -> Evidence:
    """How the logit of a class comes about.

    Raises:
        ValueError: no such class, or the network does not end in a linear layer.
    """
    graph = trace.graph
    if not 0 <= class_index < graph.steps[-1].shape[0]:
        raise ValueError(f"{graph.classifier.title} has no class {class_index}.")
    step, factor = graph.steps[-1], 1.0
    while step.kind in ("scale", "nothing"):
        factor *= step.module.factor if step.kind == "scale" else 1.0
        step = graph.steps[step.inputs[0]]
    if not isinstance(step.module, nn.Linear):
        raise ValueError(f"{graph.classifier.title} does not end in a linear layer.")
    weights = factor * step.module.weight.detach()[class_index].float().cpu()
    bias = factor * float(step.module.bias[class_index]) if step.module.bias is not None else 0.0
    values = trace.output(step.inputs[0])
    source = graph.steps[step.inputs[0]]
    while source.kind in ("nothing", "flatten"):
        source = graph.steps[source.inputs[0]]
    if source.kind == "mean" and len(graph.steps[source.inputs[0]].shape) == 3:
        maps = trace.output(source.inputs[0])
        if torch.allclose(maps.mean(dim=(1, 2)), values, rtol=1e-4, atol=1e-5):  # averaged over all places
            share = (weights / maps[0].numel())[:, None, None].expand_as(maps)
            return Evidence(class_index, source.inputs[0], maps, share, bias, float(trace.logits[class_index]))
    maps = trace.output(source.index) if len(source.shape) == 3 else values[:, None, None]
    return Evidence(
        class_index, source.index, maps, weights.reshape(maps.shape), bias, float(trace.logits[class_index])
    )
