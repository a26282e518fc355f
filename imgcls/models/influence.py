"""Backwards through a network: the gradient of a class at every layer, and how much each map matters to the class."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from imgcls.models.gradcam import GradCam, weighed
from imgcls.models.graph import Column, Graph
from imgcls.models.trace import Trace, compute


@dataclass(frozen=True, eq=False)
class Backward:
    """The gradient of one class's logit at the output of every column: name -> (C, H, W), the input's included."""

    graph: Graph
    class_index: int
    logit: float
    gradients: Mapping[str, Tensor]
    outputs: Mapping[str, Tensor]

    def influence(self, name: str) -> Tensor:
        """(C,): the sum over a map's places of gradient times value.

        To first order, this is by how much the logit would fall if the map were switched off; Molchanov et al. 2017,
        "Pruning Convolutional Neural Networks for Resource Efficient Inference", arXiv:1611.06440, equation 7 without
        its modulus. At the features of a linear last layer it is exact.
        """
        return (self.gradients[name] * self.outputs[name]).sum(dim=(1, 2))

    def grad_cam(self, column: Column) -> GradCam:
        """Grad-CAM of the class at a column."""
        name = column.name
        return weighed(name, self.class_index, self.logit, self.outputs[name], self.gradients[name])


def backward(graph: Graph, inputs: Tensor, class_index: int) -> Backward:
    """One forward and one backward pass on a preprocessed picture (1, 3, S, S).

    Raises:
        ValueError: the network has no such class.
    """
    classifier = graph.classifier
    if not 0 <= class_index < len(classifier.labels):
        raise ValueError(
            f"{classifier.title} has no class {class_index}: they go from 0 to {len(classifier.labels) - 1}."
        )
    columns = [column for column in graph.columns if len(column.shape) == 3]
    last = graph.steps[-1].index
    with torch.inference_mode(False), torch.enable_grad():  # holds for this thread only
        start = inputs.detach().clone().to(classifier.device).requires_grad_()
        values = compute(graph, {0: start}, [*(column.step for column in columns), last], {})
        logit = values[last][0, class_index]
        maps = [values[column.step] for column in columns]
        gradients = torch.autograd.grad(logit, maps)
    names = [column.name for column in columns]
    return Backward(
        graph, class_index, float(logit.detach()),
        dict(zip(names, map(_plain, gradients), strict=True)), dict(zip(names, map(_plain, maps), strict=True)),
    )  # fmt: skip


def _plain(tensor: Tensor) -> Tensor:
    """(1, C, H, W) with a gradient, on any device -> (C, H, W) of plain numbers."""
    return tensor.detach()[0].float().cpu()


def order_of_maps(trace: Trace, column: Column, backward: Backward | None = None) -> Tensor:
    """Places of a column's maps, first the one with the highest mean; with `backward`, the strongest influence."""
    maps = trace.output(column.step)
    score = backward.influence(column.name).abs() if backward else maps.mean(dim=(1, 2))
    return score.argsort(descending=True, stable=True)
