"""Questions to a class: who may ask and vote, what is told when, and that no vote is lost or counts twice."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from imgcls.classroom import ClassError, Classes, Polls
from imgcls.classroom.polls import checked, gain, hint, share_right, tally, told

CHOICE = {"kind": "choice", "prompt": "You add 5 to all logits.", "options": ["grow", "stay", "shrink"], "right": 1}


@pytest.fixture
def polls(tmp_path: Path) -> Polls:
    return Polls(Classes(tmp_path / "class.sqlite3"))


def lesson_vote(value: object) -> dict:
    return {"value": value, "right": True, "photo": "a"}


def class_of(polls: Polls, students: int) -> tuple[str, str, list[str]]:
    """A teacher's token, the code, and the students' tokens."""
    teacher, begun = polls.classes.begin("softmax")
    return teacher, begun.code, [polls.classes.join(begun.code)[0] for _ in range(students)]


def test_only_the_number_of_votes_is_told_before_the_teacher_shows_them(polls: Polls) -> None:
    teacher, code, students = class_of(polls, 3)
    poll = polls.ask(teacher, CHOICE)
    for student, value in zip(students, (0, 1, 1), strict=True):
        polls.vote(student, poll, value)
    for token in (teacher, *students):
        news = told(*polls.current(code), token)
        assert news["votes"] == 3
        assert not {"right", "rounds", "shares", "middle"} & news.keys()
    assert told(*polls.current(code), students[0])["mine"] == 0, "one's own is known after a reload"
    polls.reveal(teacher)
    news = told(*polls.current(code), students[0])
    assert (news["rounds"], news["right"], news["shares"]) == ([[1, 2, 0]], 1, [2 / 3])


def test_a_second_vote_stands_beside_the_first(polls: Polls) -> None:
    teacher, code, students = class_of(polls, 3)
    poll = polls.ask(teacher, CHOICE)
    for student, value in zip(students, (0, 1, 2), strict=True):
        polls.vote(student, poll, value)
    polls.reveal(teacher)
    with pytest.raises(ClassError, match="shown already"):
        polls.vote(students[0], poll, 1)
    polls.again(teacher)
    assert told(*polls.current(code), students[0])["mine"] is None
    for student in students[:2]:
        polls.vote(student, poll, 1)
    polls.reveal(teacher)
    news = told(*polls.current(code), teacher)
    assert news["rounds"] == [[1, 1, 1], [0, 2, 0]]
    assert news["shares"] == [1 / 3, 1.0]


def test_who_changes_their_mind_has_still_one_vote(polls: Polls) -> None:
    teacher, code, (student,) = class_of(polls, 1)
    poll = polls.ask(teacher, CHOICE)
    for value in (0, 2, 1, 1):
        polls.vote(student, poll, value)
    question, votes = polls.current(code)
    assert tally(question, votes.now) == [0, 1, 0]


def test_only_the_teacher_asks_and_shows_and_only_students_vote(polls: Polls) -> None:
    teacher, _, (student,) = class_of(polls, 1)
    poll = polls.ask(teacher, CHOICE)
    for act in (polls.reveal, polls.again, polls.close, lambda token: polls.ask(token, CHOICE)):
        with pytest.raises(ClassError, match="Only the teacher"):
            act(student)
    with pytest.raises(ClassError, match="no vote"):
        polls.vote(teacher, poll, 1)
    other, _, (stranger,) = class_of(polls, 1)
    with pytest.raises(ClassError, match="is over"):
        polls.vote(stranger, poll, 1)
    polls.ask(other, CHOICE)
    assert polls.current(polls.classes.member(teacher).code)[0].id == poll, "each class has its own"
    polls.close(teacher)
    with pytest.raises(ClassError, match="is over"):
        polls.vote(student, poll, 1)


@pytest.mark.parametrize(
    "value", [None, 3, -1, 1.0, True, "1", [1], {"value": 1}, float("nan"), 10**400], ids=lambda value: str(value)[:9]
)
def test_what_is_no_option_is_no_vote(polls: Polls, value: object) -> None:
    teacher, code, (student,) = class_of(polls, 1)
    poll = polls.ask(teacher, CHOICE)
    with pytest.raises(ClassError, match="no answer"):
        polls.vote(student, poll, value)
    assert not polls.current(code)[1].now


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"kind": "choice", "prompt": "", "options": ["a", "b"]},
        {"kind": "choice", "prompt": "?", "options": ["a"]},
        {"kind": "choice", "prompt": "?", "options": ["a", "a"]},
        {"kind": "choice", "prompt": "?", "options": ["a", ""]},
        {"kind": "choice", "prompt": "?", "options": [1, 2]},
        {"kind": "choice", "prompt": "?", "options": ["a", "b"], "right": 2},
        {"kind": "choice", "prompt": "?" * 301, "options": ["a", "b"]},
        {"kind": "number", "prompt": "?", "right": 10**400},
        {"kind": "essay", "prompt": "?"},
        {"kind": "lesson"},
        {"kind": "point", "prompt": "Where?"},
    ],
    ids=str,
)
def test_a_question_without_sense_is_refused_and_the_one_before_stays(polls: Polls, asked: dict) -> None:
    teacher, code, _ = class_of(polls, 0)
    before = polls.ask(teacher, CHOICE)
    with pytest.raises(ClassError):
        polls.ask(teacher, asked)
    assert polls.current(code)[0].id == before


def test_what_nobody_asked_for_is_not_kept_of_a_question() -> None:
    assert checked({"kind": "number", "prompt": " How\n many? ", "right": 3, "html": "<b>"}) == {
        "kind": "number", "prompt": "How many?", "right": 3,
    }  # fmt: skip


def test_a_number_is_right_within_a_hundredth_and_its_middle_is_told(polls: Polls) -> None:
    teacher, code, students = class_of(polls, 4)
    poll = polls.ask(teacher, {"kind": "number", "prompt": "How many weights?", "right": 1000})
    for student, value in zip(students, (1009, 991, 1011, 3), strict=True):
        polls.vote(student, poll, value)
    polls.reveal(teacher)
    news = told(*polls.current(code), teacher)
    assert news["shares"] == [0.5]
    assert news["rounds"] == [[3, 991, 1009, 1011]]
    assert news["middle"] == 1000


def test_a_photo_is_seen_by_its_class_alone_and_goes_with_the_question(polls: Polls) -> None:
    teacher, _, (student,) = class_of(polls, 1)
    _, _, (stranger,) = class_of(polls, 1)
    poll = polls.ask(teacher, {"kind": "point", "prompt": "Where?"}, b"jpeg")
    polls.vote(student, poll, [0.25, 1])
    with pytest.raises(ClassError, match="no answer"):
        polls.vote(student, poll, [0.25, 1.01])
    assert polls.picture(student, poll) == b"jpeg"
    assert polls.picture(stranger, poll) is None
    assert polls.picture("nobody", poll) is None
    polls.close(teacher)
    assert polls.picture(student, poll) is None


def test_of_a_lessons_question_each_vote_says_whether_it_is_right_for_the_voters_photo(polls: Polls) -> None:
    teacher, code, students = class_of(polls, 2)
    poll = polls.ask(teacher, {"kind": "lesson", "question": "pool-shift"})
    polls.vote(students[0], poll, {"value": [0.1, 0.2], "right": True, "photo": "a"})
    polls.vote(students[1], poll, {"value": 7, "right": False, "photo": "b"})
    for value in (
        7,
        {"value": 7},
        lesson_vote("x" * 3000),
        {**lesson_vote(7), "right": 1},
        {**lesson_vote(7), "more": 1},
    ):
        with pytest.raises(ClassError, match="no answer"):
            polls.vote(students[0], poll, value)
    question, votes = polls.current(code)
    assert share_right(question, votes.now) == 0.5
    polls.reveal(teacher)
    assert told(*polls.current(code), teacher)["shares"] == [0.5]


@pytest.mark.parametrize(
    ("share", "word"), [(None, None), (0.29, "explain"), (0.3, "discuss"), (0.8, "discuss"), (0.81, "go on")]
)
def test_a_discussion_pays_between_30_and_80_percent(share: float | None, word: str | None) -> None:
    assert hint(share) == word


def test_the_normalised_gain_is_the_share_of_what_could_be_gained() -> None:
    assert gain(0.4, 0.7) == pytest.approx(0.5)
    assert gain(0.5, 0.25) == pytest.approx(-0.5)
    assert gain(1.0, 1.0) is None


def test_a_hundred_votes_at_once_are_all_counted_once(polls: Polls) -> None:
    teacher, code, students = class_of(polls, 100)
    poll = polls.ask(teacher, CHOICE)
    gate, troubles = threading.Barrier(20), []

    def vote(mine: list[str]) -> None:
        gate.wait()
        try:
            for student in mine:
                polls.vote(student, poll, 0)
                polls.vote(student, poll, 1)  # the same hand again
        except ClassError as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=vote, args=(students[k::20],)) for k in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not troubles
    question, votes = polls.current(code)
    assert tally(question, votes.now) == [0, 100, 0]


VOTER = """
import sys
from pathlib import Path
from imgcls.classroom import Classes, Polls
polls = Polls(Classes(Path(sys.argv[1])))
for line in sys.stdin:
    token, poll, value = line.split()
    polls.vote(token, int(poll), int(value))
    print(token, flush=True)  # the acknowledgement
"""


def test_no_acknowledged_vote_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "class.sqlite3"
    polls = Polls(Classes(file))
    teacher, code, students = class_of(polls, 300)
    poll = polls.ask(teacher, CHOICE)
    waiting, acknowledged = list(students), set()
    while waiting:
        command = [sys.executable, "-c", VOTER, str(file)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdin
            assert server.stdout
            server.stdin.write("".join(f"{student} {poll} 1\n" for student in waiting))
            server.stdin.flush()
            for _ in range(min(90, len(waiting))):
                acknowledged.add(server.stdout.readline().strip())
            server.send_signal(signal.SIGKILL)
            acknowledged |= {line.strip() for line in server.stdout if line.endswith("\n")}
        waiting = [student for student in students if student not in acknowledged]
    question, votes = Polls(Classes(file)).current(code)
    assert tally(question, votes.now) == [0, 300, 0]
    assert len(acknowledged) == 300


def test_a_file_of_an_earlier_release_is_begun_anew(tmp_path: Path) -> None:
    import sqlite3

    file = tmp_path / "class.sqlite3"
    with sqlite3.connect(file) as old:
        old.execute("create table room (code text primary key, begun real)")
        old.execute("insert into room values ('ABCD', 0)")
    _, begun = Classes(file).begin("softmax")
    assert Classes(file).room(begun.code).place == "softmax"
    assert Classes(file).room("ABCD") is None


def test_votes_stay_json_and_nothing_of_who_voted_is_told(polls: Polls) -> None:
    teacher, code, students = class_of(polls, 2)
    poll = polls.ask(teacher, CHOICE)
    polls.vote(students[0], poll, 2)
    polls.reveal(teacher)
    text = json.dumps(told(*polls.current(code), students[1]))
    assert students[0] not in text
    assert all(voter not in text for voter in polls.current(code)[1].now)
