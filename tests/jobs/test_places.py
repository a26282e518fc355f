"""Places shared by several servers: as many jobs at once as one server would run, and who has waited longest first."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from imgcls.jobs.places import SharedPlaces
from imgcls.jobs.runner import JobRunner
from tests.jobs.test_jobs import until
from tests.serving import ROOT

HOLDER = """
import sys, time
from pathlib import Path
from imgcls.jobs.places import SharedPlaces
places = SharedPlaces(Path(sys.argv[1]))
assert places.take("long-0")
places.tell([(False, 5.0)])
print("held", flush=True)
time.sleep(600)
"""


def test_a_place_has_one_holder(tmp_path: Path) -> None:
    one, two = SharedPlaces(tmp_path), SharedPlaces(tmp_path)
    assert one.take("long-0") and one.take("long-0")
    assert not two.take("long-0") and two.taken("long-0") and not one.taken("long-0")
    assert two.take("quick-0")
    one.release("long-0")
    assert two.take("long-0")


def test_others_hear_who_waits_and_it_does_not_hold_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = SharedPlaces(tmp_path), SharedPlaces(tmp_path)
    one.tell([(False, 12.5), (True, 3.0)])
    assert (two.waiting(False), two.waiting(True)) == ([12.5], [3.0])
    assert one.waiting(False) == []  # it is about others
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 60)
    assert two.waiting(False) == []
    one.tell([])
    (tmp_path / "torn.json").write_text("{")
    assert two.waiting(True) == []


def test_a_killed_process_holds_nothing_and_waits_for_nothing(tmp_path: Path) -> None:
    places = SharedPlaces(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        assert places.taken("long-0") and places.waiting(False) == [5.0]
        holder.kill()
        holder.wait()
    assert places.take("long-0")
    assert places.waiting(False) == []


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[JobRunner]]:
    """Two runners with one long place between them, as in two server processes."""
    path, here = os.environ.get("PYTHONPATH"), str(Path(__file__).parent)
    os.environ["PYTHONPATH"] = here
    sys.path.insert(0, here)
    folder = tmp_path_factory.mktemp("together")
    made = [JobRunner(long=1, quick=0, package="job_targets", places=SharedPlaces(folder)) for _ in range(2)]
    try:
        until(lambda: all(each.ready for each in made))
        yield made
    finally:
        for each in made:
            each.shutdown()
        sys.path.remove(here)
        os.environ.pop("PYTHONPATH") if path is None else os.environ.update(PYTHONPATH=path)


def test_two_servers_run_as_many_jobs_as_one_in_the_order_of_their_coming(servers: list[JobRunner]) -> None:
    jobs, started = [], []
    for number in range(6):  # the first server gets two at a time: whoever waited longer goes first all the same
        server = servers[(0, 0, 1, 0, 1, 1)[number]]
        arguments = {"to": 4, "pause": 0.05}
        jobs.append(server.submit("job_targets.targets:count", arguments, owner=f"owner{number}"))
        time.sleep(0.02)
    while not all(job.status.over for job in jobs):
        running = [number for number, job in enumerate(jobs) if job.state == "running"]
        assert len(running) <= 1
        started += [number for number in running if number not in started]
        time.sleep(0.01)
    assert [job.state for job in jobs] == ["done"] * 6
    assert started == sorted(started)
    assert len(started) >= 5  # one may have passed between two looks


def test_a_pause_gives_its_place_to_somebody_in_another_server(servers: list[JobRunner]) -> None:
    resting = servers[0].submit("job_targets.targets:rest", {}, owner="anna", again={})
    until(lambda: resting.idle_since is not None)
    other = servers[1].submit("job_targets.targets:count", {"to": 2}, owner="berta")
    assert other.wait(60)
    assert resting.state == "parked"
    resting.cancel()
