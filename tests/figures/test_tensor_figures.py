"""The figures of the lesson on tensors show the counts and times they were given."""

import numpy as np
from PIL import Image

from imgcls.figures.normalised import moved_histograms
from imgcls.figures.timings import timing_bars
from imgcls.ops.tensors import normalise, photo_tensor
from imgcls.ops.timing import Timing


def test_histograms_show_the_counts_before_in_grey_and_after_in_colour() -> None:
    rng = np.random.default_rng(0)
    photo = photo_tensor(Image.fromarray(rng.integers(0, 256, (9, 8, 3), dtype=np.uint8)))
    made = normalise(photo, (0.5,) * 3, (0.25,) * 3)
    drawn = moved_histograms(made)
    assert [trace.name for trace in drawn.data[3:]] == ["red", "green", "blue"]
    for trace, counted in zip(drawn.data, (*made.before, *made.after), strict=True):
        assert list(trace.y) == counted.counts.tolist()
        assert len(trace.x) == len(trace.y)
    assert len({trace.line.dash for trace in drawn.data[3:]}) == 3, "told apart without colour"
    assert max(drawn.data[0].y) < drawn.layout.yaxis.range[1]


def test_bars_show_milliseconds_by_device() -> None:
    timings = [
        Timing("a", "CPU", 0.002, 0.0001, 9),
        Timing("b", "CPU", 0.004, 0.0001, 9),
        Timing("a", "GPU", 0.001, 0, 9),
    ]
    drawn = timing_bars(timings)
    assert [trace.name for trace in drawn.data] == ["CPU", "GPU"]
    assert list(drawn.data[0].x) == [2.0, 4.0]
    assert list(drawn.data[1].y) == ["a"]
    assert drawn.layout.xaxis.type is None
    far = [*timings, Timing("c", "CPU", 1.0, 0, 9)]
    assert timing_bars(far).layout.xaxis.type == "log"
