"""The trace is the plain forward pass: every traced value is the one that torch computes."""

import copy

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from imgcls.models.classify import Classifier
from imgcls.models.graph import graph_of
from imgcls.models.trace import trace
from tests.models.random_networks import SEEDS, random_network, random_picture


def caught(module: nn.Module, inputs: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """The logits of a plain forward pass, and every layer's output as a hook sees it."""
    outputs: dict[str, Tensor] = {}
    watched = copy.deepcopy(module)
    for path, layer in watched.named_modules():
        layer.register_forward_hook(lambda _layer, _inputs, made, path=path: outputs.update({path: made.clone()}))
    with torch.inference_mode():
        return watched(inputs)[0], outputs


@pytest.mark.parametrize("seed", SEEDS)
def test_every_traced_value_equals_a_plain_forward_pass(seed: int) -> None:
    classifier = random_network(seed)
    graph, inputs = graph_of(classifier), random_picture(classifier, seed)
    logits, outputs = caught(classifier.module, inputs)
    found = trace(graph, inputs)
    torch.testing.assert_close(found.logits, logits, rtol=0, atol=0)
    torch.testing.assert_close(found.probabilities, logits.softmax(0))
    steps = [step for step in graph.steps if step.module is not None]
    assert steps
    for step, value in zip(steps, found.outputs([step.index for step in steps]), strict=True):
        torch.testing.assert_close(value, outputs[step.name][0], rtol=0, atol=0, msg=step.name)
        assert tuple(value.shape) == step.shape


def test_the_embedded_network_is_traced_exactly(embedded: Classifier, photographs: dict[str, Image.Image]) -> None:
    inputs = embedded.preprocess(photographs["chelsea"])
    graph = graph_of(embedded)
    logits, outputs = caught(embedded.module, inputs)
    found = trace(graph, inputs)
    torch.testing.assert_close(found.logits, logits, rtol=0, atol=1e-5)
    for column in graph.columns[1:-1]:
        torch.testing.assert_close(found.output(column.step), outputs[column.name][0], rtol=1e-5, atol=1e-5)
    inner = next(step for step in graph.steps if step.name == "features.3.1.block.1.1")  # before an activation in place
    torch.testing.assert_close(found.output(inner.index), outputs[inner.name][0], rtol=1e-5, atol=1e-5)


def test_what_lies_between_the_columns_is_not_kept(embedded: Classifier) -> None:
    graph = graph_of(embedded)
    found = trace(graph, torch.zeros(1, 3, 224, 224))
    assert set(found.kept) == {column.step for column in graph.columns}


def test_a_picture_of_another_size_is_refused(tiny: Classifier) -> None:
    with pytest.raises(ValueError, match="takes"):
        trace(graph_of(tiny), torch.zeros(1, 3, 15, 16))
