"""Which kernel the convolution lesson uses: a preset or the reader's own, chosen, edited and kept in the address."""

from collections.abc import Callable

import streamlit as st

from imgcls.ops.kernels import DIVISOR_LIMIT, PRESETS, SIDES, Kernel, kernel_from_numbers, preset_kernel
from imgcls.ui.address import kept, to_address
from imgcls.ui.components import sent

EDITOR = "conv_lens"
CUSTOM, OWN = "custom", "your own"
CHANNELS = {
    "grey": "grey",
    "red": "red only",
    "green": "green only",
    "blue": "blue only",
    "colour": "colour, each alone",
    "summed": "R+G+B summed",
}
VIEWS = {"clipped": "clipped 0…255", "hue": "signed, colour", "middle": "signed, grey"}
_KEPT, _ADDRESS, _TOLD, _REFUSED = "conv_custom", "conv_weights", "conv_weights_told", "conv_refused"


def kernel_row(more: Callable[[], None]) -> tuple[Kernel, str, str]:
    """One row of controls; returns the kernel in use, the channels it works on, and how its output is shown.

    `more` puts what is needed less often into a box that opens at the end of the row.
    """
    _follow_address()
    settings = {"bind": "query-params", "persist_state": "session"}
    with st.container(horizontal=True, vertical_alignment="top"):
        # Kernel and size are bound by hand: weights in the address choose the reader's own without its name.
        name = st.selectbox(
            "Kernel", [*PRESETS, CUSTOM], key="conv_preset", on_change=_preset_chosen, width=156,
            format_func=_title, persist_state="session",
        )  # fmt: skip
        to_address("conv_preset", None if name == next(iter(PRESETS)) else _title(name))
        if st.session_state["conv_preset"] == "random":
            st.number_input("Seed", 0, 9999, 0, key="conv_seed", width=75, **settings)
        channels = st.selectbox(
            "Channels", CHANNELS, key="conv_channels", format_func=CHANNELS.get, width=166, **settings
        )
        size = st.container(width="content")
        view = st.selectbox(
            "Output shown", VIEWS, key="conv_view", format_func=VIEWS.get, width=160, **settings,
            help="Clipped: below 0 is black, above 255 white. Signed: 0 lies in the middle, white or mid-grey.",
        )  # fmt: skip
        with st.container(width="content"), st.popover("More", help="Padding mode, flip"):
            more()
    kernel = current_kernel()
    st.session_state["conv_side"] = kernel.side
    with size:
        side = st.segmented_control(
            "Size", SIDES, format_func=_sized, required=True, key="conv_side", on_change=_side_chosen,
            persist_state="session",
        )  # fmt: skip
    to_address("conv_side", _sized(side) if _any_size(name) and side != SIDES[0] else None)
    return kernel, channels, "middle" if view == "hue" and channels == "colour" else view


def current_kernel() -> Kernel:
    """The kernel in use, with as many slices as the channels ask for."""
    kernel = _whole_kernel()
    channels = st.session_state.get("conv_channels", "grey")
    if channels == "summed":
        if kernel.slices == 3:
            return kernel
        # Three equal slices add up to three times as much: divide by it, so that a blur stays a blur.
        divisor = min(max(3 * kernel.divisor, -DIVISOR_LIMIT), DIVISOR_LIMIT)
        return Kernel(kernel.sliced(3).weights, divisor, kernel.bias)
    if channels == "colour":
        return kernel
    keep = ("red", "green", "blue").index(channels) if channels != "grey" else None
    return kernel.sliced(1, keep)


def says() -> str:
    """A sentence on the kernel in use; empty for the reader's own."""
    name = st.session_state.get("conv_preset")
    if name in PRESETS:
        return PRESETS[name].says
    return st.session_state.get("conv_note", "")


def refusal() -> str:
    """Why the last edit was refused, empty if it was not."""
    return st.session_state.get(_REFUSED, "")


def use_kernel(kernel: Kernel, note: str = "") -> None:
    """Make this the kernel in use, from a callback; `note` is the sentence said of it."""
    st.session_state[_KEPT] = kernel
    st.session_state["conv_preset"] = CUSTOM
    st.session_state["conv_note"] = note
    _to_address(kernel)


def take_edit() -> None:
    """The callback of the editor: a kernel that passes becomes the one in use, any other changes nothing."""
    news = sent(EDITOR, "edit")
    try:
        kernel = kernel_from_numbers(news["weights"], news["divisor"], news["bias"])
    except (ValueError, TypeError, KeyError) as trouble:
        st.session_state[_REFUSED] = f"{trouble} The kernel stays as it was."
        return
    st.session_state.pop(_REFUSED, None)
    st.session_state[_KEPT] = kernel
    st.session_state["conv_preset"] = CUSTOM
    if news.get("final"):
        _to_address(kernel)


def _whole_kernel() -> Kernel:
    name = st.session_state.get("conv_preset", next(iter(PRESETS)))
    if name == CUSTOM:
        return st.session_state.get(_KEPT) or preset_kernel("identity")
    side = st.session_state.get("conv_side", SIDES[0])
    return preset_kernel(name, side=side, seed=st.session_state.get("conv_seed", 0))


def _preset_chosen() -> None:
    name = st.session_state["conv_preset"]
    if name in PRESETS:
        st.session_state["conv_view"] = "hue" if PRESETS[name].signed else "clipped"
        to_address(_ADDRESS, None)
    st.session_state.pop(_REFUSED, None)
    st.session_state.pop("conv_note", None)


def _side_chosen() -> None:
    name, side = st.session_state["conv_preset"], st.session_state["conv_side"]
    if not _any_size(name):
        use_kernel(_whole_kernel().resized(side), says())


def _title(name: str) -> str:
    return PRESETS[name].title if name in PRESETS else OWN


def _sized(side: int) -> str:
    return f"{side}×{side}"


def _any_size(name: str) -> bool:
    """Whether this kernel is made for whatever size is chosen."""
    return name in PRESETS and PRESETS[name].rows is None


def _to_address(kernel: Kernel) -> None:
    numbers = [*kernel.weights.flatten().tolist(), kernel.divisor, kernel.bias]
    to_address(_ADDRESS, "_".join(f"{number:.7g}" for number in numbers))


def _follow_address() -> None:
    """Take kernel and size from the address where that counts; put the kernel there when it is missing."""
    session, told = st.session_state, _TOLD not in st.session_state
    by_title = {_title(name): name for name in (*PRESETS, CUSTOM)}
    by_text = {text: side for side in SIDES for text in (str(side), _sized(side))}
    kept("conv_preset", lambda text: by_title.get(text, next(iter(PRESETS))))
    kept("conv_side", lambda text: by_text.get(text, SIDES[0]))
    kernel = kept(_ADDRESS, _kernel_from, _TOLD)
    if told and kernel is not None:
        session[_KEPT], session["conv_preset"] = kernel, CUSTOM
    elif session["conv_preset"] == CUSTOM and _KEPT in session and _ADDRESS not in st.query_params:
        _to_address(session[_KEPT])


def _kernel_from(text: str | None) -> Kernel | None:
    """The kernel that an address names; None if that is none."""
    try:
        *weights, divisor, bias = (float(number) for number in (text or "")[:2000].split("_"))
        return kernel_from_numbers(weights, divisor, bias)
    except ValueError:
        return None
