"""Below an open map: a picture grown to excite it, beside the pieces of photos that excite it most."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from imgcls.data.samples import SAMPLES
from imgcls.models.excite import Piece, bare, cut_out, grow, piece_of, side_of
from imgcls.numbers import sides, whole, written
from imgcls.plain import markdown
from imgcls.training.exciting import Excited, Growing
from imgcls.ui.components.picture import picture
from imgcls.ui.dataset.work import result_of
from imgcls.ui.memo import remember
from imgcls.ui.network.look import Look
from imgcls.ui.network.models import loading_code
from imgcls.ui.network.state import map_of
from imgcls.ui.network.words import step_title
from imgcls.ui.photo import current_photo, current_sample
from imgcls.ui.shell import code_panel

KEY = "net_excite"
OTHERS = 4  # pieces of samples


def excite_part(look: Look, name: str, state: Mapping[str, str]) -> None:
    """A switch while a map is open; the picture grows in a worker, once for all who ask for this map."""
    if "map" not in state:
        return
    graph = look.graph
    step, channel = map_of(graph, state["map"])
    target = bare(graph, step)
    if not target:  # the picture itself, or a grey copy of it
        return
    if not st.toggle("What excites this map most?", key=KEY, bind="query-params", persist_state="session"):
        return
    title = f"{step_title(graph, step)}, map {channel}"
    settings = {"name": graph.classifier.name, "step": target, "channel": channel}
    found = result_of(KEY, "imgcls.training.exciting:excite", settings, grows=_growing)
    if not isinstance(found, Excited):
        return
    photo = current_photo()
    mine = remember(
        f"{KEY}_photo",
        (graph.classifier, photo.digest, target, channel),
        lambda: cut_out(
            graph, target, np.asarray(graph.classifier.preprocess.steps(photo.image)[2].value),
            look.trace.output(target)[channel],
        ),
    )  # fmt: skip
    _pictures(found, mine, title)
    side, of = side_of(graph, target), whole(len(SAMPLES))
    st.markdown(
        f"**{markdown(title)}.** The first picture, {sides(side, side)} pixels, started as noise. Step by step the "
        "gradient said how each pixel must change to excite this map more. On it the map reaches "
        f"**{written(found.value, 3)}**, on your photo **{written(mine.value, 3)}**{_before(look, step, target)}. The "
        f"others are the pieces of your photo and of the {of} samples behind the largest values."
    )
    _code(name, target, channel, mine)


def _growing(told: object) -> None:
    """The picture on its way."""
    if isinstance(told, Growing):
        with st.columns([1.7, 5])[0]:
            picture(
                told.picture, alt=f"The picture after {told.done} of {told.total} steps",
                caption=f"step {told.done}: {written(told.value, 3)}", key=f"{KEY}_growing",
            )  # fmt: skip


def _before(look: Look, step: int, target: int) -> str:
    """Where the values are taken that are named, if that is not where the map is."""
    passed = {look.graph.steps[place].kind for place in range(target + 1, step + 1)}
    what = "activation" if "activation" in passed else "pooling"
    return f", both before the {what}" if target != step else ""


def _pictures(found: Excited, mine: Piece, title: str) -> None:
    others = [(SAMPLES[slug].title, piece) for slug, piece in found.pieces if slug != current_sample()]
    shown = [("grown from noise", Piece(found.picture, found.value)), ("your photo", mine), *others[:OTHERS]]
    with st.container(key="three_abreast"):
        for k, (column, (what, piece)) in enumerate(
            zip(st.columns([1.7, *[1] * (OTHERS + 1)], gap="small"), shown, strict=True)
        ):
            with column:
                caption = f"{what}: {written(piece.value, 3)}"
                picture(piece.picture, alt=f"{title}. {caption}", caption=caption, key=f"{KEY}_{k}")


def _code(name: str, step: int, channel: int, mine: Piece) -> None:
    code = f"""{loading_code(name)}
from PIL import Image
from imgcls.models.excite import grow, piece_of
from imgcls.models.graph import graph_of

graph = graph_of(network)
*_, last = grow(graph, {step}, {channel})
Image.fromarray(last.picture).save("grown.png")
reached = last.value  # processors round differently, and climb to slightly different pictures
on_the_photo = piece_of(graph, {step}, {channel}, Image.open("photo.png").convert("RGB")).value
"""
    code_panel(code, {"on_the_photo": mine.value}, functions=(grow, piece_of), photo=True, key=KEY)
