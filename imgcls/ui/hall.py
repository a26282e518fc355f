"""What a hall of students shares: the same photo in the same network is computed once for all sessions."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.models.classify import Classifier, Prediction, classify
from imgcls.models.device import on_device
from imgcls.models.preprocess import Preprocess
from imgcls.models.world import Distance
from imgcls.training.worlds import world_for

MOST_ANSWERS = 256  # of a network; each takes some 8 KB
MOST_INPUTS = 32  # about 0.6 MB each at 224 x 224; a hall shares few photos at a time

Made = TypeVar("Made")
_lock = threading.Lock()
kept_answers: WeakKeyDictionary[Classifier, dict[str, Prediction]] = WeakKeyDictionary()
_distances: WeakKeyDictionary[Classifier, dict[str, Distance]] = WeakKeyDictionary()
_inputs: OrderedDict[tuple[Preprocess, str], Tensor] = OrderedDict()
_made: WeakKeyDictionary[Picture, dict[str, Any]] = WeakKeyDictionary()


def classify_photo(classifier: Classifier, photo: Picture) -> Prediction:
    """`classify` of a photo; the answer, not the photo, is kept.

    A class begins with the same drawing on a hundred screens.
    """
    with _lock:
        answers = kept_answers.setdefault(classifier, {})
    prediction = answers.get(photo.digest)
    if prediction is None:
        prediction = classify(on_device(classifier), photo.image)
        with _lock:
            answers[photo.digest] = prediction
            if len(answers) > MOST_ANSWERS:
                del answers[next(iter(answers))]  # the oldest
    return prediction


def made_of(photo: Picture, name: str, make: Callable[[], Made]) -> Made:
    """What `make` makes of a photo, for all sessions that have it; it goes with the photo. Nobody changes it."""
    with _lock:
        known = _made.setdefault(photo, {})
    if name not in known:
        known[name] = make()
    return known[name]


def distance_from(classifier: Classifier, photo: Picture) -> Distance | None:
    """How unlike the pictures that the network learned from a photo is (see imgcls.models.world); None: not known."""
    world = world_for(classifier)
    if world is None:
        return None
    with _lock:
        known = _distances.setdefault(classifier, {})
    if photo.digest not in known:
        distance = world.distance(photo.image)
        with _lock:
            known[photo.digest] = distance
            if len(known) > MOST_ANSWERS:
                del known[next(iter(known))]
    return known[photo.digest]


def network_input(classifier: Classifier, photo: Picture) -> Tensor:
    """`classifier.preprocess(photo.image)`, remembered for the last photos: read only, (1, 3, S, S)."""
    key = (classifier.preprocess, photo.digest)
    with _lock:
        if key in _inputs:
            _inputs.move_to_end(key)
            return _inputs[key]
    inputs = classifier.preprocess(photo.image)  # outside the lock: others need not wait for it
    with _lock:
        _inputs[key] = inputs
        while len(_inputs) > MOST_INPUTS:
            _inputs.popitem(last=False)
    return inputs
