"""Words that several of ImageNet's categories share, for asking a multi-label question of a single-label network."""

from itertools import chain

from imgcls.labels import DOG_INDICES
from imgcls.models.classify import Prediction

CONCEPTS: dict[str, tuple[int, ...]] = {
    "Animal": tuple(range(398)),
    # Tusker to wombat, whales to meerkat, rabbits to panda: between them lie birds, insects and sea animals.
    "Mammal": tuple(chain(range(101, 107), range(147, 300), range(330, 389))),
    "Dog": tuple(DOG_INDICES),
    "Cat": tuple(range(281, 286)),
    "Food or drink": tuple(range(924, 970)),
}
"""Word -> indices of its categories. They overlap on purpose: a dog is a mammal and an animal."""


def concept_probabilities(prediction: Prediction) -> dict[str, float]:
    """For every word the sum of its categories' probabilities: each in 0..1, and together not 1.

    Raises ValueError unless the prediction is over ImageNet's 1000 categories.
    """
    if len(prediction.labels) != 1000:
        raise ValueError(f"The words are defined on ImageNet's 1000 categories, not on {len(prediction.labels)}.")
    return {word: float(prediction.probabilities[list(indices)].sum()) for word, indices in CONCEPTS.items()}
