"""The job runner: workers, two fair queues (long and quick), and one thread that looks after them."""

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from imgcls.jobs.attendance import Attendance
from imgcls.jobs.fairqueue import FairQueue
from imgcls.jobs.job import Job, JobRefusedError, State
from imgcls.jobs.places import OwnPlaces, Places
from imgcls.jobs.workers import WorkerProcess, environment_of, gpu_count, long_workers

LOOK_SECONDS = 0.25
CANCEL_GRACE_SECONDS = 0.8  # then the process is ended
LOST = "The process that did this work was ended from outside; what it had saved is kept."
# Seconds that work goes on without its owner (a phone that is locked, a network that is gone): while somebody waits for
# the place, and while nobody does. The second is also how long a paused job without a place waits for its owner.
WAITED_GRACE, GRACE = 15.0, 600.0
LEFT_WAITED = "This page was away for {:.0f} seconds while somebody waited for a worker, so the work was stopped."
LEFT = "This page was away for {:.0f} minutes, so the work was stopped."
PAUSE_KEEPS = 3.0  # seconds that a pause keeps its place although somebody waits: enough for single steps
PARK_SECONDS = 1.0  # then it is asked again
QUICK_SECONDS = 60.0
LONG_SECONDS = 3600.0
WAITING_PER_OWNER = 10
REMEMBERED_JOBS = 200
MOST_THREADS = 8  # more do not help a small network
log = logging.getLogger("imgcls")


class _Seat:
    """A place for one worker: its process (replaced when it dies) and the job that it runs."""

    def __init__(self, number: int, quick: bool, environment: Mapping[str, str]) -> None:
        self.name, self.quick = f"{'quick' if quick else 'long'}-{number}", quick
        self.environment = environment
        self.started = False
        self.worker: WorkerProcess | None = None
        self.job: Job | None = None
        self.cancel_by: float | None = None
        self.ending: tuple[State, str] | None = None  # how a job ends, and why, if it was not the owner's wish
        self.parking_until = 0.0  # it was asked to give its place away
        self.failures = 0  # starts in a row that never became ready
        self.not_before = 0.0


class JobRunner:
    """Runs jobs in worker processes. The program has one (see imgcls.jobs); tests make their own.

    Args:
        package: only functions of this package can be run.
        long: number of workers for long jobs; None: by the machine (`long_workers`).
        quick: number of workers for quick jobs.
        attendance: which owners are there.
        warm: modules that workers import before their first job.
        places: those that several servers of one machine share.
    """

    def __init__(
        self,
        long: int | None = None,
        quick: int = 1,
        package: str = "imgcls",
        attendance: Attendance | None = None,
        warm: Sequence[str] = (),
        places: Places | None = None,
    ) -> None:
        self.package, self.warm = package, warm
        self.places = places or OwnPlaces()
        self.attendance = attendance or Attendance()
        self.lock = threading.RLock()
        self._queues: dict[bool, FairQueue[Job]] = {False: FairQueue(), True: FairQueue()}
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._closing = threading.Event()
        gpus = gpu_count()
        count = long_workers(gpus) if long is None else long
        self._seats = [_Seat(number, False, environment_of(number, gpus)) for number in range(count)]
        self._seats += [_Seat(number, True, environment_of(number, gpus)) for number in range(quick)]
        for quick in (True, False):  # the others start when they are needed
            if seat := next((seat for seat in self._seats if seat.quick == quick), None):
                self._start_worker(seat)
        threading.Thread(target=self._look_after, name="job-runner", daemon=True).start()

    @property
    def pids(self) -> list[int]:
        """The numbers of the worker processes."""
        with self.lock:
            return [seat.worker.pid for seat in self._seats if seat.worker]

    @property
    def ready(self) -> bool:
        """Whether every worker that was started has imported torch and waits for work or does some."""
        with self.lock:
            return all(seat.worker and seat.worker.ready for seat in self._seats if seat.started)

    def pid_of(self, job: Job) -> int | None:
        """The number of the process that runs the job; None if none does."""
        with self.lock:
            seat = self._seat_of(job)
            return seat.worker.pid if seat and seat.worker else None

    def submit(
        self,
        target: str,
        kwargs: Mapping[str, Any],
        *,
        owner: str,
        quick: bool = False,
        again: Mapping[str, Any] | None = None,
    ) -> Job:
        """See imgcls.jobs.submit."""
        job = Job(self, target, kwargs, owner, quick, again)
        with self.lock:
            if self._closing.is_set():
                raise JobRefusedError("The server is shutting down.")
            if len(self._queues[quick].of(owner)) >= WAITING_PER_OWNER:
                raise JobRefusedError(f"{WAITING_PER_OWNER} of your jobs wait already: stop one of them first.")
            self._remember(job)
            self._put(job)
            self._dispatch()
        return job

    def find(self, job_id: str) -> Job | None:
        """See imgcls.jobs.find."""
        with self.lock:
            return self._jobs.get(job_id)

    def place(self, job: Job) -> int | None:
        """The job's place in its queue, 1 for the next; None if it does not wait."""
        with self.lock:
            return self._queues[job.quick].place(job)

    def send(self, job: Job, body: bytes, wake: bool = False) -> None:
        """Passes a pickled message on to the worker that runs the job; keeps it for a job that has been parked."""
        with self.lock:
            if seat := self._seat_of(job):
                seat.worker.post("message", job.id, body, wake)
            else:
                self._keep_message(job, body, wake)

    def cancel(self, job: Job, reason: str = "", state: State = "failed") -> None:
        """Takes the job out of the queue, or asks its worker to stop it and sees to it that it does.

        With a `reason` it ends in `state` with that sentence instead of being cancelled.
        """
        ending: tuple[State, str] = (state, reason) if reason else ("cancelled", "")
        with self.lock:
            if self._queues[job.quick].remove(job) or job.state == "parked":
                job._finish(*ending)
            elif (seat := self._seat_of(job)) and seat.cancel_by is None:
                seat.worker.post("cancel", job.id)
                seat.cancel_by, seat.ending = time.monotonic() + CANCEL_GRACE_SECONDS, ending

    def adopt(self, job: Job, owner: str) -> bool:
        """See imgcls.jobs.adopt."""
        with self.lock:
            if job.owner != owner and not job._over.is_set() and self.attendance.missing(job.owner):
                waits = self._queues[job.quick].remove(job)
                job.owner = owner
                if waits:
                    self._put(job)
            return job.owner == owner

    def shutdown(self) -> None:
        """Cancels all jobs and ends the workers; returns when they are gone, after two seconds at most."""
        with self.lock:
            if self._closing.is_set():
                return
            self._closing.set()
            for job in self._jobs.values():
                self._queues[job.quick].remove(job)
                job._finish("cancelled")
            workers = [seat.worker for seat in self._seats if seat.worker]
            for worker in workers:
                worker.stop()
        end = time.monotonic() + 2
        for worker in workers:
            worker.wait(max(0.0, end - time.monotonic()))
        for seat in self._seats:
            self.places.release(seat.name)

    # Inside: the lock is held, except in the three functions that threads start in.

    def _seat_of(self, job: Job) -> _Seat | None:
        return next((seat for seat in self._seats if seat.job is job), None)

    def _remember(self, job: Job) -> None:
        self._jobs[job.id] = job
        over = [key for key, other in self._jobs.items() if other._over.is_set()]
        for key in over[: max(0, len(self._jobs) - REMEMBERED_JOBS)]:
            del self._jobs[key]

    def _keep_message(self, job: Job, body: bytes, wake: bool) -> None:
        """For a job that has run before and will again."""
        if job.state not in ("queued", "parked", "running") or not job._spent:
            return
        job._outbox.append(body)
        job._woken |= wake
        if job._woken and job.state == "parked":
            job._state = "queued"
            self._put(job)
            self._dispatch()

    def _put(self, job: Job) -> None:
        job._waits_since = time.monotonic()
        self._queues[job.quick].put(job)

    def _next(self, quick: bool, now: float) -> Job | None:
        """Who goes next in this process: who is there goes first."""
        busy, queue = self._busy(quick), self._queues[quick]
        return queue.first(busy | self._gone(now)) or queue.first(busy)

    def _dispatch(self) -> None:
        now = time.monotonic()
        for seat in self._seats:
            if seat.job or not (seat.worker and seat.worker.ready):
                continue
            job = self._next(seat.quick, now)
            if job and not self._is_overtaken(job) and self.places.take(seat.name):
                self._queues[seat.quick].remove(job)
                seat.job, seat.parking_until = job, 0.0
                job._start()
                self._share_cores()
                seat.worker.post("start", job.id, job.target, job.arguments)
                for body in job._outbox:
                    seat.worker.post("message", job.id, body, True)
                job._outbox.clear()

        for quick, queue in self._queues.items():
            idle = [seat for seat in self._seats if seat.quick == quick and self._is_free(seat)]
            if queue.waits(self._busy(quick)) and not any(seat.worker for seat in idle):
                fresh = [seat for seat in idle if not seat.started]
                if fresh:
                    self._start_worker(fresh[0])

        self.places.tell(self._startable(now))

    def _is_free(self, seat: _Seat) -> bool:
        return not seat.job and not self.places.taken(seat.name)

    def _is_overtaken(self, job: Job) -> bool:
        """Whether somebody in another process has waited longer."""
        return any(since < job._waits_since for since in self.places.waiting(job.quick))

    def _startable(self, now: float) -> list[tuple[bool, float]]:
        """Who could start at once if there were a place, and since when they wait."""
        idle = {seat.quick for seat in self._seats if not seat.job and seat.worker and seat.worker.ready}
        jobs = [self._next(quick, now) for quick in idle]
        return [(job.quick, job._waits_since) for job in jobs if job]

    def _busy(self, quick: bool) -> set[str]:
        """The owners who have a job running already."""
        return {seat.job.owner for seat in self._seats if seat.job and seat.quick == quick}

    def _gone(self, now: float) -> set[str]:
        """The owners of waiting jobs who have been away for long."""
        owners = {job.owner for job in self._jobs.values() if job.state == "queued"}
        return {owner for owner in owners if self.attendance.away(owner, now) > WAITED_GRACE}

    def _share_cores(self) -> None:
        """A training alone may use all cores; several get their part each, from their next step on."""
        running = [seat for seat in self._seats if seat.job and not seat.quick]
        working = sum(seat.job.idle_since is None for seat in running)
        working += sum(self.places.taken(seat.name) for seat in self._seats if not seat.job and not seat.quick)
        threads = max(1, min(MOST_THREADS, (os.cpu_count() or 1) // max(1, working)))
        for seat in running:
            seat.worker.post("threads", threads)

    def _end_job(self, seat: _Seat, state: State, sentence: str = "") -> None:
        job, seat.job = seat.job, None
        self.places.release(seat.name)
        if seat.ending:
            state, sentence = seat.ending
        seat.cancel_by, seat.ending, seat.parking_until = None, None, 0.0
        if state == "parked":
            job._park()
            if job._woken:
                job._state = "queued"
                self._put(job)
        else:
            job._finish(state, sentence)
        self._share_cores()

    def _start_worker(self, seat: _Seat) -> None:
        seat.started = True
        seat.worker = WorkerProcess(self._heard, self._ended, seat.environment, self.warm)

    def _heard(self, worker: WorkerProcess, frame: tuple) -> None:
        kind, *rest = frame
        with self.lock:
            seat = next((seat for seat in self._seats if seat.worker is worker), None)
            if seat is None or self._closing.is_set():
                return
            if kind == "ready":
                worker.ready, seat.failures = True, 0
            elif kind == "undelivered":
                if (job := self._jobs.get(rest[0])) and seat.job is job:
                    self._keep_message(job, *rest[1:])  # it is about to be parked
                elif job:
                    self.send(job, *rest[1:])
                return
            elif seat.job and rest[0] == seat.job.id:
                if kind == "record":
                    self._keep_record(seat.job, rest[1])
                    return
                self._end_job(seat, rest[1], rest[2])
            self._dispatch()

    def _keep_record(self, job: Job, body: bytes) -> None:
        was_idle = job.idle_since is not None
        try:
            job._append(body)
        except Exception:  # whatever a record's class does when it is made again: the other jobs must not suffer
            log.exception("a record of %s cannot be read", job.target)
            self.cancel(job, "What this job sent cannot be read.")
        if was_idle != (job.idle_since is not None):
            self._share_cores()

    def _ended(self, worker: WorkerProcess) -> None:
        with self.lock:
            seat = next((seat for seat in self._seats if seat.worker is worker), None)
            if seat is None or self._closing.is_set():
                return
            seat.worker = None
            if not worker.ready:
                seat.failures += 1
                seat.not_before = time.monotonic() + min(30, 2**seat.failures)
                log.error("a training worker ended before it was ready (exit code %s)", worker.exit_code)
            if seat.job and seat.cancel_by is not None:
                self._end_job(seat, "cancelled")  # or what its end was to be
            elif seat.job:
                log.warning("a training worker was lost (exit code %s)", worker.exit_code)
                self._end_job(seat, "lost", LOST)
            if not seat.failures:
                self._start_worker(seat)

    def _look_after(self) -> None:
        while not self._closing.wait(LOOK_SECONDS):
            with self.lock:
                self._look(time.monotonic())

    def _look(self, now: float) -> None:
        self.attendance.look(now)
        for job in [job for job in self._jobs.values() if not job._over.is_set()]:
            if self.attendance.away(job.owner, now) > GRACE:
                self.cancel(job, LEFT.format(GRACE / 60), "released")
        for quick in self._queues:
            self._make_room(quick, now)
        for seat in self._seats:
            if seat.worker is None:
                if seat.started and now >= seat.not_before and not self._closing.is_set():
                    self._start_worker(seat)
            elif not seat.worker.alive or (seat.cancel_by is not None and now >= seat.cancel_by):
                seat.worker.kill()  # its reading thread does the rest
            elif seat.job and seat.cancel_by is None:
                limit = QUICK_SECONDS if seat.quick else LONG_SECONDS
                if seat.job.seconds > limit:
                    self.cancel(seat.job, f"It was stopped after {limit:.0f} seconds, the most that is allowed.")
        self._dispatch()  # another process may have given a place away

    def _make_room(self, quick: bool, now: float) -> None:
        """While somebody waits, pauses give their places away, the longest first, then work whose owner is away."""
        seats = [seat for seat in self._seats if seat.quick == quick]
        queue, gone = self._queues[quick], self._gone(now)
        yielding = [seat for seat in seats if seat.cancel_by is not None or seat.parking_until > now]
        staying = [seat for seat in seats if seat.job and seat not in yielding]
        resting = sorted((seat for seat in staying if _rests(seat, now)), key=lambda seat: seat.job.idle_since)
        for seat in [seat for seat in resting if queue.of(seat.job.owner)]:  # its owner has one job at a time
            self._ask_for_place(seat, now)
            resting.remove(seat)
            yielding.append(seat)
        kept = {seat.job.owner for seat in staying if seat not in resting and seat not in yielding}
        free = sum(self._is_free(seat) and not seat.failures for seat in seats)
        wanted = queue.lines(kept | gone) + len(self.places.waiting(quick))
        missing = max(0, wanted - free - len(yielding))
        for seat in resting[:missing]:
            self._ask_for_place(seat, now)
        missing -= min(missing, len(resting))
        absent = [seat for seat in staying if self.attendance.away(seat.job.owner, now) > WAITED_GRACE]
        for seat in [seat for seat in absent if seat not in resting and seat not in yielding][:missing]:
            self.cancel(seat.job, LEFT_WAITED.format(WAITED_GRACE), "released")

    def _ask_for_place(self, seat: _Seat, now: float) -> None:
        seat.worker.post("park", seat.job.id)
        seat.parking_until = now + PARK_SECONDS


def _rests(seat: _Seat, now: float) -> bool:
    """Whether its job is paused, and could be gone on with elsewhere."""
    return bool(seat.job._again) and seat.job.idle_since is not None and now - seat.job.idle_since > PAUSE_KEEPS
