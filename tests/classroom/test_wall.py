"""The wall of a class: who shows, who lets in, who sees what; and what its photos say of a network."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from imgcls.classroom import ClassError, Classes, Wall
from imgcls.classroom.wall import MOST_EACH, Accuracy, Answer, Photo, accuracy, confusions, hardest

PUG = {"net": Answer("Pug", 0.75, "Beagle", 0.125)}


@pytest.fixture
def wall(tmp_path: Path) -> Wall:
    return Wall(Classes(tmp_path / "class.sqlite3"))


def opened(wall: Wall, students: int = 2) -> tuple[str, str, list[str]]:
    """A teacher whose wall is open, the code, and the students' tokens."""
    teacher, begun = wall.classes.begin("classify")
    wall.open(teacher, True)
    return teacher, begun.code, [wall.classes.join(begun.code)[0] for _ in range(students)]


def test_a_photo_is_seen_by_the_class_once_the_teacher_has_let_it_in(wall: Wall) -> None:
    teacher, code, (mine, other) = opened(wall)
    _, _, (stranger, _) = opened(wall)
    photo = wall.show(mine, b"jpeg", " A\n beagle ", PUG)
    assert [wall.jpeg(token, photo) for token in (teacher, mine, other, stranger, "nobody")] == [
        b"jpeg", b"jpeg", None, None, None,
    ]  # fmt: skip
    assert (wall.state(code).count, wall.state(code).waiting) == (0, 1)
    wall.let_in(teacher, photo)
    assert wall.jpeg(other, photo) == b"jpeg"
    assert wall.jpeg(stranger, photo) is None
    assert (wall.state(code).count, wall.state(code).waiting) == (1, 0)
    (shown,) = wall.photos(code)
    assert (shown.said, shown.answers, shown.let_in) == ("A beagle", PUG, True)
    assert shown.name == wall.classes.member(mine).name
    wall.open(teacher, False)
    assert wall.jpeg(other, photo) is None, "closed: seen by the teacher and whoever has shown it"
    assert wall.jpeg(mine, photo) == b"jpeg"


def test_nobody_shows_a_photo_before_the_teacher_opens_the_wall(wall: Wall) -> None:
    teacher, begun = wall.classes.begin("classify")
    student = wall.classes.join(begun.code)[0]
    with pytest.raises(ClassError, match="closed"):
        wall.show(student, b"jpeg", "", {})
    with pytest.raises(ClassError, match="Only the teacher"):
        wall.open(student, True)
    wall.open(teacher, True)
    with pytest.raises(ClassError, match="the students'"):
        wall.show(teacher, b"jpeg", "", {})
    for said in (None, 7, "x" * 61):
        with pytest.raises(ClassError, match="A text of up to 60"):
            wall.show(student, b"jpeg", said, {})
    with pytest.raises(ClassError, match="has ended"):
        wall.show("nobody", b"jpeg", "", {})
    assert not wall.photos(begun.code)


def test_a_student_takes_their_own_back_and_the_teacher_any(wall: Wall) -> None:
    teacher, code, (mine, other) = opened(wall)
    first, second = wall.show(mine, b"one", "", {}), wall.show(mine, b"two", "", {})
    with pytest.raises(ClassError, match="Only the teacher"):
        wall.let_in(mine, first)
    wall.take_back(other, first)
    assert len(wall.photos(code)) == 2, "nobody takes another's"
    wall.take_back(mine, first)
    with pytest.raises(ClassError, match="taken back"):
        wall.let_in(teacher, first)
    wall.let_in(teacher, second)
    elsewhere, _, _ = opened(wall)
    wall.take_back(elsewhere, second)
    assert [photo.id for photo in wall.photos(code)] == [second]
    wall.take_back(teacher, second)
    assert not wall.photos(code)


def test_all_photos_go_with_their_student_and_with_the_class(wall: Wall, tmp_path: Path) -> None:
    teacher, code, (mine, other) = opened(wall)
    secret = b"these are the pixels of a photo" * 50
    for student in (mine, other):
        wall.let_in(teacher, wall.show(student, secret, "", {}))
    wall.classes.leave(mine)
    assert len(wall.photos(code)) == 1
    assert sum(file.read_bytes().count(b"the pixels") for file in tmp_path.iterdir()) == 50, "of the other photo alone"
    wall.classes.end(teacher)
    assert wall.photos(code) == ()
    assert all(b"the pixels" not in file.read_bytes() for file in tmp_path.iterdir()), "nothing is left on the disk"


def test_nobody_fills_the_wall_alone(wall: Wall) -> None:
    _, code, (mine, other) = opened(wall)
    for _ in range(MOST_EACH):
        wall.show(mine, b"jpeg", "", {})
    with pytest.raises(ClassError, match="take one back first"):
        wall.show(mine, b"jpeg", "", {})
    wall.show(other, b"jpeg", "", {})
    assert len(wall.photos(code)) == MOST_EACH + 1


def test_each_change_has_a_mark_of_its_own(wall: Wall) -> None:
    teacher, code, (mine, other) = opened(wall)
    marks = [wall.state(code).mark]
    first, second = wall.show(mine, b"jpeg", "", {}), wall.show(other, b"jpeg", "", {})
    for act in (lambda: wall.let_in(teacher, first), lambda: wall.let_in(teacher, second),
                lambda: wall.take_back(teacher, first), lambda: wall.take_back(other, second)):  # fmt: skip
        marks.append(wall.state(code).mark)
        act()
    assert len(set(marks)) == len(marks)
    assert wall.state(code).mark == marks[0], "empty again"


SHOWER = """
import sys
from pathlib import Path
from imgcls.classroom import Classes, Wall
wall = Wall(Classes(Path(sys.argv[1])))
for token in sys.stdin:
    print(wall.show(token.strip(), token.encode() * 1000, token.strip(), {}), token.strip(), flush=True)
"""


def test_no_acknowledged_photo_is_lost_when_the_server_is_killed(wall: Wall, tmp_path: Path) -> None:
    teacher, code, students = opened(wall, 120)
    command = [sys.executable, "-c", SHOWER, str(tmp_path / "class.sqlite3")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        server.stdin.write("\n".join(students) + "\n")
        server.stdin.flush()
        shown = [server.stdout.readline().split() for _ in range(30)]
        server.send_signal(signal.SIGKILL)
        shown += [line.split() for line in server.stdout if line.endswith("\n")]
    again = Wall(Classes(tmp_path / "class.sqlite3"))
    kept = {photo.id: photo.said for photo in again.photos(code)}
    assert all(kept[int(number)] == token for number, token in shown)
    assert all(again.jpeg(teacher, number) == (said + "\n").encode() * 1000 for number, said in kept.items())


def of(number: int, label: str, said: str | None, chance: float | None, let_in: bool = True) -> Photo:
    return Photo(number, "owner", "blue beagle", said or "", {"net": Answer(label, 0.5, said, chance)}, let_in)


def test_accuracy_confusion_and_the_hardest_are_of_photos_on_the_wall_whose_breed_is_known() -> None:
    photos = [
        of(1, "Pug", "Pug", 0.9), of(2, "Pug", "Beagle", 0.125), of(3, "Pug", "Beagle", 0.5),
        of(4, "Husky", "Pug", 0.25), of(5, "Pug", None, None), of(6, "Pug", "Husky", 0.01, let_in=False),
    ]  # fmt: skip
    assert accuracy(photos, "net") == Accuracy(1, 4)
    assert accuracy(photos, "net").share == 0.25
    assert confusions(photos, "net") == [("Beagle", "Pug", 2), ("Pug", "Husky", 1)]
    assert [photo.id for photo in hardest(photos, "net", 2)] == [2, 4]
    assert accuracy(photos, "another") == Accuracy(0, 0)
    assert accuracy([], "net").share is None
    assert confusions([], "net") == []
