"""A part of the activations lesson: what many layers do to activations and gradients."""

import math
from typing import Any

import streamlit as st

from imgcls.numbers import percent, written
from imgcls.ops.activations import ACTIVATIONS
from imgcls.ops.depth import INITIALISATIONS, DepthResult, through_layers
from imgcls.ops.verdicts import VERDICTS
from imgcls.ui.activations.depth_charts import depth_charts
from imgcls.ui.components.chart import charts
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
            "act_layers_drawn": charts(*depth_charts(result, readings=not numbers.moved)),
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
    live.show("act_layers_drawn")
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
