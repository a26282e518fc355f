"""Occlusion against painting the photo itself, and against a network whose answer is known in closed form."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from imgcls.data.pictures import picture_from_image
from imgcls.models import occlusion
from imgcls.models.classify import Classifier, classify
from imgcls.models.occlusion import network_input, occlude, occlusion_map, patch_box
from imgcls.models.preprocess import Preprocess


class TopLeft(nn.Module):
    """Logit 0: four times the mean of the top left quarter's red; logit 1: nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        self.batches.append(len(x))
        score = 4 * x[:, 0, : x.shape[2] // 2, : x.shape[3] // 2].mean(dim=(1, 2))
        return torch.stack([score, torch.zeros_like(score)], dim=1)


@pytest.fixture
def classifier() -> Classifier:
    preprocess = Preprocess(resize=20, crop=20, mean=(0.0,) * 3, std=(1.0,) * 3)
    return Classifier("corner", "Corner", TopLeft().eval(), preprocess, ("bright corner", "dark corner"))


@pytest.fixture
def white():
    return picture_from_image(Image.new("RGB", (20, 20), "white"), "white")


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
    picture = picture_from_image(crop, "crop")  # 224 x 224 would be enlarged to 256 again: look at the crop alone
    alone = Classifier("alone", "Alone", embedded.module, Preprocess(resize=224), embedded.labels, embedded.dog_indices)
    left, top, right, bottom = patch_box(224, 0.4, 0.3, 0.25)
    painted = np.array(crop)
    painted[top:bottom, left:right] = 128
    covered = occlude(alone, picture, 0.4, 0.3, 0.25, fill=128 / 255)
    torch.testing.assert_close(covered.logits, classify(alone, Image.fromarray(painted)).logits, atol=1e-5, rtol=0)
    assert (covered.logits - classify(alone, crop).logits).abs().max() > 0.1


def test_the_answer_changes_only_by_what_is_covered(classifier, white):
    assert occlude(classifier, white, 0.75, 0.75, 0.5).logits.tolist() == pytest.approx([4.0, 0.0])
    # the whole quarter at half grey: the mean falls from 1 to 0.5
    assert occlude(classifier, white, 0.25, 0.25, 0.5).logits.tolist() == pytest.approx([2.0, 0.0])
    # a quarter of the quarter painted black: the mean falls to 0.75
    assert occlude(classifier, white, 0.125, 0.125, 0.25, fill=0.0).logits.tolist() == pytest.approx([3.0, 0.0])


def test_the_map_drops_where_the_network_looks_and_nowhere_else(classifier, white):
    *_, last = occlusion_map(classifier, white, 0, size=0.5, stride=0.25)
    before, half, whole = (1 / (1 + np.exp(-logit)) for logit in (4.0, 3.0, 2.0))
    quarter = 1 / (1 + np.exp(-3.5))
    drops = [[whole, half, before], [half, quarter, before], [before] * 3]
    assert last.probability == pytest.approx(before)
    assert last.drops.flatten().tolist() == pytest.approx([before - p for row in drops for p in row], abs=1e-6)
    assert last.centres_x.tolist() == last.centres_y.tolist() == pytest.approx([0.25, 0.5, 0.75])


def test_the_map_equals_occluding_place_by_place(photographs, embedded):
    picture = picture_from_image(photographs["coffee"], "coffee")
    *_, last = occlusion_map(embedded, picture, 967, size=0.4, stride=0.6)
    assert last.drops.shape == (2, 2)
    for row, y in enumerate(last.centres_y.tolist()):
        for column, x in enumerate(last.centres_x.tolist()):
            covered = float(occlude(embedded, picture, x, y, 0.4).probabilities[967])
            assert float(last.drops[row, column]) == pytest.approx(last.probability - covered, abs=1e-4)


def test_rows_arrive_one_by_one_and_the_rest_is_not_computed(classifier, white):
    rows = occlusion_map(classifier, white, 0, size=0.2, stride=0.1)
    first = next(rows)
    assert first.done == pytest.approx(1 / 9)
    assert first.drops[0].isfinite().all()
    assert first.drops[1:].isnan().all()
    second = next(rows)
    assert first.drops[1].isnan().all()  # an earlier map does not change under the reader's eyes
    assert second.drops[1].isfinite().all()
    rows.close()
    assert classifier.module.batches == [1, 9, 9]


@pytest.mark.parametrize(
    ("size", "stride", "places"), [(0.2, 0.1, 9), (0.25, 0.25, 4), (0.3, 0.1, 8), (0.3, 0.2, 4), (1.0, 0.5, 1)]
)
def test_the_patch_stays_inside(size, stride, places, classifier, white):
    centres = next(occlusion_map(classifier, white, 0, size, stride)).centres_x
    assert len(centres) == places
    assert float(centres[-1]) + size / 2 <= 1 + 1e-6


@pytest.mark.parametrize(("size", "stride"), [(0, 0.1), (0.2, 0), (1.5, 0.1), (0.2, float("nan"))])
def test_impossible_patches_are_refused_at_once(size, stride, classifier, white):
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        occlusion_map(classifier, white, 0, size, stride)


def test_an_unknown_class_is_refused_at_once(classifier, white):
    with pytest.raises(ValueError, match="no class 2"):
        occlusion_map(classifier, white, 2)


def test_inputs_are_remembered_by_content_and_recipe_and_not_without_bound(classifier, white, monkeypatch):
    monkeypatch.setattr(occlusion, "_inputs", type(occlusion._inputs)())
    same_pixels = picture_from_image(Image.new("RGB", (20, 20), "white"), "another name")
    assert network_input(classifier, white) is network_input(classifier, same_pixels)
    for grey in range(100):
        other = picture_from_image(Image.new("RGB", (20, 20), (grey,) * 3), "grey")
        assert network_input(classifier, other)[0, 0, 0, 0] == pytest.approx(grey / 255)
    assert len(occlusion._inputs) == occlusion._KEPT_INPUTS
