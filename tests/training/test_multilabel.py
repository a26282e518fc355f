"""Several labels at once: the shipped network on scenes that it never saw, and the loss that it learned by."""

import json
import math

import numpy as np
import pytest
import torch

from imgcls.data.drawn.scenes import THINGS, draw_scene, scene
from imgcls.training.multilabel import CONFIG, FOLDER, Labels, labels_of, network, prepared, right, scenes, train

NEW = 9000  # beyond all that were trained on or validated with


def test_a_scene_follows_from_its_number_and_shows_what_it_says() -> None:
    picture, _there = scene(3)
    assert picture.shape == (64, 64, 3) and picture.dtype == np.uint8
    assert np.array_equal(scene(3)[0], picture)
    for place in range(len(THINGS)):  # with a thing and without it: another picture
        only = np.arange(len(THINGS)) == place
        empty = draw_scene(np.zeros(len(THINGS), bool), np.random.default_rng(1))
        assert (np.abs(draw_scene(only, np.random.default_rng(1)).astype(int) - empty).mean(2) > 40).sum() > 20


def test_each_label_is_right_on_new_scenes_as_often_as_the_figures_say() -> None:
    pictures, truth = scenes(NEW, 200)
    shares = right(network(), prepared(pictures), truth)
    figures = json.loads((FOLDER / "figures.json").read_text())
    assert list(figures) == list(THINGS)
    assert all(share > 0.95 for share in figures.values())
    for share, told in zip(shares.tolist(), figures.values(), strict=True):
        assert share == pytest.approx(told, abs=0.04)


def test_two_labels_pass_a_half_at_once_where_two_things_are_and_softmax_never_lets_them() -> None:
    several = [number for number in range(NEW, NEW + 60) if scene(number)[1].sum() >= 2]
    said = [labels_of(scene(number)[0]) for number in several]
    assert sum(int((each.probabilities > 0.5).sum()) >= 2 for each in said) > 0.9 * len(several)
    assert all(int((each.logits.softmax(0) > 0.5).sum()) <= 1 for each in said)


def test_a_probability_is_the_sigmoid_of_its_own_logit() -> None:
    assert Labels(torch.tensor([0.0, math.log(3), -math.log(4)])).probabilities.tolist() == pytest.approx(
        [0.5, 0.75, 0.2]
    )


def test_training_lowers_the_loss_of_every_label() -> None:
    from imgcls.models.small import SmallCNN

    torch.manual_seed(0)
    module = SmallCNN(CONFIG)
    pictures, targets = scenes(0, 64)
    inputs = prepared(pictures)
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    before = [loss(module(inputs)[:, place], targets[:, place]).item() for place in range(len(THINGS))]
    assert list(train(module, inputs, targets, 6, torch.Generator().manual_seed(0))) == [1, 2, 3, 4, 5, 6]
    after = [loss(module(inputs)[:, place], targets[:, place]).item() for place in range(len(THINGS))]
    assert sum(after) < sum(before)
