"""The receptive field: what one output of a layer sees of the photo, growing layer by layer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from torch import Tensor

from imgcls.models.field import field_of
from imgcls.models.graph import graph_of
from imgcls.models.registry import load
from imgcls.numbers import sides
from imgcls.ops.convolution import working_pixels
from imgcls.ops.receptive import (
    Layer,
    Receptive,
    effective_side,
    influence,
    random_stack,
    receptive_fields,
)
from imgcls.training.trained import tinyvgg
from imgcls.ui.components.words import table, words
from imgcls.ui.convolution.field import field
from imgcls.ui.memo import remember
from imgcls.ui.photo import current_photo
from imgcls.ui.shell import choose, code_panel
from imgcls.ui.stage import Dial, Numbers, Setting, stage

OWN, TINY, LITE = "layers of your own", "TinyVGG", "EfficientNet-Lite0"
VIEW, PLACE = "conv_field", "conv_field_place"
LAYERS, LAYER = "conv_field_layer", "conv_field_depth"  # of a stack of one's own, which starts whole; of a network
SIDE, CHANNELS, MOST_LAYERS = 128, 8, 8  # of a stack of one's own
KERNEL = Dial("conv_field_kernel", "kernel side", 1, 7, 2, 3, 0)
STRIDE = Dial("conv_field_stride", "stride", 1, 2, 1, 1, 0)
DILATION = Dial("conv_field_dilation", "dilation", 1, 4, 1, 1, 0)
TABLE_ROWS = 9


@dataclass(frozen=True, eq=False)
class Look:
    """One output place of layer `layer`: its field, box, how strongly each pixel counts (S, S), and what is written.

    `rows` are (title, field, map side) of all layers, the input first. `strength` is None where there was no time.
    """

    layer: int
    rows: tuple[tuple[str, Receptive, int], ...]
    field: Receptive
    box: tuple[int, int, int, int]
    strength: Tensor | None
    effective: int
    note: str


@st.fragment
def field_part() -> None:
    """Choose a network and a layer, point at the photo: the square that one output there sees."""
    of = choose("Network", [OWN, TINY, LITE], key="conv_field_of")
    pixels, look, titles = _own() if of == OWN else _network(of)
    last = len(titles) - 1
    own = of == OWN
    layer = Dial(LAYERS if own else LAYER, "layers" if own else "layer", 0, last, 1, last if own else min(5, last), 0)
    table_rows = [layer, *([KERNEL, STRIDE, DILATION] if of == OWN else [])]

    def picture(numbers: Numbers) -> dict[str, Any]:
        # A gradient through the large network takes longer than a hand waits: it comes when the hand lets go.
        seen = look(numbers, not (of == LITE and numbers.moved))
        return {
            VIEW: _drawn(pixels, seen, numbers[PLACE]),
            "conv_field_words": words(_told(seen, pixels.shape[0])),
            "conv_field_table": table(_table(seen)),
            "seen": seen,
        }

    live = stage("conv_field_stage", [*table_rows, Setting(PLACE, VIEW, (0.5, 0.5), _place, _place_text)], picture)
    for column, dial in zip(st.columns(len(table_rows), gap="medium"), table_rows, strict=True):
        with column:
            live.show(dial.name)
    left, right = st.columns([1, 1.2], gap="medium")
    with left:
        live.show(VIEW)
    with right:
        live.show("conv_field_words", "conv_field_table")
    _code(of, live.numbers, live["seen"])


def _place(told: object) -> tuple[float, float] | None:
    """Row and column as shares of the side, from a message or the address."""
    parts = told[:24].split("_") if isinstance(told, str) else told
    try:
        row, column = (float(part) for part in parts)  # type: ignore[union-attr]
    except (TypeError, ValueError):
        return None
    return (row, column) if 0 <= row <= 1 and 0 <= column <= 1 else None


def _place_text(place: tuple[float, float]) -> str:
    return f"{place[0]:g}_{place[1]:g}"


def _output(place: tuple[float, float], side: int) -> tuple[int, int]:
    """The output at these shares of a map of that side."""
    row, column = (min(int(share * side), side - 1) for share in place)
    return row, column


Looking = Callable[[Numbers, bool], Look]


def _own() -> tuple[np.ndarray, Looking, list[str]]:
    """A stack of equal convolutions with random weights, on the photo."""
    photo = current_photo()
    square = remember("conv_field_own", photo.digest, lambda: working_pixels(photo.image, SIDE, "colour"))
    inputs = square[None] / 127.5 - 1

    def look(numbers: Numbers, _exact: bool) -> Look:
        one = Layer(numbers[KERNEL.name] | 1, numbers[STRIDE.name], numbers[DILATION.name])
        layers, depth = [one] * MOST_LAYERS, numbers[LAYERS]
        fields = receptive_fields(layers)
        sides = [SIDE]
        for _ in layers:
            sides.append(-(-sides[-1] // one.stride))
        row, column = _output(numbers[PLACE], sides[depth])
        strength = influence(random_stack(layers[:depth], CHANNELS), inputs, row, column)
        box = fields[depth].box(row, column)
        rows = tuple(
            (f"layer {n}" if n else "photo", each, side)
            for n, (each, side) in enumerate(zip(fields, sides, strict=True))
        )
        before = fields[max(depth - 1, 0)]
        note = (
            f"size {before.size} + ({one.kernel} − 1) · {one.dilation} · {before.jump} = **{fields[depth].size}**: the "
            f"layer before sees {before.size}, and its neighbours are {before.jump} "
            f"{'pixel' if before.jump == 1 else 'pixels'} apart."
            if depth
            else ""
        )
        return Look(depth, rows, fields[depth], box, strength, _effective(strength, box), note)

    return square.permute(1, 2, 0).contiguous().numpy(), look, ["photo", *("layer",) * MOST_LAYERS]


def _network(of: str) -> tuple[np.ndarray, Looking, list[str]]:
    """The layers of a trained network."""
    network, photo = tinyvgg() if of == TINY else load(), current_photo()
    graph = graph_of(network)
    columns = [column for column in graph.columns if graph.steps[column.step].receptive is not None]
    inputs = remember(f"conv_field_{of}", photo.digest, lambda: network.preprocess(photo.image))
    shown = network.preprocess.steps(photo.image)[2].value
    rows = tuple((each.title, graph.steps[each.step].receptive or Receptive(), each.shape[1]) for each in columns)

    def look(numbers: Numbers, exact: bool) -> Look:
        depth = min(numbers[LAYER], len(columns) - 1)
        row, column = _output(numbers[PLACE], columns[depth].shape[1])
        if not exact:
            here = rows[depth][1]
            return Look(depth, rows, here, here.box(row, column), None, 0, "")
        seen = field_of(graph, inputs, columns[depth].step, row, column)
        return Look(depth, rows, seen.field, seen.box, seen.strength, seen.effective, "")

    return np.asarray(shown), look, [each.title for each in columns]


def _effective(strength: Tensor, box: tuple[int, int, int, int]) -> int:
    top, left, bottom, right = box
    return effective_side(strength, (top + bottom - 1) // 2, (left + right - 1) // 2)


def _drawn(pixels: np.ndarray, seen: Look, place: tuple[float, float]) -> Any:
    """The photo, bright where it counts, with both squares."""
    top, left, bottom, right = seen.box
    inner = None
    lit = None
    if seen.strength is not None:
        most = float(seen.strength.max())
        share = (seen.strength / most).sqrt().numpy() if most > 0 else np.zeros(seen.strength.shape, np.float32)
        lit = (pixels * (0.4 + 0.6 * share[:, :, None])).astype(np.uint8)
        if 0 < seen.effective < seen.field.size:
            half, row, column = seen.effective // 2, (top + bottom - 1) // 2, (left + right - 1) // 2
            inner = (row - half, column - half, row + half + 1, column + half + 1)
    return field(lit, seen.box, inner, place, sets=PLACE, alt=f"Your photo; one output sees {_size(seen.field)} of it")


def _size(here: Receptive) -> str:
    return f"{sides(here.size, here.size)} pixels"


def _told(seen: Look, side: int) -> str:
    title = seen.rows[seen.layer][0]
    if not seen.layer:
        return "Before the first layer each number is one pixel. Add layers."
    whole = " That is the whole photo and more." if seen.field.size > 2 * side else ""
    text = f"One output of **{title}** sees **{_size(seen.field)}** of the {sides(side, side)} (white square).{whole}"
    if seen.strength is not None and not seen.effective:
        text += " Here it is 0 whatever the pixels are: a ReLU is off."
    elif 0 < seen.effective < seen.field.size:
        text += (
            f" They do not count alike: 95% of the gradient lies within **{sides(seen.effective, seen.effective)}** "
            "(dashed). Bright pixels move the output most."
        )
    return f"{text}\n\n{seen.note}" if seen.note else text


def _table(seen: Look) -> list[list[str]]:
    """The layers around the chosen one."""
    first = max(0, min(seen.layer - TABLE_ROWS // 2, len(seen.rows) - TABLE_ROWS))
    shown = list(enumerate(seen.rows))[first : first + TABLE_ROWS]
    rows = [["output of", "sees", "steps of", "map"]]
    for n, (title, here, side) in shown:
        cells = [title, sides(here.size, here.size), str(here.jump), sides(side, side)]
        rows.append([f"**{cell}**" for cell in cells] if n == seen.layer else cells)
    return rows


def _code(of: str, numbers: Mapping[str, Any], seen: Look) -> None:
    row, column = _output(numbers[PLACE], seen.rows[seen.layer][2])
    shows = {"size": seen.field.size, "effective": seen.effective}
    if of == OWN:
        layer = f"Layer({numbers[KERNEL.name] | 1}, {numbers[STRIDE.name]}, {numbers[DILATION.name]})"
        code = f"""
        from PIL import Image

        from imgcls.ops.convolution import working_pixels
        from imgcls.ops.receptive import Layer, effective_side, influence, random_stack, receptive_fields

        layers = [{layer}] * {seen.layer}
        pixels = working_pixels(Image.open("photo.png"), {SIDE}, "colour")[None] / 127.5 - 1
        field = receptive_fields(layers)[-1]
        strength = influence(random_stack(layers, {CHANNELS}), pixels, {row}, {column})  # autograd
        top, left, bottom, right = field.box({row}, {column})
        size, effective = field.size, effective_side(strength, (top + bottom - 1) // 2, (left + right - 1) // 2)
        """
        code_panel(code, shows, functions=(receptive_fields, influence, effective_side), photo=True, key="conv_field")
        return
    made = "from imgcls.training.trained import tinyvgg\n\nnetwork = tinyvgg()"
    if of == LITE:
        made = "from imgcls.models.registry import load\n\nnetwork = load()"
    code = (
        "from PIL import Image\n\nfrom imgcls.models.field import field_of\nfrom imgcls.models.graph import graph_of\n"
        f'{made}\ngraph = graph_of(network)\npixels = network.preprocess(Image.open("photo.png").convert("RGB"))\n'
        f"column = graph.columns[{seen.layer}]\nseen = field_of(graph, pixels, column.step, {row}, {column})\n"
        "size, effective = seen.field.size, seen.effective"
    )
    code_panel(code, shows, functions=(field_of, influence, effective_side), photo=True, key="conv_field")
