"""The search for the smallest change as a job, and the picture to take home."""

import io

import numpy as np
import torch
from PIL import Image

from imgcls.data.samples import load_sample
from imgcls.figures.cards import SIDE, as_png, card
from imgcls.models.adversarial import as_pixels, predict
from imgcls.training.fooling import Fooled, Shown, fool
from imgcls.training.picture_work import Working
from imgcls.training.trained import tinyvgg


def test_the_job_ends_with_a_picture_that_fools_the_network_also_after_it_was_saved() -> None:
    network = tinyvgg()
    pixels = as_pixels(network, network.preprocess(load_sample("small-poodle").image))
    target = predict(network, pixels).top(2)[1].index
    shown = Shown("digest", pixels.permute(1, 2, 0).contiguous().numpy())
    *before, found = fool("tinyvgg", shown, target, "noise")
    assert isinstance(found, Fooled) and found.won
    assert all(isinstance(each, Working) for each in before) and len(before) == found.looks
    saved = np.asarray(Image.open(io.BytesIO(as_png(found.picture))))
    assert np.array_equal(saved, found.picture)
    said = predict(network, torch.from_numpy(saved.copy()).permute(2, 0, 1))
    assert int(said.logits.argmax()) == target
    assert np.abs(saved.astype(int) - shown.values).max() == found.levels


def test_pictures_of_other_photos_are_other_settings() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    assert repr(Shown("a", picture)) != repr(Shown("b", picture))
    assert len(repr(Shown("a", np.zeros((224, 224, 3), np.uint8)))) < 100


def test_a_card_shows_both_pictures_enlarged_pixel_by_pixel() -> None:
    one, other = np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 200, np.uint8)
    sheet = np.asarray(Image.open(io.BytesIO(card([one, other], [["a", "50%"], ["b" * 200, "60%"]], "foot"))))
    left, right = sheet[16 : 16 + SIDE, 16 : 16 + SIDE], sheet[16 : 16 + SIDE, 32 + SIDE : 32 + 2 * SIDE]
    assert (left == 0).all() and (right == 200).all()
    assert (sheet[SIDE + 32 :] < 128).any(), "there is text below them"
