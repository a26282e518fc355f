"""A linear classifier: a template for each class with its score, and how the photo and one template make it."""

from collections.abc import Sequence

import numpy as np

from imgcls.ui.components import Element, declare

_mount = declare("dense/templates", says=("value",))


def templates(
    classes: Sequence[str],
    pictures: np.ndarray,
    scores: Sequence[str],
    best: int,
    chosen: int,
    photo: np.ndarray,
    products: np.ndarray,
    *,
    sum_of: str,
    sets: str,
    first: bool = True,
) -> Element:
    """K templates, uint8 (K, S, S, 3), with their names and scores; one of them beside the photo.

    Args:
        best: the class with the largest score.
        chosen: the template that is multiplied by the photo; clicking another sets the number `sets`.
        photo, products: uint8 (S, S, 3).
        sum_of: the score of the chosen class as a sum.
        first: False where another one is chosen: the rest is on the page, and is not sent again.
    """
    fields, arrays = {"chosen": chosen, "sum": sum_of}, {"products": products}
    if first:
        fields |= {"classes": list(classes), "scores": list(scores), "best": best, "sets": sets}
        arrays |= {"pictures": pictures, "photo": photo}
    return _mount.element(fields, arrays)
