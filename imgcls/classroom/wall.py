"""The wall: photos that students show to their class, once the teacher has let them in.

With each come the breed that its student says is right, and what networks answered: so the wall is a test set of the
class's own. Whoever leaves takes theirs along, and all go with the class.
"""

import dataclasses
import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imgcls.classroom.database import ClassError, digest
from imgcls.classroom.polls import one_line
from imgcls.classroom.store import Classes

MOST_EACH, MOST = 3, 200
"""Photos of one student, and of all."""
LONGEST_BREED = 60


@dataclass(frozen=True)
class Answer:
    """What a network answered to a photo: the class with the highest `probability`.

    `said` is the class that the student says is right, None where the network has no such class, or nothing was said;
    `chance` is the probability that the network gave it.
    """

    label: str
    probability: float
    said: str | None = None
    chance: float | None = None

    @property
    def right(self) -> bool | None:
        """Whether it is what the student says; None where that cannot be told."""
        return None if self.said is None else self.label == self.said


@dataclass(frozen=True)
class Photo:
    """A photo on the wall, or one that waits for the teacher: `said` as typed, `answers` by network.

    `owner` is the digest of a token, `name` the one by lot.
    """

    id: int
    owner: str
    name: str
    said: str
    answers: Mapping[str, Answer]
    let_in: bool


@dataclass(frozen=True)
class State:
    """What changes of a wall: how many photos are on it and wait, and a `mark` that is another after each change."""

    count: int
    waiting: int
    mark: int


@dataclass(frozen=True)
class Wall:
    """The walls of all classes.

    Raises (all methods that take a token and change something):
        ClassError: this person may not do that.
    """

    classes: Classes

    def open(self, token: str, opened: bool) -> None:
        """The teacher opens or closes the wall of their class; closed, its photos are kept and not shown."""
        with self.classes.database.write() as database:
            me = self.classes.teacher(database, token)
            database.execute("update room set wall = ?, version = version + 1 where code = ?", (int(opened), me.code))

    def check(self, token: str) -> None:
        """Raises a ClassError if this student cannot show a photo now."""
        me = self.classes.member(token)
        room = self.classes.room(me.code) if me else None
        if me is None or room is None:
            raise ClassError("This class has ended.")
        if me.teacher:
            raise ClassError("The photos on the wall are the students'.")
        if not room.wall:
            raise ClassError("The wall is closed.")
        photos = self.photos(me.code)
        if sum(photo.owner == digest(token) for photo in photos) >= MOST_EACH:
            raise ClassError(f"You have shown {MOST_EACH} photos already: take one back first.")
        if len(photos) >= MOST:
            raise ClassError("The wall is full.")

    def show(self, token: str, jpeg: bytes, said: object, answers: Mapping[str, Answer]) -> int:
        """A student shows a photo, and says of which breed it is ("": does not say); returns its number."""
        breed = one_line(said, LONGEST_BREED)
        kept = json.dumps({network: dataclasses.asdict(answer) for network, answer in answers.items()})
        with self.classes.database.write() as database:
            self.check(token)  # once more: another photo of theirs may have come meanwhile
            me = self.classes.person(database, token)
            row = (me.code, digest(token), jpeg, breed, kept)
            made = database.execute(
                "insert into picture (code, token, jpeg, said, answers) values (?, ?, ?, ?, ?)", row
            )
            return made.lastrowid or 0

    def let_in(self, token: str, photo: int) -> None:
        """The teacher lets a photo onto the wall."""
        with self.classes.database.write() as database:
            me = self.classes.teacher(database, token)
            done = database.execute(
                "update picture set let_in = 1 where id = ? and code = ? and poll is null", (photo, me.code)
            )
            if not done.rowcount:
                raise ClassError("This photo was taken back.")
        self.classes.photos_changed(me.code)

    def take_back(self, token: str, photo: int) -> None:
        """A student takes their photo back, or the teacher takes it off: nothing of it is kept."""
        with self.classes.database.write() as database:
            me = self.classes.person(database, token)
            query = "delete from picture where id = ? and code = ? and poll is null and (? or token = ?)"
            database.execute(query, (photo, me.code, int(me.teacher), digest(token)))
        self.classes.photos_changed(me.code)

    def photos(self, code: str) -> tuple[Photo, ...]:
        """All of a class, also those that wait, in the order in which they came."""
        found = self.classes.database.read(
            "select picture.id, picture.token, name, said, answers, let_in from picture "
            "join person on person.token = picture.token where picture.code = ? and poll is null order by picture.id",
            code,
        )
        return tuple(
            Photo(number, owner, name, said, _answers(answers), bool(let_in))
            for number, owner, name, said, answers, let_in in found
        )

    def state(self, code: str) -> State:
        """What a browser must know to ask for the photos anew."""
        query = "select id, let_in from picture where code = ? and poll is null order by id"
        found = self.classes.database.read(query, code).fetchall()
        count = sum(let_in for _, let_in in found)
        return State(count, len(found) - count, zlib.crc32(repr(found).encode()))

    def jpeg(self, token: str, photo: int) -> bytes | None:
        """The picture, for those who may see it: once it is let in and while the wall is open the class, before its
        student and the teacher."""
        me = self.classes.member(token)
        if me is None:
            return None
        found = self.classes.database.read(
            "select jpeg from picture join room on room.code = picture.code where id = ? and room.code = ? "
            "and poll is null and (? or token = ? or (let_in and wall))",
            photo, me.code, int(me.teacher), digest(token),
        ).fetchone()  # fmt: skip
        return found and found[0]


def _answers(text: str) -> dict[str, Answer]:
    return {network: Answer(**values) for network, values in json.loads(text).items()}


@dataclass(frozen=True)
class Accuracy:
    """`right` answers of a network to `of` photos whose breed the student has said and the network knows."""

    right: int
    of: int

    @property
    def share(self) -> float | None:
        """The accuracy, 0 to 1; None without a photo."""
        return self.right / self.of if self.of else None


def judged(photos: Sequence[Photo], network: str) -> list[tuple[Photo, Answer]]:
    """The photos on the wall of which one can say whether the network is right."""
    found = [(photo, photo.answers.get(network)) for photo in photos if photo.let_in]
    return [(photo, answer) for photo, answer in found if answer is not None and answer.right is not None]


def accuracy(photos: Sequence[Photo], network: str) -> Accuracy:
    """How the network does on the class's own test set."""
    answers = [answer for _, answer in judged(photos, network)]
    return Accuracy(sum(answer.label == answer.said for answer in answers), len(answers))


def confusions(photos: Sequence[Photo], network: str) -> list[tuple[str, str, int]]:
    """What the students say, what the network says instead, and how often: the most frequent first."""
    wrong = Counter((answer.said, answer.label) for _, answer in judged(photos, network) if not answer.right)
    return [
        (said, label, count) for (said, label), count in sorted(wrong.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def hardest(photos: Sequence[Photo], network: str, most: int = 3) -> list[Photo]:
    """The photos to whose breed the network gives the lowest probability: where its loss, -ln p, is highest."""
    found = sorted(judged(photos, network), key=lambda pair: (pair[1].chance, pair[0].id))
    return [photo for photo, _ in found[:most]]
