"""The lessons in the lecture's order: navigation, links, README and tests read this one table."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGES = Path(__file__).resolve().parent.parent / "pages"


@dataclass(frozen=True)
class Lesson:
    """One page: its URL path, its name in the menu, its section, and the question that it answers."""

    slug: str
    title: str
    section: str
    question: str
    icon: str

    @property
    def name(self) -> str:
        """What the browser's tab, history and bookmarks call the page."""
        return f"{self.title} · imgcls" if self.slug else "imgcls: how image classification works"

    @property
    def path(self) -> Path:
        """The script of the page."""
        return PAGES / f"{self.slug.replace('-', '_') or 'home'}.py"

    @property
    def built(self) -> bool:
        """Whether the page exists; a lesson that does not is not listed."""
        return self.path.is_file()


LESSONS: tuple[Lesson, ...] = (
    Lesson("", "Home", "Start", "What is image classification?", "home"),
    Lesson("tensors", "PyTorch tensors", "Foundations", "How does PyTorch hold a photo?", "grid_on"),
    Lesson(
        "autodiff",
        "Automatic differentiation",
        "Foundations",
        "How does PyTorch know which way is downhill?",
        "account_tree",
    ),
    Lesson("dataset", "Dog-breed dataset", "Foundations", "What does a network learn from?", "photo_library"),
    Lesson("dense", "Dense networks", "Layers", "Why not connect every node to every other?", "hub"),
    Lesson("convolution", "Convolution", "Layers", "What does a kernel see in your photo?", "blur_on"),
    Lesson("pooling", "Pooling", "Layers", "Why throw away three quarters of the values?", "compress"),
    Lesson("activations", "Activations", "Layers", "What does a bend in a curve do for a network?", "timeline"),
    Lesson("dropout", "Dropout", "Layers", "Why switch nodes off while learning?", "scatter_plot"),
    Lesson("softmax", "Softmax", "From scores to loss", "How do scores become probabilities?", "bar_chart"),
    Lesson(
        "cross-entropy",
        "Cross-entropy",
        "From scores to loss",
        "What does it cost to be confidently wrong?",
        "trending_down",
    ),
    Lesson("classify", "Classify", "The whole network", "What does the network see in your photo?", "pets"),
    Lesson("train", "Train", "The whole network", "How does a network learn?", "model_training"),
    Lesson("network", "Inside the network", "The whole network", "What happens between photo and answer?", "lan"),
)

TEACH = Lesson("teach", "Lesson plan", "For teachers", "How do I teach with it?", "co_present")
"""The teachers' page: it is no lesson, and the menu does not list it."""


@cache
def built_lessons() -> tuple[Lesson, ...]:
    """The lessons that exist, in order."""
    return tuple(lesson for lesson in LESSONS if lesson.built)


def neighbours(slug: str) -> tuple[Lesson | None, Lesson | None]:
    """The built lesson before and the one after `slug`, None at the ends."""
    lessons = built_lessons()
    place = [lesson.slug for lesson in lessons].index(slug)
    return (
        lessons[place - 1] if place else None,
        lessons[place + 1] if place + 1 < len(lessons) else None,
    )
