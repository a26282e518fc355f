"""What a network has no class for: the answers that are left when the right one is not among its classes."""

import streamlit as st

from imgcls.data.pictures import Picture
from imgcls.labels import IMAGENET_LABELS, UNKNOWABLE
from imgcls.models.classify import Classifier, Prediction
from imgcls.numbers import whole
from imgcls.ops.softmax import softmax
from imgcls.plain import markdown
from imgcls.plain import words as plain_words
from imgcls.training.trained import tinyvgg
from imgcls.ui.classify.code import unknown_code
from imgcls.ui.components.bars import bars
from imgcls.ui.hall import classify_photo
from imgcls.ui.shell import choose, code_panel

ALL, WITHOUT, SIX = "all classes", "without its best class", "six breeds only"
BARS = 5


def without_best(prediction: Prediction) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The classes but the best one, the most probable first, and the probabilities that softmax gives them then."""
    places = prediction.logits.argsort(descending=True, stable=True)[1:]
    return tuple(places.tolist()), tuple(softmax(prediction.logits[places]).tolist())


@st.fragment
def unknown_part(classifier: Classifier, photo: Picture, prediction: Prediction) -> None:
    """Which breeds are missing, and the bars of the photo when its best class is, too."""
    which = choose("Your photo, and a network that knows …", [ALL, WITHOUT, SIX], key="classify_known", labelled=True)
    names, chances, caption = _bars(which, classifier, photo, prediction)
    bars(names, chances, key="classify_known_bars", label="The most probable classes", caption=caption)
    never = "The network must divide 100% among the classes it was trained on; it never says “none of these”. "
    missing = ", ".join(f"**{each.breed}**" for each in UNKNOWABLE)
    known = ", ".join(f"**{markdown(classifier.name_of(index))}**" for index in range(min(20, len(classifier.labels))))
    st.markdown(
        f"{never}A dog whose breed is missing is given another breed; EfficientNet-Lite0 is then 56% sure on average. "
        f"Among the missing breeds are: {missing}."
        if len(classifier.labels) == len(IMAGENET_LABELS)
        else f"{never}All it knows are its {whole(len(classifier.labels))} classes: {known}. "
        "Whatever you show it becomes one."
    )
    code, shows = unknown_code(classifier, prediction)
    code_panel(code, shows, functions=(softmax, without_best), photo=True, key="classify_unknown")


def _bars(
    which: str, classifier: Classifier, photo: Picture, prediction: Prediction
) -> tuple[list[str], list[float], str]:
    """Names, probabilities, and a sentence."""
    if which == WITHOUT and len(prediction.labels) > 1:
        left, chances = without_best(prediction)
        best = plain_words(classifier.name_of(prediction.top(1)[0].index))
        said = f"As if {classifier.title} had never heard of **{best}**: the others share 100% among themselves."
        return [classifier.name_of(index) for index in left[:BARS]], list(chances[:BARS]), said
    network = tinyvgg() if which == SIX else classifier
    top = (classify_photo(network, photo) if which == SIX else prediction).top(BARS)
    said = f"{network.title}: {whole(len(network.labels))} classes share 100%."
    return [network.name_of(each.index) for each in top], [each.probability for each in top], said
