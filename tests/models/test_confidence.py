"""The words beside a top answer."""

from imgcls.models.confidence import STRANGE, WORDINGS, confidence_words


def test_words_promise_less_as_the_probability_falls_and_hold_from_their_bound_on() -> None:
    bounds = [wording.least for wording in WORDINGS]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] == 0
    for above, wording in zip((1.0, *bounds), WORDINGS, strict=False):
        assert confidence_words(wording.least) == wording.words
        assert confidence_words(above - 1e-9 if above < 1 else above) == wording.words


def test_no_probability_makes_an_answer_likely() -> None:
    assert not any("likely" in wording.words.split() for wording in WORDINGS)


def test_of_a_strange_picture_the_same_is_said_whatever_the_probability() -> None:
    assert {confidence_words(p, 1.01) for p in (0.1, 0.5, 0.999)} == {STRANGE}
    assert confidence_words(0.95, 0.99) == confidence_words(0.95)
