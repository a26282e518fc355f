"""The network that answers while a hand moves says what the network itself says."""

import pytest
import torch
from torch import nn

from imgcls.data.samples import load_sample
from imgcls.models.classify import Classifier, classify_batch
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
