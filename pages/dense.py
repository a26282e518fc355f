"""Why not connect every node to every other? A network, what it costs, one neuron, templates, and shuffled pixels."""

from imgcls.ui.dense.cost_part import cost_part
from imgcls.ui.dense.network_part import network_part
from imgcls.ui.dense.neuron_part import neuron_part
from imgcls.ui.dense.questions import QUESTIONS
from imgcls.ui.dense.shuffle_part import shuffle_part
from imgcls.ui.dense.templates_part import templates_part
from imgcls.ui.shell import Part, parts

parts(
    "dense_part",
    Part(
        "Every node to every other",
        network_part,
        [
            "Point at a node in the middle, or tap it: how many lines come in, how many go out?",
            "Change the seed: which numbers on the page change, and which do not?",
        ],
    ),
    Part(
        "What it costs",
        cost_part,
        [
            "CS231n's 200 × 200 photo: how many weights come into a single output? Multiply it out by hand.",
            "VGG-16's first dense layer: why do all three columns agree? Make the image one pixel larger.",
            "Choose “measured time” and measure: where does the fully connected layer stop fitting into memory?",
        ],
    ),
    Part(
        "The photo through one neuron",
        neuron_part,
        [
            "Lay the photo out row by row. Which of the three colours comes first in the vector?",
            "Look at the learned weights at 8 and at 32 pixels. What would a dog in the corner do to the sum?",
        ],
    ),
    Part(
        "One template per class",
        templates_part,
        [
            "What in your photo speaks for the class that wins? Click its template and look at the products.",
            "Look at the horse and at the car, from far away. What could each colour in them have been?",
            "Try a photo of a red car in front of the sky, then a red ball. What does such a classifier really see?",
            "Which template would a photo that is mid-grey everywhere choose? Look at the bias.",
        ],
    ),
    Part(
        "Shuffle the pixels",
        shuffle_part,
        [
            "Before you start the race: which of the four networks will be worst?",
            "Could you tell the breeds apart in the lower row? A network with a weight for every position can.",
            "Race with 20 pictures of each breed: which network suffers most from having few?",
            "Is the shuffled CNN better than guessing? What can it go by? Think of colours.",
        ],
    ),
    questions=QUESTIONS,
)
