"""The job runner: workers, two fair queues (long and quick), and one thread that looks after them."""

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from imgcls.training.fairqueue import FairQueue
from imgcls.training.jobs import Job, JobRefusedError
from imgcls.training.workers import WorkerProcess

LOOK_SECONDS = 0.25
CANCEL_GRACE_SECONDS = 0.8  # then the process is ended
LOST = "The process that did this work was ended from outside; what it had saved is kept."
QUICK_SECONDS = 60.0
LONG_SECONDS = 3600.0
WAITING_PER_OWNER = 10
REMEMBERED_JOBS = 200
MOST_THREADS = 8  # more do not help a small network
log = logging.getLogger("imgcls")


class _Seat:
    """A place for one worker: its process (replaced when it dies) and the job that it runs."""

    def __init__(self, quick: bool, environment: Mapping[str, str]) -> None:
        self.quick = quick
        self.environment = environment
        self.started = False
        self.worker: WorkerProcess | None = None
        self.job: Job | None = None
        self.cancel_by: float | None = None
        self.reason = ""  # why a job was stopped, if it was not the owner's wish
        self.failures = 0  # starts in a row that never became ready
        self.not_before = 0.0


class JobRunner:
    """Runs jobs in worker processes. The program has one (see imgcls.training.jobs); tests make their own.

    Args:
        package: only functions of this package can be run.
        long: number of workers for long jobs; None: by the machine (`long_workers`).
        quick: number of workers for quick jobs.
    """

    def __init__(self, long: int | None = None, quick: int = 1, package: str = "imgcls") -> None:
        self.package = package
        self.lock = threading.RLock()
        self._queues: dict[bool, FairQueue[Job]] = {False: FairQueue(), True: FairQueue()}
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._releases: dict[str, float] = {}
        self._closing = threading.Event()
        gpus = _gpus()
        count = long_workers(gpus) if long is None else long
        self._seats = [_Seat(False, _environment(number, gpus)) for number in range(count)]
        self._seats += [_Seat(True, _environment(number, gpus)) for number in range(quick)]
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

    def submit(self, target: str, kwargs: Mapping[str, Any], *, owner: str, quick: bool = False) -> Job:
        """See imgcls.training.jobs.submit."""
        job = Job(self, target, kwargs, owner, quick)
        with self.lock:
            if self._closing.is_set():
                raise JobRefusedError("The server is shutting down.")
            if len(self._queues[quick].of(owner)) >= WAITING_PER_OWNER:
                raise JobRefusedError(f"{WAITING_PER_OWNER} of your jobs wait already: stop one of them first.")
            self._releases.pop(owner, None)
            self._remember(job)
            self._queues[quick].put(job)
            self._dispatch()
        return job

    def find(self, job_id: str) -> Job | None:
        """See imgcls.training.jobs.find."""
        with self.lock:
            return self._jobs.get(job_id)

    def place(self, job: Job) -> int | None:
        """The job's place in its queue, 1 for the next; None if it does not wait."""
        with self.lock:
            return self._queues[job.quick].place(job)

    def send(self, job: Job, body: bytes) -> None:
        """Passes a pickled message on to the worker that runs the job."""
        with self.lock:
            if seat := self._seat_of(job):
                seat.worker.post("message", job.id, body)

    def cancel(self, job: Job, reason: str = "") -> None:
        """Removes the job from the queue, or asks its worker to stop it and sees to it that it does.

        A `reason` makes it a failure with that sentence instead of a cancellation.
        """
        with self.lock:
            if self._queues[job.quick].remove(job):
                job._finish("cancelled")
            elif (seat := self._seat_of(job)) and seat.cancel_by is None:
                seat.worker.post("cancel", job.id)
                seat.cancel_by, seat.reason = time.monotonic() + CANCEL_GRACE_SECONDS, reason

    def adopt(self, job: Job, owner: str) -> bool:
        """See imgcls.training.jobs.adopt."""
        with self.lock:
            if job.owner != owner and job.owner in self._releases and not job._over.is_set():
                waits = self._queues[job.quick].remove(job)
                job.owner = owner
                if waits:
                    self._queues[job.quick].put(job)
            return job.owner == owner

    def release(self, owner: str, after: float = 0.0) -> None:
        """See imgcls.training.jobs.release."""
        with self.lock:
            self._releases[owner] = time.monotonic() + after

    def keep(self, owner: str) -> None:
        """See imgcls.training.jobs.keep."""
        with self.lock:
            self._releases.pop(owner, None)

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

    # Inside: the lock is held, except in the three functions that threads start in.

    def _seat_of(self, job: Job) -> _Seat | None:
        return next((seat for seat in self._seats if seat.job is job), None)

    def _remember(self, job: Job) -> None:
        self._jobs[job.id] = job
        over = [key for key, other in self._jobs.items() if other._over.is_set()]
        for key in over[: max(0, len(self._jobs) - REMEMBERED_JOBS)]:
            del self._jobs[key]

    def _dispatch(self) -> None:
        for seat in self._seats:
            if seat.job or not (seat.worker and seat.worker.ready):
                continue
            if job := self._queues[seat.quick].take(self._busy(seat.quick)):
                seat.job = job
                job._start()
                self._share_cores()
                seat.worker.post("start", job.id, job.target, job.arguments)

        for quick, queue in self._queues.items():
            idle = [seat for seat in self._seats if seat.quick == quick and not seat.job]
            if queue.waits(self._busy(quick)) and not any(seat.worker for seat in idle):
                fresh = [seat for seat in idle if not seat.started]
                if fresh:
                    self._start_worker(fresh[0])

    def _busy(self, quick: bool) -> set[str]:
        """The owners who have a job running already."""
        return {seat.job.owner for seat in self._seats if seat.job and seat.quick == quick}

    def _share_cores(self) -> None:
        """A training alone may use all cores; several get their part each, from their next step on."""
        running = [seat for seat in self._seats if seat.job and not seat.quick]
        threads = max(1, min(MOST_THREADS, (os.cpu_count() or 1) // max(1, len(running))))
        for seat in running:
            seat.worker.post("threads", threads)

    def _end_job(self, seat: _Seat, state: str, sentence: str = "") -> None:
        if seat.reason:
            state, sentence = "failed", seat.reason
        if seat.job:
            seat.job._finish(state, sentence)
        seat.job, seat.cancel_by, seat.reason = None, None, ""
        self._share_cores()

    def _start_worker(self, seat: _Seat) -> None:
        seat.started = True
        seat.worker = WorkerProcess(self._heard, self._ended, seat.environment)

    def _heard(self, worker: WorkerProcess, frame: tuple) -> None:
        kind, *rest = frame
        with self.lock:
            seat = next((seat for seat in self._seats if seat.worker is worker), None)
            if seat is None or self._closing.is_set():
                return
            if kind == "ready":
                worker.ready, seat.failures = True, 0
            elif seat.job and rest[0] == seat.job.id:
                if kind == "record":
                    self._keep_record(seat.job, rest[1])
                    return
                self._end_job(seat, rest[1], rest[2])
            self._dispatch()

    def _keep_record(self, job: Job, body: bytes) -> None:
        try:
            job._append(body)
        except Exception:  # whatever a record's class does when it is made again: the other jobs must not suffer
            log.exception("a record of %s cannot be read", job.target)
            self.cancel(job, "What this job sent cannot be read.")

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
                self._end_job(seat, "cancelled")
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
        for owner in [owner for owner, when in self._releases.items() if now >= when]:
            del self._releases[owner]
            for job in [job for job in self._jobs.values() if job.owner == owner]:
                self.cancel(job)
        for seat in self._seats:
            if seat.worker is None:
                if seat.started and now >= seat.not_before and not self._closing.is_set():
                    self._start_worker(seat)
            elif not seat.worker.alive or (seat.cancel_by is not None and now >= seat.cancel_by):
                seat.worker.kill()  # its reading thread does the rest
            elif seat.job and seat.cancel_by is None:
                limit = QUICK_SECONDS if seat.quick else LONG_SECONDS
                if seat.job.status.seconds > limit:
                    self.cancel(seat.job, f"It was stopped after {limit:.0f} seconds, the most that is allowed.")


def long_workers(gpus: int) -> int:
    """How many long jobs may run at once: one a GPU; without one two, or one for every four cores up to four."""
    cores = os.cpu_count() or 1
    return gpus or max(min(2, cores), min(4, cores // 4))


def _gpus() -> int:
    import torch

    return torch.cuda.device_count()


def _environment(number: int, gpus: int) -> dict[str, str]:
    return {"CUDA_VISIBLE_DEVICES": str(number % gpus)} if gpus > 1 else {}
