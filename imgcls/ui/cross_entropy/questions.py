"""What the cross-entropy lesson asks before it shows; `answers` has what is right."""

import math

from imgcls.numbers import percent, whole, written
from imgcls.ops.losses import twice_floor
from imgcls.ui.cross_entropy import answers
from imgcls.ui.cross_entropy.likelihood_part import MOST
from imgcls.ui.cross_entropy.parts import BATCH
from imgcls.ui.cross_entropy.pictures import WAYS, log_loss_worked
from imgcls.ui.questions import Bars, Choice, Curve, Number, Question

ONE, TWO, PHOTO, MEAN = "One example", "Two classes", "Your photo", "Batch"
LIKELIHOOD, ACCURACY, FROM_LOGITS = "Likelihood", "Why not accuracy", "Pass logits"

QUESTIONS = [
    Question(
        "ce-curve",
        ONE,
        "What a forecast costs depends on the probability that it gave to the true class. 60% "
        "costs 0.51. Draw the rest.",
        Curve(
            answers.CHANCES,
            0,
            6,
            "probability of the true class",
            "loss",
            "",
            2,
            0.6,
            (0.51,) * 5,
            tuple(percent(p, 0) for p in answers.CHANCES),
        ),
        answers.prices,
        lambda photo, right: (
            f"{log_loss_worked(0.2, right[1])}, and {log_loss_worked(0.01, right[0])}. Each halving costs "
            f"{written(math.log(2))} more, without end: only 0% would cost infinitely much."
        ),
        at={"ce_logits": "1_0_0", "ce_logits_true": "1"},
        then={"ce_logits": "6_0_0", "ce_logits_true": "1"},
    ),
    Question(
        "ce-gradient",
        ONE,
        "Three logits give these probabilities. Which gradient does the loss give to each logit?",
        Bars(answers.first_rows, -1, 1, "", 2, 0.1, (0.0,) * 3),
        answers.first_gradient,
        answers.why_gradient,
        at={"ce_logits": "0_0_0", "ce_logits_true": "2"},
        then={"ce_logits": "-2.85_0.86_0.28", "ce_logits_true": "2"},
    ),
    Question(
        "ce-confident",
        ONE,
        answers.asks_surer,
        Number(0, 30, "", 1, digits=1, start=5),
        answers.surer,
        answers.why_surer,
        at={"ce_logits": "5_0_0", "ce_logits_true": "1"},
        then={"ce_logits": "10_0_0", "ce_logits_true": "1"},
    ),
    Question(
        "ce-smoothing",
        ONE,
        "Label smoothing of 0.3, three classes. At which probability of the true class is the loss **smallest**?",
        Number(0, 100, "%", 4, start=100),
        answers.cheapest,
        "The target is 1 − 0.3 + 0.3 / 3 = 0.8: the smoothed part goes to all classes, the true one among them. "
        "Being surer costs extra, so the network stops pushing its logits apart.",
        at={"ce_logits": "6_1_1", "ce_logits_true": "0", "ce_smoothing": "0"},
        then={"ce_logits": "6_1_1", "ce_logits_true": "0", "ce_smoothing": "0.3"},
    ),
    Question(
        "ce-line",
        TWO,
        "A single logit z, and the true answer is y = 1. Draw the loss over z.",
        Curve(answers.SIDES, 0, 10, "logit z", "loss", "", 1, 0.8, (2.0,) * 5),
        lambda photo: answers.binary(answers.SIDES, 1).loss.tolist(),
        "On the right side it dies away, on the wrong side it becomes a straight line: two units further wrong cost "
        "two more. It bends only in between.",
        at={"ce_axis": "over the logit", "ce_binary": "8"},
        then={"ce_axis": "over the logit", "ce_binary": "-8"},
    ),
    Question(
        "ce-steepness",
        TWO,
        "The true answer is y = 1. Which gradient does the loss give the logit at these three places?",
        Bars(("z = −6", "z = 0", "z = 6"), -2, 2, "", 2, 0.15, (0.0,) * 3),
        lambda photo: answers.binary((-6.0, 0.0, 6.0), 1).gradient.tolist(),
        "It is p − y, so it lies between −1 and 0. A confident mistake pulls with almost −1 and no more, a coin toss "
        "with −0.5, a confident hit with almost nothing.",
        at={"ce_axis": "over the logit", "ce_binary": "6"},
        then={"ce_axis": "over the logit", "ce_binary": "-6"},
    ),
    Question(
        "ce-other",
        TWO,
        answers.asks_other,
        Number(0, 5, "", 0.2, digits=2),
        lambda photo: float(answers.binary([answers.ONE_LOGIT], 0).loss),
        answers.why_other,
        then={"ce_y": "y = 0"},
    ),
    Question(
        "ce-photo-price",
        PHOTO,
        answers.asks_photo,
        Number(0, 7, "", 0.15, digits=2, start=1),
        lambda photo: float(answers.answer(photo).loss),
        lambda photo, right: (
            f"{log_loss_worked(answers.best(photo)[1], right)}. Only the true class's probability counts. "
            f"Half would cost {written(math.log(2))}, certainty 0."
        ),
    ),
    Question(
        "ce-photo-pull",
        PHOTO,
        "Suppose the network's best answer is true. Which gradient do its three strongest logits get?",
        Bars(answers.top_names, -1, 1, "", 2, 0.1, (0.0,) * 3),
        lambda photo: answers.answer(photo).gradient[0, answers.top(photo)].tolist(),
        "p − 1 for the true class, p for each other one. The surer and the more right the network already is, the less "
        "this photo still teaches it.",
    ),
    Question(
        "ce-photo-dearer",
        PHOTO,
        f"A blind guess gives each of 1,000 classes 0.1% and costs ln 1,000 ≈ {written(answers.blind(1000))}. How many "
        "of the classes would cost **more** than that if your photo showed them?",
        Number(0, 1000, "classes", 40),
        answers.dearer,
        answers.why_dearer,
        then={"ce_breed": "Tench"},
    ),
    Question(
        "ce-mean-share",
        MEAN,
        "Four photos are right, the fifth is confidently wrong: its true logit is 4 **behind** the others. What share "
        "of the whole loss is its own?",
        Number(0, 100, "%", 6, start=20),
        answers.share,
        lambda photo, right: (
            f"**{percent(right / 100)}**. A confident mistake costs many times what all right answers do together. "
            "A wrong label does the same."
        ),
        at={"ce_batch": "4_3_2_1_4"},
        then={"ce_batch": "4_3_2_1_-4"},
    ),
    Question(
        "ce-mean-pull",
        MEAN,
        "The true logits of five photos are 4, 3, 2, 1 and −4, the other two classes have 0. How hard does the "
        "**mean** loss pull at each?",
        Bars(
            tuple(f"photo {i}, logit {written(z)}" for i, z in enumerate(BATCH.start, 1)),
            -0.5,
            0,
            "",
            2,
            0.05,
            (0.0,) * 5,
        ),
        answers.pulls,
        "The gradient is (p − 1) / 5. However wrong photo 5 is, it cannot pull harder than −1/5: the loss has no "
        "bound, but its gradient has.",
        at={"ce_batch": "4_3_2_1_4"},
        then={"ce_batch": "4_3_2_1_-4"},
    ),
    Question(
        "ce-mean-rescue",
        MEAN,
        answers.asks_rescue,
        Number(0, 1.2, "", 0.08, digits=2),
        lambda photo: float(answers.batch(answers.RESCUE).loss),
        answers.why_rescue,
        at={"ce_batch": "4_3_2_1_-4"},
        then={"ce_batch": "10_10_10_10_-4"},
    ),
    Question(
        "ce-likely-line",
        LIKELIHOOD,
        answers.asks_exponents,
        Curve(tuple(map(float, answers.PHOTOS)), -400, 0, "photos", "power of ten", "", 0, 40, (0.0,) * 4),
        answers.exponents,
        "A straight line down, for each photo multiplies by the same factor again. Written out, the product has "
        "hundreds of zeros. Its logarithm is a plain sum, and that is what we use.",
        at={"ce_photos": "3"},
        then={"ce_photos": "900"},
    ),
    Question(
        "ce-likely-gone",
        LIKELIHOOD,
        "float32 ends at about 10^{−45}. After how many of these photos is their product **exactly 0**?",
        Number(3, MOST, "photos", 1.35, log=True),
        answers.gone,
        lambda photo, right: (
            f"After {whole(right)}: three photos take 1.26 powers of ten. A product over a whole data set is always 0 "
            "in float32. The sum of logs is still an ordinary number."
        ),
        at={"ce_photos": "3"},
        then={"ce_photos": "108"},
    ),
    Question(
        "ce-likely-perplexity",
        LIKELIHOOD,
        lambda photo: (
            f"The true classes got {answers.three(photo)}. Perplexity is e^{{loss}}: among how many equally likely "
            "classes would one be as unsure?"
        ),
        Number(1, 10, "classes", 0.3, digits=1),
        answers.unsure_among,
        answers.why_perplexity,
        at={"ce_likely": "0_0_0"},
        then={"ce_likely": "2_0.5_-1"},
    ),
    Question(
        "ce-accuracy-stairs",
        ACCURACY,
        "Three of four photos are right. The true logit of the fourth rises from −6 to 6, the other classes have 0. "
        "Draw the **accuracy**.",
        Curve(answers.STAIRS, 0, 100, "logit of photo 4", "accuracy", "%", 0, 6, (50.0,) * 6),
        answers.stairs,
        "A step: 75% up to 0, and 100% beyond it. Left and right of it a small change of the logit changes nothing, so "
        "accuracy never says which way to go.",
        at={"ce_accuracy": "3_1_0.5_-6"},
        then={"ce_accuracy": "3_1_0.5_6"},
    ),
    Question(
        "ce-accuracy-slopes",
        ACCURACY,
        "Photo 4 is hopelessly wrong: its true logit is **−10**. How steep are the mean losses of the four photos "
        "there?",
        Bars(("log loss", "squared error (1 − p)²"), -0.5, 0.5, "", 2, 0.06, (0.0, 0.0)),
        answers.far_slopes,
        "Log loss still pulls with −1/4, as hard as it can. Squared error has gone flat, because p hardly moves down "
        "there: it learns nothing from its worst mistakes.",
        at={"ce_accuracy": "3_1_0.5_-1.5"},
        then={"ce_accuracy": "3_1_0.5_-10"},
    ),
    Question(
        "ce-accuracy-more",
        ACCURACY,
        "All four photos are right: accuracy 100%. What does the **log loss** still ask for?",
        Choice(
            (answers.NOTHING, answers.HIGHER, answers.LOWER),
            {
                answers.NOTHING: "It is 0 only if the true class has 100%, and softmax never gives that.",
                answers.LOWER: "That is what label smoothing asks for. Plain log loss always rewards certainty.",
            },
        ),
        answers.still_wants,
        lambda photo, right: (
            f"It is still {written(float(answers.accurate(answers.ALL_RIGHT).loss))}, and all four slopes are "
            "negative. So training goes on after the last photo is right, and the network becomes surer and surer."
        ),
        at={"ce_accuracy": "3_1_0.5_-1.5"},
        then={"ce_accuracy": "3_1_0.5_0.5"},
    ),
    Question(
        "ce-ways-inf",
        FROM_LOGITS,
        "The smallest number of float32 is about 10^{−45}. By how much must the true class be **behind** before "
        "−log(softmax(z)) is infinite?",
        Number(1, 200, "", 1.2, log=True),
        answers.overflows,
        lambda photo, right: (
            f"By **{whole(right)}**: then p is rounded to 0, and −ln 0 is infinite. cross_entropy takes the logits, "
            "subtracts in place of dividing, and says what it costs: the gap."
        ),
        at={"ce_behind": "20"},
        then={"ce_behind": "104"},
    ),
    Question(
        "ce-ways-pull",
        FROM_LOGITS,
        "The true class is 20 behind: a very confident mistake. Which gradient does its logit get in each of the three "
        "ways?",
        Bars(WAYS, -1.5, 1.5, "", 2, 0.1, (0.0,) * 3),
        answers.three_gradients,
        "Nearly −1, as it should be, in the first two. With softmax done twice it is almost 0: the inner softmax is "
        "flat there, and the network cannot unlearn its worst mistakes.",
        at={"ce_behind": "0"},
        then={"ce_behind": "20"},
    ),
    Question(
        "ce-ways-floor",
        FROM_LOGITS,
        "By mistake softmax is done **twice**. The network is right and perfectly sure, three classes. What is the "
        "loss?",
        Number(0, 2, "", 0.1, digits=2, start=1),
        answers.floor,
        f"The outer softmax sees 1, 0 and 0, and finds that a small lead. ln(1 + 2/e) ≈ {written(twice_floor(3))} is "
        "the least it can charge. No error appears, but the loss never comes near 0.",
        at={"ce_behind": "20"},
        then={"ce_behind": "-20"},
    ),
]
