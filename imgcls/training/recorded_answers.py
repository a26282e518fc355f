"""Recorded answers of two classifiers about drawn dogs, for questions that cannot wait for a training.

Made by `python -m imgcls.training.recorded_answers`; see assets/recorded_answers/README.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from imgcls.data.datasets import prepare
from imgcls.data.picture_cache import Recipe
from imgcls.data.sources import DRAWN_DOGS
from imgcls.training.hardest import judged
from imgcls.training.measured import measure_alone

FILE = Path(__file__).resolve().parents[2] / "assets" / "recorded_answers" / "answers.npz"
COUNT = 600
"""Pictures of the set that the linear model is recorded on, a fifth of them for validation."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Probabilities (M, K), float32; the true classes `truth` (M,), and the pictures' `places` (M,) in their set."""

    probabilities: np.ndarray
    truth: np.ndarray
    places: np.ndarray

    @property
    def right(self) -> np.ndarray:
        """Which of them are right, bool (M,)."""
        return self.probabilities.argmax(1) == self.truth


@cache
def recorded_answers() -> Mapping[str, Answers]:
    """What a "linear" model says of the validation part of COUNT drawn dogs, and "tinyvgg" of new drawings."""
    with np.load(FILE, allow_pickle=False) as found:
        return {
            name: Answers(*(found[f"{name}_{part}"] for part in ("probabilities", "truth", "places")))
            for name in ("linear", "tinyvgg")
        }


def record() -> Mapping[str, Answers]:
    """The same, computed anew."""
    recipe = Recipe(DRAWN_DOGS, "breeds", 64, COUNT, 0.5, 0)
    dataset = prepare(recipe.read(), recipe.task, recipe.size)
    probabilities, places, _ = judged(dataset, recipe, "linear")
    new = measure_alone(recipe, "tinyvgg")
    return {
        "linear": Answers(probabilities.astype(np.float32), dataset.labels[places], places),
        "tinyvgg": Answers(new.probabilities, new.truth, np.arange(len(new.truth))),
    }


def main() -> None:
    """Writes the file."""
    arrays = {f"{name}_{part}": array for name, each in record().items() for part, array in vars(each).items()}
    np.savez_compressed(FILE, **arrays)


if __name__ == "__main__":
    main()
