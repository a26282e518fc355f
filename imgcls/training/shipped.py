"""The trained networks that come with the app, beside the embedded one."""

import dataclasses
from functools import cache
from pathlib import Path

from imgcls.models.classify import Classifier
from imgcls.training.trained import load_trained

TINYVGG = Path(__file__).resolve().parents[2] / "assets" / "tinyvgg"


@cache
def tinyvgg() -> Classifier:
    """TinyVGG, trained on drawn dogs of six breeds by the command in its folder's README.

    Raises:
        RunError: its files are missing or damaged.
    """
    return dataclasses.replace(load_trained(TINYVGG), name="tinyvgg", title="TinyVGG, trained on drawn dogs")
