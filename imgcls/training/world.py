"""The processes that learn together (torchrun), or the one that learns alone."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

Shared = TypeVar("Shared")


@dataclass(frozen=True)
class World:
    """`rank` of this process among `size`."""

    rank: int = 0
    size: int = 1

    @classmethod
    def join(cls, device_name: str = "auto") -> "World":
        """The processes that torchrun started; a world of one without it. NCCL between GPUs, gloo between CPUs."""
        size = int(os.environ.get("WORLD_SIZE", "1"))
        if size == 1:
            return cls()
        cuda = torch.cuda.is_available() and device_name in ("auto", "cuda")
        if cuda:
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % torch.cuda.device_count())
        if not dist.is_initialized():
            # Long enough for a download by the first process while the others wait.
            dist.init_process_group("nccl" if cuda else "gloo", timeout=timedelta(hours=1))
        return cls(dist.get_rank(), size)

    @property
    def first(self) -> bool:
        """Whether this is the process that reports and writes files."""
        return self.rank == 0

    def leave(self) -> None:
        """Ends what `join` began."""
        if self.size > 1 and dist.is_initialized():
            dist.destroy_process_group()

    def share(self, count: int) -> slice:
        """This process's part of `count` pictures: no two parts differ by more than one, and some may be empty."""
        return slice(self.rank * count // self.size, (self.rank + 1) * count // self.size)

    def add_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Makes every gradient the sum over all processes, in one message.

        Not DistributedDataParallel: its reducer outlives the group (torch 2.14), and gloo's threads with it, which now
        and then end the interpreter with SIGABRT.
        """
        if self.size == 1:
            return
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        whole = self.total(torch.cat([gradient.flatten() for gradient in gradients]))
        for gradient, part in zip(gradients, whole.split([each.numel() for each in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def total(self, value: Tensor) -> Tensor:
        """The sum over all processes."""
        if self.size > 1:
            value = value.clone()
            dist.all_reduce(value)
        return value

    def wait(self) -> None:
        """Until all processes are here."""
        if self.size > 1:
            dist.barrier()

    def same(self, value: Shared) -> Shared:
        """What the first process has, in all of them."""
        box = [value]
        if self.size > 1:
            dist.broadcast_object_list(box, 0)
        return box[0]

    def agreed(self, numbers: list[float], device: torch.device) -> list[float]:
        """What the first process says, for decisions that all must take alike."""
        if self.size == 1:
            return numbers
        shared = torch.tensor(numbers, dtype=torch.float64, device=device)
        dist.broadcast(shared, 0)
        return shared.tolist()


ALONE = World()
