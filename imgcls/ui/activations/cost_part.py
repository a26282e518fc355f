"""A part of the activations lesson: what each of them costs in time, measured beside the layers before it."""

import math
from collections.abc import Sequence

import streamlit as st

from imgcls.figures.timings import cost_bars
from imgcls.numbers import percent, sides, whole, written
from imgcls.ops.activation_cost import BEFORE, CONVOLUTION, SHAPE, Cost, costs, products
from imgcls.training.activation_times import ROUNDS, Measured
from imgcls.ui.components.plot import plot
from imgcls.ui.dataset.work import result_of
from imgcls.ui.shell import code_panel

_MEASURES, _AGAIN = "act_cost_measures", "act_cost_again"


def cost_part() -> None:
    """A button, a bar for each function, and a sentence of what was measured. A hall measures once, and shares it."""
    left, right = st.columns([0.78, 0.22], vertical_alignment="center")
    left.markdown(
        f"One photo's maps, {sides(*SHAPE[1:])}, pass through a convolution, batch norm and each activation, forward "
        f"and backward. One core of this server times each of them {whole(ROUNDS)} times. Everybody who asks shares "
        "the result."
    )
    asked = bool(st.session_state.get(_MEASURES))
    label, icon = ("Measure again", ":material/refresh:") if asked else ("Measure", ":material/timer:")
    if right.button(label, icon=icon, type="secondary" if asked else "primary", key="act_cost_go", width="stretch"):
        st.session_state[_AGAIN] = asked
        st.session_state[_MEASURES] = asked = True
        st.rerun()
    if asked:
        again = bool(st.session_state.get(_AGAIN))
        found = result_of("act_cost", "imgcls.training.activation_times:activation_times", {}, fresh=again)
        if isinstance(found, Measured):
            st.session_state[_AGAIN] = False
            st.markdown(cost_words(found.costs))
            alt = "; ".join(f"{each.title} {written(1000 * each.both, 2)} ms" for each in found.costs)
            plot(cost_bars(found.costs), key="act_cost_bars", alt=f"Forward and backward: {alt}.")
    _panel()


def cost_words(found: Sequence[Cost]) -> str:
    """What the measured numbers say, and nothing besides."""
    by_name = {each.name: each for each in found}
    convolution, relu = by_name[CONVOLUTION], by_name["relu"]
    activations = [each for each in found if each.name not in BEFORE]
    cheapest, dearest = (pick(activations, key=lambda each: each.both) for pick in (min, max))

    def share(each: Cost) -> str:
        return f"{written(1000 * each.both, 3)} ms, {percent(each.both / convolution.both, 0)} of that"

    first = "the cheapest of all" if cheapest is relu else f"the cheapest is **{cheapest.title}**, {share(cheapest)}"
    return (
        f"The convolution takes **{written(1000 * convolution.both, 3)} ms**. **ReLU** takes {share(relu)}; {first}. "
        f"The most expensive is **{dearest.title}**: {share(dearest)}. Another processor may put them in another order."
    )


def _panel() -> None:
    _, channels, height, width = SHAPE
    code_panel(
        f"""
        import statistics
        import time
        import torch
        from torch import nn

        x = torch.randn(1, {channels}, {height}, {width}, requires_grad=True)
        convolution = nn.Conv2d({channels}, {channels}, 3, padding=1)
        milliseconds = {{}}
        for name, layer in {{"convolution": convolution, "ReLU": nn.ReLU(), "tanh": nn.Tanh()}}.items():
            times = []
            for run in range(8):
                start = time.perf_counter()
                layer(x).sum().backward()
                times.append(time.perf_counter() - start)
            milliseconds[name] = 1000 * statistics.median(times[2:])  # the first runs warm up
        products = convolution.weight[0].numel()  # for each value of the output
        values = convolution(x).numel()
        """,
        {"products": products(), "values": math.prod(SHAPE)},
        functions=(costs,),
        key="act_cost",
    )
