"""A part of the convolution lesson: filters over a volume of whole numbers."""

from dataclasses import replace

import streamlit as st
import torch

from imgcls.numbers import percent, sides, whole, written
from imgcls.ops.convolution import missing_stride, output_extent, whole_strides
from imgcls.ops.volume_walk import Volume, as_dense, random_volume, walk
from imgcls.plain import markdown
from imgcls.ui.components import sent
from imgcls.ui.convolution.volume_walk import volume_walk

KEY = "conv_walk"
_KEPT, _REFUSED = "conv_volume", "conv_volume_refused"


def volume_row() -> tuple[int, int]:
    """The controls: sizes, stride, padding and seed, each offering only what fits; returns stride and padding."""
    settings = {"bind": "query-params", "persist_state": "session"}

    def choose(label: str, key: str, options: list[int], default: int, width: int = 92) -> int:
        if st.session_state.get(key) not in (None, *options):
            st.session_state[key] = default if default in options else options[0]
        return st.selectbox(
            label, options, index=options.index(default) if default in options else 0, key=key, width=width, **settings
        )

    with st.container(horizontal=True):
        height = choose("Height", "conv_h", list(range(2, 9)), 5)
        width = choose("Width", "conv_w", list(range(2, 9)), 5)
        channels = choose("Channels", "conv_c", list(range(1, 5)), 3)
        filters = choose("Filters", "conv_k", list(range(1, 5)), 2)
        side = choose("Filter side", "conv_f", list(range(1, min(5, height, width) + 1)), min(3, height, width))
        padding = choose("Padding", "conv_p", list(range(side)), min(1, side - 1))
        strides = whole_strides((height, width), side, padding)
        stride = choose("Stride", "conv_s", list(strides), 2)
        seed = st.number_input("Seed", 0, 9999, 7, key="conv_volume_seed", width=120, **settings)
    signature = (height, width, channels, filters, side, seed)
    if st.session_state.get(_KEPT, (None,))[0] != signature:
        st.session_state[_KEPT] = signature, random_volume(height, width, channels, filters, side, seed=seed)
    return stride, padding


def why_these_sizes(stride: int, padding: int) -> str:
    """The output's shape and parameters with the numbers of the moment, and why a stride is missing from the list."""
    channels, *sizes = current_volume().pixels.shape
    count, _, side, _ = current_volume().filters.shape
    extents = [output_extent(size, side, stride=stride, padding=padding) for size in sizes]
    worked = " and ".join(
        f"({size} − {side} + 2·{padding}) / {stride} + 1 = {extent.size}"
        for size, extent in dict(zip(sizes, extents, strict=True)).items()
    )
    text = (
        f"**Output size** (W − F + 2P) / S + 1: {worked}, so {count} filter{'s' if count > 1 else ''} "
        f"make{'' if count > 1 else 's'} **{sides(extents[0].size, extents[1].size, count)}**, with "
        f"{count} · ({side} · {side} · {channels} + 1) = {whole(current_volume().parameters)} parameters."
    )
    missing = missing_stride(sizes, side, padding)
    if missing:
        text += (
            f" Stride {missing.stride} is not offered: it would give {written(missing.exact, 3)} windows "
            f"along {missing.size} pixels."
        )
    return text


def beside_dense(stride: int, padding: int) -> None:
    """The same layer as a dense one, in numbers, and the way to that lesson."""
    volume = current_volume()
    # Ones in place of the weights: a weight that happens to be 0 is there all the same.
    reads = as_dense(replace(volume, filters=torch.ones_like(volume.filters)), stride=stride, padding=padding)
    rows, columns = reads.shape
    st.markdown(
        f"**It is a dense layer, too**: {rows} outputs × {columns} pixels make {whole(reads.numel())} weights, of "
        "which "
        f"{percent(float((reads == 0).float().mean()), 0)} are always 0. The others are shared: all outputs of a "
        "filter use "
        f"the same {volume.filters[0].numel()}."
    )
    if dense := st.session_state.get("pages", {}).get("dense"):
        st.page_link(dense, label="Dense: every node with every node", icon=":material/hub:")


@st.fragment
def player(stride: int, padding: int) -> None:
    """The walk; an edited number is computed anew by torch, everything else happens in the browser."""
    volume = current_volume()
    steps = walk(volume, stride=stride, padding=padding)
    volume_walk(volume, steps, stride=stride, padding=padding, key=KEY, on_change=_take_edit)
    if trouble := st.session_state.get(_REFUSED):
        st.warning(markdown(trouble))


def current_volume() -> Volume:
    """The numbers in use: drawn from the seed, then edited."""
    return st.session_state[_KEPT][1]


def _take_edit() -> None:
    news, (signature, volume) = sent(KEY, "edit"), st.session_state[_KEPT]
    try:
        parts = {
            name: torch.tensor(news[name], dtype=torch.float32).reshape(getattr(volume, name).shape)
            for name in ("pixels", "filters", "biases")
        }
        st.session_state[_KEPT] = signature, Volume(**parts)
        st.session_state.pop(_REFUSED, None)
    except (ValueError, TypeError, KeyError, RuntimeError) as trouble:
        st.session_state[_REFUSED] = (
            str(trouble) if isinstance(trouble, ValueError) else "These numbers could not be read."
        )
