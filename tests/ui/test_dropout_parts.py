import json
import math

import numpy as np
import pytest
import torch

from imgcls.numbers import fixed, percent
from imgcls.ops.dropout import ManyPasses, many_passes
from imgcls.training.experiments import RaceEpoch
from imgcls.ui.dropout.photo_parts import CROSS, GROUND, maps_sheet
from imgcls.ui.dropout.race_part import race_verdict
from imgcls.ui.dropout.running_means import running_means


def test_dropped_maps_alone_are_crossed_out_though_others_may_be_empty() -> None:
    maps = torch.zeros(3, 40, 40)
    maps[2] = 1
    sheet = maps_sheet(maps, [False, True, False], 1.0, columns=3, gap=2)
    empty, dropped, full = (sheet[:, 42 * i : 42 * i + 40] for i in range(3))
    assert len(np.unique(empty.reshape(-1, 3), axis=0)) == len(np.unique(full.reshape(-1, 3), axis=0)) == 1
    assert (dropped[[0, 20, 39, 0], [0, 20, 39, 39]] == CROSS).all()
    assert (dropped[0, 20] == empty[0, 20]).all()
    assert len(np.unique(dropped)) > 3, "the edges of the cross are smooth"


def test_a_row_of_eight_leaves_no_cell_over_for_thirty_two_maps() -> None:
    sheet = maps_sheet(torch.zeros(32, 10, 10), [False] * 32, 1.0)
    assert sheet.shape == (4 * 16 - 6, 8 * 16 - 6, 3)
    cells = sheet.reshape(-1, 3)
    assert (cells == GROUND).all(1).sum() == sheet.shape[0] * sheet.shape[1] - 32 * 100


@pytest.mark.parametrize(
    ("without", "dropped", "said"),
    [(0.6, 0.66, "**6 points more**"), (0.66, 0.6, "**6 points fewer**"), (0.6, 0.602, "**the same**")],
)
def test_the_verdict_says_who_is_ahead_in_accuracy_whoever_it_is(without: float, dropped: float, said: str) -> None:
    names = ("without dropout", "with dropout")
    loss = dict.fromkeys(names, 1.0)
    verdict = race_verdict(RaceEpoch(3, 25, 1.0, loss, loss, loss, dict(zip(names, (without, dropped), strict=True))))
    assert said in verdict
    assert "is **0.00** without and **0.00** with dropout" in verdict


@pytest.fixture(scope="module")
def passes() -> ManyPasses:
    generator = torch.Generator().manual_seed(0)
    x, weights = torch.rand(50, generator=generator), torch.randn(3, 50, generator=generator)
    return many_passes(x, weights, torch.zeros(3), 1, 0.5, 200, generator)


def heights(chart: dict, shares: list[float]) -> list[float]:
    """The numbers at these shares of the height, read from the labels of the axis."""
    (low_at, low), *_, (high_at, high) = [
        (at, float(label.replace("−", "-").rstrip("%"))) for at, label in chart["yticks"]
    ]
    return [low + (share - low_at) / (high_at - low_at) * (high - low) for share in shares]


def test_running_means_and_their_band_stand_at_their_values(passes: ManyPasses) -> None:
    logit, chance = running_means(passes, "pug", readings=True)
    for chart, means, exact, unit in (
        (logit, passes.means, passes.exact, 1), (chance, passes.chance_means, passes.exact_chance, 100)
    ):  # fmt: skip
        lines = {line["kind"]: line["runs"][0] for line in chart["lines"]}
        low, high = heights(chart, [0.0, 1.0])
        close = {"abs": 0.001 * (high - low)}
        drawn = heights(chart, [y for _, y in lines["mean"]])
        assert drawn == pytest.approx([unit * float(mean) for mean in means], **close)
        assert heights(chart, [y for _, y in lines["exact"]]) == pytest.approx([unit * exact] * 2, **close)
        assert all(0 <= at <= 1 for at, _ in (*chart["xticks"], *chart["yticks"]))
    edge = heights(logit, [y for _, y in logit["bands"][0]["edge"]])
    low, high = edge[199], edge[200]
    assert (high - low) / 2 == pytest.approx(2 * passes.spread / math.sqrt(200), rel=0.05)
    assert "bands" not in chance


def test_every_place_of_the_running_means_is_read_but_not_while_a_hand_drags(passes: ManyPasses) -> None:
    logit, chance = running_means(passes, "pug", readings=True)
    assert [len(chart["readings"]["texts"]) for chart in (logit, chance)] == [200, 200]
    assert logit["readings"]["texts"][0].startswith(f"n = 1: mean {fixed(float(passes.outputs[0]), 2)}, ")
    half = fixed(2 * passes.spread / math.sqrt(200), 2)
    assert logit["readings"]["texts"][-1].endswith(f"without dropout {fixed(passes.exact, 2)} ± {half}")
    assert percent(float(passes.chance_means[-1])) in chance["readings"]["texts"][-1]
    assert [chart["alt"] for chart in (logit, chance)] == [chart["alt"] for chart in running_means(
        passes, "pug", readings=False)]  # fmt: skip
    moved = running_means(passes, "pug", readings=False)
    assert not any("readings" in chart for chart in moved)
    json.dumps([logit, chance, *moved], allow_nan=False)
