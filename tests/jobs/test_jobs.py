"""Jobs in worker processes: streaming, stopping, losing, queueing."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from imgcls import jobs
from imgcls.jobs import JobRefusedError
from imgcls.jobs.runner import CANCEL_GRACE_SECONDS, JobRunner
from imgcls.training.records import Snapshot

PATIENCE = 90  # seconds; only reached when something is broken


def until(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def runner() -> Iterator[JobRunner]:
    """Two workers for long jobs and a quick one, which may run tests/jobs/job_targets."""
    path = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    sys.path.insert(0, str(Path(__file__).parent))
    runner = JobRunner(long=2, package="job_targets")
    try:
        until(lambda: runner.ready)
        yield runner
    finally:
        runner.shutdown()
        sys.path.remove(str(Path(__file__).parent))
        os.environ.pop("PYTHONPATH") if path is None else os.environ.update(PYTHONPATH=path)


@pytest.fixture
def submit(runner: JobRunner, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., jobs.Job]]:
    """Submits a function of job_targets.targets; cancels what is left when the test ends.

    On a busy machine a worker may hear of that late: it is not ended for it, a new one would have to import torch.
    """
    monkeypatch.setattr("imgcls.jobs.runner.CANCEL_GRACE_SECONDS", PATIENCE)
    made: list[jobs.Job] = []

    def submit(
        function: str, owner: str = "anna", quick: bool = False, again: dict | None = None, **kwargs: object
    ) -> jobs.Job:
        target = f"job_targets.targets:{function}"
        made.append(runner.submit(target, kwargs, owner=owner, quick=quick, again=again))
        return made[-1]

    yield submit
    for job in made:
        job.cancel()
    for job in made:
        assert job.wait(PATIENCE)
    until(lambda: runner.ready)


def running(job: jobs.Job) -> Callable[[], bool]:
    return lambda: job.status.count > 0


def test_records_arrive_in_order_as_the_objects_that_were_yielded(submit) -> None:
    job = submit("count", to=50)
    assert job.wait(PATIENCE)
    assert (job.state, job.status.sentence) == ("done", "")
    assert [record.number for record in job.records] == list(range(50))
    assert np.array_equal(job.records[4].squares, [0, 1, 4, 9])


def test_records_since_gives_only_what_is_new(submit) -> None:
    job = submit("echo")
    job.send("early")  # nobody listens before the job runs, unless it has just started
    until(lambda: job.state == "running")
    job.send({"lr": 0.1})
    until(lambda: {"lr": 0.1} in job.records)
    _, number = job.records_since(0)
    job.send(7)
    until(lambda: job.status.count > number)
    assert job.records_since(number) == ([7], number + 1)
    job.send("stop")
    assert job.wait(PATIENCE)
    assert job.state == "done"


def test_only_the_newest_records_are_kept_but_all_are_counted(submit, monkeypatch) -> None:
    monkeypatch.setattr("imgcls.jobs.job.KEPT_RECORDS", 10)
    job = submit("count", to=25)
    assert job.wait(PATIENCE)
    assert [record.number for record in job.records] == list(range(15, 25))
    assert [record.number for record in job.records_since(23)[0]] == [23, 24]
    assert job.status.count == 25


def test_records_are_bounded_by_their_bytes_too(submit, monkeypatch) -> None:
    monkeypatch.setattr("imgcls.jobs.job.KEPT_BYTES", 1)
    job = submit("count", to=5)
    assert job.wait(PATIENCE)
    assert [record.number for record in job.records] == [4]


def test_workers_are_warm_polite_and_know_no_screen(submit) -> None:
    job = submit("environment", quick=True)
    assert job.wait(PATIENCE)
    lower = min(19, os.nice(0) + 10)
    assert job.records == [{"torch": True, "nice": lower, "threads": 1, "streamlit": False, "compiler": False}]


def test_a_cancelled_job_is_told_and_may_tidy_up(submit, tmp_path) -> None:
    job = submit("tidy", path=str(tmp_path / "end"))
    until(running(job))
    job.cancel()
    assert job.wait(PATIENCE)
    assert job.state == "cancelled"
    assert (tmp_path / "end").read_text() == "tidied up"


def test_a_job_waiting_for_messages_can_be_cancelled_without_losing_its_worker(submit, runner) -> None:
    job = submit("echo")
    until(lambda: job.state == "running")
    pid = runner.pid_of(job)
    job.cancel()
    assert job.wait(PATIENCE)
    assert job.state == "cancelled"
    assert pid in runner.pids


def test_a_hanging_job_is_cancelled_by_ending_its_process_and_the_worker_is_replaced(
    submit, runner, monkeypatch
) -> None:
    monkeypatch.setattr("imgcls.jobs.runner.CANCEL_GRACE_SECONDS", CANCEL_GRACE_SECONDS)
    job = submit("hang")
    until(running(job))
    pid = runner.pid_of(job)
    job.cancel()
    assert job.wait(5)
    assert job.state == "cancelled"
    assert pid not in runner.pids
    again = submit("count", to=1)
    assert again.wait(PATIENCE)
    assert again.state == "done"


def test_a_killed_worker_is_noticed_named_and_replaced_while_others_go_on(submit, runner) -> None:
    victim, bystander = submit("hang"), submit("count", owner="berta", to=200, pause=0.02)
    until(lambda: victim.status.count and bystander.status.count)
    os.kill(runner.pid_of(victim), signal.SIGKILL)
    assert victim.wait(5)
    assert victim.state == "lost"
    assert "ended from outside" in victim.status.sentence
    assert bystander.wait(PATIENCE)
    assert [record.number for record in bystander.records] == list(range(200))
    until(lambda: runner.ready and len(runner.pids) == 3)


def test_failures_are_one_sentence(submit) -> None:
    refused, crashed = submit("refuse"), submit("crash", owner="berta")
    assert refused.wait(PATIENCE)
    assert crashed.wait(PATIENCE)
    assert (refused.state, refused.status.sentence) == ("failed", "The picture is too small: choose a larger one.")
    assert crashed.state == "failed"
    assert "KeyError" in crashed.status.sentence
    assert "\n" not in crashed.status.sentence


def test_a_record_that_cannot_be_read_fails_its_job_only(submit) -> None:
    job = submit("unreadable")
    assert job.wait(PATIENCE)
    assert job.state == "failed"
    following = submit("count", to=1)
    assert following.wait(PATIENCE)
    assert following.state == "done"


def test_an_owner_runs_one_job_at_a_time_and_others_get_their_turn(submit) -> None:
    first, second = submit("linger"), submit("linger")
    other, third = submit("linger", owner="berta"), submit("linger", owner="clara")
    until(lambda: first.state == other.state == "running")
    assert (second.state, second.status.place) == ("queued", 1)
    assert (third.state, third.status.place) == ("queued", 2)
    other.cancel()
    until(lambda: third.state == "running")
    assert second.state == "queued"
    first.cancel()
    until(lambda: second.state == "running")
    assert second.status.place is None


def test_a_quick_job_does_not_wait_for_long_ones(submit) -> None:
    long = [submit("linger", owner=owner) for owner in ("anna", "berta", "clara")]
    quick = submit("count", owner="anna", quick=True, to=3)
    assert quick.wait(PATIENCE)
    assert [job.state for job in long].count("running") == 2


def test_a_quick_job_that_takes_long_is_stopped_with_a_reason(submit, monkeypatch) -> None:
    monkeypatch.setattr("imgcls.jobs.runner.QUICK_SECONDS", 0.2)
    job = submit("linger", quick=True)
    assert job.wait(PATIENCE)
    assert job.state == "failed"
    assert "stopped after" in job.status.sentence


def test_a_queued_job_can_be_cancelled(submit) -> None:
    first, second = submit("linger"), submit("linger")
    until(lambda: first.state == "running")
    second.cancel()
    assert second.state == "cancelled"


@pytest.fixture
def absent(runner: JobRunner) -> Iterator[set[str]]:
    """The owners that are away: put names in and take them out."""
    away: set[str] = set()
    for owner in ("anna", "berta", "clara"):
        runner.attendance.attend(owner, lambda owner=owner: owner not in away)
    yield away
    for owner in ("anna", "berta", "clara"):
        runner.attendance.attend(owner, lambda: True)


def test_work_goes_on_while_its_owner_is_away_as_long_as_nobody_waits(submit, absent, monkeypatch) -> None:
    monkeypatch.setattr("imgcls.jobs.runner.WAITED_GRACE", 0.3)
    mine, other = submit("linger"), submit("linger", owner="berta")
    until(lambda: mine.state == other.state == "running")
    absent.add("anna")
    time.sleep(1.2)
    assert mine.state == "running", "nobody waits"
    waiting = submit("linger", owner="clara")
    until(lambda: waiting.state == "running", 10)
    assert mine.state == "released"
    assert "away" in mine.status.sentence
    assert other.state == "running"


def test_a_connection_that_blinks_ends_nothing_even_while_somebody_waits(submit, runner, absent, monkeypatch) -> None:
    def away() -> float:
        return runner.attendance.away("anna", time.monotonic())

    monkeypatch.setattr("imgcls.jobs.runner.WAITED_GRACE", 1.7)  # all blinks together are longer, each is shorter
    jobs_ = [submit("linger", owner=owner) for owner in ("anna", "berta", "clara")]
    until(lambda: [job.state for job in jobs_] == ["running", "running", "queued"])
    for _ in range(6):
        absent.add("anna")
        until(lambda: away() > 0.3)
        absent.discard("anna")
        until(lambda: away() == 0)
    assert [job.state for job in jobs_] == ["running", "running", "queued"]


def test_after_minutes_without_its_owner_all_work_ends(submit, absent, monkeypatch) -> None:
    running, waiting = submit("linger"), submit("linger")
    until(lambda: running.state == "running")
    monkeypatch.setattr("imgcls.jobs.runner.GRACE", 0.4)
    absent.add("anna")
    assert running.wait(10)
    assert running.state == waiting.state == "released"


def test_who_is_there_goes_before_who_is_not(submit, absent, monkeypatch) -> None:
    monkeypatch.setattr("imgcls.jobs.runner.WAITED_GRACE", 0.1)
    first, second = submit("linger", owner="dora"), submit("linger", owner="emil")
    until(lambda: first.state == second.state == "running")
    absent.add("anna")
    gone, here = submit("linger"), submit("linger", owner="berta")
    time.sleep(0.8)
    first.cancel()
    until(lambda: here.state == "running")
    assert gone.state == "queued"


def test_a_pause_gives_its_place_to_who_waits_and_takes_it_again(submit, runner, monkeypatch) -> None:
    monkeypatch.setattr("imgcls.jobs.runner.PAUSE_KEEPS", 0.1)
    again = {"start": "from the checkpoint"}
    paused = submit("rest", again=again)
    other = submit("linger", owner="berta")
    until(lambda: paused.idle_since and other.state == "running")
    time.sleep(0.6)
    assert paused.state == "running", "nobody waits"
    waiting = submit("linger", owner="clara")
    until(lambda: waiting.state == "running", 10)
    assert paused.state == "parked"
    assert not paused.status.over
    paused.send("while parked")
    paused.send("go on", wake=True)
    assert (paused.state, paused.status.place) == ("queued", 1)
    waiting.cancel()
    until(lambda: paused.state == "running")
    until(lambda: paused.records[-1] == "go on")
    told = [record for record in paused.records if isinstance(record, str)]
    assert told == ["anew", "from the checkpoint", "while parked", "go on"]


def test_ones_own_pause_makes_room_for_ones_own_next_job(submit, monkeypatch) -> None:
    monkeypatch.setattr("imgcls.jobs.runner.PAUSE_KEEPS", 0.1)
    paused = submit("rest", again={})
    until(lambda: paused.idle_since)
    following = submit("count", to=1)
    assert following.wait(10)
    assert paused.state == "parked"
    paused.cancel()
    assert paused.state == "cancelled"


def test_a_message_that_crosses_with_the_loss_of_the_place_is_not_lost(submit, runner, monkeypatch) -> None:
    monkeypatch.setattr("imgcls.jobs.runner.PAUSE_KEEPS", 1e9)
    paused, other = submit("rest", again={}), submit("linger", owner="berta")
    until(lambda: paused.idle_since and other.state == "running")
    seat = runner._seat_of(paused)
    with runner.lock:  # both are under way before the answer can be heard
        seat.worker.post("park", paused.id)
        paused.send("go on", wake=True)
    until(lambda: paused.records[-1] == "go on", 10)


def test_pauses_do_not_count_as_work(submit) -> None:
    paused = submit("rest", again={})
    until(lambda: paused.idle_since)
    before = paused.status.seconds
    time.sleep(0.5)
    assert paused.status.seconds == before < 0.5


def test_cores_are_shared_between_running_trainings(submit) -> None:
    alone = submit("threads")
    until(running(alone))
    assert alone.records[-1] == min(8, os.cpu_count())
    second = submit("threads", owner="berta")
    half = max(1, min(8, os.cpu_count() // 2))
    until(lambda: second.records and second.records[-1] == alone.records[-1] == half)


def test_jobs_are_found_by_their_id_also_when_they_are_over(submit, runner) -> None:
    job = submit("count", to=1)
    assert job.wait(PATIENCE)
    assert runner.find(job.id) is job
    assert runner.find("no such job") is None


def test_only_functions_of_the_package_are_run_and_an_owner_cannot_flood_the_queue(submit, runner) -> None:
    for target in ("os:system", "job_targets.targets:_hidden", "job_targets.targets", "job_targets_other.x:y"):
        with pytest.raises(JobRefusedError, match="inside the package"):
            runner.submit(target, {}, owner="anna")
    with pytest.raises(JobRefusedError, match="wait already"):
        for _ in range(20):
            submit("linger")


def test_a_reloaded_page_takes_its_job_over_and_nobody_else_does(submit, runner: JobRunner, absent) -> None:
    job = submit("linger")
    until(running(job))
    assert not runner.adopt(job, "a stranger"), "its session is still there"
    absent.add("anna")
    assert runner.adopt(job, "berta")
    assert not runner.adopt(job, "a stranger")


def test_of_records_that_replace_each_other_the_newest_is_kept_alone(submit) -> None:
    job = submit("replacing", to=6)
    assert job.wait(PATIENCE)
    kept = [record for record in job.records if isinstance(record, Snapshot)]
    assert [record.step for record in kept] == [5]
    records, following = job.records_since(0)
    assert following == job.status.count == 12
    assert [record for record in records if isinstance(record, int)] == list(range(6))
    assert job.records_since(following) == ([], 12)
