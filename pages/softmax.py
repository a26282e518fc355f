"""How do scores become probabilities? Every term, the sum and each quotient, live under the sliders."""

from functools import partial

from imgcls.ui.shell import Part, parts
from imgcls.ui.softmax import pictures
from imgcls.ui.softmax.parts import arithmetic_part, curves_part, overflow_part, triangle_part
from imgcls.ui.softmax.questions import QUESTIONS

parts(
    "softmax_view",
    Part(
        "Arithmetic",
        arithmetic_part,
        [
            "Work out **1, −2, 0** by hand: e = 2.718, e⁻² = 0.135, e⁰ = 1. Halve the logits: what happens to the "
            "lead?",
            "**Two classes**: add 1 to both logits, then to one of them. Which number does the sigmoid look at?",
            "Load **your photo's** logits and lower the best one until the second breed wins. How far ahead was it?",
        ],
    ),
    Part(
        "Temperature",
        partial(
            curves_part,
            pictures.temperature,
            "the probability of each class",
            "Each class's probability over the temperature: one takes all on the left, all are equal on the right.",
        ),
        [
            "Load **your photo's** logits. At which T does the network sound only half as sure?",
        ],
    ),
    Part(
        "Hardmax",
        partial(
            curves_part,
            pictures.hard,
            "softmax and hardmax of each class",
            "One class's softmax rises in a smooth S as its logit grows; its hardmax jumps from 0 to 1.",
        ),
        [
            "Push a loser's logit up: softmax rewards every step of the way, hardmax only the last one.",
            "Where is softmax steepest? Move the logit until p is 50%, and read the slope.",
        ],
    ),
    Part(
        "Triangle",
        triangle_part,
        [
            "Drag the point into a corner, then to the middle of a side: what do the logits do?",
            "Move T: the point runs along the violet line. Why does it never cross a dashed one?",
        ],
    ),
    Part(
        "Overflow",
        overflow_part,
        [
            "Find the smallest c that breaks float32. Does subtracting the maximum help?",
            "Load **your photo's** logits into bfloat16: nothing overflows, yet a probability changes. Why?",
        ],
    ),
    questions=QUESTIONS,
)
