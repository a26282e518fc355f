"""All kernels of a layer at once: each as a small picture on the map that it makes; click one to choose it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from imgcls.palette import colour_table
from imgcls.ui.components import declare, sent

_mount = declare(
    "convolution/kernel_bank",
    says=("pick",),
    html='<div class="bank" role="group"></div><p class="told" aria-live="polite"></p>',
)


def kernel_bank(
    maps: np.ndarray,
    kernels: np.ndarray,
    titles: Sequence[str],
    marks: Sequence[str],
    *,
    key: str,
    quantity: str = "activation",
    on_pick: Callable[[], Any],
) -> None:
    """Show K maps, uint8 (K, H, W) places in the colours of `quantity`, each with its kernel, uint8 (K, F, F, 3).

    `titles` says what each is, for the pointer and for screen readers, `marks` its kind in a word. `on_pick` is called
    when one is clicked; `picked_kernel(key)` is then its place.
    """
    about = {"titles": list(titles), "marks": list(marks)}
    arrays = {"maps": maps, "kernels": kernels, "colours": colour_table(quantity)}
    _mount.element(about, arrays, on_pick).show(key)


def picked_kernel(key: str) -> int | None:
    """The place of the kernel that was clicked last, None if none was."""
    index = sent(key, "pick").get("index")
    return index if isinstance(index, int) else None
