"""Why switch nodes off while learning? A thinned network, one mask, the mean of many, whole maps, and a race."""

from imgcls.ui.dropout.photo_parts import average_part, maps_part, mask_controls, mask_part
from imgcls.ui.dropout.questions import QUESTIONS
from imgcls.ui.dropout.race_part import race_part
from imgcls.ui.dropout.thinned_part import thinned_part
from imgcls.ui.shell import Part, parts


def masked() -> None:
    """One mask on the features before the last layer."""
    mask_part(*mask_controls())


def averaged() -> None:
    """The mean over many masks; there is nothing to switch, it is training."""
    average_part(mask_controls(modes=False)[0])


def mapped() -> None:
    """Whole feature maps dropped."""
    maps_part(*mask_controls())


parts(
    "drop_part",
    Part(
        "A thinner network each step",
        thinned_part,
        [
            "Drag the training step: which nodes are there every time?",
            "Which node of hidden 2 would you trust with the only ear detector, if it may be gone in the next step?",
            "Set p to 0.95: can such a network still learn anything?",
        ],
    ),
    Part(
        "One mask",
        masked,
        [
            "Press **Another mask** a few times: how much does the answer of the network depend on the mask?",
            "Switch to **evaluating** and drag p: why does the answer of the network stay the same?",
        ],
    ),
    Part(
        "The mean of many",
        averaged,
        [
            "At which p is the mean probability furthest from the one without dropout?",
            "Press **Another mask**: does the solid (violet) line still end at the dashed one?",
        ],
    ),
    Part(
        "Whole maps",
        mapped,
        [
            "Drag p up slowly: which maps go first? Press **Another mask** and do it again.",
            "How much darker do the surviving maps become, and why?",
        ],
    ),
    Part(
        "Against overfitting",
        race_part,
        [
            "Race with 30% wrong labels, then with none: in which race does dropout win in **accuracy**?",
            "Which of the two networks has the lower **training** loss, and why is that no praise?",
            "Look at the training accuracy: which network has learned the wrong labels as well?",
            "Set p to 0.9: can a network also forget too much?",
        ],
    ),
    questions=QUESTIONS,
)
