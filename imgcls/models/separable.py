"""A depthwise and a 1 x 1 convolution that a network learned, on the maps of a picture."""

from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor, nn

from imgcls.models.classify import Classifier
from imgcls.models.efficientnet_lite import InvertedResidual
from imgcls.ops.kernel_kinds import depthwise, pointwise


@dataclass(frozen=True, eq=False)
class SeparableBlock:
    """The first block after the stem of an EfficientNet-Lite, on one picture.

    `maps` (C, H, W) go in; `kernels` (C, 3, 3) make `filtered` (C, H, W) of them, each of its own map alone. Batch norm
    and ReLU6 make `activated` of those. `weights` (K, C) make `mixed` (K, H, W): sums over all of `activated`.
    """

    maps: Tensor
    kernels: Tensor
    filtered: Tensor
    activated: Tensor
    weights: Tensor
    mixed: Tensor


def separable_block(classifier: Classifier, image: Image.Image) -> SeparableBlock:
    """Run stem and first block on an RGB picture.

    Raises:
        ValueError: the network has no such block, or the picture is not RGB.
    """
    features = getattr(classifier.module, "features", None)
    block = features[1][0] if isinstance(features, nn.Sequential) and len(features) > 1 else None
    if not isinstance(block, InvertedResidual) or len(block.block) != 2:
        raise ValueError(f"{classifier.title} has no depthwise block after its first layer.")
    first, second = block.block
    with torch.inference_mode():
        maps = features[0](classifier.preprocess(image).to(classifier.device))[0].float().cpu()
        kernels, weights = (layer[0].weight.detach().float().cpu() for layer in (first, second))
        kernels, weights = kernels[:, 0].contiguous(), weights[:, :, 0, 0].contiguous()
        filtered = depthwise(maps, kernels)
        activated = first[2](first[1](filtered[None]))[0]
        mixed = pointwise(activated, weights)
    return SeparableBlock(*(each.clone() for each in (maps, kernels, filtered, activated, weights, mixed)))
