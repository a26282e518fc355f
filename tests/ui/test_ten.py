"""Ten questions before and after a course, as a browser asks for them: nothing of right and wrong comes too early."""

import json

import pytest

from imgcls.classroom import Hall
from imgcls.classroom.concepts import CONCEPTS
from tests.ui.test_classroom import asked

RIGHT = [concept.right for concept in CONCEPTS]


def seen(token: str) -> dict:
    status, text, _ = asked("ten.json", cookie=token, method="GET")
    assert status == 200
    return json.loads(text)


def test_right_and_wrong_are_told_when_the_teacher_shows_them(own_hall: Hall) -> None:
    teacher, me = own_hall.classes.begin("softmax")
    student = own_hall.classes.join(me.code)[0]
    for part, choices in (("before", [(right + 1) % 4 for right in RIGHT]), ("after", RIGHT)):
        assert asked("ten", {"do": "open", "part": part}, teacher)[0] == 200
        for question, choice in enumerate(choices):
            assert asked("ten", {"do": "answer", "question": question, "choice": choice}, student)[0] == 200
        for token in (teacher, student):
            assert not {"right", "result"} & seen(token).keys()
    assert "saved" not in seen(student)
    assert seen(teacher)["saved"]["after"]["people"] == 1
    assert asked("ten", {"do": "show"}, student)[0] == 422
    assert asked("ten", {"do": "show"}, teacher)[0] == 200
    assert seen(student)["right"] == RIGHT
    assert "result" not in seen(student)
    assert seen(teacher)["result"]["gain"] == 1
    assert seen(teacher)["result"]["others"] == {"traditional lectures": 0.23, "interactive engagement": 0.48}


def test_a_saved_file_fits_into_a_request(own_hall: Hall) -> None:
    from imgcls.classroom.concepts import FORMAT, MOST_PEOPLE

    teacher, me = own_hall.classes.begin("softmax")
    counts = [[MOST_PEOPLE // 4] * 4] * 10
    file = json.dumps({"format": FORMAT, "part": "before", "people": MOST_PEOPLE, "counts": counts}, indent=2)
    assert asked("ten", {"do": "load", "file": file}, teacher)[0] == 200
    assert own_hall.concepts.survey(me.code).loaded == MOST_PEOPLE


@pytest.mark.parametrize("body", [{}, {"do": "win"}, {"do": ["show"]}, {"do": "open", "part": 3}, {"do": "load"}])
def test_what_makes_no_sense_gets_one_sentence(own_hall: Hall, body: dict) -> None:
    teacher, _ = own_hall.classes.begin("softmax")
    status, text, _ = asked("ten", body, teacher)
    assert status == 422
    assert text.count(".") == 1
