"""One training run from its first step to its last: the loop, what it reports, obeys, keeps, and goes on from."""

import math
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from imgcls.jobs.inbox import Inbox
from imgcls.models.small import count_parameters
from imgcls.training.diagnosis import Watchdog
from imgcls.training.evaluate import Moment, Scores, evaluate, evaluation, keep_pictures, spread
from imgcls.training.keeper import Keeper
from imgcls.training.learner import BATCH, Learner, Mode, choose_mode
from imgcls.training.material import Material
from imgcls.training.optimisers import SCHEDULES, restore
from imgcls.training.records import Evaluation, Finding, Finished, Paused, Record, Snapshot, Started, Step
from imgcls.training.runs import RunError, RunFiles, RunInfo, begun
from imgcls.training.watch import Clock, Pace, look
from imgcls.training.world import ALONE, World

STEP_SECONDS = 0.1  # between two records of steps
PARTIAL_SECONDS = 3.0  # in a long epoch, between two evaluations of PARTIAL pictures
PARTIAL = 500
WATCHED_PICTURES = 24  # of the validation part, in which silent units are looked for
CHECKPOINT_SECONDS = 3.0


class Run:
    """The state of one training run."""

    def __init__(
        self, material: Material, device: torch.device, files: RunFiles | None, inbox: Inbox, world: World
    ) -> None:
        self.material, self.config, self.device = material, material.config, device
        self.files, self.keeper, self.inbox, self.world = files, Keeper(files), inbox, world
        self.classes = material.dataset.classes
        self.step, self.best, self.reason = 0, 0.0, "epochs"
        self.base_rate = self.config.lr
        self.watchdog = Watchdog(len(self.classes), self.config.lr, self.config.first_weights)
        self.findings: list[Finding] = []
        self.clock = Clock()
        self.pace = Pace()
        self.paused, self.single_steps = False, 0
        self.broken = False
        self._told_pause = Paused(0, False)
        self._saved_step, self._saved_at = -1, 0.0
        self._losses: list[Tensor] = []
        self._right: Tensor | int = 0
        self._reported_at = self._evaluated_at = 0.0
        self._aside = 0.0  # seconds since the last report that were not spent on learning
        self._epoch_sums = [0.0, 0.0, 0]  # loss, right answers, pictures since the last evaluation
        self._speed = 0.0

    # Before the first step

    def prepare(self, resume: bool, probe: np.ndarray | None, need_files: bool) -> Iterator[Record]:
        """Chooses how to compute, puts everything on the device, goes on from a checkpoint; says so."""
        state = self.world.same(self.files.load_checkpoint() if self.files and resume else None)
        chosen = state["mode"] if state else self.config.mode
        mode, trials = choose_mode(self._trial, chosen, self.device) if self.world.first else (Mode("fp32"), ())
        self.mode = self.world.same(mode)
        self.learner = self._learner(self.mode, self.world)
        self.validation = self.material.inputs("validation", self.device, self.mode.channels_last)
        some = spread(len(self.validation), WATCHED_PICTURES, self.device)
        self.watched = self.validation.batch(some)
        self.probe = self._probe(probe) if probe is not None else self.validation.batch(some[:1])
        self.steps = self.config.epochs * self.learner.steps_per_epoch
        if state:
            self._restore(state)
        elif self.files:
            normalise, title = self.material.normalise, self.material.dataset.title
            info = RunInfo(self.config, self.classes, normalise, title, time.time())
            self.files.create(info) if need_files else self._keep(lambda files: files.begin(info))
            self._keep(lambda files: files.save_pictures(keep_pictures(self.material.dataset)))
        if self.world.first:
            yield Started(
                step=self.step,
                steps=self.steps,
                steps_per_epoch=self.learner.steps_per_epoch,
                device=self._device_name(),
                mode=self.mode.name,
                trials=trials,
                threads=torch.get_num_threads(),
                parameters=count_parameters(self.learner.module),
                classes=self.classes,
                training=len(self.learner.inputs),
                validation=len(self.validation),
                folder=str(self.files.folder) if self.files else "",
            )

    def _learner(self, mode: Mode, world: World = ALONE, limit: int | None = None) -> Learner:
        inputs = self.material.inputs("training", self.device, mode.channels_last, limit)
        return Learner(self.material.module(), inputs, self.config, mode, self.device, world)

    def _trial(self, mode: Mode) -> Learner:
        return self._learner(mode, limit=BATCH)

    def _probe(self, picture: np.ndarray) -> Tensor:
        return self.material.probe(picture, self.device)

    def _device_name(self) -> str:
        return torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else self.device.type

    def _restore(self, state: dict) -> None:
        try:
            self.learner.module.load_state_dict(state["module"])
            restore(self.learner.optimiser, state["optimiser"])
        except (KeyError, RuntimeError, ValueError) as error:
            raise RunError("The checkpoint belongs to other settings: start the run anew.") from error
        self.step = self._saved_step = state["step"]
        self.best, self.base_rate = state["best"], state["rate"]
        self.clock.spent = state["seconds"]
        self._epoch_sums = state.get("epoch_sums", self._epoch_sums)
        if not self.files:  # what comes now is the first process's
            return
        self._keep(lambda files: files.cut_history(self.step))
        history = [record for record in self.files.history() if begun(record) <= self.step]
        self.findings = [record for record in history if isinstance(record, Finding)]
        if "watchdog" in state:  # earlier versions did not keep it
            self.watchdog.restore(state["watchdog"], history)

    # The loop

    def learn(self) -> Iterator[Record]:
        """Step after step, until the end, a stop, or a loss that is no number."""
        if self.paused:
            yield from self._say_paused()
        else:
            self.clock.go_on()
        if self.step == 0:
            yield from self._before()
        self._reported_at = self._evaluated_at = time.perf_counter()
        while not (yield from self._is_over()):
            loss, right = self.learner.learn(self.step, self._rate)
            self.step += 1
            self._losses.append(loss)
            self._right = self._right + right
            epoch_ends = self.step % self.learner.steps_per_epoch == 0
            if self._report or epoch_ends or self.step == self.steps:
                yield from self._report_steps()
                if self.broken:
                    break
                yield from self._after_report(epoch_ends or self.step == self.steps)
        if self._losses:
            yield from self._report_steps()
        if self.world.first:
            yield from self.keeper.news()
            finished = Finished(
                self.step, self._epoch, self.clock.seconds, self.reason, self.best, self._folder, tuple(self.findings)
            )
            self._write(finished)
            yield finished

    def _is_over(self) -> Iterator[Record]:
        """Hears messages, waits while paused, and decides for all processes: whether it is over, the rate, a report."""
        over = False
        if self.world.first:
            yield from self.keeper.news()
            over = yield from self._listen()
            if self.step >= self.steps:
                over = True
            elif self.config.seconds is not None and self.clock.seconds >= self.config.seconds:
                self.reason, over = "seconds", True
        done = self.step / self.steps
        if self.config.seconds is not None:
            done = max(done, min(1.0, self.clock.seconds / self.config.seconds))
        rate = self.base_rate * SCHEDULES[self.config.schedule](done)
        report = self.paused or time.perf_counter() - self._reported_at >= STEP_SECONDS
        over, self._rate, self._report = self.world.agreed([over, rate, report], self.device)
        return bool(over)

    def _listen(self) -> Iterator[Record]:
        """Takes messages; True: stop."""
        while True:
            waiting = self.paused and not self.single_steps
            if waiting:
                self.save()
                yield from self._say_paused()
            message = self.inbox.wait(may_park=self._saved) if waiting else self.inbox.poll()
            if message is None:
                break
            if message.get("stop"):
                self.reason = "stopped"
                return True
            if "lr" in message:
                self.base_rate = float(message["lr"] or self.config.lr)
            if "probe" in message:
                self.probe = self._probe(message["probe"])
                yield from self._look()
            self.single_steps += int(message.get("steps", 0))
            if message.get("pause", self.paused) != self.paused:
                yield from self._turn()
                if self.broken:
                    return True
        self.single_steps = max(0, self.single_steps - 1)
        return False

    def _turn(self) -> Iterator[Record]:
        """Pauses, or goes on."""
        self.paused = not self.paused
        self.clock.stop() if self.paused else self.clock.go_on()
        if self._losses and self.world.size == 1:  # what was learned so far would be lost with this process
            yield from self._report_steps()
        self._reported_at = time.perf_counter()
        self.save(always=True)
        if self.paused:
            yield from self._look()  # what stands still on the screen is the step at which it stands still
        yield from self._say_paused()

    def _say_paused(self) -> Iterator[Record]:
        now = Paused(self.step, self.paused, self.paused and self._saved)
        told = self._told_pause
        if (now.paused, now.saved) != (told.paused, told.saved):
            self._told_pause = now
            yield now

    def _report_steps(self) -> Iterator[Record]:
        losses = self.world.total(torch.stack(self._losses).float()).tolist()
        pictures = len(losses) * min(self.config.batch_size, len(self.learner.inputs))
        right = self._right if isinstance(self._right, Tensor) else torch.tensor(self._right)
        right = float(self.world.total(right.float()))
        now = time.perf_counter()
        self._speed = pictures / max(now - self._reported_at - self._aside, 1e-9)
        first = self.step - len(losses) + 1
        self._losses, self._right, self._reported_at, self._aside = [], 0, now, 0.0
        mean = sum(losses) / len(losses)
        self._epoch_sums = [
            total + part for total, part in zip(self._epoch_sums, (mean * pictures, right, pictures), strict=True)
        ]
        self.broken = not all(map(math.isfinite, losses))
        if not self.world.first:
            return
        record = Step(
            step=self.step,
            epoch=self._epoch,
            seconds=self.clock.seconds,
            loss=mean,
            accuracy=right / pictures,
            lr=self._rate,
            gradient_norm=self._gradient_norm(),
            images_per_second=self._speed,
            seconds_left=self._seconds_left(),
            rate=self.base_rate,
        )
        self._write(record)
        yield record
        yield from self._found(self.watchdog.losses(first, losses))
        if self.broken:
            self.reason = "nan"

    def _before(self) -> Iterator[Record]:
        """What the network answers with its first weights."""
        snapshot = (yield from self._look()) if self.world.first else None
        scores = self._scores(whole=len(self.validation) <= PARTIAL)
        if self.world.first:
            record = evaluation(scores, self._now, math.nan, math.nan, whole=False)
            self._keep(lambda files: files.add_view(self.step, snapshot, record))
            self._write(record)
            yield record

    def _after_report(self, whole: bool) -> Iterator[Record]:
        """Evaluates, looks, saves: what takes time, and does not count as learning."""
        start = time.perf_counter()
        long_ago = start - self._evaluated_at > PARTIAL_SECONDS and len(self.validation) > PARTIAL
        (due,) = self.world.agreed([whole or long_ago], self.device)
        if not self.world.first:
            if due:
                self._scores(whole)
            return
        if due:
            snapshot = yield from self._look(closely=True)
            yield from self._evaluate(whole, snapshot)
            self._aside += time.perf_counter() - start
        elif self.pace.due or self.paused:
            yield from self._look()
        if time.perf_counter() - self._saved_at > CHECKPOINT_SECONDS:
            self.save()

    def _look(self, closely: bool = False) -> Iterator[Record]:
        start = time.perf_counter()
        watched = self.watched if closely else None
        snapshot = look(self.learner.module, self.probe, watched, self.step, self._epoch)
        if not closely:  # else the evaluation keeps it together with its answers
            self._keep(lambda files: files.add_view(self.step, snapshot, None))
        # A close look belongs to an evaluation: it must not hold up the next glance.
        self.pace.took(0.0 if closely else time.perf_counter() - start)
        yield snapshot
        yield from self._found(self.watchdog.snapshot(snapshot))
        return snapshot

    def _scores(self, whole: bool) -> Scores:
        """Of all validation pictures or of PARTIAL; every process looks at its share."""
        indices = None if whole else spread(len(self.validation), PARTIAL, self.device)
        classes = len(self.classes)
        return evaluate(self.learner.module, self.validation, self.mode, classes, indices, self.world)

    def _evaluate(self, whole: bool, snapshot: Snapshot | None) -> Iterator[Record]:
        scores = self._scores(whole)
        loss, right, pictures = self._epoch_sums
        record = evaluation(scores, self._now, loss / max(1, pictures), right / max(1, pictures), whole)
        self._evaluated_at = time.perf_counter()
        if whole:
            self._epoch_sums = [0.0, 0.0, 0]
            better = scores.accuracy > self.best
            self.best = max(self.best, scores.accuracy)
            if better:
                weights = {"module": self.learner.module.state_dict(), "step": self.step}
                self._keep(lambda files: files.save_checkpoint(weights, "best.pt"))
        self._write(record)
        self._keep(lambda files: files.add_view(self.step, snapshot, record))
        yield record
        yield from self._found(self.watchdog.evaluation(record))

    def _found(self, findings: list[Finding]) -> Iterator[Record]:
        for finding in findings:
            self.findings.append(finding)
            self._write(finding)
            yield finding

    # Small things

    @property
    def _epoch(self) -> float:
        return self.step / self.learner.steps_per_epoch

    @property
    def _now(self) -> Moment:
        return Moment(self.step, self._epoch, self.clock.seconds, self._speed)

    @property
    def _folder(self) -> str:
        return str(self.files.folder) if self.files else ""

    def _seconds_left(self) -> float:
        by_steps = self.clock.seconds / max(1, self.step) * (self.steps - self.step)
        if self.config.seconds is None:
            return by_steps
        return min(by_steps, max(0.0, self.config.seconds - self.clock.seconds))

    def _gradient_norm(self) -> float:
        gradients = [parameter.grad for parameter in self.learner.module.parameters() if parameter.grad is not None]
        return float(torch.nn.utils.get_total_norm(gradients)) if gradients else 0.0

    def _keep(self, write: Callable[[RunFiles], None]) -> bool:
        return self.keeper.keep(write, self.step)

    def _write(self, record: Step | Evaluation | Finding | Finished) -> None:
        self._keep(lambda files: files.append(record))

    @property
    def _saved(self) -> bool:
        """Whether the run could be gone on with from its checkpoint without any loss."""
        return self.files is not None and not self.keeper.unsaved and not self._losses and self._saved_step == self.step

    def save(self, always: bool = False) -> None:
        """A checkpoint to go on from, unless nothing has changed or the weights are no numbers any more."""
        if not self.files or self.broken or (self.step == self._saved_step and not always):
            return
        state = {
            "module": self.learner.module.state_dict(),
            "optimiser": self.learner.optimiser.state_dict(),
            "step": self.step,
            "seconds": self.clock.seconds,
            "best": self.best,
            "rate": self.base_rate,
            "mode": self.mode.name,
            "epoch_sums": self._epoch_sums,
            "watchdog": self.watchdog.state(),
        }
        if self._keep(lambda files: files.save_checkpoint(state)):
            self._saved_step, self._saved_at = self.step, time.perf_counter()
