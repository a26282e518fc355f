"""The figure of the lesson on tensors shows the times it was given."""

from imgcls.figures.timings import timing_bars
from imgcls.ops.timing import Timing


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
