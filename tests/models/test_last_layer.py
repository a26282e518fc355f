import dataclasses

import pytest
import torch
from PIL import Image
from torch import nn

from imgcls.models.classify import classify
from imgcls.models.last_layer import last_layer
from imgcls.models.registry import load


def test_features_times_weights_are_the_networks_logits() -> None:
    image = Image.effect_noise((300, 260), 60).convert("RGB")
    layer = last_layer(load(), image)
    assert layer.features.shape == (1280,)
    torch.testing.assert_close(layer.logits(layer.features), classify(load(), image).logits, rtol=1e-4, atol=1e-4)


def test_a_network_that_ends_otherwise_is_refused() -> None:
    other = dataclasses.replace(load(), module=nn.Sequential(nn.Flatten(), nn.Linear(3, 2)).eval())
    with pytest.raises(ValueError, match="does not end in dropout"):
        last_layer(other, Image.new("RGB", (8, 8)))
