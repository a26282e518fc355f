"""Where the lessons' networks compute: on the machine's GPU where there is one, else on its CPU.

The networks that are passed around stay on the CPU, since lessons take their weights apart. Whoever runs a whole one
asks for it `on_device`; traces, Grad-CAM and predictions come back as tensors of the CPU.
"""

import copy
import dataclasses
import threading
from functools import cache
from weakref import WeakKeyDictionary

import torch

from imgcls.models.classify import Classifier
from imgcls.ops.timing import device_name, devices

_moved: WeakKeyDictionary[Classifier, Classifier] = WeakKeyDictionary()
_lock = threading.Lock()


@cache
def lesson_device() -> torch.device:
    """The last of the machine's devices: its GPU, or the CPU where there is none."""
    device = devices()[-1]
    if device.type == "cuda":
        # Every number is shown and worked with: convolutions in the 19 bits of TF32 would not add up.
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False
    return device


def on_device(classifier: Classifier) -> Classifier:
    """The same network where it computes fastest; itself without a GPU, or when that has no memory left."""
    device = lesson_device()
    if device.type == classifier.device.type:
        return classifier
    with _lock:
        if classifier not in _moved:
            try:
                module = copy.deepcopy(classifier.module).to(device)
            except RuntimeError:  # a training has taken it
                return classifier
            _moved[classifier] = dataclasses.replace(classifier, module=module)
        return _moved[classifier]


def device_sentence(classifier: Classifier) -> str:
    """Which device answers; empty for the CPU, which goes without saying."""
    device = on_device(classifier).device
    return "" if device.type == "cpu" else f"Computed on the server's GPU ({device_name(device)})."
