"""The logit as a sum: contributions and bias give exactly what the network says."""

import pytest
import torch
from PIL import Image

from imgcls.models.classify import Classifier
from imgcls.models.evidence import evidence
from imgcls.models.graph import graph_of
from imgcls.models.trace import trace
from tests.models.random_networks import SEEDS, random_network, random_picture


@pytest.mark.parametrize("seed", SEEDS)
def test_contributions_and_bias_add_up_to_the_logit(seed: int) -> None:
    classifier = random_network(seed)
    found = trace(graph_of(classifier), random_picture(classifier, seed))
    for index, logit in enumerate(found.logits):
        case = evidence(found, index)
        for total in (case.by_channel.sum(), case.by_place.sum()):
            torch.testing.assert_close(total + case.bias, logit, rtol=1e-5, atol=1e-5)
        assert case.logit == float(logit)


def test_features_that_are_averaged_keep_their_places(
    embedded: Classifier, photographs: dict[str, Image.Image]
) -> None:
    found = trace(graph_of(embedded), embedded.preprocess(photographs["chelsea"]))
    case = evidence(found, 285)
    assert case.contributions.shape == (1280, 7, 7)
    assert case.source == graph_of(embedded).columns[-2].step
    torch.testing.assert_close(case.by_channel.sum() + case.bias, found.logits[285], rtol=1e-5, atol=1e-5)


def test_a_class_that_is_not_there_is_refused(tiny: Classifier) -> None:
    with pytest.raises(ValueError, match="no class 3"):
        evidence(trace(graph_of(tiny), torch.zeros(1, 3, 16, 16)), 3)
