"""A race: who begins it, whose runs take part, and what is left of it."""

from pathlib import Path

import pytest

from imgcls.classroom import ClassError, Classes, Races


@pytest.fixture
def races(tmp_path: Path) -> Races:
    return Races(Classes(tmp_path / "class.sqlite3"))


def class_of(races: Races) -> tuple[str, str, str, str]:
    """The tokens of a teacher and of two students, and the code."""
    teacher, begun = races.classes.begin("train")
    return teacher, races.classes.join(begun.code)[0], races.classes.join(begun.code)[0], begun.code


def test_runs_take_part_under_their_lots_names_while_there_is_a_race(races: Races, tmp_path: Path) -> None:
    teacher, one, other, code = class_of(races)
    assert races.seconds(one) == 0
    with pytest.raises(ClassError, match="no race"):
        races.enter(one, "run-a")
    races.begin(teacher, 60)
    assert [races.seconds(token) for token in (teacher, one, "nobody")] == [0, 60, 0]
    for token, run in ((one, "run-a"), (other, "run-b"), (one, "run-c"), (one, "run-a")):
        races.enter(token, run)
    names = [races.classes.member(token).name for token in (one, other, one)]
    assert [(entry.run, entry.name) for entry in races.entries(code)] == [
        (run, name) for run, name in zip(("run-a", "run-b", "run-c"), names, strict=True)
    ]
    with pytest.raises(ClassError, match="no race"):
        races.enter(teacher, "run-d")
    assert Races(Classes(tmp_path / "class.sqlite3")).entries(code) == races.entries(code), "after a restart, too"


def test_only_the_teacher_begins_and_ends_and_a_new_race_is_empty(races: Races) -> None:
    teacher, one, _, code = class_of(races)
    for act in (lambda: races.begin(one, 60), lambda: races.end(one)):
        with pytest.raises(ClassError, match="Only the teacher"):
            act()
    for seconds in (0, 61, "60", True, 60.0, None):
        with pytest.raises(ClassError, match="30, 60 or 120 seconds"):
            races.begin(teacher, seconds)
    races.begin(teacher, 30)
    races.enter(one, "run-a")
    races.begin(teacher, 120)
    assert races.entries(code) == ()
    races.enter(one, "run-b")
    races.end(teacher)
    assert (races.seconds(one), races.entries(code)) == (0, ())


def test_runs_go_with_their_student_and_with_the_class(races: Races) -> None:
    teacher, one, other, code = class_of(races)
    races.begin(teacher, 60)
    races.enter(one, "run-a")
    races.enter(other, "run-b")
    races.classes.leave(one)
    assert [entry.run for entry in races.entries(code)] == ["run-b"]
    races.classes.end(teacher)
    assert races.entries(code) == ()


def test_nobody_has_more_runs_than_others_can_see(races: Races) -> None:
    teacher, one, _, code = class_of(races)
    races.begin(teacher, 60)
    for number in range(20):
        races.enter(one, f"run-{number}")
    with pytest.raises(ClassError, match="20 runs"):
        races.enter(one, "run-20")
    assert len(races.entries(code)) == 20
