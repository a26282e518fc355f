"""One answer of the network as charts: is it a dog, and which class, beside the answer without the patch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from imgcls.data.pictures import Picture
from imgcls.figures.bars import probability_bars
from imgcls.labels import display_name
from imgcls.models.classify import Classifier, Prediction
from imgcls.models.confidence import confidence_words
from imgcls.models.device import on_device
from imgcls.models.occlusion import occlude
from imgcls.numbers import percent
from imgcls.plain import words
from imgcls.ui.address import as_number
from imgcls.ui.components.plot import Chart
from imgcls.ui.hall import network_input
from imgcls.ui.packet import pack

BINARY, CLASSES = "classify_binary", "classify_bars"
"""Keys of the charts."""


@dataclass(frozen=True)
class Readings:
    """What the two charts show, apart from the answer itself.

    `prediction` is the answer for the whole photo, `threshold` the probability from which it is called a dog, `k` the
    number of classes, `distance` that of the photo from the network's own pictures, None where it is not known.
    """

    prediction: Prediction
    threshold: float
    k: int
    distance: float | None = None

    def binary(self, now: Prediction, covered: bool) -> Chart:
        """Is it a dog? Of a network that knows dogs."""
        before = [self.prediction.dog] if covered else None
        answer = "\u2713 **a dog**" if now.dog >= self.threshold else "\u2717 **not a dog**"
        return Chart(
            probability_bars(["Dog"], [now.dog], before=before, threshold=self.threshold),
            f"The probability of a dog is {percent(now.dog)}; the threshold is {percent(self.threshold, 0)}.",
            f"{answer}: the probabilities of its breeds add up to {percent(now.dog)}.",
        )

    def classes(self, now: Prediction, covered: bool) -> Chart:
        """The classes that are likely without a patch, as they are now."""
        top = self.prediction.top(self.k)
        names = [display_name(each.label, now.labels) for each in top]
        chances = [float(now.probabilities[each.index]) for each in top]
        best = now.top(1)[0]
        return Chart(
            probability_bars(names, chances, before=[each.probability for each in top] if covered else None),
            "; ".join(f"{name} {percent(chance)}" for name, chance in zip(names, chances, strict=True)),
            f"Top answer: **{words(display_name(best.label, now.labels))}**, "
            f"{confidence_words(best.probability, self.distance)}.",
        )

    def while_dragged(
        self, classifier: Classifier, photo: Picture, size: float
    ) -> Callable[[Mapping[str, Any]], bytes]:
        """What answers the patch's moves: the charts for where it is."""

        def answer(question: Mapping[str, Any]) -> bytes:
            x, y = (as_number(question.get(name), 0.0, 1.0) for name in "xy")
            if x is None or y is None:
                raise ValueError("a patch has a place: x and y from 0 to 1")
            now = occlude(on_device(classifier), network_input(classifier, photo), x, y, size)
            charts = {CLASSES: self.classes(now, covered=True)}
            if now.dog is not None:
                charts[BINARY] = self.binary(now, covered=True)
            return pack({"beside": {key: chart.news() for key, chart in charts.items()}})

        return answer
