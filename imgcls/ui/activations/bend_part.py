"""A part of the activations lesson: a small network learns two classes of points, with a bend and without."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from imgcls.jobs.sidecar import BusyError, Sidecar
from imgcls.ops.activations import ACTIVATIONS
from imgcls.ops.mlp import BENDS, MOST_LAYERS, MOST_WIDTH, Plan, collapsed, first_parameters, measure, train
from imgcls.ops.mlp_film import Film, Twins, film
from imgcls.ops.points import MOST, PATTERNS, Own, Points, own_points, pattern, read_points, spelled
from imgcls.ui.activations.bend import Reel, bend, news, reel_of, told
from imgcls.ui.components import unheard
from imgcls.ui.memo import remember
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Numbers, Setting, stage

VIEW, OWN, REEL = "act_bend_view", "act_points", "act_reel"
ONLY_OWN = "mine"
COUNT, MOST_OWN = 140, MOST - 140
TITLES = {name: ACTIVATIONS[name].title if name in ACTIVATIONS else "none" for name in BENDS}
RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
AHEAD, GENTLE = 20, 0.3  # steps that the code panel trains, and the largest rate at which two programs agree on them
films = Sidecar("imgcls.ops.mlp_film:film")


def _controls() -> tuple[str, Plan, float, int]:
    """The points, the network, the learning rate and the seed."""
    kept = {"bind": "query-params", "persist_state": "session"}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = choose("Points", [*PATTERNS, ONLY_OWN], key="act_pattern", default="circle", labelled=True)
        bend = st.selectbox("Activation", TITLES, key="act_bend", format_func=TITLES.get, width=132, **kept)
        layers = st.selectbox("Layers", range(MOST_LAYERS + 1), 1, key="act_bend_layers", width=82, **kept)
        widths = range(1, MOST_WIDTH + 1)
        width = st.selectbox("Neurons", widths, 3, key="act_bend_width", width=88, disabled=not layers, **kept)
        rate = st.selectbox("Rate", RATES, 2, key="act_bend_rate", width=88, format_func="{:g}".format, **kept)
        seed = st.number_input("Seed", 0, 999, 0, key="act_bend_seed", width=80, **kept)
    return name, Plan((width,) * layers, bend), rate, seed


def read_own(candidate: object) -> tuple[Own, ...] | None:
    """The student's points from the address, or as the view tells them; None for what makes no sense."""
    try:
        text = candidate if isinstance(candidate, str) else spelled([(x, y, int(kind)) for x, y, kind in candidate])
        points = read_points(text)
    except (ValueError, TypeError, IndexError):
        return None
    return tuple(points) if len(points) <= MOST_OWN else None


@st.fragment
def bend_part() -> None:
    """The controls, the network at work, and what the twin without a bend comes to."""
    name, plan, rate, seed = _controls()
    twins = Twins(plan)
    given = _given(name, seed)
    slow = reel_of((unheard(VIEW, "act_bend:reel").get("numbers") or {}).get(REEL))  # over Streamlit: see asker.js
    table = (
        Setting(OWN, VIEW, (), read_own, spelled),
        Setting(REEL, VIEW, slow or Reel(), reel_of, kept=False),
    )

    def picture(numbers: Numbers) -> Mapping[str, Any]:
        own = numbers[OWN]
        points = _joined(given, own_points(own))
        fields, arrays = _film(twins, seed, points, rate, numbers[REEL])
        if REEL in numbers.moved:
            return {VIEW: news(fields, arrays)}
        if not arrays:  # there is none just now, but the picture has to be there
            first, arrays = _film(twins, seed, points, rate, Reel())
            fields = first | fields
        shown = bend(
            fields, arrays, points, len(own), run=f"{name} {plan} {seed}", hidden=plan.hidden,
            title=TITLES[plan.activation], room=MOST_OWN, sets=(OWN, REEL),
        )  # fmt: skip
        return {VIEW: shown, "points": points}

    live = stage("act_bend_stage", table, picture)
    live.show()
    st.markdown(
        "A layer without a bend multiplies by a matrix and adds a vector. Two such layers in a row make one matrix and "
        "one vector again, and so do twenty: the boundary **stays a straight line**. With a bend after each hidden "
        "layer, each of its neurons can add a fold. With enough neurons, one hidden layer can come as close as you "
        "like to any boundary (**universal approximation**)."
    )
    _panel(twins, live["points"], name, live.numbers[OWN], rate, seed)


def _given(name: str, seed: int) -> Points:
    return (
        own_points([])
        if name == ONLY_OWN
        else remember("act_pattern_points", (name, seed), lambda: pattern(name, seed, count=COUNT))
    )


def _joined(first: Points, second: Points) -> Points:
    return Points(np.concatenate([first.places, second.places]), np.concatenate([first.classes, second.classes]))


def _film(
    twins: Twins, seed: int, points: Points, rate: float, reel: Reel
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What the view gets for a reel: fields alone while the server is busy, or when there can be no film."""
    try:
        start = twins.start(seed) if reel.start is None else twins.checked(reel.start)
        if not reel.steps:
            return told(film(twins, start, points, rate), reel)
        places, classes = points.places.tobytes(), points.classes.tobytes()
        seen = _computed(twins, start.tobytes(), places, classes, rate, reel.frames, reel.steps, reel.skip)
    except BusyError as busy:
        return {"id": reel.id, "busy": busy.seconds}, {}
    except ValueError as trouble:
        return {"id": reel.id, "trouble": str(trouble)}, {}
    return told(seen, reel)


@lru_cache(128)
def _computed(
    twins: Twins, start: bytes, places: bytes, classes: bytes, rate: float, frames: int, steps: int, skip: int
) -> Film:
    """A film by the process beside the server; a class that starts from the same choices sees the same ones."""
    state, where, kinds = (np.frombuffer(each, np.float32) for each in (start, places, classes))
    points = Points(where.reshape(-1, 2), kinds)
    return films.call(twins=twins, state=state, points=points, rate=rate, frames=frames, steps=steps, skip=skip)


def _panel(twins: Twins, points: Points, name: str, own: tuple[Own, ...], rate: float, seed: int) -> None:
    """Both networks in torch, from the same weights: their loss at first, and after AHEAD steps at a gentle rate."""
    if not len(points.places):
        return
    shows: dict[str, Any] = {"first": [], "later": []}
    for plan in (twins.plan, twins.straight):
        flat = first_parameters(plan, seed)
        after, _ = train(plan, flat, np.zeros_like(flat), points, rate, AHEAD)
        shows["first"].append(measure(plan, flat, points)[0])
        shows["later"].append(measure(plan, after, points)[0])
    if rate > GENTLE:  # where steps jump to and fro, the last digits of a float32 decide where they land
        del shows["later"]
    sets = [f'pattern("{name}", {seed}, count={COUNT})'] if name != ONLY_OWN else []
    sets += [f'own_points(read_points("{spelled(own)}"))'] if own else []
    used = twins.plan.activation
    layer = repr(ACTIVATIONS[used].layer()) if used in ACTIVATIONS else "Identity()"
    code = f"""
    import numpy as np
    import torch
    from torch import nn
    from imgcls.ops.mlp import Plan, first_parameters
    from imgcls.ops.points import own_points, pattern, read_points

    sets = [{", ".join(sets)}]
    x = torch.from_numpy(np.concatenate([each.places for each in sets]))
    y = torch.from_numpy(np.concatenate([each.classes for each in sets]))
    first, later = [], []
    for name, bend in [("{used}", nn.{layer}), ("none", nn.Identity())]:
        plan = Plan({twins.plan.hidden}, name)
        layers = []
        for weight, bias in plan.layers(first_parameters(plan, {seed})):
            layer = nn.Linear(weight.shape[1], weight.shape[0])
            layer.weight.data, layer.bias.data = torch.tensor(weight), torch.tensor(bias)
            layers += [layer, bend]
        network = nn.Sequential(*layers[:-1])
        optimiser = torch.optim.SGD(network.parameters(), lr={rate:g}, momentum=0.9)
        for step in range({AHEAD} + 1):
            loss = nn.functional.binary_cross_entropy_with_logits(network(x)[:, 0], y)
            if step == 0:
                first.append(loss.item())
            if step < {AHEAD}:
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
        later.append(loss.item())
    """
    code_panel(code, shows, functions=(train, collapsed), key="act_bend")
