"""The figure of the lesson on tensors shows the times it was given."""

from imgcls.figures.timings import cost_bars, timing_bars
from imgcls.ops.activation_cost import Cost
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


def test_a_bar_of_costs_is_its_forward_and_its_backward_pass_with_their_sum_written_at_its_end() -> None:
    costs = [Cost("convolution", "Convolution", 0.01, 0.03, 5), Cost("relu", "ReLU", 0.0005, 0.001, 5)]
    forward, backward = cost_bars(costs).data
    assert [*forward.y] == [*backward.y] == ["Convolution", "ReLU"]
    assert ([*forward.x], [*backward.x]) == ([10, 0.5], [30, 1])
    assert [*backward.text] == ["40 ms", "1.5 ms"]
    assert forward.marker.pattern.shape != backward.marker.pattern.shape, "not told apart by colour alone"
