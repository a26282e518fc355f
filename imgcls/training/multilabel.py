"""A small network for several labels at once: one sigmoid each, trained on drawn scenes.

`python -m imgcls.training.multilabel` makes its file again (some minutes on one core) and prints its figures.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from imgcls.data.drawn.scenes import SIDE, THINGS, scene
from imgcls.eager import optim
from imgcls.models.small import SmallCNN, SmallConfig
from imgcls.training.runs import RunError

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "scenes"
TRAINED, HELD_OUT = 4000, 1000
CONFIG = SmallConfig(
    classes=len(THINGS), size=SIDE, channels=(12, 16, 24), convolutions=2, padding="same", batch_norm=True
)
EPOCHS, BATCH, RATE, SEED = 12, 64, 4e-3, 0


@dataclass(frozen=True, eq=False)
class Labels:
    """What the network says about a scene: `logits` (5,), and each label's own probability, sigmoid(logit)."""

    logits: Tensor

    @property
    def probabilities(self) -> Tensor:
        """(5,); each from 0 to 1, and together any number from 0 to 5."""
        return torch.sigmoid(self.logits)


def prepared(pictures: np.ndarray) -> Tensor:
    """uint8 (N, 64, 64, 3) -> (N, 3, 64, 64) from -1 to 1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1


@torch.no_grad()
def labels_of(picture: np.ndarray) -> Labels:
    """Which of THINGS are on a picture, uint8 (64, 64, 3).

    Raises:
        RunError: the network's file is missing or damaged.
    """
    return Labels(network()(prepared(picture[None]))[0])


@lru_cache(maxsize=1)
def network() -> SmallCNN:
    """The shipped network, in evaluation mode.

    Raises:
        RunError: its file is missing or damaged.
    """
    module = SmallCNN(CONFIG)
    try:
        module.load_state_dict(torch.load(FOLDER / "best.pt", weights_only=True))
    except (OSError, KeyError, RuntimeError, ValueError) as error:
        raise RunError("The network for several labels is missing or damaged; install the app again.") from error
    return module.eval().requires_grad_(False)


def scenes(first: int, count: int) -> tuple[np.ndarray, Tensor]:
    """Pictures uint8 (N, 64, 64, 3), and what is on them as 0 or 1, float (N, 5)."""
    pairs = [scene(number) for number in range(first, first + count)]
    return np.stack([picture for picture, _ in pairs]), torch.tensor(np.stack([there for _, there in pairs])).float()


def train(module: nn.Module, inputs: Tensor, targets: Tensor, epochs: int, generator: torch.Generator) -> Iterator[int]:
    """Adam with a one-cycle rate on the mean of the labels' binary cross-entropies; yields after every epoch.

    Every picture is shown as it is or mirrored, by lot.
    """
    steps = epochs * -(-len(inputs) // BATCH)
    optimiser = optim.Adam(module.parameters(), lr=RATE)
    schedule = optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for epoch in range(epochs):
        module.train()
        for batch in torch.randperm(len(inputs), generator=generator).split(BATCH):
            mirrored = torch.rand(len(batch), generator=generator) < 0.5
            x = torch.where(mirrored[:, None, None, None], inputs[batch].flip(3), inputs[batch])
            loss = F.binary_cross_entropy_with_logits(module(x), targets[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        module.eval()
        yield epoch + 1


@torch.no_grad()
def right(module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
    """For each label the share of pictures on which it is decided rightly at 50%: (5,)."""
    said = torch.cat([module(batch) for batch in inputs.split(256)]) > 0
    return (said == targets.bool()).float().mean(dim=0)


def main() -> None:
    """Trains it, prints every epoch, and writes weights and figures."""
    torch.manual_seed(SEED)
    pictures, targets = scenes(0, TRAINED)
    held_out, truth = scenes(TRAINED, HELD_OUT)
    module, inputs, held_inputs = SmallCNN(CONFIG), prepared(pictures), prepared(held_out)
    for epoch in train(module, inputs, targets, EPOCHS, torch.Generator().manual_seed(SEED)):
        shares = right(module, held_inputs, truth)
        print(epoch, f"{shares.mean():.3f}", dict(zip(THINGS, shares.tolist(), strict=True)), flush=True)
    FOLDER.mkdir(exist_ok=True)
    torch.save(module.state_dict(), FOLDER / "best.pt")
    figures = {name: round(share, 4) for name, share in zip(THINGS, shares.tolist(), strict=True)}
    (FOLDER / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
