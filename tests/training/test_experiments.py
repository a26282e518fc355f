import itertools
from collections.abc import Iterator

import pytest
import torch

from imgcls.data.drawn import tiny_breeds
from imgcls.jobs.inbox import Inbox
from imgcls.models.small import SmallCNN, SmallConfig
from imgcls.training.experiments import (
    BREEDS,
    EASY,
    SIDE,
    Contestant,
    RaceEpoch,
    drawn_breeds,
    dropout_network,
    dropout_race,
    on_the_way,
    pixel_permutation,
    race,
    shuffle_pixels,
    shuffle_race,
    wrong_labels,
)


@pytest.fixture(scope="module", autouse=True)
def few_drawings() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("imgcls.training.experiments.VALIDATION", 3)
        yield


def small_race(seed: int = 0, epochs: int = 2) -> list[RaceEpoch]:
    return list(shuffle_race(per_breed=2, epochs=epochs, seed=seed))


def test_the_breeds_are_dogs_only() -> None:
    assert set(tiny_breeds.BREEDS) == set(BREEDS)
    assert tiny_breeds.CAT not in BREEDS


def test_the_same_number_of_every_breed_is_drawn_with_pixels_from_minus_one_to_one() -> None:
    inputs, labels = drawn_breeds(2, 0)
    assert inputs.shape == (2 * len(BREEDS), 3, SIDE, SIDE)
    assert -1 <= inputs.min() < -0.5
    assert 0.5 < inputs.max() <= 1
    assert labels.bincount().tolist() == [2] * len(BREEDS)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_permutation_uses_every_place_once(seed: int) -> None:
    order = pixel_permutation(seed)
    assert order.sort().values.equal(torch.arange(SIDE * SIDE))
    assert not order.equal(torch.arange(SIDE * SIDE))
    assert order.equal(pixel_permutation(seed))
    assert not order.equal(pixel_permutation(seed + 1))


def test_shuffling_keeps_the_channels_of_a_place_together_and_can_be_undone() -> None:
    inputs = torch.arange(2 * 3 * 16.0).view(2, 3, 4, 4)
    order = pixel_permutation(3, 4)
    shuffled = shuffle_pixels(inputs, order)
    for picture, mixed in zip(inputs.flatten(2), shuffled.flatten(2), strict=True):
        colours = {tuple(colour.tolist()) for colour in picture.T}
        assert {tuple(colour.tolist()) for colour in mixed.T} == colours
    assert shuffle_pixels(shuffled, order.argsort()).equal(inputs)


def test_on_its_way_a_permutation_moves_ever_more_places_and_loses_none() -> None:
    order, last = pixel_permutation(5), -1
    assert on_the_way(order, 0).equal(torch.arange(SIDE * SIDE))
    assert on_the_way(order, 1).equal(order)
    for share in (0.1, 0.4, 0.8):
        between = on_the_way(order, share)
        assert between.sort().values.equal(torch.arange(SIDE * SIDE))
        there = int((between == order).sum())
        assert there >= max(round(share * SIDE * SIDE), last)
        last = there


def test_every_picture_is_shuffled_in_the_same_way() -> None:
    inputs = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)).repeat(4, 1, 1, 1)
    assert shuffle_pixels(inputs, pixel_permutation(0, 8)).unique(dim=0).shape[0] == 1


def test_records_count_the_epochs_from_before_the_first_step() -> None:
    records = small_race()
    assert [(each.epoch, each.of) for each in records] == [(0, 2), (1, 2), (2, 2)]
    assert all(a.seconds <= b.seconds for a, b in itertools.pairwise(records))
    for each in records:
        assert list(each.val_accuracy) == ["dense", "dense, shuffled", "CNN", "CNN, shuffled"]
        for accuracies in (each.train_accuracy, each.val_accuracy):
            assert all(0 <= accuracy <= 1 for accuracy in accuracies.values())
        assert all(loss > 0 for losses in (each.train_loss, each.val_loss) for loss in losses.values())
    assert records[-1].train_loss["dense"] < records[0].train_loss["dense"]


def test_the_seed_decides_everything_and_the_global_generator_is_left_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first, again, other = (small_race(seed, epochs=1) for seed in (1, 1, 2))
    assert torch.rand(1).equal(expected)
    assert [each.val_loss for each in first] == [each.val_loss for each in again]
    assert first[-1].val_loss != other[-1].val_loss


def test_with_and_without_dropout_start_from_the_same_weights() -> None:
    start = next(dropout_race(p=0.5, per_breed=1, epochs=0))
    assert start.val_loss["with dropout"] == start.val_loss["without dropout"]
    with pytest.raises(ValueError, match="Dropout drops a share"):
        next(dropout_race(p=1.0, per_breed=1, epochs=0))


def test_a_dense_network_with_permuted_weights_trains_on_shuffled_pixels_exactly_alike() -> None:
    """What the race shows in the mean: order means nothing to a dense layer."""
    order = pixel_permutation(0)
    train = drawn_breeds(3, 0)
    config = SmallConfig(len(BREEDS), SIDE, channels=(), dense=(8,))
    plain, permuted = SmallCNN(config, 0), SmallCNN(config, 0)
    first = permuted.layers.dense1.weight
    with torch.no_grad():
        first.copy_(shuffle_pixels(first.view(-1, 3, SIDE, SIDE), order).flatten(1))
    shuffled = shuffle_pixels(train[0], order), train[1]
    contestants = {"plain": Contestant(plain, train, train), "shuffled": Contestant(permuted, shuffled, shuffled)}
    for each in race(contestants, epochs=2, rate=1e-3, seed=0):
        assert each.val_loss["plain"] == pytest.approx(each.val_loss["shuffled"], rel=1e-3)


def test_a_cancelled_race_ends_in_the_middle_of_an_epoch() -> None:
    inbox = Inbox()
    records = shuffle_race(per_breed=8, epochs=50, inbox=inbox)
    assert next(records).epoch == 0
    inbox.cancel()
    assert list(records) == []


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_wrong_label_is_always_that_of_another_breed(share: float) -> None:
    labels = torch.arange(len(BREEDS)).repeat_interleave(20)
    found = wrong_labels(labels, share, 3)
    assert int((found != labels).sum()) == round(share * len(labels))
    assert set(found.tolist()) <= set(range(len(BREEDS)))
    assert found.equal(wrong_labels(labels, share, 3))


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_no_other_share_of_labels_can_be_wrong(share: float) -> None:
    with pytest.raises(ValueError, match="can be wrong"):
        wrong_labels(torch.arange(6), share, 0)


def test_with_wrong_labels_dropout_wins_in_accuracy_on_average_over_seeds() -> None:
    """What the page lets everybody find out: the network without dropout learns the wrong labels, too."""
    gains, learned = [], []
    for seed in (0, 1, 2):
        inputs, labels = drawn_breeds(20, seed, EASY)
        train, val = (inputs, wrong_labels(labels, 0.3, seed)), drawn_breeds(40, seed + 1000, EASY)
        both = {str(p): Contestant(dropout_network(p, seed), train, val) for p in (0.0, 0.5)}
        *_, last = race(both, 25, 2e-3, seed, every=25)  # looking at every epoch takes as long as training
        gains.append(last.val_accuracy["0.5"] - last.val_accuracy["0.0"])
        learned.append(last.train_accuracy["0.0"] - last.train_accuracy["0.5"])
    assert sum(gains) / 3 > 0.015
    assert min(learned) > 0.02
