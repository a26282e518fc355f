"""The step that everything is about: forward, loss, backward, update. Trainer, trial and benchmark share it."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from imgcls.data.augment import Draw
from imgcls.training.config import CPU_MODES, CUDA_MODES, TrainConfig
from imgcls.training.inputs import Inputs
from imgcls.training.optimisers import make_optimiser, set_rate
from imgcls.training.records import Trial
from imgcls.training.whole_batch import WholeBatch
from imgcls.training.world import World

Step = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


class GraphedStep:
    """Runs `step(x, labels)` a few times, then records it, then only replays the record (for inputs of the same shape).

    The way of https://docs.pytorch.org/docs/stable/notes/cuda.html#whole-network-capture: the first steps run on a side
    stream; while recording, gradients start from None, so that every replay writes instead of adding.
    """

    PREPARE = 3

    def __init__(self, step: Step) -> None:
        self._step = step
        self._calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Loss and number of right answers, copies of what the graph writes."""
        if self._calls < self.PREPARE:
            self._calls += 1
            return self._aside(x, labels)
        if self._graph is None:
            self._record(x, labels)
        self._x.copy_(x)
        self._labels.copy_(labels)
        self._graph.replay()
        return self._loss.clone(), self._right.clone()

    def _aside(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            results = self._step(x, labels)
        torch.cuda.current_stream().wait_stream(stream)
        return results

    def _record(self, x: Tensor, labels: Tensor) -> None:
        self._x, self._labels = x.clone(), labels.clone()
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._loss, self._right = self._step(self._x, self._labels)


@dataclass(frozen=True)
class Mode:
    """How to compute: in bfloat16 where that is safe (autocast) or all in float32, and in which order numbers lie.

    In "fp32", too, NVIDIA's newer GPUs take the inputs of convolutions with 10 bits after the point (TensorFloat-32).
    """

    name: str

    @property
    def bf16(self) -> bool:
        """Whether convolutions and products are in bfloat16; the weights themselves stay float32."""
        return self.name.startswith("bf16")

    @property
    def channels_last(self) -> bool:
        """Whether the channels of a pixel lie side by side."""
        return "channels_last" in self.name

    @property
    def graph(self) -> bool:
        """Whether a step is recorded once and then replayed on the GPU."""
        return self.name.endswith("graph")

    @property
    def memory_format(self) -> torch.memory_format:
        """torch's name for the order."""
        return torch.channels_last if self.channels_last else torch.contiguous_format


def pick_device(name: str) -> torch.device:
    """The device of that name; "auto": CUDA, else Apple's MPS, else the CPU.

    Raises:
        ValueError: this machine has no such device.
    """
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(device for device, there in available.items() if there)
    if not available[name]:
        raise ValueError(f"This machine has no {name} device for torch: choose auto or cpu.")
    return torch.device(name)


class Learner:
    """A network while it learns.

    Args:
        module: the network; moved to the device and changed in place.
        inputs: the training part.
        config: optimiser, rate, smoothing, augmentation, seed.
        world: the processes that learn together; each takes its share of every batch.
    """

    def __init__(
        self, module: nn.Module, inputs: Inputs, config: TrainConfig, mode: Mode, device: torch.device, world: World
    ) -> None:
        self.config, self.inputs, self.mode, self.device, self.world = config, inputs, mode, device, world
        self.module = module.to(device).to(memory_format=mode.memory_format).train()
        self._whole = WholeBatch(self.module, world) if world.size > 1 else None
        self.optimiser = make_optimiser(
            config.optimiser, self.module.parameters(), config.lr, config.weight_decay, device, mode.graph
        )
        self._drops = any(isinstance(part, nn.Dropout) and part.p for part in module.modules())
        self._generator = torch.Generator()
        self._epoch = -1
        self._graph = GraphedStep(self._calculate) if mode.graph and not self._drops and world.size == 1 else None

    @property
    def steps_per_epoch(self) -> int:
        """Whole batches only: the rest of an epoch's pictures has its turn in another epoch's order."""
        return max(1, len(self.inputs) // self.config.batch_size)

    def indices(self, step: int) -> Tensor:
        """The pictures of a step: a slice of its epoch's order, which follows from the seed and the epoch alone."""
        epoch, place = divmod(step, self.steps_per_epoch)
        if self._epoch != epoch:
            self._epoch = epoch
            self._generator.manual_seed(_mixed(self.config.seed, 2 * epoch))
            self._order = torch.randperm(len(self.inputs), generator=self._generator).to(self.device)
        return self._order[place * self.config.batch_size : (place + 1) * self.config.batch_size]

    def learn(self, step: int, rate: float) -> tuple[Tensor, Tensor]:
        """One step.

        Returns:
            The loss and the number of pictures classified rightly, both on the device. With several processes: what
            this one's share adds to them, so that the sums over all are those of the batch.
        """
        indices = self.indices(step)
        self._generator.manual_seed(_mixed(self.config.seed, 2 * step + 1))
        drawn = self.inputs.draw(self.config.augmentation, len(indices), self._generator)
        share = self.world.share(len(indices))
        if drawn is not None:
            drawn = drawn.part(share).to(self.device)
        if self._whole:
            self._whole.count = len(indices)
        return self.update(indices[share], drawn, rate, step)

    def update(self, indices: Tensor, drawn: Draw | None, rate: float, step: int = 0) -> tuple[Tensor, Tensor]:
        """One step with the pictures `indices`, changed as `drawn`."""
        set_rate(self.optimiser, rate)
        x, labels = self.inputs.batch(indices, drawn), self.inputs.labels.index_select(0, indices)
        if self._graph:
            return self._graph(x, labels)
        with self._seeded(step):
            return self._calculate(x, labels)

    def _calculate(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Forward, loss, backward, update."""
        self.optimiser.zero_grad()
        logits = self.forward(x)
        smoothing, count = self.config.label_smoothing, self._whole.count if self._whole else len(labels)
        loss = F.cross_entropy(logits, labels, label_smoothing=smoothing, reduction="sum") / count
        loss.backward()
        self.world.add_gradients(self.module.parameters())
        self.optimiser.step()
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()

    def forward(self, x: Tensor) -> Tensor:
        """Logits in float32."""
        # A captured graph must not rely on casts of the weights that were kept from an earlier step.
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.mode.bf16, cache_enabled=not self._graph):
            return self.module(x).float()

    def _seeded(self, step: int) -> contextlib.AbstractContextManager:
        """Dropout draws from torch's global generator: set for the step, and put back."""
        return _dropout_seed(self.config.seed, step, self.device) if self._drops else _NOTHING


_NOTHING = contextlib.nullcontext()


@contextlib.contextmanager
def _dropout_seed(seed: int, step: int, device: torch.device) -> Iterator[None]:
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(_mixed(seed, 2 * step + 1) + 1)
        yield


def _mixed(seed: int, number: int) -> int:
    """A seed for each pair, far apart for neighbours (the constant of Knuth's multiplicative hashing)."""
    return (seed * 1_000_003 + number) * 2_654_435_761 % 2**63


BATCH = 64  # pictures in a trial step, at most
SECONDS, LEAST_ROUNDS = 0.4, 3  # for all ways together


def choose_mode(make: Callable[[Mode], Learner], name: str, device: torch.device) -> tuple[Mode, tuple[Trial, ...]]:
    """The way of computing of that name; "auto": the fastest in a short trial, where there is a choice.

    Args:
        make: a learner of the same kind for a mode, to be thrown away; BATCH pictures are enough for it.
    """
    if name != "auto":
        return Mode(name), ()
    if device.type == "mps":
        return Mode("fp32"), ()
    names = CUDA_MODES if device.type == "cuda" else CPU_MODES
    learners = {name: learner for name in names if (learner := _prepared(make, Mode(name)))}
    best = dict.fromkeys(learners, float("inf"))
    end, rounds = time.perf_counter() + SECONDS, 0
    # In turns, and the best of each: what disturbs one step is not the fault of its mode.
    while rounds < LEAST_ROUNDS or time.perf_counter() < end:
        rounds += 1
        for name, learner in learners.items():
            best[name] = min(best[name], _step_seconds(learner))
    speeds = {name: _pictures(learner) / best[name] for name, learner in learners.items()}
    fastest = max(speeds, key=speeds.__getitem__)
    return Mode(fastest), tuple(Trial(name, speeds.get(name)) for name in names)


def _prepared(make: Callable[[Mode], Learner], mode: Mode) -> Learner | None:
    """A learner after its first steps, which also set things up; None if this processor cannot compute so."""
    try:
        learner = make(mode)
        for _ in range(GraphedStep.PREPARE + 1 if mode.graph else 1):
            _step_seconds(learner)
    except RuntimeError:
        return None
    return learner


def _pictures(learner: Learner) -> int:
    return min(BATCH, learner.config.batch_size, len(learner.inputs))


def _step_seconds(learner: Learner) -> float:
    indices = torch.arange(_pictures(learner), device=learner.device)
    start = time.perf_counter()
    learner.update(indices, None, 1e-6)
    if learner.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start
