"""A trained network as a Classifier, with its labels and preprocessing, for every lesson that takes one."""

import dataclasses
import io
from functools import cache
from pathlib import Path
from typing import Literal

import torch
from torch import nn

from imgcls.models.classify import Classifier
from imgcls.models.preprocess import Preprocess
from imgcls.models.small import SmallCNN, map_titles
from imgcls.training import transfer
from imgcls.training.runs import RunError, RunFiles, RunInfo


def load_trained(folder: Path | str, which: Literal["best", "last"] = "best") -> Classifier:
    """The network of a run: at its best validation accuracy, or as it was last.

    Raises:
        RunError: there is no such run, it has no weights yet, or they do not fit its settings.
    """
    files = RunFiles(folder)
    info = files.info()
    state = files.load_checkpoint("best.pt" if which == "best" else "checkpoint.pt") or files.load_checkpoint()
    if state is None:
        raise RunError("This run has no weights yet: let it train for an epoch first.")
    module = _module(info)
    try:
        module.load_state_dict(state["module"])
    except (KeyError, RuntimeError, AttributeError) as error:
        raise RunError("The weights of this run do not fit its settings.") from error
    name = f"run-{files.folder.name}"
    dogs = tuple(place for place, label in enumerate(info.classes) if label == "dog")
    if info.config.transfer:
        layers = {"features.8": "Last convolution: 1,280 channels, 7 × 7"}
        title = f"{info.title}, transfer"
        return Classifier(name, title, transfer.whole(module), Preprocess(), info.classes, dogs, layers=layers)
    side = info.config.model.size
    preprocess = Preprocess(resize=side, crop=side, mean=info.normalise.mean, std=info.normalise.std)
    layers = map_titles(info.config.model)
    note = "" if layers else "This network has no convolution: there are no feature maps to look at."
    module.eval().requires_grad_(False)
    return Classifier(name, f"{info.title}, your training", module, preprocess, info.classes, dogs, layers, note)


def weights_file(classifier: Classifier) -> bytes:
    """The weights as a file of tensors for `torch.load(..., weights_only=True)`.

    Those of a SmallCNN are named as in the plain `nn.Sequential` that the page and the script print.
    """
    module = classifier.module
    buffer = io.BytesIO()
    torch.save((module.layers if isinstance(module, SmallCNN) else module).state_dict(), buffer)
    return buffer.getvalue()


def _module(info: RunInfo) -> nn.Module:
    if info.config.transfer:
        return transfer.head(len(info.classes), 0)
    return SmallCNN(info.config.model)


TINYVGG = Path(__file__).resolve().parents[2] / "assets" / "tinyvgg"


@cache
def tinyvgg() -> Classifier:
    """TinyVGG, trained on drawn dogs of six breeds by the command in its folder's README.

    Raises:
        RunError: its files are missing or damaged.
    """
    return dataclasses.replace(load_trained(TINYVGG), name="tinyvgg", title="TinyVGG, trained on drawn dogs")
