"""A picture of which few pixels have changed: what travels is enough to put it together again."""

import numpy as np

from imgcls.ui.components.picture import picture
from imgcls.ui.packet import unpack


def test_only_what_differs_travels_after_the_first_time() -> None:
    generator = np.random.default_rng(0)
    over = generator.integers(0, 255, (40, 30, 3)).astype(np.uint8)
    changed = over.copy()
    changed[5, 7], changed[39, 29, 1] = (255, 0, 255), over[39, 29, 1] ^ 255
    for first in (True, False):
        _, arrays = unpack(picture(changed, alt="", over=over, first=first).news())
        assert sorted(arrays) == sorted(["where", "colours"] + ["picture"] * first)
        again = over.copy()
        again.reshape(-1, 3)[arrays["where"]] = arrays["colours"]
        assert np.array_equal(again, changed)
        assert arrays["where"].tolist() == [5 * 30 + 7, 40 * 30 - 1]
    _, arrays = unpack(picture(over, alt="", over=over, first=False).news())
    assert len(arrays["where"]) == 0
