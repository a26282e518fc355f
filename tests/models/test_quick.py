"""The network that answers while a hand moves says what the network itself says."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn

from imgcls.data.samples import load_sample
from imgcls.models.classify import Classifier, classify_batch
from imgcls.models.efficientnet_lite import SamePaddingConv2d
from imgcls.models.fused import Fused, fused
from imgcls.models.passes import predict_with_others
from imgcls.models.preprocess import Preprocess
from imgcls.models.quick import quick
from imgcls.models.registry import load
from imgcls.training.trained import tinyvgg


@pytest.mark.parametrize("network", [load, tinyvgg, lambda: load("small-resnet")])
def test_the_quick_network_gives_the_same_logits_and_leaves_the_network_as_it_was(network) -> None:
    classifier = network()
    inputs = torch.cat([classifier.preprocess(load_sample(slug).image) for slug in ("cat", "drawn-husky")])
    before = {name: each.clone() for name, each in classifier.module.state_dict().items()}
    for own, other in zip(classify_batch(classifier, inputs), classify_batch(quick(classifier), inputs), strict=True):
        torch.testing.assert_close(own.logits, other.logits, atol=1e-4, rtol=1e-4)
        assert own.logits.argmax() == other.logits.argmax()
    after = classifier.module.state_dict()
    assert all(torch.equal(each, after[name]) for name, each in before.items())
    assert quick(classifier) is quick(classifier)


def test_batch_norm_becomes_a_scale_and_a_shift_by_hand() -> None:
    norm = nn.BatchNorm2d(1, eps=0.0)
    norm.running_mean[:], norm.running_var[:], norm.weight.data[:], norm.bias.data[:] = 3.0, 4.0, 6.0, 5.0
    convolution = nn.Conv2d(1, 1, 1)
    convolution.weight.data[:], convolution.bias.data[:] = 2.0, 1.0
    classifier = Classifier("hand", "By hand", nn.Sequential(convolution, norm).eval(), Preprocess(8, 8), ["one"])
    folded, nothing = quick(classifier).module
    assert isinstance(nothing, nn.Identity)
    assert folded.weight.item() == 6.0  # 2 · 6 / √4
    assert folded.bias.item() == -1.0  # (1 − 3) · 6 / √4 + 5


needs_onednn = pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this torch is built without oneDNN")


@needs_onednn
def test_what_stands_behind_a_convolution_is_done_by_it() -> None:
    """A kernel of any stride and padding, TensorFlow's included, with ReLU, ReLU6, or nothing; odd and even sides."""
    torch.manual_seed(0)
    for side in (12, 13):
        inputs = torch.randn(1, 3, side, side)
        network = nn.Sequential(
            nn.Sequential(SamePaddingConv2d(3, 8, 3, 2), nn.Identity(), nn.ReLU6()),
            nn.Sequential(SamePaddingConv2d(8, 8, 5, 2, groups=8), nn.ReLU()),
            nn.Sequential(nn.Conv2d(8, 4, 3, padding=1), nn.Tanh()),
        ).eval()  # fmt: skip
        made = fused(network, inputs)
        assert made is not None
        assert sum(isinstance(each, Fused) for each in made.modules()) == 3
        assert not any(isinstance(each, nn.ReLU | nn.ReLU6) for each in made.modules())
        with torch.no_grad():
            for each in (inputs, -inputs, torch.randn(3, 3, side, side)):
                torch.testing.assert_close(made(each), network(each), atol=1e-5, rtol=1e-5)


@needs_onednn
def test_the_embedded_network_is_fused_and_its_answers_to_several_stay_right() -> None:
    classifier = quick(load())
    assert sum(isinstance(each, Fused) for each in classifier.module.modules()) == 49
    pictures = [load().preprocess(load_sample(slug).image) for slug in ("cat", "drawn-husky")] * 3
    with ThreadPoolExecutor(len(pictures)) as pool:
        found = list(pool.map(lambda picture: predict_with_others(classifier, picture), pictures))
    for picture, prediction in zip(pictures, found, strict=True):
        right = classify_batch(load(), picture)[0].logits
        torch.testing.assert_close(prediction.logits, right, atol=1e-4, rtol=1e-4)


def test_without_the_operators_the_folded_network_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    network = nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())).eval()

    def missing(*_: object) -> None:
        raise AttributeError("_reorder_convolution_weight")

    monkeypatch.setattr("imgcls.models.fused.Fused.__init__", missing)
    assert fused(network, torch.zeros(1, 3, 8, 8)) is None
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 8, 8)).shape == (1, 4, 6, 6)
