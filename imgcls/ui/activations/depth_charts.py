"""Activations and gradients from layer to layer, as two live charts."""

import math
from collections.abc import Sequence
from typing import Any

from imgcls.numbers import raised, written
from imgcls.ops.depth import DepthResult
from imgcls.ui.charts import Axis, axis_for, line, place

HEIGHT = 290


def depth_charts(result: DepthResult, *, readings: bool) -> list[dict[str, Any]]:
    """The activations' mean and spread (layer 0 is the input), and the norm of the gradient, on a logarithmic scale.

    With `readings` every layer can be read. A hand on a slider reads none, so that a drag need not make them. What
    cannot be drawn (infinity, NaN) leaves a gap; the verdict says why.
    """
    return [_activations(result, readings), _gradients(result, readings)]


def _activations(result: DepthResult, readings: bool) -> dict[str, Any]:
    means, stds = result.means.tolist(), result.stds.tolist()
    across = _layers(0, len(means) - 1)
    band = [(n, mean - std, mean + std) for n, (mean, std) in enumerate(zip(means, stds, strict=True))]
    band = [each for each in band if all(map(math.isfinite, each))]
    up = axis_for([edge for _, *edges in band for edge in edges])
    drawn = _chart(
        "activation: mean ± spread", "activation", across, up, [(n, mean) for n, mean in enumerate(means)],
        "Mean and spread of the activations, layer by layer.",
    )  # fmt: skip
    lower, upper = ([place(across, up, each[0], each[side]) for each in band] for side in (1, 2))
    drawn["bands"] = [{"kind": "activation", "edge": upper + lower[::-1]}]
    if readings:
        pairs = enumerate(zip(means, stds, strict=True))
        _read(drawn, across, [(n, f"mean {written(mean, 3)}, spread {written(std, 3)}") for n, (mean, std) in pairs])
    return drawn


def _gradients(result: DepthResult, readings: bool) -> dict[str, Any]:
    norms = result.gradient_norms.tolist()
    across = _layers(1, len(norms))
    powers = [math.log10(norm) if 0 < norm < math.inf else math.nan for norm in norms]
    low, high = _decades([power for power in powers if math.isfinite(power)])
    margin = 0.04 * (high - low)  # no point is cut by the frame
    ticks = range(low, high + 1, max(1, (high - low) // 6))
    up = Axis(low - margin, high + margin, tuple((power, f"10{raised(power)}") for power in ticks))
    drawn = _chart(
        "norm of ∂L/∂output", "gradient", across, up, list(enumerate(powers, 1)),
        "Norm of the gradient at each layer, on a logarithmic scale.",
    )  # fmt: skip
    if readings:
        _read(drawn, across, [(n, f"norm {written(norm, 3)}") for n, norm in enumerate(norms, 1)])
    return drawn


def _chart(
    title: str, kind: str, across: Axis, up: Axis, points: Sequence[tuple[int, float]], alt: str
) -> dict[str, Any]:
    return {
        "title": title, "xtitle": "layer (0 is the input)" if across.low == 0 else "layer",
        "xticks": across.drawn, "yticks": up.drawn, "height": HEIGHT, "marks": [], "alt": alt,
        "lines": [line(kind, [place(across, up, n, value) for n, value in points], dots=True)],
    }  # fmt: skip


def _read(drawn: dict[str, Any], across: Axis, texts: Sequence[tuple[int, str]]) -> None:
    drawn["readings"] = {
        "places": [round(across.share(n), 4) for n, _ in texts],
        "texts": [f"layer {n}: {text}" for n, text in texts],
    }


def _layers(first: int, last: int) -> Axis:
    """All layers, at most ten of them labelled; a single one stands in the middle."""
    step = next(size for size in (1, 2, 5, 10) if (last - first) / size <= 10)
    ticks = tuple((n, str(n)) for n in range(first, last + 1) if n % step == 0)
    return Axis(first, last, ticks) if last > first else Axis(first - 1, first + 1, ticks)


def _decades(powers: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around all norms, at least three apart, so that a level gradient looks level."""
    low, high = (math.floor(min(powers)), math.ceil(max(powers))) if powers else (-1, 1)
    spare = max(0, 3 - (high - low))
    return low - (spare + 1) // 2, high + spare // 2
