"""Questions to the whole class: votes are counted but not told until the teacher shows them, and may be asked again.

A vote is on the disk before it is acknowledged, and a person has one in each round: none is lost, none counts twice.
"""

import json
import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from imgcls.classroom.database import ClassError, digest
from imgcls.classroom.store import Classes

Hint = Literal["explain", "discuss", "go on"]
LONGEST_PROMPT, LONGEST_OPTION, MOST_OPTIONS = 300, 120, 6
LONGEST_VALUE = 2000  # characters of a vote
LARGEST = 1e15  # of a number that is voted
DISCUSS = 0.3, 0.8
"""Shares of right votes between which a discussion pays most (PINGO's rule, after Mazur's peer instruction)."""
LESSON = "lesson"
"""The kind of a question that a lesson asks in its own way. What its votes mean, only the lesson knows: each has a
"value", whether that is "right" for the voter's own photo, and which "photo" that is."""
_OF_A_LESSON = {"value", "right", "photo"}


@dataclass(frozen=True)
class Poll:
    """A question that the class has been asked: `asked` as JSON, in its n-th `round`, its votes `revealed` or not."""

    id: int
    code: str
    asked: Mapping[str, Any]
    round: int
    revealed: bool

    @property
    def right(self) -> Any:
        """What the teacher said is right: a place among the options, or a number; None where nothing is."""
        return self.asked.get("right")


@dataclass(frozen=True)
class Votes:
    """The votes of all rounds: `by_round[n - 1]` has those of round n, by the digest of the voter's token."""

    by_round: tuple[Mapping[str, Any], ...]

    @property
    def now(self) -> Mapping[str, Any]:
        """Those of the latest round."""
        return self.by_round[-1]

    def of(self, token: str) -> Any:
        """What the holder of this token has voted in the latest round; None if nothing."""
        return self.now.get(digest(token))


@dataclass(frozen=True)
class Polls:
    """All questions of all classes.

    Raises (all methods):
        ClassError: this person may not do that, or the question makes no sense.
    """

    classes: Classes

    def ask(self, token: str, asked: Mapping[str, Any], picture: bytes | None = None) -> int:
        """The teacher asks; an earlier question is over, and its votes are gone. Returns the question's number.

        A question of the kind "point" comes with the `picture`, a JPEG.
        """
        fair = checked(asked)
        if fair["kind"] == "point" and not picture:
            raise ClassError("There is no photo to point at.")
        with self.classes.database.write() as database:
            me = self.classes.teacher(database, token)
            database.execute("delete from poll where code = ?", (me.code,))
            made = database.execute("insert into poll values (null, ?, ?, 1, 0)", (me.code, json.dumps(fair)))
            number = made.lastrowid or 0
            if picture:
                row = (me.code, digest(token), number, picture)
                database.execute("insert into picture (code, token, poll, jpeg) values (?, ?, ?, ?)", row)
            return number

    def vote(self, token: str, poll: int, value: object) -> None:
        """A student's vote in this round; until it is revealed they may change it."""
        with self.classes.database.write() as database:
            me = self.classes.person(database, token)
            if me.teacher:
                raise ClassError("The teacher has no vote.")
            found = database.execute(
                "select asked, round, revealed from poll where id = ? and code = ?", (poll, me.code)
            ).fetchone()
            if found is None:
                raise ClassError("This question is over.")
            if found[2]:
                raise ClassError("The answers are shown already.")
            text = json.dumps(_value(json.loads(found[0]), value))
            database.execute(
                "insert into vote values (?, ?, ?, ?) on conflict do update set value = excluded.value",
                (poll, found[1], digest(token), text),
            )

    def reveal(self, token: str) -> None:
        """Show all the votes."""
        self._change(token, "update poll set revealed = 1 where code = ?")

    def again(self, token: str) -> None:
        """A second vote on the same question, after a discussion; the first is kept beside it."""
        self._change(token, "update poll set round = round + 1, revealed = 0 where code = ?")

    def close(self, token: str) -> None:
        """The question is over."""
        self._change(token, "delete from poll where code = ?")

    def current(self, code: str) -> tuple[Poll, Votes] | None:
        """The question that the class is at, with its votes."""
        read = self.classes.database.read
        found = read("select id, asked, round, revealed from poll where code = ?", code).fetchone()
        if found is None:
            return None
        poll = Poll(found[0], code, json.loads(found[1]), found[2], bool(found[3]))
        rounds: tuple[dict[str, Any], ...] = tuple({} for _ in range(poll.round))
        for turn, voter, value in read("select round, token, value from vote where poll = ?", poll.id):
            if turn <= poll.round:  # a round may begin between the two queries
                rounds[turn - 1][voter] = json.loads(value)
        return poll, Votes(rounds)

    def picture(self, token: str, poll: int) -> bytes | None:
        """The picture of a question, for those who are in its class."""
        me = self.classes.member(token)
        query = "select jpeg from picture where poll = ? and code = ?"
        found = self.classes.database.read(query, poll, me.code).fetchone() if me else None
        return found and found[0]

    def _change(self, token: str, statement: str) -> None:
        with self.classes.database.write() as database:
            me = self.classes.teacher(database, token)
            database.execute(statement, (me.code,))


def checked(asked: Mapping[str, Any]) -> dict[str, Any]:
    """A question as it is kept: `kind`, `prompt`, and what its kind needs; all else is left out.

    Kinds: "choice" with `options`, "number", "point" (a place on a picture that the class sees), and "lesson" with the
    `question` of a lesson. `right` is what is right, if the teacher says so: an option's place, or a number.

    Raises:
        ClassError: something is missing or too long.
    """
    kind, prompt = asked.get("kind"), one_line(asked.get("prompt", ""), LONGEST_PROMPT)
    fair: dict[str, Any] = {"kind": kind, "prompt": prompt}
    if kind == LESSON:
        fair["question"] = one_line(asked.get("question"), LONGEST_OPTION)
        return fair
    if not prompt:
        raise ClassError("A question needs words.")
    if kind == "choice":
        options = asked.get("options")
        options = [one_line(each, LONGEST_OPTION) for each in options] if isinstance(options, list) else []
        if not 2 <= len(options) <= MOST_OPTIONS or not all(options) or len(set(options)) < len(options):
            raise ClassError(f"A choice needs 2 to {MOST_OPTIONS} different answers.")
        fair["options"] = options
    elif kind not in ("number", "point"):
        raise ClassError("There is no such kind of question.")
    if asked.get("right") is not None and kind != "point":
        fair["right"] = _value(fair, asked["right"])
    return fair


def tally(poll: Poll, votes: Mapping[str, Any]) -> list[Any]:
    """What is shown of one round: how many chose each option, all numbers in order, all places.

    Of a lesson's question nothing: the lesson shows it.
    """
    kind = poll.asked["kind"]
    if kind == "choice":
        return [sum(value == place for value in votes.values()) for place in range(len(poll.asked["options"]))]
    return [] if kind == LESSON else sorted(votes.values())


def told(poll: Poll, votes: Votes, token: str) -> dict[str, Any]:
    """What the holder of this token is to know of a question: of its votes their number alone, until it is revealed.

    Then `rounds` has the `tally` of each, `shares` what share was right in each, and `middle` the median of numbers.
    """
    news: dict[str, Any] = {key: value for key, value in poll.asked.items() if key != "right"}
    news |= {"id": poll.id, "round": poll.round, "revealed": poll.revealed, "votes": len(votes.now)}
    news["mine"] = votes.of(token)
    if not poll.revealed:
        return news
    news |= {"rounds": [tally(poll, each) for each in votes.by_round]}
    news |= {"shares": [share_right(poll, each) for each in votes.by_round]}
    if poll.right is not None:
        news["right"] = poll.right
    if poll.asked["kind"] == "number" and votes.now:
        news["middle"] = statistics.median(votes.now.values())
    return news


def share_right(poll: Poll, votes: Mapping[str, Any]) -> float | None:
    """Which share of the votes is right, 0 to 1; None where nothing is said to be right, or nobody has voted.

    A number is right within a hundredth of itself.
    """
    if not votes or (poll.right is None and poll.asked["kind"] != LESSON):
        return None
    if poll.asked["kind"] == LESSON:
        right = [value["right"] for value in votes.values()]
    elif poll.asked["kind"] == "number":
        right = [math.isclose(value, poll.right, rel_tol=0.01, abs_tol=1e-9) for value in votes.values()]
    else:
        right = [value == poll.right for value in votes.values()]
    return sum(right) / len(right)


def hint(share: float | None) -> Hint | None:
    """What helps a class most when this share of it is right: explain again, discuss and vote again, or go on."""
    if share is None:
        return None
    return "explain" if share < DISCUSS[0] else "go on" if share > DISCUSS[1] else "discuss"


def gain(before: float, after: float) -> float | None:
    """The normalised gain of two shares of right answers, (after - before) / (1 - before); None from 1 on.

    Source: R. R. Hake, "Interactive-engagement versus traditional methods", Am. J. Phys. 66, 64 (1998).
    """
    return None if before >= 1 else (after - before) / (1 - before)


def one_line(given: object, longest: int) -> str:
    """One line of text, its spaces made one.

    Raises:
        ClassError: it is none, or too long.
    """
    if not isinstance(given, str) or len(given) > longest:
        raise ClassError(f"A text of up to {longest} characters is asked for.")
    return " ".join(given.split())


def _value(asked: Mapping[str, Any], given: object) -> Any:
    """A vote as it is kept.

    Raises:
        ClassError: it is none for this kind of question.
    """
    kind = asked["kind"]
    if kind == "choice" and type(given) is int and 0 <= given < len(asked["options"]):
        return given
    if kind == "number" and type(given) in (int, float) and abs(given) < LARGEST:
        return given
    if kind == "point" and isinstance(given, list) and len(given) == 2 and all(_is_share(each) for each in given):
        return given
    fits = kind == LESSON and isinstance(given, dict) and given.keys() == _OF_A_LESSON
    if fits and isinstance(given["right"], bool) and len(json.dumps(given)) <= LONGEST_VALUE:
        return given
    raise ClassError("This is no answer to the question.")


def _is_share(number: object) -> bool:
    return type(number) in (int, float) and 0 <= number <= 1
