"""The learned depthwise and 1 x 1 convolutions, against the network's own layers."""

import pytest
import torch

from imgcls.models.classify import Classifier
from imgcls.models.separable import separable_block


def test_the_maps_are_those_of_the_networks_own_layers(embedded: Classifier, photographs: dict) -> None:
    made = separable_block(embedded, photographs["chelsea"])
    features = embedded.module.features
    with torch.inference_mode():
        maps = features[0](embedded.preprocess(photographs["chelsea"]))
        block = features[1][0].block
        torch.testing.assert_close(made.maps, maps[0].contiguous())
        torch.testing.assert_close(made.filtered, block[0][0](maps)[0].contiguous(), rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(made.activated, block[0](maps)[0].contiguous(), rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(made.mixed, block[1][0](block[0](maps))[0].contiguous(), rtol=1e-4, atol=1e-3)
    assert made.maps.shape == (32, 112, 112)
    assert made.kernels.shape == (32, 3, 3)
    assert made.weights.shape == (16, 32)


def test_a_network_without_such_a_block_gets_a_sentence(tiny: Classifier, photographs: dict) -> None:
    with pytest.raises(ValueError, match="no depthwise block"):
        separable_block(tiny, photographs["coffee"])
