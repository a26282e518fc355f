"""The mean over the first 1, 2, ... masks, of a logit and of a probability, as two live charts."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from imgcls.numbers import fixed, percent, written
from imgcls.ops.dropout import ManyPasses
from imgcls.ui.charts import Axis, axis_for, line, place

MEAN = "mean of the first n masks"
EXACT = "without dropout"
HEIGHT = 290


def running_means(result: ManyPasses, name: str, *, readings: bool) -> list[dict[str, Any]]:
    """Both charts for the class `name`: its logit with a band, and its probability.

    With `readings` every place of them can be read. A hand on a slider reads none, so that a drag need not make them.
    """
    low, high = result.band()
    return [
        _chart("logit", name, result.means, result.exact, _two_decimals, written, readings, (low, high)),
        _chart("probability", name, result.chance_means, result.exact_chance, percent, _round_percent, readings),
    ]


def _two_decimals(number: float) -> str:
    return fixed(number, 2)


def _round_percent(share: float) -> str:
    return f"{written(100 * share)}%"


def _chart(
    quantity: str,
    name: str,
    means: Tensor,
    exact: float,
    write: Callable[[float], str],
    write_tick: Callable[[float], str],
    readings: bool,
    band: tuple[Tensor, Tensor] | None = None,
) -> dict[str, Any]:
    """The running means (N,) over the line of `exact`; `band` are the edges (N,) of what is shaded around that."""
    count = len(means)
    across = Axis(1, count, tuple((n, str(n)) for n in (1, *range(50, count + 1, 50))))
    up = axis_for(torch.cat([means, torch.tensor([exact]), *(band or ())]).tolist(), write=write_tick)

    def along(values: Tensor) -> list[Any]:
        return [place(across, up, n, value) for n, value in enumerate(values.tolist(), 1)]

    drawn = {
        "title": f"{quantity} of {name}",
        "xticks": across.drawn,
        "xtitle": "n, the number of masks",
        "yticks": up.drawn,
        "lines": [line("exact", [place(across, up, n, exact) for n in (1, count)]), line("mean", along(means))],
        "legend": [["mean", MEAN], ["exact", f"{EXACT}, ± 2σ/√n" if band else EXACT]],
        "marks": [],
        "height": HEIGHT,
        "alt": f"The running mean of the {quantity} of {name} over {count} masks, which ends at "
        f"{write(float(means[-1]))}; {EXACT} it is {write(exact)}.",
    }
    if band:
        drawn["bands"] = [{"kind": "exact", "edge": along(band[0]) + along(band[1])[::-1]}]
    if readings:
        halves = [f" ± {write(half)}" for half in ((band[1] - band[0]) / 2).tolist()] if band else [""] * count
        drawn["readings"] = {
            "places": [round(across.share(n), 4) for n in range(1, count + 1)],
            "texts": [
                f"n = {n}: mean {write(mean)}, {EXACT} {write(exact)}{half}"
                for n, (mean, half) in enumerate(zip(means.tolist(), halves, strict=True), 1)
            ],
        }
    return drawn
