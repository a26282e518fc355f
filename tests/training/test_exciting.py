"""The job that grows a picture for a channel says how far it is, keeps what it found, and reads it the next time."""

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from imgcls.data.samples import SAMPLES, load_sample
from imgcls.models.classify import Classifier
from imgcls.models.excite import EVERY, STEPS, piece_of
from imgcls.models.graph import graph_of
from imgcls.training import exciting
from imgcls.training.exciting import PIECES, Excited, Growing, excite
from imgcls.training.picture_work import Working
from imgcls.training.trained import tinyvgg

STEP, CHANNEL = 4, 3  # relu1_2


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path))
    return tmp_path / "excited"


def test_pictures_grow_and_the_best_pieces_of_all_samples_follow() -> None:
    *told, found = excite("tinyvgg", STEP, CHANNEL)
    growing = [each for each in told if isinstance(each, Growing)]
    assert [each.done for each in growing] == list(range(0, STEPS + 1, EVERY))
    assert growing[-1].share == 1
    assert np.array_equal(growing[-1].picture, found.picture)
    assert growing[-1].value == found.value
    assert all(isinstance(each, Working) for each in told)
    graph = graph_of(tinyvgg())
    values = {slug: piece_of(graph, STEP, CHANNEL, load_sample(slug).image).value for slug in SAMPLES}
    best = sorted(values, key=values.get, reverse=True)[:PIECES]
    assert [slug for slug, _ in found.pieces] == best
    assert [piece.value for _, piece in found.pieces] == [values[slug] for slug in best]


def test_what_was_found_is_read_the_next_time_also_for_the_map_behind_the_pooling(folder: Path) -> None:
    *_, found = excite("tinyvgg", STEP, CHANNEL)
    assert len(list(folder.glob("*.npz"))) == 1
    for step in (STEP - 1, STEP, STEP + 1):  # the convolution, its ReLU, and the pooling
        (kept,) = excite("tinyvgg", step, CHANNEL)
        assert isinstance(kept, Excited)
        assert np.array_equal(kept.picture, found.picture)
        assert kept.value == found.value
        for (slug, piece), (kept_slug, kept_piece) in zip(found.pieces, kept.pieces, strict=True):
            assert (slug, piece.value) == (kept_slug, kept_piece.value)
            assert np.array_equal(piece.picture, kept_piece.picture)


def test_other_channels_and_other_weights_are_other_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    list(excite("tinyvgg", STEP, CHANNEL))
    assert len(list(excite("tinyvgg", STEP, CHANNEL + 1))) > 1
    module = copy.deepcopy(tinyvgg().module)
    with torch.no_grad():
        module.layers[-1].bias[0] += 1e-3  # trained on
    network = replace(tinyvgg(), module=module)
    monkeypatch.setattr(exciting, "network_named", lambda name: network)
    assert len(list(excite("tinyvgg", STEP, CHANNEL))) > 1, "the name is the same, the numbers are not"
    assert len(list(folder.glob("*.npz"))) == 3


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nonsense", b"\x00" * 100])
def test_a_damaged_file_is_made_anew(folder: Path, damage: bytes) -> None:
    *_, found = excite("tinyvgg", STEP, CHANNEL)
    (file,) = folder.glob("*.npz")
    file.write_bytes(damage)
    *told, again = excite("tinyvgg", STEP, CHANNEL)
    assert told
    assert np.array_equal(again.picture, found.picture)
    assert len(list(excite("tinyvgg", STEP, CHANNEL))) == 1


def test_a_map_that_does_not_exist_is_refused_in_a_sentence() -> None:
    for step, channel in ((0, 0), (STEP, 10), (99, 0)):
        with pytest.raises(ValueError, match="There is no such"):
            list(excite("tinyvgg", step, channel))


def test_the_gradient_leaves_no_trace_in_the_network() -> None:
    network: Classifier = tinyvgg()
    before = {name: each.clone() for name, each in network.module.state_dict().items()}
    list(excite("tinyvgg", STEP, CHANNEL))
    assert all(torch.equal(before[name], each) for name, each in network.module.state_dict().items())
    assert all(parameter.grad is None for parameter in network.module.parameters())
