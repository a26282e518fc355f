"""Backwards: the gradients are autograd's and finite differences', and Grad-CAM from them is the module's own."""

import pytest
import torch
from PIL import Image

from imgcls.models.ablation import WhatIf, what_if
from imgcls.models.classify import Classifier
from imgcls.models.evidence import evidence
from imgcls.models.gradcam import grad_cam
from imgcls.models.graph import graph_of
from imgcls.models.influence import backward, order_of_maps
from imgcls.models.trace import trace
from tests.models.random_networks import SEEDS, random_network, random_picture


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gradient_at_the_photo_is_autograds(seed: int) -> None:
    classifier = random_network(seed)
    graph, inputs = graph_of(classifier), random_picture(classifier, seed)
    found = backward(graph, inputs, 1)
    watched = inputs.clone().requires_grad_()
    (expected,) = torch.autograd.grad(classifier.module(watched)[0, 1], watched)
    torch.testing.assert_close(found.gradients["input"], expected[0])
    assert found.logit == pytest.approx(float(trace(graph, inputs).logits[1]), rel=1e-5, abs=1e-6)


def test_the_gradient_at_a_layer_equals_finite_differences() -> None:
    classifier = random_network(2, activation="tanh", pooling="average", residual=False, logit_scale=1.0)
    classifier.module.double()
    graph = graph_of(classifier)
    inputs = random_picture(classifier, 2).double()
    found = backward(graph, inputs, 0)
    column = graph.columns[1]
    step, run, nudge = column.step, graph.steps[column.step].run, 1e-5
    values = []
    for sign in (1, -1):

        def nudged(*given: torch.Tensor, sign: int = sign) -> torch.Tensor:
            output = run(*given).clone()
            output[0, 0, 1, 2] += sign * nudge
            return output

        values.append(trace(graph, inputs, {step: nudged}).kept[graph.steps[-1].index][0, 0].double())
    expected = float(values[0] - values[1]) / (2 * nudge)
    assert float(found.gradients[column.name][0, 1, 2]) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_grad_cam_is_the_one_of_the_classify_page(embedded: Classifier, photographs: dict[str, Image.Image]) -> None:
    graph = graph_of(embedded)
    found = backward(graph, embedded.preprocess(photographs["chelsea"]), 285)
    for column in (graph.columns[5], graph.columns[-2]):
        (expected,) = grad_cam(embedded, photographs["chelsea"], [285], column.name)
        torch.testing.assert_close(found.grad_cam(column).heatmap, expected.heatmap, rtol=1e-3, atol=1e-4)
    # The last layer is linear in these features: their influence is what they add to the logit.
    features = evidence(trace(graph, embedded.preprocess(photographs["chelsea"])), 285)
    torch.testing.assert_close(found.influence("features.8"), features.by_channel, rtol=1e-3, atol=1e-4)


def test_influence_foretells_what_switching_off_the_last_features_does(embedded: Classifier) -> None:
    inputs = torch.linspace(-1, 1, 3 * 224 * 224).view(1, 3, 224, 224)
    graph = graph_of(embedded)
    found, plain = backward(graph, inputs, 7), trace(graph, inputs)
    order = order_of_maps(plain, graph.columns[-2], found)
    strongest = int(order[0])
    after = what_if(graph, inputs, WhatIf(frozenset({("features.8", strongest)})))
    drop = float(plain.logits[7] - after.logits[7])
    assert drop == pytest.approx(float(found.influence("features.8")[strongest]), rel=1e-3)
    sizes = found.influence("features.8")[order].abs()
    assert (sizes[:-1] >= sizes[1:]).all()


def test_maps_are_ordered_by_their_mean_without_a_class() -> None:
    classifier = random_network(4)
    graph = graph_of(classifier)
    found = trace(graph, random_picture(classifier, 4))
    means = found.output(graph.columns[1].step).mean((1, 2))
    assert order_of_maps(found, graph.columns[1]).tolist() == means.argsort(descending=True, stable=True).tolist()


def test_a_class_that_is_not_there_is_refused(tiny: Classifier) -> None:
    with pytest.raises(ValueError, match="no class"):
        backward(graph_of(tiny), torch.zeros(1, 3, 16, 16), 3)
