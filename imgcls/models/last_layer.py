"""The last layer of a network: the features that go in, and the weights that make logits of them."""

from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor, nn

from imgcls.models.classify import Classifier
from imgcls.models.taps import with_taps


@dataclass(frozen=True, eq=False)
class LastLayer:
    """logits = weights @ features + bias: features (n,), weights (K, n), bias (K,)."""

    features: Tensor
    weights: Tensor
    bias: Tensor

    def logits(self, features: Tensor) -> Tensor:
        """(..., n) -> (..., K), for these features or others in their place."""
        return features @ self.weights.T + self.bias


def last_layer(classifier: Classifier, image: Image.Image) -> LastLayer:
    """What the last layer gets for a picture, in evaluation mode.

    Raises:
        ValueError: the network does not end in dropout and one linear layer, or the picture is not RGB.
    """
    head = getattr(classifier.module, "classifier", None)
    if not isinstance(head, nn.Linear) or not isinstance(getattr(classifier.module, "dropout", None), nn.Dropout):
        raise ValueError(f"{classifier.title} does not end in dropout and one linear layer.")
    caught: list[Tensor] = []

    def tap(output: Tensor) -> Tensor:
        caught.append(output)
        return output

    with torch.inference_mode():
        with_taps(classifier.module, {"dropout": tap})(classifier.preprocess(image).to(classifier.device))
    return LastLayer(caught[0][0].float().cpu().clone(), head.weight.detach().cpu(), head.bias.detach().cpu())
