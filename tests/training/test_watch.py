"""What snapshots measure, by hand; a run by a clock of its own."""

import numpy as np
import pytest
import torch
from torch import nn

from imgcls.models.small import SmallCNN, SmallConfig
from imgcls.training import loop
from imgcls.training.records import Step
from imgcls.training.trainer import train
from imgcls.training.watch import BINS, Clock, Pace, dead_share, histogram, look
from tests.training.toy import toy, toy_config


def test_a_histogram_counts_every_value_around_zero() -> None:
    result = histogram([torch.tensor([[-2.0, 0.1]]), torch.tensor([0.1, 1.9])])
    assert (result.low, result.high) == (-2, 2)
    assert result.counts.sum() == 4
    width = 4 / BINS
    assert result.counts[0] == 1
    assert result.counts[int((0.1 + 2) / width)] == 2
    assert result.counts[int((1.9 + 2) / width)] == 1


def test_a_histogram_of_nothing_or_of_no_numbers_is_none_and_zeros_have_one() -> None:
    assert histogram([]) is None
    assert histogram([torch.tensor([1.0, float("nan")])]) is None
    assert histogram([torch.zeros(5)]).counts.sum() == 5


def test_what_is_exactly_zero_is_counted_neither_above_nor_below() -> None:
    counts = histogram([torch.tensor([-1.0, 0.0, 0.0, 0.0, 1.0])]).counts
    assert counts[BINS // 2] == 3
    assert counts[: BINS // 2].sum() == counts[BINS // 2 + 1 :].sum() == 1


def test_units_are_dead_if_they_are_zero_everywhere_for_every_picture() -> None:
    output = torch.zeros(3, 4, 2, 2)
    output[1, 0, 1, 1] = 0.5
    output[2, 2] = 1.0
    assert dead_share(output) == 0.5
    assert dead_share(torch.tensor([[0.0, 1.0], [0.0, 0.0]])) == 0.5


def test_looking_waits_so_long_that_it_takes_its_share_of_time_only() -> None:
    pace = Pace(least=0, share=0.5)
    assert pace.due
    pace.took(60.0)
    assert not pace.due
    pace.took(0.0)
    assert pace.due


def test_pace_keeps_the_least_pause_between_two_looks() -> None:
    pace = Pace(least=60)
    pace.took(0.0)
    assert not pace.due


def first_kernels(config: SmallConfig) -> tuple[SmallCNN, np.ndarray]:
    module = SmallCNN(config)
    snapshot = look(module, torch.zeros(1, 3, config.size, config.size), None, 0, 0.0)
    with_kernels = [view for view in snapshot.layers if view.kernels is not None]
    assert len(with_kernels) == 1
    return module, with_kernels[0].kernels


def test_nodes_that_see_pixels_show_their_weights_as_pictures() -> None:
    module, kernels = first_kernels(SmallConfig(classes=3, size=8, channels=()))
    assert kernels.shape == (3, 3, 8, 8)
    weight = module.layers.logits.weight.detach().view(3, 3, 8, 8)
    torch.testing.assert_close(torch.from_numpy(kernels).float(), weight, atol=1e-3, rtol=1e-2)


def test_kernels_of_a_convolution_are_shown_as_they_are_and_no_other_layers() -> None:
    module, kernels = first_kernels(SmallConfig(classes=3, size=16, channels=(4,), dense=(5,)))
    torch.testing.assert_close(
        torch.from_numpy(kernels).float(), module.layers.conv1_1.weight.detach(), atol=1e-3, rtol=1e-2
    )


def test_weights_of_a_head_on_features_are_laid_out_nearly_square() -> None:
    head = nn.Linear(1280, 2)
    view = look(head, torch.zeros(1, 1280), None, 0, 0.0).layers[0]
    assert view.kernels.shape == (2, 1, 32, 40)
    np.testing.assert_allclose(view.kernels.reshape(2, -1), head.weight.detach().numpy(), atol=1e-3)


def test_the_rate_of_a_run_that_seconds_end_follows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ticking(Clock):
        """The same time for each step, however long a busy machine takes for one."""

        @property
        def seconds(self) -> float:
            self.spent += 0.001
            return self.spent

    monkeypatch.setattr(loop, "Clock", Ticking)
    monkeypatch.setattr(loop, "STEP_SECONDS", 0.0)  # records at every step
    *records, finished = train(toy_config(epochs=100_000, seconds=0.3, schedule="cosine"), dataset=toy())
    rates = [record.lr for record in records if isinstance(record, Step)]
    assert finished.reason == "seconds"
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 0.0001 < 0.009 < rates[0]
