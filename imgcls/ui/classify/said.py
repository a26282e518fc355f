"""What the network says about a photo, for the questions."""

from imgcls.data.pictures import Picture
from imgcls.models.classify import Prediction
from imgcls.models.registry import load
from imgcls.ui.hall import classify_photo


def now(photo: Picture) -> Prediction:
    """EfficientNet-Lite0's answer."""
    return classify_photo(load(), photo)


def best(photo: Picture) -> tuple[str, int, float]:
    """Name, number and probability of its best class."""
    first = now(photo).top(1)[0]
    return load().name_of(first.index), first.index, first.probability
