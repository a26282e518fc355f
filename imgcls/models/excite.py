"""Feature visualisation: a picture, grown from noise by gradient ascent, that excites one channel of a layer.

After Olah, Mordvintsev & Schubert 2017, "Feature Visualization", Distill: the picture is described by waves rather than
by pixels, in colours that vary independently, and is shifted a little before each step, so that no single pixel counts.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from imgcls.eager import optim
from imgcls.models.graph import Graph
from imgcls.models.trace import compute

STEPS, EVERY, RATE = 96, 8, 0.05
LEAST, MOST = 32, 160
"""Pixels a side of the pictures that are grown; layers that see more get larger ones."""
_JITTER = 1 / 12  # of the side
_START = 0.3  # of the waves: in plain grey a small network's inner units may all be off, and no gradient comes back
_SOFT = 3  # standard deviations: with fewer a single spot grows, with more a pattern
# Brightness, red against blue, green against the two: in photographs the first varies most and the last least.
_COLOURS = torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, -1.0], [-0.5, 1.0, -0.5]])
_SPREADS = torch.tensor([0.45, 0.16, 0.07])


@dataclass(frozen=True, eq=False)
class Grown:
    """The picture after `step` of `of` steps, uint8 (S, S, 3), and the largest value of the channel's map on it."""

    step: int
    of: int
    picture: np.ndarray
    value: float


@dataclass(frozen=True, eq=False)
class Piece:
    """The piece of a picture behind the largest value of a channel's map, uint8 (h, w, 3), and that value."""

    picture: np.ndarray
    value: float


def bare(graph: Graph, step: int) -> int:
    """The step before the activations and poolings that end in `step`: there a gradient flows below 0, too.

    Neither falls where its input rises, so that what excites the one excites the other. All values here are of it.

    Raises:
        ValueError: there is no such layer.
    """
    if not (0 < step < len(graph.steps) and len(graph.steps[step].shape) == 3):
        raise ValueError("There is no such layer.")
    while graph.steps[step].kind in ("activation", "pool", "nothing"):
        step = graph.steps[step].inputs[0]
    return step


def side_of(graph: Graph, step: int) -> int:
    """Pixels a side of the picture that is grown for a step: twice what one output of it sees, in steps of 16."""
    most, field = min(MOST, graph.steps[0].shape[1]), graph.steps[step].receptive
    return most if field is None else min(most, max(LEAST, -(-2 * field.size // 16) * 16))


def maps_of(graph: Graph, step: int, pixels: Tensor) -> Tensor:
    """The maps (N, C, h, w) of a step on pixels (N, 3, S, S) in 0..1, of any size; the gradient flows back."""
    inputs = graph.classifier.preprocess.normalise(pixels).to(graph.classifier.device)
    return compute(graph, {0: inputs}, [step], {})[step]


def grow(graph: Graph, step: int, channel: int, *, steps: int = STEPS, seed: int = 0) -> Iterator[Grown]:
    """The picture at first, after every EVERY steps uphill, and after the last; the same for the same `seed`.

    Uphill is where a smooth maximum of the channel's map rises: its strong places count most, the others a little.

    Raises:
        ValueError: there is no such map.
    """
    target = bare(graph, step)
    if not 0 <= channel < graph.steps[target].shape[0]:
        raise ValueError("There is no such map.")
    side = side_of(graph, target)
    margin = max(1, round(side * _JITTER))
    whole = side + 2 * margin
    generator = torch.Generator().manual_seed(seed)
    with torch.inference_mode(False):  # also where the caller only looks
        waves = (_START * torch.randn(3, whole, whole // 2 + 1, 2, generator=generator)).requires_grad_()
        scale, middle = _lengths(whole), slice(margin, margin + side)
    optimiser = optim.Adam([waves], lr=RATE)
    for number in range(steps + 1):  # no mode of torch holds while the caller has its turn
        if number % EVERY == 0 or number == steps:
            with torch.inference_mode():
                shown = (255 * _pixels(waves, scale, whole)[:, middle, middle]).round().to(torch.uint8)
                value = float(maps_of(graph, target, shown[None] / 255)[0, channel].max())
            yield Grown(number, steps, shown.permute(1, 2, 0).contiguous().numpy(), value)
        if number == steps:
            return
        top, left = torch.randint(2 * margin + 1, (2,), generator=generator).tolist()
        with torch.inference_mode(False), torch.enable_grad():
            pixels = _pixels(waves, scale, whole)[None, :, top : top + side, left : left + side]
            uphill = smooth_maximum(maps_of(graph, target, pixels)[0, channel])
            (waves.grad,) = torch.autograd.grad(-uphill, [waves])
            optimiser.step()


def smooth_maximum(values: Tensor) -> Tensor:
    """T * log(mean(exp(values / T))), T some standard deviations: between the mean and the largest value."""
    spread = _SOFT * values.detach().std(correction=0).clamp(min=1e-6)
    return spread * ((values / spread).flatten().logsumexp(0) - math.log(values.numel()))


def _lengths(side: int) -> Tensor:
    """(S, S // 2 + 1): long waves weigh most, as in photographs; random ones of size 1 make planes of size 1."""
    down, across = torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)[None]
    weights = 1 / (down.square() + across.square()).sqrt().clamp(min=1 / side)
    return weights * side**2 / (2 * weights.square().sum()).sqrt()


def _pixels(waves: Tensor, scale: Tensor, side: int) -> Tensor:
    """(3, S, S) in 0..1."""
    planes = torch.fft.irfft2(torch.view_as_complex(waves) * scale, s=(side, side))
    colours = _COLOURS / _COLOURS.norm(dim=1, keepdim=True) * _SPREADS[:, None]
    return torch.sigmoid(4 * torch.einsum("khw,kc->chw", planes, colours))


def piece_of(graph: Graph, step: int, channel: int, image: Image.Image) -> Piece:
    """What of a picture, prepared for the network, excites the channel most: see `cut_out`.

    Raises:
        ValueError: there is no such map.
    """
    target = bare(graph, step)
    prepared = graph.classifier.preprocess.steps(image)
    with torch.inference_mode():
        found = maps_of(graph, target, prepared[3].value[None])[0, channel].float().cpu()
    return cut_out(graph, target, np.asarray(prepared[2].value), found)


def cut_out(graph: Graph, step: int, shown: np.ndarray, found: Tensor) -> Piece:
    """The square that the largest value of a map (h, w) of a step sees of a prepared picture, uint8 (S, S, 3).

    The square is cut off at the borders; where every place sees all of it, it is the whole picture.
    """
    row, column = divmod(int(found.argmax()), found.shape[1])
    field, side = graph.steps[step].receptive, shown.shape[0]
    if field is not None:
        top, left, bottom, right = field.box(row, column)
        shown = shown[max(0, top) : min(side, bottom), max(0, left) : min(side, right)]
    return Piece(np.ascontiguousarray(shown), float(found.max()))
