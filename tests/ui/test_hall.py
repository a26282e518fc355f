"""What a hall shares: computed once a photo and network, and not kept without bound."""

import weakref
from dataclasses import replace

import pytest
import torch
from PIL import Image

from imgcls.data.pictures import picture_from_image
from imgcls.models.classify import Classifier, classify
from imgcls.models.registry import load
from imgcls.ui import hall as module
from imgcls.ui.hall import classify_photo, network_input


@pytest.fixture(scope="module")
def embedded() -> Classifier:
    return load()


def test_the_answer_to_a_photo_is_kept_but_not_the_photo(embedded, monkeypatch):
    monkeypatch.setattr(module, "kept_answers", weakref.WeakKeyDictionary())
    monkeypatch.setattr(module, "MOST_ANSWERS", 3)
    photos = [picture_from_image(Image.new("RGB", (40, 30), (shade, 90, 90)), "shade") for shade in range(5)]
    answers = [classify_photo(embedded, photo) for photo in photos]
    for photo, answer in zip(photos, answers, strict=True):
        assert torch.allclose(answer.logits, classify(embedded, photo.image).logits, atol=1e-5)
    assert len(module.kept_answers[embedded]) == 3
    same = picture_from_image(Image.new("RGB", (40, 30), (4, 90, 90)), "another name")
    assert classify_photo(embedded, same) is answers[4]
    assert classify_photo(embedded, photos[0]) is not answers[0]  # the oldest was given up
    seen = weakref.ref(photos[4])
    del photos, photo
    assert seen() is None
    own = replace(embedded, name="own")
    assert torch.equal(classify_photo(own, same).logits, answers[4].logits)
    gone = weakref.ref(own)
    del own
    assert gone() is None


def test_inputs_are_remembered_by_content_and_recipe_and_not_without_bound(embedded, monkeypatch):
    monkeypatch.setattr(module, "MOST_INPUTS", 4)
    white = picture_from_image(Image.new("RGB", (20, 20), "white"), "white")
    same_pixels = picture_from_image(Image.new("RGB", (20, 20), "white"), "another name")
    first = network_input(embedded, white)
    assert network_input(embedded, same_pixels) is first
    assert torch.equal(first, embedded.preprocess(white.image))
    for grey in range(10):
        network_input(embedded, picture_from_image(Image.new("RGB", (20, 20), (grey,) * 3), "grey"))
    assert len(module._inputs) == 4
    assert network_input(embedded, white) is not first
