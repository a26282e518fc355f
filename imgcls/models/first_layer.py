"""The first layer of a network: its learned kernels, and what they make of a picture."""

from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor, nn

from imgcls.models.classify import Classifier
from imgcls.ops.kernels import Kernel


@dataclass(frozen=True, eq=False)
class FirstLayer:
    """One forward pass through the first layer, stage by stage.

    `weights` (K, 3, F, F), applied every `stride` pixels; `convolved`, `normalised` (batch norm with the statistics
    of the training) and `activated` are each (K, H', W').
    """

    weights: Tensor
    stride: int
    convolved: Tensor
    normalised: Tensor
    activated: Tensor


def first_layer(classifier: Classifier, image: Image.Image) -> FirstLayer:
    """The first layer of a network that starts with convolution, batch norm and activation, on an RGB picture.

    Raises:
        ValueError: the network starts otherwise, or the picture is not RGB.
    """
    convolution, norm, activation = _parts(classifier)
    with torch.inference_mode():
        convolved = convolution(classifier.preprocess(image).to(classifier.device))
        normalised = norm(convolved)
        activated = activation(normalised.clone())  # it works in place
    stages = (stage[0].float().cpu().clone() for stage in (convolved, normalised, activated))
    return FirstLayer(convolution.weight.detach().cpu().clone(), convolution.stride[0], *stages)


def kernel_on_pixels(classifier: Classifier, index: int) -> Kernel:
    """Kernel `index` of the first layer, rewritten for pixels from 0 to 255.

    The network sees x = (p / 255 - mean) / std, and convolution is linear: w * x = w * p / (255 std) - w mean / std,
    the same weights with a divisor of 255 std and a bias. Where std differs between channels, the weights take up
    the difference.

    Raises:
        ValueError: the network does not start with convolution, batch norm and activation.
        IndexError: it has no such kernel.
    """
    weights = _parts(classifier)[0].weight.detach().cpu()[index]
    recipe = classifier.preprocess
    mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (recipe.mean, recipe.std))
    return Kernel(weights * std[0] / std, float(255 * std[0]), -float((weights * mean / std).sum()))


def _parts(classifier: Classifier) -> tuple[nn.Conv2d, nn.Module, nn.Module]:
    features, layers = (getattr(classifier.module, name, None) for name in ("features", "layers"))
    block = features[0] if isinstance(features, nn.Sequential) else layers
    kinds = (nn.Conv2d, nn.BatchNorm2d, nn.Module)
    block = list(block)[:3] if isinstance(block, nn.Sequential) else []
    if len(block) != 3 or not all(map(isinstance, block, kinds)):
        raise ValueError(f"{classifier.title} does not start with a convolution, a batch norm and an activation.")
    return tuple(block)
