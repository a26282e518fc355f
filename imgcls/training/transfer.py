"""Transfer: the frozen features of EfficientNet-Lite0, and a new head that learns other classes on them in seconds."""

import hashlib
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from imgcls.data.datasets import Dataset, Progress
from imgcls.data.picture_files import PictureError
from imgcls.models.classify import Classifier
from imgcls.models.efficientnet_lite import HEAD_CHANNELS, EfficientNetLite
from imgcls.models.first_weights import draw_first_weights
from imgcls.models.preprocess import Preprocess
from imgcls.models.registry import load
from imgcls.store.download import DownloadError, cache_folder
from imgcls.store.files import prune, replaced
from imgcls.training.inputs import Normalise

NORMALISE = Normalise(Preprocess().mean, Preprocess().std)
BATCH, FP32_BATCH = 16, 4  # larger ones leave the cache, and are slower
_KEPT_FILES = 20


def head(classes: int, seed: int, first_weights: str = "default") -> nn.Module:
    """The new last layer: 1280 features -> logits; `first_weights` is a name of FIRST_WEIGHTS."""
    with torch.random.fork_rng(devices=[]):
        layer = nn.Linear(HEAD_CHANNELS, classes)
    draw_first_weights(layer, first_weights, seed)
    return layer


def features_of(images: Sequence[Image.Image], bf16: bool = False) -> np.ndarray:
    """float16 (N, 1280): what the head of EfficientNet-Lite0 sees of RGB pictures; in bfloat16 where that is faster."""
    classifier = load()
    inputs = torch.cat([classifier.preprocess(image) for image in images]).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        parts = inputs.split(BATCH if bf16 else FP32_BATCH)
        return torch.cat([classifier.module.features(part).float().mean(dim=(2, 3)) for part in parts]).half().numpy()


def features(dataset: Dataset, progress: Progress | None = None) -> np.ndarray:
    """float16 (N, 1280) for all pictures of a data set, read again at the network's own size; cached."""
    file = _cache_file(dataset)
    if file:
        with suppress(OSError, ValueError, EOFError):
            known = np.load(file, allow_pickle=False)
            if known.shape == (len(dataset.labels), HEAD_CHANNELS):
                return known
    results = np.empty((len(dataset.labels), HEAD_CHANNELS), np.float16)
    seconds: dict[bool, float] = {}
    for number, first in enumerate(range(0, len(results), BATCH)):
        places = range(first, min(first + BATCH, len(results)))
        images = [_image(dataset, place) for place in places]
        # The first batch warms up, the next two are a trial, the rest goes the faster way.
        bf16 = number == 2 or (number > 2 and seconds[True] < seconds[False])
        start = time.perf_counter()
        results[places.start : places.stop] = features_of(images, bf16)
        seconds[bf16] = time.perf_counter() - start
        if progress:
            progress(places.stop, len(results))
    if file:
        with suppress(OSError):
            with replaced(file) as part:
                np.save(part, results, allow_pickle=False)
            prune(file.parent, "*.npy", _KEPT_FILES)
    return results


def _image(dataset: Dataset, place: int) -> Image.Image:
    try:
        return dataset.source.image(int(dataset.chosen[place]))
    except PictureError:  # it could be read a moment ago: its small copy will do
        return Image.fromarray(dataset.images[place])


def _cache_file(dataset: Dataset) -> Path | None:
    if not dataset.source.fingerprint:
        return None
    digest = hashlib.sha256(dataset.source.fingerprint.encode() + np.ascontiguousarray(dataset.chosen).tobytes())
    with suppress(DownloadError):
        return cache_folder() / "features" / f"{digest.hexdigest()[:24]}.npy"
    return None


def whole(layer: nn.Linear) -> nn.Module:
    """EfficientNet-Lite0 with the trained head in place of its own: pictures (N, 3, 224, 224) -> logits, frozen."""
    original: Classifier = load()
    with torch.device("meta"):
        module = EfficientNetLite(0, layer.out_features)
    state = {name: tensor for name, tensor in original.module.state_dict().items() if not name.startswith("classifier")}
    state |= {f"classifier.{name}": tensor for name, tensor in layer.state_dict().items()}
    module.load_state_dict(state, assign=True)
    return module.eval().requires_grad_(False)
