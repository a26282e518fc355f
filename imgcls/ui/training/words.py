"""How a run and its choices are put into words."""

from imgcls.data.server_sets import name_on_server
from imgcls.data.sources import SOURCES
from imgcls.models.presets import PRESETS
from imgcls.models.small import SmallConfig
from imgcls.numbers import fixed, whole
from imgcls.ops.verdicts import VERDICTS
from imgcls.store.class_photos import is_of_class
from imgcls.training.config import TRANSFER, DataChoice, TrainConfig

TRANSFER_TITLE = "Transfer: EfficientNet-Lite0 with a new head"
PRESET_TITLES = {name: preset.title for name, preset in PRESETS.items()} | {TRANSFER: TRANSFER_TITLE}
FIRST_WEIGHTS = {
    "default": "PyTorch's default", "zeros": "Zeros", "small": "Too small", "xavier": "Xavier (Glorot)",
    "he": "He (Kaiming)", "large": "Too large",
}  # fmt: skip
_FIRST = {
    "default": "Random, between −1/√n and 1/√n for a node with n inputs.",
    "zeros": "No gradient reaches any weight. Only the biases of the last layer learn, so every picture gets the same "
    "answer.",
    "small": "A hundredth of He's: the signal shrinks from layer to layer, so all pictures get nearly the same answer.",
    "xavier": "Random, up to ±√(6 / (inputs + outputs)): keeps the size of the signal where tanh is nearly straight.",
    "he": "Random, with standard deviation √(2 / inputs): keeps the size of the signal through layers of ReLU.",
    "large": "Ten times He's: each layer makes the signal ten times as large. The first answers are certain, and "
    "the loss is enormous.",
}
_ALIKE = "All kernels of a layer get the same gradient, so (dropout aside) they stay alike."
_FLAT = {
    "zeros": "There is no hidden layer here, so zeros are a good start.",
    "small": "There is no hidden layer here, so small weights are a good start.",
    "large": "Ten times He's: the first answers are certain, and training must first undo them.",
}
_EVENED = " Batch norm evens this out in every layer but the last."
ENDS = {
    "epochs": "done",
    "seconds": "out of time",
    "stopped": "stopped by you",
    "nan": "stopped: the loss is not a number",
}
FINDINGS = {
    "nan": "not a number",
    "divergence": "diverges",
    "dead": "silent units",
    "overfitting": VERDICTS["overfits"].title,
    "plateau": "stands still",
}


def data_words(data: DataChoice) -> str:
    """Which pictures, in a few words."""
    known = SOURCES.get(data.source)
    brought = "Photos of this class" if is_of_class(data.source) else "Your own pictures"
    name = known[0].split(":")[0] if known else name_on_server(data.source) or brought
    return f"{name}, {'dog or not' if data.task == 'binary' else 'one of several classes'}"


def first_weights_words(name: str, model: SmallConfig | None) -> str:
    """What these first weights do to a network; `model` None: a single layer on frozen features."""
    if model is None or not (model.channels or model.dense):
        return _FLAT.get(name, _FIRST[name])
    if name == "zeros" and model.activation == "sigmoid":  # the only activation that makes something of 0
        return _ALIKE
    normed = model.batch_norm and model.channels and not model.dense
    return _FIRST[name] + (_EVENED if normed and name in ("small", "large") else "")


def preset_of(config: TrainConfig) -> str:
    """The title of the preset that a network is, apart from its classes, size and dropout; else its own blocks."""
    if config.transfer:
        return TRANSFER_TITLE
    model = config.model
    for preset in PRESETS.values():
        if preset.config.with_(classes=model.classes, size=model.size, dropout=model.dropout) == model:
            return preset.title
    return f"Own network, channels {', '.join(map(str, model.channels)) or 'none'}"


def duration(seconds: float) -> str:
    """In one unit: "9 s", "3 min", "2.0 h"."""
    if seconds < 99.5:
        return f"{whole(seconds)} s"
    return f"{whole(seconds / 60)} min" if seconds < 5400 else f"{fixed(seconds / 3600, 1)} h"
