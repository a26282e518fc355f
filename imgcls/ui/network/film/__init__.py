"""A film on a canvas: scenes in a loop, with play, a scrubber, and a video of it that is made in the browser."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from imgcls.ui.components import declare

_mount = declare("network/film", styles=("range.css",))


def network_film(
    fields: Mapping[str, Any], arrays: Mapping[str, np.ndarray], *, subject: str, hall: str, key: str
) -> None:
    """Show the film of a story (`imgcls.ui.network.film_story`).

    Args:
        subject: another text for another network or photo: the film then begins anew.
        hall: the address that students open, where this browser's own is not it.
    """
    _mount.element({**fields, "subject": subject, "hall": hall}, arrays).show(key)
