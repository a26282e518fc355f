"""What the page on training asks before it shows: about recorded runs, so that nobody has to wait for one."""

import math

import numpy as np

from imgcls.data.pictures import Picture
from imgcls.numbers import fixed, percent, whole
from imgcls.training.recorded import recorded
from imgcls.ui.questions import Bars, Choice, Curve, Number, Question
from imgcls.ui.training.recorded_part import TENFOLD, TENTH, TITLES, USUAL, ZEROS

EPOCHS = (1, 2, 5, 10, 20)
HIGHEST = 2.5


def _losses(name: str) -> list[float]:
    """The validation loss after each of the epochs."""
    evaluations = recorded()[name].evaluations
    return [next(each.val_loss for each in evaluations if round(each.epoch) == epoch) for epoch in EPOCHS]


def _accuracy(name: str) -> float:
    return 100 * recorded()[name].evaluations[-1].val_accuracy


def _mixed_up() -> tuple[str, str, int]:
    """The true breed and the answer of the most frequent mistake, and how often it is made."""
    run = recorded()[USUAL]
    mistakes = run.confusion * (1 - np.eye(len(run.classes), dtype=int))
    row, column = divmod(int(mistakes.argmax()), len(run.classes))
    return run.classes[row], run.classes[column], int(mistakes[row, column])


def _pair(breed: str, answer: str) -> str:
    return f"{breed}, called {answer}"


def _why_mixed_up(photo: Picture, right: str) -> str:
    breed, answer, count = _mixed_up()
    run = recorded()[USUAL]
    here, back = run.classes.index(breed), run.classes.index(answer)
    total = int(run.confusion[here].sum())
    return (
        f"**{count}** of {total} {breed} pictures are called {answer}; the other way round it happens "
        f"{whole(run.confusion[back, here])} times. Both have upright ears and a similar build. Classes "
        "that look alike are mixed up most, and not equally often in both directions."
    )


QUESTIONS = [
    Question(
        "train-tenfold",
        "",
        "TinyVGG learns with a learning rate of 0.005; these points are its loss. Drag them to where the loss will be "
        "with **ten times** that rate.",
        Curve(
            EPOCHS, 0, HIGHEST, "epoch", "validation loss", "", 2, 0.2, tuple(min(HIGHEST, z) for z in _losses(USUAL))
        ),
        lambda photo: _losses(TENFOLD),
        lambda photo, right: (
            f"At first the large steps win: {fixed(right[1], 2)} after two epochs. Then the rate, which this schedule "
            f"raises for a while, is too much, and the loss leaps to **{fixed(right[-1], 2)}** = log 6, that of "
            "six equal guesses. It never comes back: the units give 0 for every picture, and pass no gradient on."
        ),
        at={"train_recorded": TITLES[USUAL]},
        then={"train_recorded": TITLES[TENFOLD]},
    ),
    Question(
        "train-confused",
        "",
        "After 20 epochs TinyVGG tells six drawn breeds apart. Which mistake does it make **most often**?",
        Choice(
            (
                _pair("Dalmatian", "Pug"),
                _pair("Shepherd", "Husky"),
                _pair("Dachshund", "Poodle"),
                _pair("Pug", "Dachshund"),
            ),
            {
                _pair("Dalmatian", "Pug"): "It never happens here: the spots give a Dalmatian away.",
                _pair("Dachshund", "Poodle"): "It happens, but less often.",
                _pair("Pug", "Dachshund"): "It never happens here.",
            },
        ),
        lambda photo: _pair(*_mixed_up()[:2]),
        _why_mixed_up,
    ),
    Question(
        "train-zeros",
        "",
        "The same training, but **all weights start at 0**. What is the validation loss after 20 epochs?",
        Number(0, 3, "", 0.1, digits=2, start=0.5),
        lambda photo: _losses(ZEROS)[-1],
        lambda photo, right: (
            f"**{fixed(right, 2)}**, as at the start: log 6 = {fixed(math.log(6), 2)}. With zeros behind and in front, "
            "no gradient reaches any weight of the convolutions, and units that start alike stay alike. "
            "First weights must differ."
        ),
        at={"train_recorded": TITLES[USUAL]},
        then={"train_recorded": TITLES[ZEROS]},
    ),
    Question(
        "train-rates",
        "",
        lambda photo: (
            f"After 20 epochs at the usual rate **{percent(_accuracy(USUAL) / 100)}** of the validation pictures are "
            "classified correctly. What share is it at these two rates?"
        ),
        Bars(
            ("a tenth of the rate", "ten times the rate"), 0, 100, "%", 0, 8, (_accuracy(USUAL),) * 2, "the usual rate"
        ),
        lambda photo: [_accuracy(TENTH), _accuracy(TENFOLD)],
        lambda photo, right: (
            f"Too small costs time: **{percent(right[0] / 100)}**, and still rising. Too large can cost everything: "
            f"**{percent(right[1] / 100)}**, one breed for all pictures, as good as guessing."
        ),
        at={"train_recorded": TITLES[USUAL]},
        then={"train_recorded": TITLES[TENTH]},
    ),
]
