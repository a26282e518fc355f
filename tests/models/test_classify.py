"""Predictions: what is ranked, what is summed, and thirty threads at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from PIL import Image
from torch import nn

from imgcls.models.classify import (
    Classifier,
    Prediction,
    classify,
    classify_batch,
)
from imgcls.models.gradcam import grad_cam
from imgcls.models.preprocess import Preprocess
from imgcls.ops.softmax import softmax


@pytest.fixture
def prediction() -> Prediction:
    """Odds 1 : 2 : 3 : 4, the second and the fourth being dogs."""
    logits = torch.tensor([1.0, 2.0, 3.0, 4.0]).log()
    return Prediction(logits, softmax(logits), ("cup", "pug", "cat", "collie"), (1, 3))


def test_top_is_ranked_by_probability(prediction):
    first, second = prediction.top(2)
    assert (first.index, first.label, second.index, second.label) == (3, "collie", 2, "cat")
    assert (first.probability, second.probability) == pytest.approx((0.4, 0.3))
    assert first.share == pytest.approx(first.probability)
    assert first.logit == pytest.approx(1.386294, abs=1e-5)


def test_top_gives_all_where_there_are_fewer_than_k(prediction):
    assert [ranked.index for ranked in prediction.top(9)] == [3, 2, 1, 0]


def test_dog_is_the_sum_over_the_breeds(prediction):
    assert prediction.dog == pytest.approx(0.6)


def test_breeds_keep_their_probability_and_their_shares_sum_to_one(prediction):
    breeds = prediction.breeds(5)
    assert [breed.label for breed in breeds] == ["collie", "pug"]
    assert [breed.probability for breed in breeds] == pytest.approx([0.4, 0.2])
    assert [breed.share for breed in breeds] == pytest.approx([2 / 3, 1 / 3])


def test_breeds_have_shares_even_where_their_probabilities_underflow():
    logits = torch.tensor([500.0, 1.0, 1.0])
    breeds = Prediction(logits, softmax(logits), ("cup", "pug", "collie"), range(1, 3)).breeds(2)
    assert [breed.probability for breed in breeds] == [0.0, 0.0]
    assert [breed.share for breed in breeds] == pytest.approx([0.5, 0.5])


def test_without_breeds_there_is_no_dog(tiny):
    prediction = classify(tiny, Image.new("RGB", (20, 20), "red"))
    assert prediction.dog is None
    assert prediction.breeds(3) == ()


def test_classify_equals_the_network_and_torchs_softmax(tiny):
    image = Image.linear_gradient("L").convert("RGB")
    logits = tiny.module(tiny.preprocess(image))[0].float()
    prediction = classify(tiny, image)
    torch.testing.assert_close(prediction.logits, logits)
    torch.testing.assert_close(prediction.probabilities, torch.softmax(logits, 0))
    assert prediction.labels == ("red", "green", "blue")


def test_a_batch_gives_what_each_gives_alone(tiny):
    inputs = torch.rand(5, 3, 16, 16, generator=torch.Generator().manual_seed(3))
    batch = classify_batch(tiny, inputs)
    assert len(batch) == 5
    for one, prediction in zip(inputs, batch, strict=True):
        torch.testing.assert_close(prediction.logits, classify_batch(tiny, one[None])[0].logits)


def test_logits_can_be_differentiated_further(embedded):
    logits = classify(embedded, Image.new("RGB", (20, 20))).logits.requires_grad_()
    softmax(logits)[0].backward()
    assert logits.grad is not None


def test_classify_leaves_the_callers_grad_mode_alone(tiny):
    assert torch.is_grad_enabled()
    classify(tiny, Image.new("RGB", (20, 20)))
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()


def test_a_network_in_training_mode_is_refused():
    with pytest.raises(ValueError, match="training mode"):
        Classifier("net", "Net", nn.Linear(1, 1), Preprocess(), ("a",))


@pytest.mark.parametrize(
    ("name", "index", "dog"),
    [("chelsea", range(281, 286), False), ("coffee", (504, 967, 968, 969), False)],  # cats; mugs, espresso, cups
)
def test_the_embedded_network_names_what_is_on_the_photograph(name, index, dog, photographs, embedded):
    prediction = classify(embedded, photographs[name])
    assert prediction.top(1)[0].index in index
    assert (prediction.dog > 0.5) is dog


def test_threads_that_classify_and_explain_one_network_at_once_all_get_the_serial_answer(photographs, embedded):
    images = list(photographs.values())
    expected = [classify(embedded, image).logits for image in images]
    maps = [grad_cam(embedded, image, [281])[0].raw for image in images]

    def work(number: int) -> tuple[torch.Tensor, torch.Tensor]:
        image = images[number % 3]
        return classify(embedded, image).logits, grad_cam(embedded, image, [281])[0].raw

    with ThreadPoolExecutor(8) as pool:
        for number, (logits, raw) in enumerate(pool.map(work, range(12))):
            torch.testing.assert_close(logits, expected[number % 3], atol=1e-4, rtol=1e-4)
            torch.testing.assert_close(raw, maps[number % 3], atol=1e-4, rtol=1e-3)
