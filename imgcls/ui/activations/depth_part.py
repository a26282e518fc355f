"""Part 3 of the activations lesson: what many layers do to activations and gradients."""

import math
from collections.abc import Callable, Sequence

import streamlit as st
import torch

from imgcls.figures.curves import Curve, curves
from imgcls.numbers import percent
from imgcls.ops.activations import ACTIVATIONS, SATURATED
from imgcls.ops.depth import INITIALISATIONS, DepthResult, through_layers
from imgcls.palette import HUES
from imgcls.ui.components.plot import plot
from imgcls.ui.components.slider import live_slider
from imgcls.ui.components.words import words
from imgcls.ui.shell import code_panel


@st.fragment
def depth_part(name: str) -> None:
    """A real forward and backward pass through up to fifty layers, redone while the slider moves."""
    controls = st.columns([0.42, 0.4, 0.18], vertical_alignment="bottom")
    initialisation = controls[1].selectbox(
        "Weights start as", list(INITIALISATIONS), index=2, format_func=INITIALISATIONS.get, key="act_init",
        bind="query-params", persist_state="session",
    )  # fmt: skip
    seed = controls[2].number_input("Seed", 0, 9999, 0, key="act_seed", bind="query-params", persist_state="session")

    def parts(layers: int) -> tuple[DepthResult, Sequence[Callable[[], object]]]:
        result = through_layers(name, layers, initialisation, seed=seed)
        worst = max(range(layers), key=lambda i: float(result.dead[i]))
        most = float(result.dead[worst])
        dead = f"at most **{percent(most, 0)}**, in layer {worst + 1}" if most else "**none**"
        facts = (
            f"128 random examples through {layers} layers of 128 units (n = 128) with {ACTIVATIONS[name].title}. Dead "
            f"units (slope 0 for every example): {dead}. Saturated slopes (under {SATURATED:g}) in the last layer: "
            f"**{percent(result.saturated[-1], 0)}**."
        )
        spread = "Mean and spread of the activations, layer by layer."
        norms = "Norm of the gradient at each layer, on a logarithmic scale."
        return result, (
            lambda: words(f"**{result.verdict}**", key="act_verdict"),
            lambda: plot(_activations(result), key="act_spread", alt=spread),
            lambda: plot(_gradients(result), key="act_gradients", alt=norms),
            lambda: words(facts, key="act_facts"),
        )

    def draw(layers: int) -> None:
        for part in parts(layers)[1]:
            part()

    with controls[0]:
        layers = live_slider("Layers", 1, 50, 20, step=1, key="act_layers", digits=0, follow=draw)
    result, (verdict, spread, gradients, facts) = parts(layers)
    verdict()
    left, right = st.columns(2)
    with left:
        spread()
    with right:
        gradients()
    facts()
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
    return curves([line], x_title="layer", y_title="norm of the gradient", y_axis=decades, height=290)


def _decades(norms: list[float | None]) -> tuple[int, int]:
    """The powers of ten around all norms, at least three apart, so that a level gradient looks level."""
    sizes = [math.log10(norm) for norm in norms if norm]
    low, high = (math.floor(min(sizes)), math.ceil(max(sizes))) if sizes else (-1, 1)
    spare = max(0, 3 - (high - low))
    return low - (spare + 1) // 2, high + spare // 2


def _finite(values: torch.Tensor) -> list[float | None]:
    """What cannot be drawn (infinity, NaN) leaves a gap; the verdict says why."""
    return [value if math.isfinite(value) else None for value in values.tolist()]
