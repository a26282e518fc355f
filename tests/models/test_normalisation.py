"""Right and wrong normalisation: what a network takes the photo for, and how often its answer stays the same."""

from functools import cache

import pytest
import torch

from imgcls.data.samples import SAMPLES, load_sample
from imgcls.models.classify import Classifier, classify
from imgcls.models.normalisation import Agreement, agreement, scaled, seen_with, top_answers
from imgcls.models.registry import load
from imgcls.ops.tensors import IMAGENET

OWN = ((0.5,) * 3, (0.5,) * 3)
WRONG = {"ImageNet's": IMAGENET, "0 to 1": ((0.0,) * 3, (1.0,) * 3), "0 to 255": ((0.0,) * 3, (1 / 255,) * 3)}


@cache
def answers(mean: tuple[float, ...], std: tuple[float, ...]) -> torch.Tensor:
    shown = [scaled(load(), load_sample(slug).image) for slug in SAMPLES if not slug.startswith("small-")]
    return top_answers(load(), shown, lambda _: (mean, std))


def test_its_own_normalisation_gives_the_photo_and_the_ordinary_answer(embedded: Classifier, photographs: dict) -> None:
    cat = photographs["chelsea"]
    seen = seen_with(embedded, scaled(embedded, cat), *OWN)
    torch.testing.assert_close(seen.prediction.logits, classify(embedded, cat).logits)
    torch.testing.assert_close(seen.looks_like, embedded.preprocess.steps(cat)[3].value, atol=1e-5, rtol=0)
    assert seen.beyond == 0


def test_a_darker_normalisation_is_a_darker_photo(embedded: Classifier, photographs: dict) -> None:
    cat = photographs["chelsea"]
    pixels = scaled(embedded, cat)
    torch.testing.assert_close(pixels, embedded.preprocess.steps(cat)[3].value)
    seen = seen_with(embedded, pixels, (0.7,) * 3, (0.5,) * 3)
    torch.testing.assert_close(seen.looks_like, (pixels - 0.2).clamp(0, 1), atol=1e-5, rtol=0)
    assert seen.beyond == pytest.approx(float((pixels < 0.2 - 1e-6).float().mean()), abs=1e-4)
    undivided = seen_with(embedded, pixels, *WRONG["0 to 255"])
    assert undivided.beyond > 0.99
    assert float(undivided.looks_like.mean()) > 0.99, "all white"


def test_a_near_normalisation_costs_some_answers_and_bytes_cost_nearly_all() -> None:
    own = answers(*OWN)
    found = {name: agreement(own, answers(*numbers)) for name, numbers in WRONG.items()}
    assert agreement(own, own).kept == len(own) == 15
    assert len(own) / 2 < found["ImageNet's"].kept < len(own)
    assert len(own) / 2 < found["0 to 1"].kept < len(own)
    assert found["0 to 255"].kept <= len(own) / 5


def test_agreement_counts_equal_indices() -> None:
    own, other = (torch.tensor(rows) for rows in ([[1, 0.5], [2, 0.9], [3, 0.2]], [[1, 0.7], [4, 0.3], [3, 0.5]]))
    assert agreement(own, other) == Agreement(3, 2, pytest.approx(0.5))
