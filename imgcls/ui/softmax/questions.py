"""What the softmax lesson asks before it shows."""

from collections.abc import Sequence

import torch
from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.numbers import percent, written
from imgcls.ops.softmax import hardmax, softmax, softmax_jacobian, softmax_terms
from imgcls.ui.questions import Bars, Choice, Curve, Number, Question
from imgcls.ui.scores import BREEDS
from imgcls.ui.softmax.pictures import KINDS

ARITHMETIC, TEMPERATURE, HARDMAX = "Arithmetic", "Temperature", "Hardmax"
TRIANGLE, OVERFLOW = "Triangle", "Overflow"
LOGITS = (1.0, -2.0, 0.0)  # those of the page at first
NAMES = tuple(f"{name}, logit {written(z)}" for name, z in zip(BREEDS, LOGITS, strict=False))
TEMPERATURES = (0.1, 0.5, 1.0, 2.0, 5.0)
RISING = (-2.0, 0.0, 0.5, 1.5, 4.0)  # places of the second logit, on both sides of the best one's 1


def shares(logits: Sequence[float], t: float = 1.0) -> list[float]:
    """The probabilities in percent."""
    return [100 * p for p in softmax(_tensor(logits), temperature=t).tolist()]


def _tensor(numbers: Sequence[float]) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def _now(photo: Picture) -> list[float]:
    return shares(LOGITS)


DIFFERENCE, RATIO, TOTAL, LARGER = "their difference", "their ratio", "their sum", "the larger one alone"
_KEEPS = {  # another pair with the same difference, ratio, ... as 2 and 1
    DIFFERENCE: (5.0, 4.0),
    RATIO: (4.0, 2.0),
    TOTAL: (3.0, 0.0),
    LARGER: (2.0, -1.0),
}


def _what_counts(photo: Picture) -> str:
    """What may not change if the probability of the first of two classes is to stay as it is."""
    before = shares((2.0, 1.0))[0]
    (same,) = (what for what, pair in _KEEPS.items() if abs(shares(pair)[0] - before) < 1e-9)
    return same


NEVER, LOW_T, HIGH_T = "No, at none", "Yes, at a low one", "Yes, at a high one"


def _winner_changes(photo: Picture) -> str:
    for answer, temperatures in ((LOW_T, torch.linspace(0.02, 1, 50)), (HIGH_T, torch.linspace(1, 1000, 50))):
        for t in temperatures.tolist():
            if int(softmax(_tensor(LOGITS), temperature=t).argmax()) != 0:
                return answer
    return NEVER


def _rises_most(photo: Picture) -> float:
    """Where one class's probability rises fastest with its own logit, in percent."""
    sweep = [softmax(_tensor((z, 0.0))) for z in torch.linspace(-6, 6, 1201).tolist()]
    return 100 * float(max(sweep, key=lambda p: float(softmax_jacobian(p, 1.0)[0, 0]))[0])


ZERO, SMALL, ONE = "exactly 0", "a small positive number", "1"


def _slope_of_hardmax(photo: Picture) -> str:
    """By a step of 0.1 on both sides, well below the best logit."""
    low, high = (float(hardmax(_tensor((z, 1.0)))[0]) for z in (-0.1, 0.1))
    slope = (high - low) / 0.2
    return ZERO if slope == 0 else ONE if slope == 1 else SMALL


MIDDLE, CORNER, SIDE, STAYS = (
    "To the middle",
    "Into the winner's corner",
    "To the middle of a side",
    "It stays where it is",
)


def _at_infinity(photo: Picture) -> str:
    return _place(softmax(_tensor(LOGITS), temperature=1e9))


def _place(point: Tensor) -> str:
    many = int((point > 0.01).sum())
    near = float(point.max() - point.topk(many).values.min()) < 0.01
    return {1: CORNER, 2: SIDE, 3: MIDDLE}[many] if near or many == 1 else STAYS


REACHED, NOT_REACHED, AT_ONCE = "From a lead of 3 on", "Never", "From a lead of 1 on"


def _corner_reached(photo: Picture) -> str:
    """From which lead of the first logit on its probability is 1; 15 and -10 are the ends of the sliders."""
    for lead, answer in ((1.0, AT_ONCE), (3.0, REACHED), (25.0, REACHED)):
        if float(softmax(_tensor((lead, 0.0, 0.0)))[0]) == 1:
            return answer
    return NOT_REACHED


def _breaks(kind: str, most: int = 200) -> int:
    """The first whole constant c at which the plain formula fails in a number format; `most` if it does not."""
    for c in range(most):
        worked = softmax_terms((_tensor(LOGITS) + c).to(KINDS[kind]), temperature=1.0, subtract_maximum=False)
        if not torch.isfinite(worked.total):
            return c
    return most


SAME, SMALLER, FLATTER = "They stay as they are", "They get smaller", "They get more alike"


def _with_maximum(photo: Picture) -> str:
    before, after = shares(LOGITS), shares([z - max(LOGITS) for z in LOGITS])
    if max(abs(a - b) for a, b in zip(before, after, strict=True)) < 1e-9:
        return SAME
    return SMALLER if sum(after) < sum(before) else FLATTER


FLOAT16, BFLOAT16, TOGETHER = "float16", "bfloat16", "both at the same c"


def _first_to_break(photo: Picture) -> str:
    half, brain = _breaks("float16"), _breaks("bfloat16")
    return TOGETHER if half == brain else FLOAT16 if half < brain else BFLOAT16


QUESTIONS = [
    Question(
        "soft-constant",
        ARITHMETIC,
        "The line shows the probabilities of the logits 1, −2 and 0. Now **add 5 to every logit**. Drag the bars.",
        Bars(NAMES, 0, 100, "%", 0, 5, _now, "the probabilities now"),
        lambda photo: shares([z + 5 for z in LOGITS]),
        "Nothing moves. Each term becomes e^{5} times as large, and so does their sum: the quotients stay. Softmax "
        "sees only the differences of logits.",
        at={"softmax_c": "0"},
        then={"softmax_c": "5"},
    ),
    Question(
        "soft-lead",
        ARITHMETIC,
        "One logit is larger than another **by 3**. How many times as probable is its class?",
        Number(1, 100, "×", 1.25, log=True),
        lambda photo: shares((3.0, 0.0))[0] / shares((3.0, 0.0))[1],
        lambda photo, right: (
            f"The sum cancels out in the quotient: e^{{3}} ≈ {written(right)}. Each step of 1 multiplies by "
            "e ≈ 2.718, whatever the other logits are."
        ),
        at={"softmax_logits": "0_0"},
        then={"softmax_logits": "3_0"},
    ),
    Question(
        "soft-pair",
        ARITHMETIC,
        "Two classes have the logits 2 and 1. You may change both, but the probabilities must stay. What about the "
        "two logits must stay the same?",
        Choice(
            (RATIO, DIFFERENCE, TOTAL, LARGER),
            {
                RATIO: "With 4 and 2 the ratio is the same, but the lead is 2 instead of 1.",
                TOTAL: "3 and 0 have the same sum, and a lead of 3.",
                LARGER: "2 and −1 have the same larger logit. The lower the other one, the surer the first.",
            },
        ),
        _what_counts,
        "With two classes softmax is the sigmoid of their difference: p = 1 / (1 + e^{−(z₁ − z₂)}).",
        then={"softmax_logits": "2_1"},
    ),
    Question(
        "soft-hot",
        TEMPERATURE,
        "The line shows the probabilities at temperature 1. Now **T = 5**: every logit is divided by 5. Drag the bars.",
        Bars(NAMES, 0, 100, "%", 0, 8, _now, "T = 1"),
        lambda photo: shares(LOGITS, 5.0),
        lambda photo, right: (
            f"They move towards 1/3 each, and keep their order: {', '.join(percent(p / 100) for p in right)}. Divided "
            "by 5, the logits lie closer together: 0.2, −0.4 and 0."
        ),
        at={"softmax_t": "1"},
        then={"softmax_t": "5"},
    ),
    Question(
        "soft-curve",
        TEMPERATURE,
        "Logits 1, −2 and 0. How probable is the **best** class at each of these temperatures?",
        Curve(
            tuple(float(i) for i in range(len(TEMPERATURES))),
            0,
            100,
            "temperature T",
            "probability",
            "%",
            0,
            8,
            (70, 70, 70, 70, 70),
            tuple(written(t) for t in TEMPERATURES),
        ),
        lambda photo: [shares(LOGITS, t)[0] for t in TEMPERATURES],
        lambda photo, right: (
            f"Nearly all at T = 0.1, **{percent(right[2] / 100, 0)}** at T = 1, and ever closer to 1/3 as T rises. A "
            "low temperature stretches the lead: the network sounds surer than it is."
        ),
        at={"softmax_t": "0.1"},
        then={"softmax_t": "5"},
    ),
    Question(
        "soft-winner",
        TEMPERATURE,
        "Is there a temperature above 0 at which another class wins?",
        Choice(
            (NEVER, LOW_T, HIGH_T),
            {
                LOW_T: "A low temperature makes the winner win by more.",
                HIGH_T: "A high one brings the classes close together, but the order stays to the end.",
            },
        ),
        _winner_changes,
        "Dividing by a positive number keeps the order of the logits, and e^{z} rises everywhere. A temperature "
        "changes how sure the network sounds, never what it says.",
        at={"softmax_t": "0.1"},
        then={"softmax_t": "5"},
    ),
    Question(
        "soft-step",
        HARDMAX,
        "The best logit is 1. A loser's logit rises from −2 to 4. Draw the loser's **hardmax**.",
        Curve(RISING, 0, 1, "the loser's logit", "hardmax", "", 2, 0.12, (0.5,) * 5),
        lambda photo: [float(hardmax(_tensor((1.0, z, 0.0)))[1]) for z in RISING],
        "A step: 0 up to the best logit, and 1 beyond it. Softmax rises in a smooth S instead and says at each point "
        "how near it is.",
        at={"softmax_logits": "1_-2_0"},
        then={"softmax_logits": "1_4_0"},
    ),
    Question(
        "soft-slope",
        HARDMAX,
        "A class is just behind the best one. What gradient does its logit get through **hardmax**?",
        Choice(
            (ZERO, SMALL, ONE),
            {
                SMALL: "That is what softmax gives, p (1 − p). Hardmax does not change until the class wins.",
                ONE: "The jump has a height of 1, but a jump has no slope.",
            },
        ),
        _slope_of_hardmax,
        "A small step changes nothing, so the slope is 0 and there is nothing to learn from. That is why networks are "
        "trained with softmax.",
        at={"softmax_logits": "1_-2_0"},
        then={"softmax_logits": "1_0.9_0"},
    ),
    Question(
        "soft-steepest",
        HARDMAX,
        "A class's softmax rises with its own logit. At which probability does it rise **fastest**?",
        Number(0, 100, "%", 5, start=80),
        _rises_most,
        "The slope is p (1 − p), largest in the middle: 0.5 · 0.5 = 0.25. Near 0% and 100% even large steps of the "
        "logit hardly change p.",
        at={"softmax_logits": "6_0"},
        then={"softmax_logits": "0_0"},
    ),
    Question(
        "soft-two-ahead",
        TRIANGLE,
        "Logits **5, 5 and −10**. Drag the bars to the three probabilities. Where in the triangle is that?",
        Bars(BREEDS[:3], 0, 100, "%", 0, 5, (33, 33, 33)),
        lambda photo: shares((5.0, 5.0, -10.0)),
        "Equal logits get equal shares, and e^{−15} is next to nothing: the point lies in the middle of a side.",
        then={"softmax_logits": "5_5_-10"},
    ),
    Question(
        "soft-infinity",
        TRIANGLE,
        "Logits 1, −2 and 0. The temperature rises without end. Where does the point go?",
        Choice(
            (CORNER, MIDDLE, SIDE, STAYS),
            {
                CORNER: "That is where a temperature near 0 takes it.",
                SIDE: "There one class would have probability 0. Heat brings the last class up, too.",
                STAYS: "Only equal logits stay: there is no lead to shrink.",
            },
        ),
        _at_infinity,
        "Divided by a very large T all logits are nearly 0, and equal logits get equal shares. The middle is where no "
        "class is preferred.",
        at={"softmax_t": "0.5"},
        then={"softmax_t": "5"},
    ),
    Question(
        "soft-corner",
        TRIANGLE,
        "How large must a lead be for the point to lie **exactly** in a corner?",
        Choice(
            (AT_ONCE, REACHED, NOT_REACHED),
            {
                AT_ONCE: "A lead of 1 over two others gives 57.6%.",
                REACHED: "A lead of 3 over two others gives 90.9%.",
            },
        ),
        _corner_reached,
        "The others always get something, because e^{z} is never 0. So the loss always has a gradient left, even for "
        "an answer that is right.",
        then={"softmax_logits": "3_0_0"},
    ),
    Question(
        "soft-breaks",
        OVERFLOW,
        "float16 ends at 65,504. A constant c is added to the logits 1, −2 and 0. From what value of **c** on is "
        "the sum of their exponentials infinite?",
        Number(0, 100, "", 3),
        lambda photo: _breaks("float16"),
        lambda photo, right: (
            f"At c = **{right}**: e^{{{right + 1}}} still fits, but not the sum. Exponentials explode: a logit of 12 "
            "is enough, and networks produce such logits."
        ),
        at={"softmax_c": "0"},
        then={"softmax_c": "10"},
    ),
    Question(
        "soft-maximum",
        OVERFLOW,
        "Before anything is exponentiated, the largest logit is **subtracted from all**. What happens to the "
        "probabilities?",
        Choice(
            (SAME, SMALLER, FLATTER),
            {
                SMALLER: "Every term gets smaller, and their sum by the same factor.",
                FLATTER: "The differences between the logits stay, and only they count.",
            },
        ),
        _with_maximum,
        "Softmax does not see a constant. Now the largest power is e^{0} = 1, so nothing can overflow. Every library "
        "does it this way.",
        at={"softmax_c": "0"},
        then={"softmax_c": "100"},
    ),
    Question(
        "soft-formats",
        OVERFLOW,
        "float16 and bfloat16 both have 16 bits. As the constant c grows, where does the plain formula break first?",
        Choice(
            (FLOAT16, BFLOAT16, TOGETHER),
            {
                BFLOAT16: "It has the fewer digits, but the wider range.",
                TOGETHER: "They share the number of bits, not what the bits are for.",
            },
        ),
        _first_to_break,
        "float16 spends 10 bits on digits and 5 on the exponent, bfloat16 7 and 8. So bfloat16 reaches as far as "
        "float32, with two to three digits.",
        at={"softmax_dtype": "bfloat16", "softmax_c": "0"},
        then={"softmax_dtype": "bfloat16", "softmax_c": "12"},
    ),
]
