"""How a run and its choices are put into words."""

from imgcls.data.server_sets import name_on_server
from imgcls.data.sources import SOURCES
from imgcls.models.presets import PRESETS
from imgcls.ops.verdicts import VERDICTS
from imgcls.training.config import TRANSFER, DataChoice, TrainConfig

TRANSFER_TITLE = "Transfer: EfficientNet-Lite0 with a new head"
PRESET_TITLES = {name: preset.title for name, preset in PRESETS.items()} | {TRANSFER: TRANSFER_TITLE}
OPTIMISERS = {"sgd": "SGD", "momentum": "SGD with momentum", "nesterov": "Nesterov", "adam": "Adam", "adamw": "AdamW"}
ENDS = {
    "epochs": "done",
    "seconds": "out of time",
    "stopped": "stopped by you",
    "nan": "stopped: the loss is no number",
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
    name = known[0].split(":")[0] if known else name_on_server(data.source) or "Your own pictures"
    return f"{name}, {'dog or not' if data.task == 'binary' else 'one of several classes'}"


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
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
