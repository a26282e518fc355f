"""What if: the same as running a network whose weights were set to zero, or a picture that was changed by hand."""

import copy
import random

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from imgcls.models.ablation import SWAPS, WhatIf, moved, what_if, what_ifs
from imgcls.models.classify import Classifier
from imgcls.models.graph import Graph, graph_of
from imgcls.models.trace import trace
from tests.models.random_networks import SEEDS, random_network, random_picture


def logits(module: nn.Module, inputs: Tensor) -> Tensor:
    with torch.inference_mode():
        return module(inputs)[0]


def without(classifier: Classifier, path: str, channels: list[int]) -> nn.Module:
    """A copy of the network with these kernels of a convolution, or lines of a batch norm, set to zero."""
    module = copy.deepcopy(classifier.module)
    layer = module.get_submodule(path)
    for numbers in layer.parameters():
        numbers.data[channels] = 0
    return module


@pytest.mark.parametrize("seed", SEEDS)
def test_a_channel_switched_off_equals_a_kernel_of_zeros(seed: int) -> None:
    classifier = random_network(seed)
    graph, inputs = graph_of(classifier), random_picture(classifier, seed)
    for column in graph.columns[1:-1]:
        if not isinstance(graph.steps[column.step].module, nn.Conv2d | nn.BatchNorm2d):
            continue
        channel = column.shape[0] - 1
        found = what_if(graph, inputs, WhatIf(frozenset({(column.name, channel)})))
        expected = logits(without(classifier, column.name, [channel]), inputs)
        torch.testing.assert_close(found.logits, expected, rtol=1e-5, atol=1e-6)
        whole = what_if(graph, inputs, WhatIf(frozenset({(column.name, None)})))
        expected = logits(without(classifier, column.name, list(range(column.shape[0]))), inputs)
        torch.testing.assert_close(whole.logits, expected, rtol=1e-5, atol=1e-6)


def test_a_last_feature_switched_off_equals_its_weights_set_to_zero(
    embedded: Classifier, photographs: dict[str, Image.Image]
) -> None:
    inputs = embedded.preprocess(photographs["chelsea"])
    found = what_if(graph_of(embedded), inputs, WhatIf(frozenset({("features.8", 5), ("features.8", 900)})))
    module = copy.deepcopy(embedded.module)
    module.classifier.weight[:, [5, 900]] = 0
    torch.testing.assert_close(found.logits, logits(module, inputs), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", SWAPS)
@pytest.mark.parametrize("seed", [0, 3, 5])
def test_another_activation_equals_the_network_built_with_it(seed: int, name: str) -> None:
    classifier = random_network(seed, activation="relu")
    module = copy.deepcopy(classifier.module)
    for block in list(module.modules()):
        for path, layer in block.named_children():
            if isinstance(layer, nn.ReLU):
                setattr(block, path, SWAPS[name]())
    inputs = random_picture(classifier, seed)
    found = what_if(graph_of(classifier), inputs, WhatIf(activation=name))
    torch.testing.assert_close(found.logits, logits(module, inputs))


def test_a_patch_and_a_shift_change_the_picture_alone() -> None:
    classifier = random_network(1, size=16)
    inputs = random_picture(classifier, 1)
    changed = inputs.clone()
    changed[..., 1:, :] = inputs[..., :-1, :]  # down by one: the first row stays
    changed = torch.cat([changed[..., 2:], changed[..., -1:], changed[..., -1:]], dim=-1)  # left by two
    changed[:, :, 4:12, 4:12] = 0  # grey, 0.5, is 0 after normalising with mean 0.5
    found = what_if(graph_of(classifier), inputs, WhatIf(patch=(0.5, 0.5, 0.5), shift=(-2, 1)))
    torch.testing.assert_close(found.logits, logits(classifier.module, changed))


def test_moved_repeats_the_edge() -> None:
    picture = torch.arange(6.0).view(2, 3)
    assert moved(picture, 1, 0).tolist() == [[0, 0, 1], [3, 3, 4]]
    assert moved(picture, -2, 1).tolist() == [[2, 2, 2], [2, 2, 2]]
    with pytest.raises(ValueError, match="cannot move"):
        moved(picture, 3, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_change_changes_nothing(seed: int) -> None:
    classifier = random_network(seed)
    graph, inputs = graph_of(classifier), random_picture(classifier, seed)
    assert torch.equal(what_if(graph, inputs, WhatIf()).logits, trace(graph, inputs).logits)


@pytest.mark.parametrize(
    "change",
    [WhatIf(frozenset({("nowhere", 0)})), WhatIf(frozenset({("first", 4)})), WhatIf(frozenset({("logits", 0)})),
     WhatIf(activation="maxout"), WhatIf(shift=(16, 0))],
)  # fmt: skip
def test_what_does_not_exist_is_refused(tiny: Classifier, change: WhatIf) -> None:
    with pytest.raises(ValueError, match=r"no |answer|cannot"):
        what_if(graph_of(tiny), torch.zeros(1, 3, 16, 16), change)


def random_change(graph: Graph, rng: random.Random, activation: str | None) -> WhatIf:
    """Some of all that can be changed."""
    columns = graph.columns[:-1]
    off = {(column.name, rng.choice([None, rng.randrange(column.shape[0])])) for column in rng.sample(columns, 2)}
    reach = graph.steps[0].shape[1] - 1
    return WhatIf(
        frozenset(off) if rng.random() < 0.5 else frozenset(),
        (rng.random(), rng.random(), rng.random()) if rng.random() < 0.7 else None,
        (rng.randint(-reach, reach), rng.randint(-reach, reach)) if rng.random() < 0.5 else (0, 0),
        activation,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_pictures_in_one_pass_get_what_each_would_get_alone(seed: int) -> None:
    """Every step of random networks, on several pictures, each with a change of its own."""
    classifier, rng = random_network(seed), random.Random(seed)
    graph = graph_of(classifier)
    activation = rng.choice([None, *SWAPS])
    pictures = [random_picture(classifier, seed + number) for number in range(5)]
    changes = [random_change(graph, rng, activation) for _ in pictures]
    together = what_ifs(graph, pictures, changes)
    assert len(together) == 5
    for number, (picture, change) in enumerate(zip(pictures, changes, strict=True)):
        alone, mine = what_if(graph, picture, change), together[number]
        for step in graph.steps[1:]:
            expected = alone.output(step.index)
            scale = max(1.0, float(expected.abs().max()))
            torch.testing.assert_close(mine.output(step.index), expected, rtol=1e-5, atol=2e-6 * scale)
            torch.testing.assert_close(together.output(step.index)[number], expected, rtol=1e-5, atol=2e-6 * scale)


def test_one_pass_has_one_activation() -> None:
    classifier = random_network(0)
    with pytest.raises(ValueError, match="same activation"):
        what_ifs(graph_of(classifier), [random_picture(classifier, 0)] * 2, [WhatIf(), WhatIf(activation="tanh")])
