"""A race as a class sees it: whose run counts, what is told of it and to whom, and how its chart is laid out."""

import itertools
import json
import random
from pathlib import Path

import numpy as np
import pytest

from imgcls.classroom import Hall
from imgcls.classroom.races import Entry
from imgcls.training.records import Evaluation, Finished
from imgcls.training.runs import RunFiles, run_folder
from imgcls.ui import classroom
from imgcls.ui.classroom import race
from tests.javascript import attributes, evaluated
from tests.ui.test_classroom import asked, voter

CHART = Path(classroom.__file__).parent / "race_chart.js"
GAP = 19


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "cache"))


def learned(run: str, *accuracies: float, over: bool = True) -> str:
    """A run that has written these accuracies, one epoch every two seconds."""
    folder = run_folder(run)
    folder.mkdir(parents=True)
    files, none = RunFiles(folder), np.empty(0)
    for epoch, accuracy in enumerate(accuracies, start=1):
        files.append(Evaluation(epoch, epoch, 2.0 * epoch, 1.0, 0.5, 1.0, accuracy, 9.0, none, none, none, none, none))
    if over:
        files.append(Finished(len(accuracies), 1.0, 30.0, "seconds", max(accuracies, default=0.0), str(folder)))
    return run


def test_the_best_run_of_each_counts_and_the_best_name_stands_first() -> None:
    entries = [
        Entry(learned("one", 0.2, 0.5, 0.4), "A", "blue beagle"),
        Entry(learned("two", 0.75), "B", "pink pug"),
        Entry(learned("three", 0.3), "A", "blue beagle"),
        Entry(learned("four"), "C", "red setter"),
        Entry("never-begun", "D", "amber akita"),
    ]
    found = race.lanes(entries)
    assert [(lane.name, lane.run, lane.best) for lane in found] == [
        ("pink pug", "two", 0.75), ("blue beagle", "one", 0.5),
        ("amber akita", "never-begun", None), ("red setter", "four", None),
    ]  # fmt: skip
    assert found[1].points == ((2.0, 0.2), (4.0, 0.5), (6.0, 0.4))
    assert {(lane.state, lane.place) for lane in found} == {("over", None)}


def test_a_run_that_goes_on_is_read_anew() -> None:
    learned("one", 0.25, over=False)
    assert race.written_of("one") == (((2.0, 0.25),), False)
    RunFiles(run_folder("one")).append(Finished(1, 1.0, 30.0, "seconds", 0.25, ""))
    assert race.written_of("one") == (((2.0, 0.25),), True)
    assert race.written_of("../one") == ((), False)


@pytest.mark.parametrize("count", [0, 1, 39, 40, 41, 79, 400, 5000])
def test_of_many_points_the_first_the_best_and_the_last_are_kept(count: int) -> None:
    points = tuple((float(place), random.Random(place).random()) for place in range(count))
    kept = race.thinned(points)
    assert len(kept) <= race.MOST_POINTS
    assert kept == tuple(sorted(set(kept)))
    assert set(kept) <= set(points)
    if count:
        assert {points[0], points[-1], max(points, key=lambda point: point[1])} <= set(kept)
    if count <= race.MOST_POINTS:
        assert kept == points


def test_a_race_is_told_to_its_class_and_the_names_of_runs_to_the_teacher_alone(own_hall: Hall) -> None:
    teacher, student, code = voter(own_hall)
    stranger = own_hall.classes.begin("train")[0]
    assert json.loads(asked("race.json", cookie=student, method="GET")[1]) == {"seconds": 0, "runs": []}
    assert asked("race", {"seconds": 30}, student)[:2] == (422, "Only the teacher can do that.")
    assert asked("race", {"seconds": 31}, teacher)[:2] == (422, "A run of a race has 30, 60 or 120 seconds.")
    assert asked("race", {"seconds": 30}, teacher)[0] == 200
    own_hall.races.enter(student, learned("mine", 0.5, 0.875))
    seen = [json.loads(asked("race.json", cookie=token, method="GET")[1]) for token in (teacher, student, stranger)]
    name = own_hall.classes.member(student).name
    told = {
        "name": name, "best": 0.875, "state": "over", "place": None, "points": [[2.0, 0.5], [4.0, 0.875]],
    }  # fmt: skip
    assert seen[0] == {"seconds": 30, "runs": [told | {"mine": False, "run": "mine"}]}
    assert seen[1] == {"seconds": 30, "runs": [told | {"mine": True}]}
    assert seen[2] == {"seconds": 0, "runs": []}
    assert asked("race.json", cookie="nobody", method="GET")[:2] == (404, "This class has ended.")
    assert asked("end-race", {}, student)[0] == 422
    assert asked("end-race", {}, teacher)[0] == 200
    assert own_hall.races.entries(code) == ()


def test_names_stand_near_their_lines_and_never_on_each_other() -> None:
    cases = [
        [sorted(random.Random(seed).uniform(20, 300) for _ in range(5)), [20, 20, 20, 20, 20], [300, 300, 299, 20, 160]]
        for seed in range(3)
    ]
    heights = [each for case in cases for each in case]
    placed = evaluated(CHART, [f"m.spread({json.dumps(each)}, 20, 300, {GAP})" for each in heights])
    for given, found in zip(heights, placed, strict=True):
        assert all(below - above >= GAP - 1e-9 for above, below in itertools.pairwise(sorted(found)))
        assert all(20 <= height <= 300 for height in found)
        order = sorted(range(5), key=lambda place: (given[place], place))
        assert [found[place] for place in order] == sorted(found), "in the order of their lines"
    assert evaluated(CHART, ["m.spread([50, 100, 200], 20, 300)"]) == [[50, 100, 200]], "where there is room"


PAGE_FOR_A_FIGURE = """(() => {
  globalThis.innerHeight = 720
  document.createElement = () => ({ innerHTML: "" })
  return m.chart(%s, 30, %d).innerHTML
})()"""


def test_lines_go_through_their_points_and_only_the_best_five_have_names() -> None:
    runs = [
        {"name": f"name {place}", "best": 1 - place / 10, "points": [[15, 0.5], [30, 1 - place / 10]]}
        for place in range(7)
    ] + [{"name": "name 7", "best": None, "points": []}]
    wide, narrow = evaluated(CHART, [PAGE_FOR_A_FIGURE % (json.dumps(runs), width) for width in (1000, 320)])
    lines = [line for line in attributes(wide, "d") if line.count("L") == 1 and not line.startswith("M-")]
    assert "100%" in wide
    assert [f"name {place}" in wide for place in range(8)] == [True] * 5 + [False] * 3
    assert "the best is name 0 with 100%." in narrow
    assert ">name 0<" in wide
    assert ">name 0<" not in narrow, "the list below has the names"
    ends = {line.split("L")[1] for line in lines}
    assert f"{1000 - 190} 22" in ends, "30 seconds and 100% are the right upper corner"
