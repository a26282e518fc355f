"""Occlusion against painting the photo itself, and against a network whose answer is known in closed form."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from imgcls.models.classify import Classifier, classify, classify_batch
from imgcls.models.occlusion import covered, occlude, patch_box
from imgcls.models.preprocess import Preprocess


class TopLeft(nn.Module):
    """Logit 0: four times the mean of the top left quarter's red; logit 1: nothing."""

    def forward(self, x: Tensor) -> Tensor:
        score = 4 * x[:, 0, : x.shape[2] // 2, : x.shape[3] // 2].mean(dim=(1, 2))
        return torch.stack([score, torch.zeros_like(score)], dim=1)


@pytest.fixture
def classifier() -> Classifier:
    preprocess = Preprocess(resize=20, crop=20, mean=(0.0,) * 3, std=(1.0,) * 3)
    return Classifier("corner", "Corner", TopLeft().eval(), preprocess, ("bright corner", "dark corner"))


@pytest.fixture
def white(classifier) -> Tensor:
    return classifier.preprocess(Image.new("RGB", (20, 20), "white"))


@pytest.mark.parametrize(
    ("x", "y", "size", "box"),
    [
        (0.5, 0.5, 0.5, (25, 25, 75, 75)),
        (0.1, 0.9, 0.2, (0, 80, 20, 100)),
        (0.0, 1.0, 0.5, (0, 75, 25, 100)),  # what sticks out is cut off
        (0.5, 0.5, 3.0, (0, 0, 100, 100)),
        (0.5, 0.5, 0.0, (50, 50, 50, 50)),
    ],
)
def test_patch_box(x, y, size, box):
    assert patch_box(100, x, y, size) == box


def test_covering_equals_painting_the_photo_grey(photographs, embedded):
    crop = embedded.preprocess.steps(photographs["chelsea"])[2].value
    # 224 x 224 would be enlarged to 256 again: look at the crop alone
    alone = Classifier("alone", "Alone", embedded.module, Preprocess(resize=224), embedded.labels, embedded.dog_indices)
    left, top, right, bottom = patch_box(224, 0.4, 0.3, 0.25)
    painted = np.array(crop)
    painted[top:bottom, left:right] = 128
    occluded = occlude(alone, alone.preprocess(crop), 0.4, 0.3, 0.25, fill=128 / 255)
    torch.testing.assert_close(occluded.logits, classify(alone, Image.fromarray(painted)).logits, atol=1e-5, rtol=0)
    assert (occluded.logits - classify(alone, crop).logits).abs().max() > 0.1


def test_the_answer_changes_only_by_what_is_covered(classifier, white):
    assert occlude(classifier, white, 0.75, 0.75, 0.5).logits.tolist() == pytest.approx([4.0, 0.0])
    # the whole quarter at half grey: the mean falls from 1 to 0.5
    assert occlude(classifier, white, 0.25, 0.25, 0.5).logits.tolist() == pytest.approx([2.0, 0.0])
    # a quarter of the quarter painted black: the mean falls to 0.75
    assert occlude(classifier, white, 0.125, 0.125, 0.25, fill=0.0).logits.tolist() == pytest.approx([3.0, 0.0])


def test_covering_many_places_at_once_changes_the_answer_only_where_the_network_looks(classifier, white):
    places = (0.25, 0.5, 0.75)
    copies = covered(classifier, white, [(x, y) for y in places for x in places], 0.5)
    assert copies.shape == (9, 3, 20, 20)
    logits = [float(each.logits[0]) for each in classify_batch(classifier, copies)]
    # half grey takes 2 of the 4 away where it hides the whole quarter, 1 where it hides a half of it, ...
    assert logits == pytest.approx([2, 3, 4, 3, 3.5, 4, 4, 4, 4], abs=1e-5)
    assert white.eq(1).all()  # the copies are painted, not the input


def test_covering_many_places_at_once_equals_occluding_place_by_place(photographs, embedded):
    inputs = embedded.preprocess(photographs["coffee"])
    centres = [(x, y) for y in (0.2, 0.8) for x in (0.2, 0.8)]
    copies = covered(embedded, inputs, centres, 0.4)
    together = classify_batch(embedded, copies)
    assert len(together) == 4
    for prediction, (x, y) in zip(together, centres, strict=True):
        alone = float(occlude(embedded, inputs, x, y, 0.4).probabilities[967])
        assert float(prediction.probabilities[967]) == pytest.approx(alone, abs=1e-4)
