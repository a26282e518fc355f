"""The slicer's Python side: what it takes from a message or the address, and what it answers."""

import io

import numpy as np
import pytest
from PIL import Image

from imgcls.ops.tensors import CHANNELS, cut, photo_tensor
from imgcls.ui.tensors.slicer import Ranges, ranges_from, slicer_answer

GOOD = {"rows": [2, 9], "columns": [0, 20], "step": 4, "channel": "red"}


def test_a_message_and_the_address_mean_the_same() -> None:
    found = ranges_from(GOOD, 12, 20)
    assert found == Ranges((2, 9), (0, 20), 4, "red")
    assert found is not None
    assert ranges_from(found.text, 12, 20) == found


@pytest.mark.parametrize(
    "candidate",
    [
        None, {}, "", "1_2_3", "a_b_c_d_e_f", "2_9_0_20_4_pink", "9_2_0_20_4_red", "2_9_0_21_4_red", "2_9_0_20_3_red",
        "-1_9_0_20_1_all", "2_" * 5000, {**GOOD, "rows": [2]}, {**GOOD, "rows": None}, {**GOOD, "step": "x"},
        {**GOOD, "rows": [2, float("nan")]}, {**GOOD, "channel": None}, [1, 2],
    ],
)  # fmt: skip
def test_nonsense_is_ignored(candidate: object) -> None:
    assert ranges_from(candidate, 12, 20) is None


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("size", [(1, 1), (1, 90), (90, 1), (40, 30), (700, 500)])
def test_the_answer_shows_the_slice_itself(channel: str, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))
    photo = photo_tensor(image)
    made = cut(photo, (0, size[1]), (0, size[0]), 1, channel)
    answer = slicer_answer(made, photo)
    shown = np.asarray(Image.open(io.BytesIO(answer["crop"].tobytes())))
    if max(size) <= 96:  # small slices arrive exactly
        expected = made.view.numpy() if channel != "all" else made.view.numpy().transpose(1, 2, 0)
        assert np.array_equal(shown if channel == "all" else shown[..., 0], expected)
    assert max(shown.shape[:2]) <= max(300, 1)
    rows = {name: value for name, value, _ in answer["fields"]["facts"]}
    assert rows["shape"] == str(tuple(made.view.shape))
    assert rows["stride"] == str(made.view.stride())
    assert answer["fields"]["code"] == made.code
