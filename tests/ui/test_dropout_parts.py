import numpy as np
import pytest

from imgcls.training.experiments import RaceEpoch
from imgcls.ui.dropout.photo_parts import CROSS, GROUND, maps_sheet
from imgcls.ui.dropout.race_part import race_verdict


def test_dropped_maps_alone_are_crossed_out_though_others_may_be_empty() -> None:
    maps = np.zeros((3, 40, 40), np.float32)
    maps[2] = 1
    sheet = maps_sheet(maps, [False, True, False], 1.0, columns=3, gap=2)
    empty, dropped, full = (sheet[:, 42 * i : 42 * i + 40] for i in range(3))
    assert len(np.unique(empty.reshape(-1, 3), axis=0)) == len(np.unique(full.reshape(-1, 3), axis=0)) == 1
    assert (dropped[[0, 20, 39, 0], [0, 20, 39, 39]] == CROSS).all()
    assert (dropped[0, 20] == empty[0, 20]).all()
    assert len(np.unique(dropped)) > 3, "the edges of the cross are smooth"


def test_a_row_of_eight_leaves_no_cell_over_for_thirty_two_maps() -> None:
    sheet = maps_sheet(np.zeros((32, 10, 10), np.float32), [False] * 32, 1.0)
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
