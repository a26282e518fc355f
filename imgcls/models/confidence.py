"""What a top answer is worth, in words: one table, read by every page that says it."""

from dataclasses import dataclass

from imgcls.models.world import Distance


@dataclass(frozen=True)
class Wording:
    """Said of a top answer whose probability is at least `least`."""

    least: float
    words: str


WORDINGS = (
    Wording(0.9, "a high score, which means something only if the right class is one of its classes"),
    Wording(0.6, "ahead of the others, but compare the runners-up"),
    Wording(0.3, "unsure: the right class may be another, or not among its classes"),
    Wording(0.0, "a guess: no class stands out"),
)
"""The highest first. Softmax divides 1 among the classes there are: no probability alone makes an answer likely."""
STRANGE = "but this picture is unlike {}, so the percentage says little"
"""Said instead, whatever the probability, of a picture that is strange (see imgcls.models.world.Distance)."""


def confidence_words(probability: float, answer: int, distance: Distance | None = None) -> str:
    """How much a top answer of this probability is worth.

    Args:
        answer: its number among the network's classes.
        distance: of the picture from those that the network learned from; None where that is not known.
    """
    if distance and distance.strange(answer):
        return STRANGE.format(distance.of)
    return next(wording.words for wording in WORDINGS if probability >= wording.least)
