"""A network that answers in two thirds of the time, for as long as a hand moves.

On a CPU, batch norm is folded into the convolutions before it (a scale and a shift of each map), a pixel's maps lie
side by side in memory, and a large network's convolutions do what follows them as well. Its logits differ by rounding
alone, some 10⁻⁵: once the hand lets go, the network itself answers.
"""

import copy
import dataclasses
import threading
from itertools import pairwise
from weakref import WeakKeyDictionary

import torch
from torch import nn

from imgcls.models.classify import Classifier
from imgcls.models.fused import fused

LARGE = 128
"""The side of a picture from which on networks answer one at a time (see `imgcls.models.pace`). Smaller ones share
passes, which fused convolutions, made for one picture, would lose."""
_made: WeakKeyDictionary[Classifier, Classifier] = WeakKeyDictionary()
_lock = threading.Lock()


def quick(classifier: Classifier) -> Classifier:
    """The same network, made to answer quickly; itself on a GPU. Layers can no longer be looked into."""
    if classifier.device.type != "cpu":
        return classifier
    with _lock:
        if classifier not in _made:
            module = copy.deepcopy(classifier.module)
            for each in module.modules():
                if isinstance(each, nn.Sequential):
                    _fold(each)
            module = module.to(memory_format=torch.channels_last)
            if (side := classifier.preprocess.crop) >= LARGE:
                noise = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0))
                module = fused(module, noise) or module
            _made[classifier] = dataclasses.replace(classifier, module=module, layers={})
        return _made[classifier]


def _fold(layers: nn.Sequential) -> None:
    """Each batch norm right behind a convolution becomes part of it."""
    for place, (convolution, norm) in enumerate(pairwise(layers)):
        if isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d) and norm.track_running_stats:
            with torch.no_grad():
                scale = norm.weight / (norm.running_var + norm.eps).sqrt()
                shift = norm.bias - norm.running_mean * scale
                bias = 0 if convolution.bias is None else convolution.bias * scale
                convolution.weight = nn.Parameter(convolution.weight * scale[:, None, None, None])
                convolution.bias = nn.Parameter(bias + shift)
            layers[place + 1] = nn.Identity()
