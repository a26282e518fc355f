"""How does PyTorch hold a photo? Its shape, its memory, and what one does with both before a network sees it."""

from imgcls.ui.shell import Part, parts
from imgcls.ui.tensors.batch_part import batch_part
from imgcls.ui.tensors.broadcast_part import broadcast_part
from imgcls.ui.tensors.matmul_part import matmul_part
from imgcls.ui.tensors.memory_part import memory_part
from imgcls.ui.tensors.normalise_part import normalise_part, over_the_samples
from imgcls.ui.tensors.questions import QUESTIONS
from imgcls.ui.tensors.reshape_part import reshape_part
from imgcls.ui.tensors.slicing import slicing
from imgcls.ui.tensors.speed_part import speed_part


def normalised() -> None:
    """This photo, then all samples."""
    normalise_part()
    over_the_samples()


parts(
    "tensors_part",
    Part(
        "Slice",
        slicing,
        [
            "Drag the rectangle over an eye. Which rows and columns is it, and at which storage_offset does it begin?",
            "Choose one channel: a dimension disappears from the shape.",
        ],
    ),
    Part(
        "Memory",
        memory_part,
        [
            "Press play in HWC and in CHW: in which order do the pixels light up?",
            "**channels_last** has the shape of NCHW and the memory of HWC. Which stride gives it away?",
        ],
    ),
    Part(
        "Reshape or permute",
        reshape_part,
        [
            "Choose the **row length** and drag w to the photo's true width. What do the stripes say if it is one off?",
        ],
    ),
    Part(
        "Normalise",
        normalised,
        [
            "Drag the mean up: what does the network take your photo for, and when does it change its mind?",
            "Which numbers bring the mean of your photo's values to 0 and their standard deviation to 1?",
        ],
    ),
    Part(
        "Broadcast",
        broadcast_part,
        [
            "(3, 4) and (3) clash. Make b (3, 1): now it fits, and every row gets its own number.",
        ],
    ),
    Part(
        "Matmul",
        matmul_part,
        [
            "Which numbers of A and B change only **one row** of the result, and which only one column?",
            "Make A a single row and B a single column. What is left, and what comes out the other way round?",
            "Choose *a dense layer on photos*, and change W until your photo gets the highest score in both classes.",
        ],
    ),
    Part(
        "Batch",
        batch_part,
        [
            "How many numbers apart are neighbouring photos in the batch? Compute it from the shape.",
        ],
    ),
    Part(
        "CPU or GPU",
        speed_part,
        [
            "Time them twice: the medians should agree within a few percent.",
            "Is the convolution faster in channels_last on this machine?",
        ],
    ),
    questions=QUESTIONS,
)
