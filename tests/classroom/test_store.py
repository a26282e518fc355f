"""What is known of a class: who may do what, what stays after a killed server, and what is gone at the end."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from imgcls.classroom import ClassError, Classes, store
from imgcls.classroom.names import BREEDS, CODE_LETTERS, COLOURS, as_code, new_code, new_name


@pytest.fixture
def classes(tmp_path: Path) -> Classes:
    return Classes(tmp_path / "class.sqlite3")


def test_a_code_is_four_letters_that_nobody_mistakes() -> None:
    code = new_code(())
    assert len(code) == 4
    assert set(code) <= set(CODE_LETTERS)
    assert not set("AEIOU01258BDGQSVZ") & set(CODE_LETTERS)
    assert as_code(f" {code[:2].lower()}-{code[2:]}\n") == code


def test_a_code_or_a_name_is_never_given_twice() -> None:
    taken = {f"{colour} {breed}" for colour in COLOURS for breed in BREEDS}
    assert new_name(taken) not in taken
    assert len(taken) == len(COLOURS) * len(BREEDS), "no colour and no breed twice"


def test_students_come_in_at_any_time_and_where_the_class_is(classes: Classes) -> None:
    teacher, begun = classes.begin("softmax")
    first, blue = classes.join(begun.code.lower())
    classes.lead(teacher, "pooling?pool_part=A+volume")
    _, late = classes.join(begun.code)
    assert (blue.place, late.place) == ("softmax", "pooling?pool_part=A+volume")
    assert blue.name != late.name
    assert not blue.teacher
    assert [each.name for each in classes.here(begun.code)] == sorted([blue.name, late.name])
    assert classes.member(first) == blue
    assert classes.room(begun.code).version == 2


@pytest.mark.parametrize("typed", ["", "XXXXX", "DROP TABLE room", "é" * 300])
def test_a_wrong_code_gets_one_sentence(classes: Classes, typed: str) -> None:
    with pytest.raises(ClassError, match=r"no class with this code"):
        classes.join(typed)


def test_only_the_teacher_leads_pauses_and_ends(classes: Classes) -> None:
    _, begun = classes.begin()
    student, _ = classes.join(begun.code)
    for act in (
        lambda: classes.lead(student, "train"),
        lambda: classes.pause(student, True),
        lambda: classes.end(student),
        lambda: classes.hand_over(student),
    ):
        with pytest.raises(ClassError, match="Only the teacher"):
            act()
    with pytest.raises(ClassError, match="has ended"):
        classes.lead("nobody", "train")


@pytest.mark.parametrize("place", ["//evil.example/x", "/softmax", "https://evil.example", "a/b", "x" * 3000, "a\nb"])
def test_the_class_is_never_led_to_another_server(classes: Classes, place: str) -> None:
    teacher, begun = classes.begin()
    with pytest.raises(ClassError, match="no address of a lesson"):
        classes.lead(teacher, place)
    assert classes.room(begun.code).place == ""


def test_who_goes_is_forgotten_and_at_the_end_all_is_gone_from_the_disk(tmp_path: Path) -> None:
    classes = Classes(tmp_path / "class.sqlite3")
    teacher, begun = classes.begin("softmax?secret_place=1")
    token, blue = classes.join(begun.code)
    classes.leave(token)
    assert classes.member(token) is None
    token, _ = classes.join(begun.code)
    classes.end(teacher)
    assert classes.member(token) is None
    assert classes.room(begun.code) is None
    with sqlite3.connect(tmp_path / "class.sqlite3") as database:
        database.execute("pragma wal_checkpoint(truncate)")
        for (table,) in database.execute("select name from sqlite_master where type = 'table'").fetchall():
            assert database.execute(f"select count(*) from {table}").fetchone() == (0,)
    left = (tmp_path / "class.sqlite3").read_bytes()
    assert b"secret_place" not in left
    assert blue.name.encode() not in left


def test_a_class_ends_by_itself(classes: Classes, monkeypatch: pytest.MonkeyPatch) -> None:
    token, begun = classes.begin()
    mine, left = (classes.photo_sets / code / "set.zip" for code in (begun.code, "GONE"))
    for file in (mine, left):
        file.parent.mkdir(parents=True)
        file.write_bytes(b"photos")
    classes.end_old()
    assert classes.member(token) is not None
    assert (mine.exists(), left.exists()) == (True, False), "what a class left that has ended long ago goes, too"
    monkeypatch.setattr(store, "LIFE", -1.0)
    classes.end_old()
    assert classes.member(token) is None
    assert not mine.exists()
    with pytest.raises(ClassError, match="no class with this code"):
        classes.join(begun.code)


def test_a_second_device_takes_the_teachers_right_once(classes: Classes) -> None:
    teacher, begun = classes.begin()
    key = classes.hand_over(teacher)
    remote, me = classes.take_over(key)
    assert me.teacher
    assert me.code == begun.code
    classes.lead(remote, "dense")
    assert classes.room(begun.code).place == "dense"
    with pytest.raises(ClassError, match="used or too old"):
        classes.take_over(key)


def test_tokens_are_not_on_the_disk(tmp_path: Path) -> None:
    classes = Classes(tmp_path / "class.sqlite3")
    teacher, begun = classes.begin()
    student, _ = classes.join(begun.code)
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert teacher.encode() not in files
    assert student.encode() not in files


def test_a_killed_process_loses_nothing_that_it_has_said(tmp_path: Path) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from imgcls.classroom import Classes
classes = Classes(Path(sys.argv[1]))
token, begun = classes.begin("softmax")
people = [classes.join(begun.code)[1].name for _ in range(20)]
print(token, begun.code, len(people), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    file = tmp_path / "class.sqlite3"
    done = subprocess.run([sys.executable, "-c", script, str(file)], capture_output=True, text=True, check=False)
    token, code, count = done.stdout.split()
    classes = Classes(file)
    assert classes.member(token).teacher
    assert classes.room(code).place == "softmax"
    assert len(classes.here(code)) == int(count) == 20


def test_a_hundred_who_come_at_once_are_all_in_with_names_of_their_own(classes: Classes) -> None:
    _, begun = classes.begin()
    names: list[str] = []
    threads = [threading.Thread(target=lambda: names.append(classes.join(begun.code)[1].name)) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 100
    assert len(classes.here(begun.code)) == 100
