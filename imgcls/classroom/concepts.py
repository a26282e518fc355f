"""Ten concept questions before and after a course, and what the class has gained.

Each student answers at their own pace, and nothing of right and wrong is told before the teacher shows it. The gain is
that of class averages, over those who have answered all ten both times; or, where the answers before the course come
from a file of an earlier class, over all who have answered: these may be others.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from imgcls.classroom.database import ClassError, digest
from imgcls.classroom.polls import gain
from imgcls.classroom.store import Classes

Part = Literal["before", "after"]
PARTS: tuple[Part, ...] = ("before", "after")
FORMAT = "imgcls ten questions 1"
"""What a file says of itself."""
HAKE = {"traditional lectures": 0.23, "interactive engagement": 0.48}
"""Mean normalised gains of 14 traditional and 48 interactive courses (R. R. Hake, Am. J. Phys. 66, 64, 1998)."""
MOST_PEOPLE = 100_000  # in a file


@dataclass(frozen=True)
class Concept:
    """A question with exactly one right answer: its place among the `options`, of which the others are common
    misconceptions."""

    topic: str
    prompt: str
    options: tuple[str, ...]
    right: int


CONCEPTS = (
    Concept(
        "Classification",
        "A network that has learned only dogs and cats gets a photo of a car. What does its softmax give?",
        (
            "Two probabilities near 0%",
            "“Unknown”, as a car is neither",
            "Probabilities for dog and cat that add up to 100%",
            "50% for dog and 50% for cat, always",
        ),
        2,
    ),
    Concept(
        "Gradient",
        "The gradient of the loss with respect to one weight is −2. What does a step of gradient descent do to it?",
        (
            "It makes the weight larger",
            "It makes the weight smaller",
            "It sets the weight to −2",
            "Nothing: −2 is below 0",
        ),
        0,
    ),
    Concept(
        "Convolution",
        "A 3 × 3 kernel slides over a grey photo of 100 × 100 pixels. How many weights does the kernel have?",
        ("10,000: one for each pixel", "9", "9 for each place in the photo", "3"),
        1,
    ),
    Concept(
        "Pooling",
        "A feature map passes through 2 × 2 max pooling with stride 2. What is lost?",
        (
            "Nothing: the values are only stored in less space",
            "The largest values",
            "Every second feature map",
            "Three of every four values, and where in its window the largest one was",
        ),
        3,
    ),
    Concept(
        "ReLU",
        "A network has many dense layers, but no activation function between them. What can it compute?",
        (
            "Nothing that one dense layer could not",
            "The same as with ReLU, only more slowly",
            "More than with ReLU, as no value is cut off",
            "Only outputs above 0",
        ),
        0,
    ),
    Concept(
        "Dropout",
        "A network was trained with dropout, p = 0.5. Now it classifies a new photo, as usual. How many of its "
        "nodes are off?",
        (
            "Half of them, drawn anew for each photo",
            "The half that was off in the last training step",
            "None",
            "Those that were off most often",
        ),
        2,
    ),
    Concept(
        "Softmax",
        "You add 5 to every logit. What happens to the softmax probabilities?",
        ("They all grow", "They stay the same", "The largest grows, the others shrink", "They move closer together"),
        1,
    ),
    Concept(
        "Log loss",
        "Network A gives the right class 10%, network B 1%. How do their cross-entropy losses for this photo compare?",
        (
            "They are equal, if both networks name a wrong class",
            "A’s is ten times as large",
            "B’s is ten times as large",
            "B’s is twice as large",
        ),
        3,
    ),
    Concept(
        "Overfitting",
        "During training the loss on the training photos keeps falling, while the loss on new photos rises. Why?",
        (
            "The learning rate is too small",
            "The network fits details of the training photos that new photos do not share",
            "The network has too few weights for the training photos",
            "The network is forgetting the training photos",
        ),
        1,
    ),
    Concept(
        "What a network sees",
        "A network says “husky”, and Grad-CAM lights up the snow rather than the dog. What does that suggest?",
        (
            "The network has cut the dog out, and shows the rest",
            "The network knows that huskies live in the snow",
            "The snow was evidence for “husky” to this network",
            "The network’s answer must be wrong",
        ),
        2,
    ),
)

Choices = Sequence[int]
"""What somebody has chosen, question by question."""
Counts = Sequence[Sequence[int]]
"""How many have chosen each option, question by question."""


def counted(answers: Sequence[Choices]) -> list[list[int]]:
    """The `Counts` of the answers of some people."""
    return [
        [sum(choices[place] == option for choices in answers) for option in range(len(concept.options))]
        for place, concept in enumerate(CONCEPTS)
    ]


def shares_right(counts: Counts) -> list[float]:
    """The share of right answers to each question, 0 to 1; everybody has answered all of them."""
    return [row[concept.right] / sum(row) for row, concept in zip(counts, CONCEPTS, strict=True)]


@dataclass(frozen=True)
class Comparison:
    """Answers before and after a course, of how many `people` each; `matched`: the same people."""

    before: Counts
    after: Counts
    people: tuple[int, int]
    matched: bool

    @property
    def averages(self) -> tuple[float, float]:
        """The average share of right answers, before and after."""
        before, after = (sum(shares_right(counts)) / len(CONCEPTS) for counts in (self.before, self.after))
        return before, after

    @property
    def gain(self) -> float | None:
        """The normalised gain of the averages; None where everything was right before."""
        return gain(*self.averages)


@dataclass(frozen=True)
class Survey:
    """Where a class is: which `part` is open (None: neither), whether the answers are `shown`, and the number of people
    who have answered all ten in each part; `loaded` is how many people a file counts before the course."""

    part: Part | None
    shown: bool
    done: Mapping[Part, int]
    loaded: int


@dataclass(frozen=True)
class Concepts:
    """The ten questions of all classes.

    Raises (all methods that take a token):
        ClassError: this person may not do that.
    """

    classes: Classes

    def open(self, token: str, part: object) -> None:
        """The teacher opens the questions "before" or "after" the course, or closes them (None)."""
        if part is not None and part not in PARTS:
            raise ClassError("The questions are asked before and after a course.")
        with self.classes.database.write() as database:
            code = self.classes.teacher(database, token).code
            query = "insert into survey values (?, ?, 0, '') on conflict do update set part = excluded.part, shown = 0"
            database.execute(query, (code, part or ""))

    def answer(self, token: str, question: object, choice: object) -> None:
        """A student's answer to one question in the part that is open; they may change it."""
        fits = type(question) is int and 0 <= question < len(CONCEPTS) and type(choice) is int
        if not fits or not 0 <= choice < len(CONCEPTS[question].options):
            raise ClassError("This is no answer to the question.")
        with self.classes.database.write() as database:
            me = self.classes.person(database, token)
            found = database.execute("select part, shown from survey where code = ?", (me.code,)).fetchone()
            if me.teacher or not found or not found[0] or found[1]:
                raise ClassError("The ten questions are closed.")
            database.execute(
                "insert into answer values (?, ?, ?, ?, ?) on conflict do update set choice = excluded.choice",
                (me.code, digest(token), found[0], question, choice),
            )

    def show(self, token: str) -> None:
        """The teacher shows the right answers and the gain."""
        with self.classes.database.write() as database:
            code = self.classes.teacher(database, token).code
            if self.compared(code) is None:
                raise ClassError("There is nothing to compare yet: nobody has answered all ten before and after.")
            database.execute("update survey set shown = 1 where code = ?", (code,))

    def load(self, token: str, text: object) -> None:
        """The teacher loads what `saved` has written in an earlier class, as the answers before the course."""
        counts = _read(text)
        with self.classes.database.write() as database:
            code = self.classes.teacher(database, token).code
            query = "insert into survey values (?, '', 0, ?) on conflict do update set loaded = excluded.loaded"
            database.execute(query, (code, json.dumps(counts)))

    def saved(self, code: str, part: Part) -> dict[str, Any]:
        """How many have chosen each option, as a file without anybody's name."""
        answers = self.answers(code, part)
        return {"format": FORMAT, "part": part, "people": len(answers), "counts": counted(list(answers.values()))}

    def survey(self, code: str) -> Survey | None:
        """Where a class is; None if it has not been asked."""
        read = self.classes.database.read
        found = read("select part, shown, loaded from survey where code = ?", code).fetchone()
        if found is None:
            return None
        everything = "select 1 from answer where code = ? and part = ? group by token having count(*) = ?"
        done: dict[Part, int] = {
            part: read(f"select count(*) from ({everything})", code, part, len(CONCEPTS)).fetchone()[0]
            for part in PARTS
        }
        return Survey(found[0] or None, bool(found[1]), done, sum(json.loads(found[2])[0]) if found[2] else 0)

    def mine(self, token: str) -> dict[Part, list[int | None]]:
        """What the holder of this token has chosen in each part; None where they have not."""
        found: dict[Part, list[int | None]] = {part: [None] * len(CONCEPTS) for part in PARTS}
        query = "select part, question, choice from answer where token = ?"
        for part, question, choice in self.classes.database.read(query, digest(token)):
            found[part][question] = choice
        return found

    def answers(self, code: str, part: Part) -> dict[str, list[int]]:
        """Of those who have answered all ten in this part, by the digests of their tokens."""
        query = "select token, choice from answer where code = ? and part = ? order by token, question"
        found: dict[str, list[int]] = {}
        for token, choice in self.classes.database.read(query, code, part):
            found.setdefault(token, []).append(choice)
        return {token: choices for token, choices in found.items() if len(choices) == len(CONCEPTS)}

    def compared(self, code: str) -> Comparison | None:
        """Before and after: of those who have answered both; else of a file and of all who have answered after."""
        before, after = (self.answers(code, part) for part in PARTS)
        both = sorted(before.keys() & after.keys())
        if both:
            counts = [counted([answers[token] for token in both]) for answers in (before, after)]
            return Comparison(*counts, (len(both), len(both)), True)
        found = self.classes.database.read("select loaded from survey where code = ?", code).fetchone()
        if not found or not found[0] or not after:
            return None
        loaded = json.loads(found[0])
        return Comparison(loaded, counted(list(after.values())), (sum(loaded[0]), len(after)), False)


def _read(text: object) -> list[list[int]]:
    """The counts in a file that `saved` has written.

    Raises:
        ClassError: it is none.
    """
    wrong = ClassError("This file holds no answers to the ten questions.")
    try:
        given = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        raise wrong
    counts, people = given.get("counts"), given.get("people")
    if type(people) is not int or not 1 <= people <= MOST_PEOPLE:
        raise ClassError("Nobody has answered all ten questions in this file.")
    if not isinstance(counts, list) or len(counts) != len(CONCEPTS):
        raise wrong
    for row, concept in zip(counts, CONCEPTS, strict=True):
        fits = isinstance(row, list) and len(row) == len(concept.options)
        if not fits or any(type(each) is not int or each < 0 for each in row) or sum(row) != people:
            raise wrong
    return counts
