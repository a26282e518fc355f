"""The words beside a top answer."""

from imgcls.models.confidence import STRANGE, WORDINGS, confidence_words
from imgcls.models.world import OWN, Distance


def test_words_promise_less_as_the_probability_falls_and_hold_from_their_bound_on() -> None:
    bounds = [wording.least for wording in WORDINGS]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] == 0
    for above, wording in zip((1.0, *bounds), WORDINGS, strict=False):
        assert confidence_words(wording.least, 0) == wording.words
        assert confidence_words(above - 1e-9 if above < 1 else above, 0) == wording.words


def test_no_probability_makes_an_answer_likely() -> None:
    assert not any("likely" in wording.words.split() for wording in WORDINGS)


def test_of_a_strange_picture_the_same_is_said_whatever_the_probability() -> None:
    assert {confidence_words(p, 3, Distance(1.01)) for p in (0.1, 0.5, 0.999)} == {STRANGE.format(OWN)}
    assert confidence_words(0.95, 3, Distance(0.99)) == confidence_words(0.95, 3)


def test_a_distance_says_nothing_of_an_answer_that_its_pictures_do_not_cover() -> None:
    dogs = Distance(2.0, "photographs of dogs", frozenset((3, 4)))
    assert confidence_words(0.95, 3, dogs) == STRANGE.format("photographs of dogs")
    assert confidence_words(0.95, 5, dogs) == confidence_words(0.95, 5)
