import numpy as np

from imgcls.ui.dropout.photo_parts import maps_sheet


def test_dropped_maps_alone_are_crossed_out_though_others_may_be_empty() -> None:
    maps = np.zeros((3, 8, 8), np.float32)
    maps[2] = 1
    sheet = maps_sheet(maps, [False, True, False], 1.0, columns=3, gap=2)
    empty, dropped, full = (sheet[:, 10 * i : 10 * i + 8] for i in range(3))
    assert len(np.unique(empty.reshape(-1, 3), axis=0)) == len(np.unique(full.reshape(-1, 3), axis=0)) == 1
    assert len(np.unique(dropped.reshape(-1, 3), axis=0)) == 2
    assert (dropped[0, 0] == dropped[7, 0]).all() and (dropped[0, 0] == dropped[7, 7]).all()
