"""A part of the activations lesson: what many layers do to activations and gradients."""

import math
from typing import Any

import streamlit as st
import torch

from imgcls.figures.curves import Curve, curves
from imgcls.numbers import percent, written
from imgcls.ops.activations import ACTIVATIONS
from imgcls.ops.depth import INITIALISATIONS, DepthResult, through_layers
from imgcls.ops.verdicts import VERDICTS
from imgcls.palette import HUES
from imgcls.ui.components.plot import plot
from imgcls.ui.components.words import words
from imgcls.ui.shell import code_panel
from imgcls.ui.stage import Dial, Numbers, stage

LAYERS = Dial("act_layers", "Layers", 1, 50, 1, 20, 0)


@st.fragment
def depth_part(name: str) -> None:
    """A real forward and backward pass through up to fifty layers, redone while the slider moves."""
    controls = st.columns([0.42, 0.4, 0.18], vertical_alignment="bottom")
    initialisation = controls[1].selectbox(
        "Weights start as", list(INITIALISATIONS), index=2, format_func=INITIALISATIONS.get, key="act_init",
        bind="query-params", persist_state="session",
    )  # fmt: skip
    seed = controls[2].number_input("Seed", 0, 9999, 0, key="act_seed", bind="query-params", persist_state="session")

    def picture(numbers: Numbers) -> dict[str, Any]:
        layers = numbers[LAYERS.name]
        result = through_layers(name, layers, initialisation, seed=seed)
        worst = max(range(layers), key=lambda i: float(result.dead[i]))
        most = float(result.dead[worst])
        dead = f"at most **{percent(most, 0)}**, in layer {worst + 1}" if most else "**none**"
        return {
            "act_verdict": words(f"**{result.verdict}**"),
            "act_spread": plot(_activations(result), alt="Mean and spread of the activations, layer by layer."),
            "act_gradients": plot(
                _gradients(result), alt="Norm of the gradient at each layer, on a logarithmic scale."
            ),
            "act_facts": words(
                f"128 random examples pass through {layers} layers of 128 units with {ACTIVATIONS[name].title}. The "
                "loss L is the mean square of the last layer's outputs. The gradient at a layer is ∂L/∂output of that "
                f"layer, not of its weights. Dead units ({VERDICTS['dead'].bound}): {dead}. Saturated "
                f"({VERDICTS['saturated'].bound}) in the last layer: **{percent(result.saturated[-1], 0)}** of all "
                f"slopes. {_centred(result)}"
            ),
            "result": result,
        }

    live = stage("act_depth_stage", [LAYERS], picture)
    with controls[0]:
        live.show(LAYERS.name)
    left, right = st.columns(2)
    with left:
        live.show("act_spread")
    with right:
        live.show("act_gradients")
    live.show("act_verdict", "act_facts")
    layers, result = live.numbers[LAYERS.name], live["result"]
    code = f"""
    from imgcls.ops.depth import through_layers

    result = through_layers("{name}", {layers}, "{initialisation}", seed={seed})  # real layers, real autograd
    spread_at_the_end = result.stds[-1].item()
    gradient_at_the_start = result.gradient_norms[0].item()
    """
    shown = {
        "spread_at_the_end": float(result.stds[-1]),
        "gradient_at_the_start": float(result.gradient_norms[0]),
    }
    finite = {key: value for key, value in shown.items() if math.isfinite(value)}
    code_panel(code, finite, functions=(through_layers,), key="act_depth")


def _centred(result: DepthResult) -> str:
    """Whether the outputs of the last layer lie around zero."""
    mean, spread = float(result.means[-1]), float(result.stds[-1])
    if not (math.isfinite(mean) and math.isfinite(spread)) or spread == 0:
        return ""
    share = abs(mean) / spread
    centred = "close to zero-centred" if share < 0.1 else "not zero-centred"
    return (
        f"The last layer's outputs have a mean of {written(share, 2)} standard deviations, so they are {centred}; the "
        "next layer gets them as inputs."
    )


def _activations(result: DepthResult):
    places = list(range(len(result.stds)))
    means, stds = (_finite(values) for values in (result.means, result.stds))
    band = ([m - s for m, s in zip(means, stds, strict=True)], [m + s for m, s in zip(means, stds, strict=True)])
    line = Curve("mean ± spread of the activations", places, means, HUES["activation"].line, band=band, markers=True)
    return curves([line], x_title="layer (0 is the input)", y_title="activation", height=290)


def _gradients(result: DepthResult):
    places = list(range(1, len(result.gradient_norms) + 1))
    norms = _finite(result.gradient_norms)
    line = Curve("gradient norm", places, [n if n > 0 else None for n in norms], HUES["gradient"].line, markers=True)
    low, high = _decades(norms)
    margin = 0.04 * (high - low)  # no point is cut by the frame
    decades = {
        "type": "log", "exponentformat": "power", "dtick": max(1, (high - low) // 6),
        "range": [low - margin, high + margin],
    }  # fmt: skip
    return curves([line], x_title="layer", y_title="norm of ∂L/∂output", y_axis=decades, height=290)


def _decades(norms: list[float | None]) -> tuple[int, int]:
    """The powers of ten around all norms, at least three apart, so that a level gradient looks level."""
    sizes = [math.log10(norm) for norm in norms if norm]
    low, high = (math.floor(min(sizes)), math.ceil(max(sizes))) if sizes else (-1, 1)
    spare = max(0, 3 - (high - low))
    return low - (spare + 1) // 2, high + spare // 2


def _finite(values: torch.Tensor) -> list[float | None]:
    """What cannot be drawn (infinity, NaN) leaves a gap; the verdict says why."""
    return [value if math.isfinite(value) else None for value in values.tolist()]
