"""The lecture in 90 and in 45 minutes: each lesson's point, its mistake, what to open, and two questions to ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from imgcls.lessons import Lesson, built_lessons
from imgcls.ui.questions import Question, questions_of

LENGTHS = (90, 45)


@dataclass(frozen=True)
class Stop:
    """A lesson in the plan.

    `aha` is what students should go home with, `mistake` what many of them think, `show` what to do at the setting.
    `setting` is the page's query, as its address has it. `ask` names questions of the lesson; see `asks`. `together` is
    what the bar of a class is good for here, its buttons in asterisks.
    `minutes` are those of the long and of the short lecture, 0 where the lesson is left out.
    """

    slug: str
    aha: str
    mistake: str
    show: str
    minutes: tuple[int, int]
    setting: Mapping[str, str] = field(default_factory=dict)
    ask: tuple[str, ...] = ()
    together: str = ""

    @property
    def lesson(self) -> Lesson:
        """The lesson itself."""
        return next(each for each in built_lessons() if each.slug == self.slug)

    def asks(self) -> list[Question]:
        """Two questions: those that are named, else the first of each part, in the order of the lesson's list.

        A lesson with fewer questions gives those it has.
        """
        offered = questions_of(self.slug)
        named = [each for name in self.ask for each in offered if each.id == name]
        parts = [each.part for each in offered]
        first = [each for k, each in enumerate(offered) if each.part not in parts[:k]]
        order = [*named, *first, *offered]
        return [each for k, each in enumerate(order) if each not in order[:k]][:2]


PLAN = (
    Stop(
        "",
        "To a computer, a photo is a box of numbers. Classification turns them into one of a fixed list of labels.",
        "“The network sees a dog, as we do.” It sees numbers, and must choose from its list even if there is no dog.",
        "Let everybody put in a photo of their own. Point into it: three numbers for each pixel.",
        (4, 3),
        together="*More*, *Ten questions before and after*: ask them now, while the last ones join, and again at the "
        "end.",
    ),
    Stop(
        "tensors",
        "A tensor is one long row of numbers plus a shape and strides. Slicing and transposing move no number.",
        "“reshape and permute do the same, for the shapes agree.” reshape keeps the row as it is, and tears the dog to "
        "pieces.",
        "Compare the two: the same shape, but only one of them is still a dog.",
        (3, 0),
        {"tensors_part": "Reshape or permute"},
    ),
    Stop(
        "autodiff",
        "Every operation knows its own slope. Multiplied backwards along the graph, these give the gradient.",
        "“PyTorch works out a formula for the derivative.” It records what was computed, and goes back step by step.",
        "Press ▶ until the gradient arrives at w. Let the hall predict each number first.",
        (7, 0),
        {"autodiff_part": "Backward pass"},
    ),
    Stop(
        "dataset",
        "A network learns what its pictures have in common, also what nobody meant: backgrounds, copies, labels that "
        "are wrong.",
        "“More pictures are always better.” A copy of a training picture among the validation pictures only flatters "
        "the result.",
        "Find the copy that is hidden among the validation pictures.",
        (5, 0),
        {"data_part": "Duplicates"},
        ("data-leak", "data-nearest"),
    ),
    Stop(
        "dense",
        "With every pixel joined to every node, the number of weights explodes, and a dog that moves has to be learned "
        "again.",
        "“More weights make a better network.” They have to be learned from the same few pictures.",
        "Drag the image size up, and let the hall guess the factor each time it doubles.",
        (6, 4),
        {"dense_part": "Every node to every other"},
        together="*More*, *The hall is a layer*: every device is one node. First everybody lowers the loss by hand, "
        "then *Gradients on all devices* and *Step downhill*.",
    ),
    Stop(
        "convolution",
        "One small set of weights slides over the whole photo. What it answers to, it finds anywhere.",
        "“A negative output means that nothing is there.” For an edge detector, it is an edge the other way round.",
        "Choose another kernel and point at the output: window, products and sum follow. Read one sum aloud.",
        (14, 10),
        {"conv_part": "One kernel, your photo"},
        ("conv-wall", "conv-zeros"),
        together="*Pointer* shows on every screen which window you mean.",
    ),
    Stop(
        "pooling",
        "Pooling makes maps smaller and a little deaf to shifts. What it costs is where exactly something was.",
        "“Pooling makes a network blind to shifts.” At stride 2, an odd shift still gives other features.",
        "Move the photo pixel by pixel, and watch which row of pictures changes least.",
        (8, 5),
        {"pool_part": "Why it helps"},
        ("pool-losers", "pool-shift"),
    ),
    Stop(
        "activations",
        "Without a bend, any number of layers is no better than one. The bend makes depth worth its price.",
        "“More layers alone make a network cleverer.” Straight lines put one after the other are a straight line.",
        "Train both networks on the circle: the one without a bend can only draw a straight line.",
        (7, 4),
        {"act_part": "What a bend does"},
    ),
    Stop(
        "dropout",
        "Nodes that may be missing in the next step cannot be relied on, so the network spreads what it knows.",
        "“Dropout is also at work when the network is used.” Then every node takes part, and nothing is random.",
        "Press Another mask a few times, then switch to evaluating.",
        (4, 0),
        {"drop_part": "One mask"},
        together="*More*, *The hall is a layer*, *Dropout: half go dark*: a black screen keeps its weights.",
    ),
    Stop(
        "softmax",
        "Only differences between logits count. Exponentials make them positive, the division makes them add up to 1.",
        "“Twice the logits, the same probabilities.” Adding a constant changes nothing; multiplying changes a lot.",
        "Load your photo's logits and drag the temperature.",
        (6, 5),
        {"softmax_view": "Temperature"},
        ("soft-constant", "soft-hot"),
        together="*Ask*, *Ask the question on the screen*: all vote, talk to their neighbours, *Vote again*, and then "
        "*Show the answers*.",
    ),
    Stop(
        "cross-entropy",
        "The loss looks at one number: the probability of the true class. A sure mistake costs most.",
        "“All probabilities go into the loss.” With one true class only its own does; the others count because all add "
        "up to 1.",
        "Press Step downhill again and again: which logits move, and when does it stop?",
        (6, 4),
        {"ce_view": "One example"},
    ),
    Stop(
        "classify",
        "The network divides 100% among the classes it knows. It may be sure, right, and still look at the background.",
        "“A high probability means that the answer is right.” Show it something that is not on its list.",
        "Cover the eyes, then the ears, then the background with the grey patch. Which does it need most?",
        (7, 5),
        {"classify_part": "What is it?"},
        together="*Wall*, *Open the wall*: students show their own dogs and say which breed is right. A test set that "
        "nobody has tuned a network on.",
    ),
    Stop(
        "train",
        "Learning is the same small step again and again: predict, measure the loss, go downhill.",
        "“The training accuracy tells how good a network is.” It also rises while the network learns by heart.",
        "Press Train and say nothing for a while. Then ask which breed it confuses most.",
        (7, 5),
        together="*Race*, *60 seconds* a run: everybody chooses their own settings, and *Look inside* opens the best "
        "network for all.",
    ),
    Stop(
        "network",
        "All of it was there already: kernels, bends, pooling, a weighted sum, softmax. Only many times over.",
        "“Each map stands for one thing, such as an ear.” An answer is a sum over many maps, for and against.",
        "Take the tour together: it follows one photo, from its pixels to the answer. *Film* shows all of it in twenty "
        "seconds, and everybody can keep theirs as a video.",
        (6, 0),
        {"tour": "1"},
        together="*More*, *Ten questions before and after*: ask them again, then *Show the gain and the answers*.",
    ),
)


def stations(length: int) -> list[dict[str, str]]:
    """The plan's addresses in order, as a class's stations hold them: each lesson's questions, then its setting."""
    which, found = LENGTHS.index(length), []
    for stop in PLAN:
        if not stop.minutes[which]:
            continue
        title = stop.lesson.question
        places = [*((f"{title} · {each.part}", {"ask": each.id}) for each in stop.asks()), (title, stop.setting)]
        for name, query in places:
            place = stop.slug + (f"?{urlencode(query)}" if query else "")
            found.append({"title": name.removesuffix(" · "), "place": place})
    return found
