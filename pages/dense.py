"""Why not connect every node to every other? A drawn network, what it costs, one neuron, and shuffled pixels."""

import streamlit as st

from imgcls.ui.dense.cost_part import cost_part
from imgcls.ui.dense.network_part import network_part
from imgcls.ui.dense.neuron_part import neuron_part
from imgcls.ui.dense.shuffle_part import shuffle_part
from imgcls.ui.shell import try_this

NETWORK, COST = "Every node to every other", "What it costs"
NEURON, SHUFFLE = "The photo through one neuron", "Shuffle the pixels"

part = st.segmented_control(
    "Part", [NETWORK, COST, NEURON, SHUFFLE], default=NETWORK, required=True, key="dense_part", bind="query-params",
    persist_state="session", label_visibility="collapsed",
)  # fmt: skip

if part == NETWORK:
    network_part()
    try_this(
        "Drag the image size from 4 to 224 pixels. Doubling it multiplies the weights of the first layer by what?",
        "Point at a node in the middle, or tap it: how many lines come in, how many go out?",
        "Add hidden layers. Where do nearly all parameters stay, and why?",
        "Change the seed: which numbers on the page change, and which do not?",
    )
elif part == COST:
    cost_part()
    try_this(
        "CS231n's 200 × 200 photo: how many weights come into a single output? Multiply it out by hand.",
        "AlexNet: how much of the saving comes from looking at a window only, how much from sharing its weights?",
        "VGG-16's first dense layer: why do all three columns agree? Make the image one pixel larger.",
        "Choose “measured time” and measure: where does the fully connected layer stop fitting into memory?",
    )
elif part == NEURON:
    neuron_part()
    try_this(
        "Lay the photo out row by row. Which of the three colours comes first in the vector?",
        "Where are two pixels that were one above the other now? How far apart, at 32 pixels?",
        "Choose “centre minus border”, then a sample photo with a bright middle: is the sum above zero?",
        "Look at the learned weights at 8 and at 32 pixels. What would a dog in the corner do to the sum?",
    )
else:
    shuffle_part()
    try_this(
        "Before you start the race: which of the four networks will be worst?",
        "Could you tell the breeds apart in the lower row? Why can the dense network?",
        "Race with 20 pictures of each breed: which network suffers most from having few?",
        "The shuffled CNN is still a little better than guessing. What can it go by? Think of colours.",
    )
