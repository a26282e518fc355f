"""The chart of channel statistics shows the numbers it was given."""

import numpy as np

from imgcls.figures.channels import channel_statistics


def test_a_marker_stands_at_each_mean_and_its_line_is_one_spread_long() -> None:
    means, spreads = np.random.default_rng(0).random((2, 4, 3))
    drawn = channel_statistics(["all", "a", "b", "c"], means, spreads)
    assert [trace.name for trace in drawn.data] == ["red", "green", "blue"]
    assert len({trace.marker.symbol for trace in drawn.data}) == 3
    for channel, trace in enumerate(drawn.data):
        assert list(trace.x) == means[:, channel].tolist()
        assert list(trace.error_x.array) == spreads[:, channel].tolist()
    assert list(drawn.layout.yaxis.ticktext) == ["all", "a", "b", "c"]
