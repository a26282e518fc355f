"""Does it matter where a feature lies? The last maps of a network, and its answer when their places are shuffled."""

from dataclasses import dataclass

import torch
from torch import Tensor

from imgcls.models.classify import Classifier, Prediction
from imgcls.models.taps import with_taps
from imgcls.ops.pooling import shuffled_places
from imgcls.ops.softmax import softmax


@dataclass(frozen=True, eq=False)
class LastMaps:
    """The output (C, h, w) of the last layer with maps, and the network's answer to it, with its places shuffled."""

    maps: Tensor
    prediction: Prediction


def last_maps(classifier: Classifier, inputs: Tensor, seed: int | None = None) -> LastMaps:
    """The last maps for preprocessed inputs (1, 3, S, S), and what the network makes of them.

    With a `seed` all maps have their places in the same random order, and the rest of the network works on those.

    Raises:
        ValueError: the network has no layer with maps.
    """
    if not classifier.layers:
        raise ValueError(f"{classifier.title} has no layer with maps.")
    seen: list[Tensor] = []

    def tap(output: Tensor) -> Tensor:
        maps = output[0] if seed is None else shuffled_places(output[0], seed)
        seen.append(maps.float().cpu().clone())
        return maps[None]

    private = with_taps(classifier.module, {list(classifier.layers)[-1]: tap})
    with torch.inference_mode():
        logits = private(inputs.to(classifier.device))[0].float().cpu().clone()
    return LastMaps(seen[0], Prediction(logits, softmax(logits), classifier.labels, classifier.dog_indices))
