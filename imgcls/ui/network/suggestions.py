"""What to try in each part of the whole network, where no question asks for it."""

from imgcls.ui.network.tour import BACKWARDS, FILM, FORWARD, WHAT_IF

TRY = {
    FORWARD: (
        "Follow one eye of the dog from the photo to the last layer: in which maps is it still there?",
        "Open a map of a late layer, and switch on *What excites this map most?* below. Do you see what it looks for?",
        "Open a map, then point into it, or tap it. Which input adds most at that position, and with which sign?",
        "Open the winning class, then the runner-up. Which feature speaks for the one and against the other?",
    ),
    WHAT_IF: (
        "Switch off one map of the last layers at a time. Can you make another class win with a single one?",
        "Move the photo by one pixel, then by two, four, eight. What changes more: the maps or the bars?",
        "Cover the dog's face, then the background. Which of them did the network look at?",
    ),
    BACKWARDS: (
        "Choose the layers' names from right to left. What does Grad-CAM gain, and what does it lose?",
        "Choose the class that came second. Where do the two maps of evidence differ?",
    ),
    FILM: (
        "Stop where the kernel lies on its patch. Work out one of the products by hand.",
        "Take another photo. Which of the film’s numbers stay the same?",
        "Watch the gradient walk back. Do the pixels that light up lie on the dog?",
    ),
}

AT_HOME = (
    "The small dogs at the top are drawn like those that this network learned from, but new to it. Does it know them "
    "all? Where it is wrong, open the class that it chose, then the right one: which feature misled it?"
)
