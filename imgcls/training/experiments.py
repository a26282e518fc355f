"""Small races: a few networks trained side by side for seconds, to see one difference between them."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from imgcls.data.drawn import tiny_breeds
from imgcls.data.drawn.tiny_breeds import CAT
from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import drawn_animals
from imgcls.eager import optim
from imgcls.jobs.inbox import Inbox
from imgcls.models.small import SmallCNN, SmallConfig

SIDE = 32
BREEDS = tuple(tiny_breeds.BREEDS)
BATCH = 32
VALIDATION = 50  # pictures of each breed


@dataclass(frozen=True)
class RaceEpoch:
    """Where every contestant stands after an epoch; epoch 0 is before the first step.

    Losses are mean cross-entropies (natural logarithm), accuracies in 0..1, both in evaluation mode over the whole
    training or validation set; by contestant.
    """

    epoch: int
    of: int
    seconds: float
    train_loss: Mapping[str, float]
    train_accuracy: Mapping[str, float]
    val_loss: Mapping[str, float]
    val_accuracy: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Contestant:
    """A network and the pictures it sees: inputs (N, 3, SIDE, SIDE), labels (N,)."""

    module: SmallCNN
    train: tuple[Tensor, Tensor]
    val: tuple[Tensor, Tensor]


def drawn_breeds(count: int, seed: int, level: float = 0.5) -> tuple[Tensor, Tensor]:
    """`count` drawn dogs of each breed: float32 (N, 3, SIDE, SIDE) in -1..1, and labels (N,)."""
    difficulty = Difficulty.level(level)
    pictures = np.concatenate([drawn_animals(breed, count, seed, difficulty, SIDE) for breed in BREEDS])
    inputs = torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div(127.5).sub(1).contiguous()
    return inputs, torch.arange(len(BREEDS)).repeat_interleave(count)


EASY = 0.2  # difficulty of the drawings in the race with dropout


def dropout_network(p: float, seed: int) -> SmallCNN:
    """A network for the drawn breeds with dropout before each of its dense layers; the same first weights for any p.

    Raises:
        ValueError: p is not in 0 .. below 1.
    """
    config = SmallConfig(len(BREEDS), SIDE, channels=(8, 16), convolutions=1, padding="same", kernel=3, dense=(128,))
    return SmallCNN(config.with_(dropout=p), seed)


def wrong_labels(labels: Tensor, share: float, seed: int) -> Tensor:
    """The labels (N,) with this share of them changed to those of another breed, each as likely.

    Raises:
        ValueError: the share is not in 0..1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"From none to all of the labels can be wrong, not {share:g} of them.")
    generator = torch.Generator().manual_seed(seed)
    changed = torch.randperm(len(labels), generator=generator)[: round(share * len(labels))]
    by = torch.randint(1, len(BREEDS), (len(changed),), generator=generator)
    found = labels.clone()
    found[changed] = (found[changed] + by) % len(BREEDS)
    return found


def dropout_race(
    p: float = 0.5, per_breed: int = 20, wrong: float = 0.3, epochs: int = 25, seed: int = 0, inbox: Inbox | None = None
) -> Iterator[RaceEpoch]:
    """The same network without and with dropout, from the same weights, on few drawings: overfitting and what helps.

    This share of the labels that both learn from is `wrong`: a network that learns them by heart gets new drawings
    wrong. All labels of the validation part are right.

    Raises:
        ValueError: p is not in 0 .. below 1, or `wrong` not in 0..1.
    """
    inputs, labels = drawn_breeds(per_breed, seed, EASY)
    train, val = (inputs, wrong_labels(labels, wrong, seed)), drawn_breeds(VALIDATION, seed + 1000, EASY)
    contestants = {
        "without dropout": Contestant(dropout_network(0.0, seed), train, val),
        "with dropout": Contestant(dropout_network(p, seed), train, val),
    }
    yield from race(contestants, epochs, 2e-3, seed, inbox)


def shuffle_race(
    per_breed: int = 80, epochs: int = 10, seed: int = 0, inbox: Inbox | None = None
) -> Iterator[RaceEpoch]:
    """A dense network and a CNN, each on the pictures as they are and with all pixels permuted in one fixed way."""
    train, val = drawn_breeds(per_breed, seed), drawn_breeds(VALIDATION, seed + 1000)
    order = pixel_permutation(seed)
    dense = SmallConfig(len(BREEDS), SIDE, channels=(), dense=(96,))
    cnn = SmallConfig(len(BREEDS), SIDE, channels=(12, 24, 32), convolutions=1, padding="same", kernel=3)
    shuffled = [(shuffle_pixels(inputs, order), labels) for inputs, labels in (train, val)]
    contestants = {
        "dense": Contestant(SmallCNN(dense, seed), train, val),
        "dense, shuffled": Contestant(SmallCNN(dense, seed), *shuffled),
        "CNN": Contestant(SmallCNN(cnn, seed), train, val),
        "CNN, shuffled": Contestant(SmallCNN(cnn, seed), *shuffled),
    }
    yield from race(contestants, epochs, 2e-3, seed, inbox)


def pixel_permutation(seed: int, side: int = SIDE) -> Tensor:
    """One random order of the side * side places."""
    return torch.randperm(side * side, generator=torch.Generator().manual_seed(seed))


def on_the_way(order: Tensor, share: float) -> Tensor:
    """An order of the same places between none at all and `order`: a `share` of the places, drawn by lot, hold already
    what they will hold in the end. What had to go from there lies where that came from."""
    count = len(order)
    ends, now = order.tolist(), list(range(count))
    held_at = list(range(count))
    for place in torch.randperm(count, generator=torch.Generator().manual_seed(count)).tolist()[: round(share * count)]:
        other, gone = held_at[ends[place]], now[place]
        now[place], now[other] = ends[place], gone
        held_at[ends[place]], held_at[gone] = place, other
    return torch.tensor(now)


def shuffle_pixels(inputs: Tensor, order: Tensor) -> Tensor:
    """Every picture (N, C, H, W) with its places in `order`; the channels of a place stay together."""
    return inputs.flatten(2)[:, :, order].view(inputs.shape)


def race(
    contestants: Mapping[str, Contestant],
    epochs: int,
    rate: float,
    seed: int,
    inbox: Inbox | None = None,
    every: int = 1,
) -> Iterator[RaceEpoch]:
    """Train all contestants with Adam on the same batches in the same order; one record each `every` epochs.

    Once `inbox` is cancelled it ends in the middle of an epoch: the next race need not wait, nor for a new process.
    """
    start = time.monotonic()
    generator = torch.Generator().manual_seed(seed)
    # Dropout draws from torch's global generator: seed it for the race, and give it back as it was.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        optimisers = {name: optim.Adam(each.module.parameters(), lr=rate) for name, each in contestants.items()}
        for epoch in range(epochs + 1):
            if epoch:
                order = torch.randperm(len(next(iter(contestants.values())).train[0]), generator=generator)
                for name, each in contestants.items():
                    _train_epoch(each, optimisers[name], order, inbox)
                if inbox and inbox.cancelled:
                    return
            if epoch % every == 0:
                yield _standing(contestants, epoch, epochs, time.monotonic() - start)


def _train_epoch(contestant: Contestant, optimiser: optim.Optimizer, order: Tensor, inbox: Inbox | None) -> None:
    contestant.module.train()
    inputs, labels = contestant.train
    for batch in order.split(BATCH):
        if inbox and inbox.cancelled:
            return
        loss = F.cross_entropy(contestant.module(inputs[batch]), labels[batch])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def _standing(contestants: Mapping[str, Contestant], epoch: int, epochs: int, seconds: float) -> RaceEpoch:
    train = {name: _measure(each.module, *each.train) for name, each in contestants.items()}
    val = {name: _measure(each.module, *each.val) for name, each in contestants.items()}
    return RaceEpoch(
        epoch,
        epochs,
        seconds,
        {name: loss for name, (loss, _) in train.items()},
        {name: accuracy for name, (_, accuracy) in train.items()},
        {name: loss for name, (loss, _) in val.items()},
        {name: accuracy for name, (_, accuracy) in val.items()},
    )


@torch.inference_mode()
def _measure(module: SmallCNN, inputs: Tensor, labels: Tensor) -> tuple[float, float]:
    """Mean cross-entropy and accuracy."""
    module.eval()
    logits = module(inputs)
    return float(F.cross_entropy(logits, labels)), float((logits.argmax(1) == labels).float().mean())


DRAWN = 32  # the side at which the animals are drawn
EACH = 60  # dogs, and as many cats
PENALTY = 0.03  # of the squared weights, for each input


@dataclass(frozen=True, eq=False)
class Template:
    """`weights` (3, side, side) and `bias` of a neuron whose output is above 0 for a dog, below for a cat.

    `accuracy` is the share of drawings it has not learned from that it tells right.
    """

    weights: Tensor
    bias: float
    accuracy: float


def learned_template(side: int, seed: int = 0) -> Template:
    """Ridge regression of +1 (dog) and -1 (cat) on the pixels (0..1) of drawn animals at side x side.

    w = X^T (X X^T + lambda I)^-1 y with centred X (N, D) and y: the dual form, since there are fewer pictures than
    pixels (Hoerl and Kennard 1970).
    """
    inputs, targets = _pictures(side, seed)
    centre, level = inputs.mean(0), targets.mean()
    x, y = inputs - centre, targets - level
    kernel = x @ x.T + PENALTY * x.shape[1] * torch.eye(len(x))
    weights = x.T @ torch.linalg.solve(kernel, y)
    bias = float(level - weights @ centre)
    unseen, truth = _pictures(side, seed + 1)
    accuracy = float((torch.sign(unseen @ weights + bias) == truth).float().mean())
    return Template(weights.view(3, side, side), bias, accuracy)


def _pictures(side: int, seed: int) -> tuple[Tensor, Tensor]:
    """Flattened drawings (N, 3 * side * side) in 0..1 and targets (N,): the dogs +1, the cats -1."""
    pictures = _dogs_and_cats(seed, EACH)
    targets = torch.tensor([1.0] * (len(pictures) - EACH) + [-1.0] * EACH)
    return F.adaptive_avg_pool2d(pictures, side).flatten(1), targets


@cache
def _dogs_and_cats(seed: int, each: int) -> Tensor:
    """(N, 3, DRAWN, DRAWN) in 0..1, so many of each, the cats last: drawn once, shown at many sizes."""
    difficulty = Difficulty.level(0.3)
    dogs = [drawn_animals(breed, each // len(BREEDS), seed, difficulty, DRAWN) for breed in BREEDS]
    drawn = np.concatenate([*dogs, drawn_animals(CAT, each, seed, difficulty, DRAWN)])
    return torch.from_numpy(drawn).permute(0, 3, 1, 2).float() / 255
