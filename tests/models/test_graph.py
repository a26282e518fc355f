"""The list of steps: complete, in order, with the right shapes and receptive fields; a sentence where there is none."""

import dataclasses

import pytest
import torch
from torch import nn

from imgcls.models.classify import Classifier
from imgcls.models.graph import CannotDraw, graph_of
from imgcls.models.preprocess import Preprocess
from imgcls.models.specs import MODELS
from imgcls.models.trace import trace
from tests.models.random_networks import SEEDS, random_network, random_picture, untrained

CONVOLUTIONAL = [name for name, spec in MODELS.items() if spec.layers and not spec.embedded]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_columns_are_the_layers_with_maps_between_input_and_logits(seed: int) -> None:
    classifier = random_network(seed)
    graph = graph_of(classifier)
    assert [column.name for column in graph.columns] == ["input", *classifier.layers, "logits"]
    assert sum(column.parameters for column in graph.columns) == sum(
        parameter.numel() for parameter in classifier.module.parameters()
    )
    assert all(place < step.index for step in graph.steps for place in step.inputs)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_value_depends_on_no_pixel_outside_its_receptive_field(seed: int) -> None:
    classifier = random_network(seed)
    graph = graph_of(classifier)
    inputs = random_picture(classifier, seed).requires_grad_()
    side = classifier.preprocess.crop
    for column in graph.columns[1:-1]:
        seen = graph.steps[column.step].receptive
        if seen is None:  # the mean over the whole picture
            assert graph.steps[column.step].kind == "mean"
            continue
        output = inputs
        with torch.enable_grad():
            for name, layer in classifier.module.layers.named_children():
                output = layer(output)
                if f"layers.{name}" == column.name:
                    break
            row, place = column.shape[1] // 2, column.shape[2] - 1
            (gradient,) = torch.autograd.grad(output[0, :, row, place].sum(), inputs)
        inside = torch.zeros(side, side, dtype=torch.bool)
        (top, left) = (seen.first + each * seen.jump for each in (row, place))
        inside[max(top, 0) : max(top + seen.size, 0), max(left, 0) : max(left + seen.size, 0)] = True
        assert not gradient[0].abs().sum(0)[~inside].any(), column.name


def test_the_receptive_field_of_tinyvgg_is_the_one_worked_out_by_hand() -> None:
    layers = nn.Sequential(
        nn.Conv2d(3, 2, 3), nn.Conv2d(2, 2, 3, stride=2, padding=1), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(18, 2)
    )
    classifier = Classifier("t", "T", layers.eval(), Preprocess(16, 16), ("a", "b"), (), {"0": "0", "1": "1", "2": "2"})
    fields = [graph_of(classifier).steps[column.step].receptive for column in graph_of(classifier).columns[:-1]]
    assert [(each.size, each.jump, each.first) for each in fields] == [(1, 1, 0), (3, 1, 0), (5, 2, -1), (7, 4, -1)]


@pytest.mark.parametrize("name", CONVOLUTIONAL)
def test_other_networks_of_the_registry_are_followed_exactly(name: str) -> None:
    classifier = untrained(name)
    graph = graph_of(classifier)
    assert [column.name for column in graph.columns[1:-1]] == list(classifier.layers)
    inputs = random_picture(classifier, 1)
    seen: dict[str, torch.Tensor] = {}
    hooks = [
        classifier.module.get_submodule(layer).register_forward_hook(
            lambda _module, _given, made, layer=layer: seen.update({layer: made[0]})
        )
        for layer in classifier.layers
    ]
    with torch.inference_mode():
        logits = classifier.module(inputs)[0]
    for hook in hooks:
        hook.remove()
    found = trace(graph, inputs)
    torch.testing.assert_close(found.logits, logits)
    for column in graph.columns[1:-1]:
        torch.testing.assert_close(found.output(column.step), seen[column.name])
        assert column.shape == tuple(seen[column.name].shape)


def test_a_transformer_gets_a_sentence() -> None:
    classifier = untrained("vit_b_16")
    with pytest.raises(CannotDraw, match="without feature maps"):
        graph_of(classifier)
    block = dataclasses.replace(classifier, layers={"encoder.layers.encoder_layer_0": "First block"})
    with pytest.raises(CannotDraw, match="gives no feature maps"):
        graph_of(block)


class Branching(nn.Module):
    """A program whose way depends on the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x).mean((2, 3)) if x.sum() > 0 else self.layer(-x).mean((2, 3))


def test_a_program_that_branches_gets_a_sentence() -> None:
    classifier = Classifier("b", "Branching", Branching().eval(), Preprocess(8, 8), ("a", "b"), (), {"layer": "Layer"})
    with pytest.raises(CannotDraw, match="Branching has turns"):
        graph_of(classifier)
