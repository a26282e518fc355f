"""Ten questions before and after a course: the arithmetic of the gain, by hand, and who is told what."""

import json
from pathlib import Path

import pytest

from imgcls.classroom import ClassError, Classes, Concepts
from imgcls.classroom.concepts import CONCEPTS, FORMAT, Comparison, counted, shares_right

RIGHT = [concept.right for concept in CONCEPTS]


def with_right(number: int) -> list[int]:
    """The answers of somebody who has the first `number` right, and the others wrong."""
    return [right if place < number else (right + 1) % 4 for place, right in enumerate(RIGHT)]


@pytest.fixture
def concepts(tmp_path: Path) -> Concepts:
    return Concepts(Classes(tmp_path / "class.sqlite3"))


def begun(concepts: Concepts, students: int = 2) -> tuple[str, str, list[str]]:
    """A teacher who has asked before the course, the code, and the students' tokens."""
    teacher, me = concepts.classes.begin("softmax")
    concepts.open(teacher, "before")
    return teacher, me.code, [concepts.classes.join(me.code)[0] for _ in range(students)]


def answers(concepts: Concepts, token: str, choices: list[int]) -> None:
    for question, choice in enumerate(choices):
        concepts.answer(token, question, choice)


def test_there_are_ten_questions_each_with_one_right_answer_among_four() -> None:
    assert len(CONCEPTS) == len({concept.topic for concept in CONCEPTS}) == 10
    for concept in CONCEPTS:
        assert len(concept.options) == len(set(concept.options)) == 4
        assert 0 <= concept.right < 4
    assert all(1 < RIGHT.count(place) < 5 for place in range(4)), "the right answer stands in no favourite place"


def test_what_the_questions_say_is_right_is_what_torch_computes() -> None:
    import torch

    logits = torch.tensor([1.0, -2.0, 0.5])
    torch.testing.assert_close(torch.softmax(logits + 5, 0), torch.softmax(logits, 0))
    assert torch.log(torch.tensor(0.01)) / torch.log(torch.tensor(0.1)) == pytest.approx(2)
    assert torch.nn.Conv2d(1, 1, 3, bias=False).weight.numel() == 9
    weight = torch.tensor(0.5, requires_grad=True)
    optimiser = torch.optim.SGD([weight], lr=0.1)
    (-2 * weight).backward()
    assert weight.grad == -2
    optimiser.step()
    assert weight.item() > 0.5
    layers = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Linear(5, 2))
    points = torch.randn(3, 3)
    between = layers(points[0]) + layers(points[1]) - layers(torch.zeros(3))
    torch.testing.assert_close(layers(points[0] + points[1]), between, msg="affine, as one layer is")
    used = torch.nn.Dropout(0.5).eval()
    assert (used(torch.ones(100)) == 1).all()


def test_the_gain_of_averages_by_hand() -> None:
    """Before 2 and 4 of 10 are right: 30%. After 6 and 10: 80%. The gain is (80 - 30) / (100 - 30) = 5 / 7."""
    before, after = ([with_right(number) for number in numbers] for numbers in ((2, 4), (6, 10)))
    found = Comparison(counted(before), counted(after), (2, 2), True)
    assert shares_right(found.before) == [1, 1, 0.5, 0.5, 0, 0, 0, 0, 0, 0]
    assert found.averages == pytest.approx((0.3, 0.8))
    assert found.gain == pytest.approx(5 / 7)
    perfect = counted([RIGHT])
    assert Comparison(perfect, perfect, (1, 1), True).gain is None
    worse = Comparison(counted([with_right(5)]), counted([with_right(4)]), (1, 1), True)
    assert worse.gain == pytest.approx(-0.2)


def test_only_those_who_answered_both_times_count(concepts: Concepts) -> None:
    teacher, code, (both, first, half) = begun(concepts, 3)
    answers(concepts, both, with_right(5))
    answers(concepts, first, with_right(0))
    answers(concepts, half, with_right(10)[:9])
    assert concepts.survey(code).done == {"before": 2, "after": 0}
    with pytest.raises(ClassError, match="nothing to compare"):
        concepts.show(teacher)
    concepts.open(teacher, "after")
    answers(concepts, both, with_right(8))
    late = concepts.classes.join(code)[0]
    answers(concepts, late, with_right(1))
    answers(concepts, half, with_right(10))
    found = concepts.compared(code)
    assert (found.people, found.matched) == ((1, 1), True)
    assert found.averages == pytest.approx((0.5, 0.8))
    assert found.gain == pytest.approx(0.6)
    concepts.show(teacher)
    assert concepts.survey(code).shown
    with pytest.raises(ClassError, match="closed"):
        concepts.answer(both, 0, 0)
    concepts.classes.leave(both)
    assert concepts.compared(code) is None


def test_a_file_of_counts_is_the_before_of_a_later_class(concepts: Concepts) -> None:
    teacher, code, students = begun(concepts, 3)
    for token, number in zip(students, (1, 2, 3), strict=True):
        answers(concepts, token, with_right(number))
    saved = json.dumps(concepts.saved(code, "before"))
    assert not any(concepts.classes.member(token).name in saved for token in students)
    assert json.loads(saved)["people"] == 3
    concepts.classes.end(teacher)
    teacher, code, students = begun(concepts, 2)
    concepts.load(teacher, saved)
    assert concepts.survey(code).loaded == 3
    concepts.open(teacher, "after")
    for token, number in zip(students, (6, 8), strict=True):
        answers(concepts, token, with_right(number))
    found = concepts.compared(code)
    assert (found.people, found.matched) == ((3, 2), False)
    assert found.averages == pytest.approx((0.2, 0.7))
    assert found.gain == pytest.approx(0.625)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"}, {"counts": []}, {"counts": [[1, 0, 0]] * 10}, {"counts": [[2, 0, 0, 0]] * 10},
        {"counts": [[True, 0, 0, 0]] * 10}, {"counts": [[2, -1, 0, 0]] * 10}, {"people": 0}, {"people": "1"},
    ],
)  # fmt: skip
def test_another_file_is_refused_in_one_sentence(concepts: Concepts, change: dict) -> None:
    teacher, code, _ = begun(concepts)
    fine = {"format": FORMAT, "part": "before", "people": 1, "counts": [[1, 0, 0, 0]] * 10}
    with pytest.raises(ClassError, match=r"^[^.]*\.$"):
        concepts.load(teacher, json.dumps(fine | change))
    for text in ("", "[", "[]", "[" * 5000, None, 7):
        with pytest.raises(ClassError, match="no answers"):
            concepts.load(teacher, text)
    assert concepts.survey(code).loaded == 0
    concepts.load(teacher, json.dumps(fine))
    assert concepts.survey(code).loaded == 1


def test_answers_are_a_students_while_a_part_is_open(concepts: Concepts, tmp_path: Path) -> None:
    teacher, code, (mine, other) = begun(concepts)
    concepts.answer(mine, 3, 1)
    concepts.answer(mine, 3, 2)
    assert concepts.mine(mine)["before"] == [None, None, None, 2, *[None] * 6]
    assert concepts.mine(other)["before"] == [None] * 10
    for question, choice in ((10, 0), (-1, 0), (0, 4), (0, True), ("0", 0), (None, None)):
        with pytest.raises(ClassError, match="no answer"):
            concepts.answer(mine, question, choice)
    for act in (
        lambda: concepts.open(mine, "after"), lambda: concepts.show(mine), lambda: concepts.load(
            mine, json.dumps({"format": FORMAT, "people": 1, "counts": [[1, 0, 0, 0]] * 10})
        ),
    ):  # fmt: skip
        with pytest.raises(ClassError, match="Only the teacher"):
            act()
    with pytest.raises(ClassError, match="closed"):
        concepts.answer(teacher, 0, 0)
    with pytest.raises(ClassError, match="before and after"):
        concepts.open(teacher, "never")
    concepts.open(teacher, None)
    with pytest.raises(ClassError, match="closed"):
        concepts.answer(mine, 0, 0)
    again = Concepts(Classes(tmp_path / "class.sqlite3"))
    assert again.mine(mine) == concepts.mine(mine), "kept when the server is started again"
    again.classes.end(teacher)
    assert again.survey(code) is None
    assert again.classes.database.read("select count(*) from answer").fetchone()[0] == 0
