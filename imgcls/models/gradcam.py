"""Grad-CAM: where in the picture a network found its reasons for a class.

Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
arXiv:1610.02391.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from imgcls.models.classify import Classifier
from imgcls.models.taps import with_taps
from imgcls.numbers import sides


@dataclass(frozen=True, eq=False)
class GradCam:
    """The Grad-CAM of one class at one layer with C channels of h x w.

    `weights` (C,) are the channels' importances alpha_k, `raw` (h, w) is the sum of alpha_k A_k before the
    ReLU, `heatmap` (h, w) its positive part divided by its maximum, in 0..1; all zeros where nothing speaks
    for the class (`is_empty`). `logit` is the class's score before softmax, whose gradient was taken.
    """

    layer: str
    class_index: int
    logit: float
    activations: Tensor  # (C, h, w), the layer's output A
    weights: Tensor
    raw: Tensor
    heatmap: Tensor

    @property
    def is_empty(self) -> bool:
        """Whether no place at this layer speaks for the class."""
        return not bool(self.heatmap.any())

    @property
    def sentence(self) -> str:
        """What the heat map shows, in one sentence."""
        if self.is_empty:
            return "At this layer nothing speaks for this class: every weighted sum is zero or negative."
        rows, columns = self.heatmap.shape
        return f"Brighter: stronger evidence for this class at that position ({sides(rows, columns)} grid)."

    def upsampled(self, size: tuple[int, int]) -> Tensor:
        """The heat map enlarged to `size` = (height, width), bilinearly, for laying over the network's input."""
        return F.interpolate(self.heatmap[None, None], size=size, mode="bilinear", align_corners=False)[0, 0]


def difference(one: GradCam, other: GradCam) -> tuple[Tensor, Tensor]:
    """Where one class has more evidence than the other, and where less: two maps (h, w) in 0..1 on one scale.

    As raw Grad-CAM is linear in the logit, their difference is the raw Grad-CAM of the difference of the two logits.

    Raises:
        ValueError: the two are of different layers.
    """
    if one.layer != other.layer:
        raise ValueError("Only two maps of the same layer can be compared.")
    less = one.raw - other.raw
    most = less.abs().max().clamp(min=1e-12)
    return less.relu() / most, (-less).relu() / most


def grad_cam(
    classifier: Classifier, image: Image.Image, class_indices: Sequence[int], layer: str | None = None
) -> tuple[GradCam, ...]:
    """The Grad-CAM of every class asked for: one forward pass, one backward pass each.

    Let A (C, h, w) be the layer's output and y the class's logit. Then
        alpha_k = mean over places of dy / dA_k        (equation 1)
        heatmap = ReLU(sum_k alpha_k A_k) / maximum    (equation 2)

    Args:
        layer: a key of `classifier.layers`; without one, the last.

    Raises:
        ValueError: the classifier has no such layer or class, the layer's output is not (1, C, h, w), or `image` is not
            RGB.
    """
    layer = layer or next(reversed(classifier.layers), None)
    if layer not in classifier.layers:
        raise ValueError(classifier.layers_note or f"{classifier.title} has no layer {layer!r} to look into.")
    for index in class_indices:
        if not 0 <= index < len(classifier.labels):
            raise ValueError(
                f"{classifier.title} has no class {index}: they go from 0 to {len(classifier.labels) - 1}."
            )

    with torch.inference_mode(False), torch.enable_grad():  # holds for this thread only
        activations, logits = _forward(classifier, classifier.preprocess(image), layer)
        return tuple(_of_class(layer, index, activations, logits) for index in class_indices)


def _forward(classifier: Classifier, inputs: Tensor, layer: str) -> tuple[Tensor, Tensor]:
    """The layer's output (1, C, h, w), which requires grad, and the logits (K,), computed from it."""
    tapped: list[Tensor] = []

    def tap(output: Tensor) -> Tensor:
        # The graph begins here: nothing before this layer is recorded.
        tapped.append(output.detach().requires_grad_())
        return tapped[-1].clone()  # a later layer may work in place

    logits = with_taps(classifier.module, {layer: tap})(inputs.to(classifier.device))[0]
    activations = tapped[-1]
    if activations.ndim != 4:
        raise ValueError(f"The output of {layer} has shape {tuple(activations.shape)}: there is no picture in it.")
    return activations, logits


def _of_class(layer: str, index: int, activations: Tensor, logits: Tensor) -> GradCam:
    (gradient,) = torch.autograd.grad(logits[index], activations, retain_graph=True)
    return weighed(layer, index, float(logits[index].detach()), activations.detach()[0].cpu(), gradient[0].cpu())


def weighed(layer: str, index: int, logit: float, maps: Tensor, gradient: Tensor) -> GradCam:
    """Equations 1 and 2 for a layer's output (C, h, w) and the gradient of the class's logit there (C, h, w)."""
    weights = gradient.mean(dim=(1, 2))  # (C,)
    raw = torch.einsum("c,chw->hw", weights, maps)
    positive = raw.relu()
    maximum = positive.max()
    heatmap = positive / maximum if maximum > 0 else positive
    return GradCam(layer, index, logit, maps, weights, raw, heatmap)
