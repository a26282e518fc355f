"""SmallCNN: counts and shapes of the known networks, every choice, and sentences for what cannot be."""

import itertools
import json

import pytest
import torch
from torch import nn

from imgcls.models.modules import Grey, Maxout, Residual
from imgcls.models.presets import PRESETS, preset
from imgcls.models.small import ACTIVATIONS, POOLINGS, SmallCNN, SmallConfig, count_parameters, layer_table


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("tinyvgg", 19_920), ("convnetjs_cifar", 22_466), ("convnetjs_mnist", 5_994), ("lenet5", 61_706)],
)
def test_presets_have_the_published_number_of_parameters(name: str, parameters: int) -> None:
    config = PRESETS[name].config
    assert sum(row.parameters for row in layer_table(config)) == parameters
    assert count_parameters(SmallCNN(config)) == parameters


def test_tinyvgg_has_the_published_sides() -> None:
    sides = [row.shape[-1] for row in layer_table(PRESETS["tinyvgg"].config) if row.kind in ("Conv2d", "MaxPool2d")]
    assert sides == [62, 60, 30, 28, 26, 13]
    flat = next(row for row in layer_table(PRESETS["tinyvgg"].config) if row.name == "flatten")
    assert flat.shape == (1690,)


@pytest.mark.parametrize("name", PRESETS)
def test_the_layer_table_says_what_a_forward_pass_gives(name: str) -> None:
    model = SmallCNN(PRESETS[name].config).eval()
    x = torch.rand(1, 3, model.config.size, model.config.size)
    rows = layer_table(model.config)
    assert rows[0].shape == tuple(x.shape[1:])
    for row, layer in zip(rows[1:], model.layers, strict=True):
        x = layer(x)
        assert row.shape == tuple(x.shape[1:])
        assert row.parameters == sum(parameter.numel() for parameter in layer.parameters())


def test_every_combination_makes_a_network_that_learns_or_one_sentence() -> None:
    made = 0
    choices = itertools.product(ACTIVATIONS, POOLINGS, ("same", "valid"), (False, True), (1, 3))
    for activation, pooling, padding, residual, blocks in choices:
        try:
            config = SmallConfig(
                classes=3, size=16, channels=(4,) * blocks, activation=activation, pooling=pooling, padding=padding,
                residual=residual, batch_norm=True, dropout=0.2, dense=(5,), global_pooling=blocks == 3,
            )  # fmt: skip
        except ValueError as error:
            assert str(error).endswith(".")
            continue
        model = SmallCNN(config)
        logits = model(torch.rand(2, 3, 16, 16))
        assert logits.shape == (2, 3)
        logits.sum().backward()
        assert all(parameter.grad is not None for parameter in model.parameters())
        assert layer_table(config)[-1].shape == (3,)
        made += 1
    assert made > 60


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"size": 16, "channels": (8, 8, 8)}, "In block 3 the picture is only 1 × 1"),
        ({"size": 16, "channels": (8,), "pool": (13,)}, "13 × 13 pooling does not fit"),
        ({"kernel": 4, "padding": "same"}, "has no middle"),
        ({"dropout": 1.0}, "from 0 to below 1"),
        ({"activation": "swish"}, "choose one of relu"),
        ({"pooling": "median"}, "choose one of max"),
        ({"padding": "mirror"}, "choose same or valid"),
        ({"channels": (0,)}, "at least 1"),
        ({"classes": 0}, "classes must be at least 1"),
        ({"size": 512, "channels": (), "dense": (4096,)}, "more than 50,000,000"),
        ({"residual": True}, "Residual blocks need same padding"),
    ],
)
def test_impossible_choices_get_a_sentence(choices: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        SmallConfig(**choices)


def test_maxout_is_the_larger_of_two_dense_layers() -> None:
    config = SmallConfig(classes=2, size=4, channels=(), dense=(7,), activation="maxout")
    layers = SmallCNN(config, seed=3).layers
    x = torch.rand(5, 48)
    first, second = x @ layers.dense1.weight.T.chunk(2, 1)[0], x @ layers.dense1.weight.T.chunk(2, 1)[1]
    expected = torch.maximum(first + layers.dense1.bias[:7], second + layers.dense1.bias[7:])
    assert torch.allclose(layers.maxout_dense1(layers.dense1(x)), expected, atol=1e-6)
    assert Maxout()(torch.tensor([[1.0, -2.0, 0.5, 3.0]])).tolist() == [[1.0, 3.0]]


def test_grey_weighs_the_colours_as_the_eye_does() -> None:
    colours = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]).view(4, 3, 1, 1)
    assert torch.allclose(Grey()(colours).flatten(), torch.tensor([0.299, 0.587, 0.114, 1.0]))


def test_residual_adds_its_input() -> None:
    x = torch.rand(1, 2, 3, 3)
    assert torch.equal(Residual(nn.Sequential(nn.Identity()))(x), 2 * x)


def test_first_weights_follow_the_seed_and_leave_the_global_generator_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    model, same, other = (SmallCNN(SmallConfig(), seed).state_dict() for seed in (1, 1, 2))
    assert torch.rand(1) == expected
    for name, tensor in model.items():
        assert torch.equal(tensor, same[name])
    assert not torch.equal(model["layers.conv1_1.weight"], other["layers.conv1_1.weight"])
    bound = 1 / 27**0.5
    assert 0.9 * bound < model["layers.conv1_1.weight"].abs().max() <= bound


def test_weights_and_choices_come_back_from_files_that_hold_no_code(tmp_path) -> None:
    config = preset("lenet5", classes=3, dropout=0.25)
    model = SmallCNN(config, seed=4).eval()
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    (tmp_path / "config.json").write_text(json.dumps(config.to_dict()))
    again = SmallConfig(**json.loads((tmp_path / "config.json").read_text()))
    assert again == config
    loaded = SmallCNN(again, seed=9).eval()
    loaded.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    x = torch.rand(2, 3, 32, 32)
    assert torch.equal(model(x), loaded(x))


def test_presets_fit_other_classes_and_sizes_and_unknown_names_get_a_sentence() -> None:
    assert layer_table(preset("tinyvgg", classes=6))[-1].shape == (6,)
    assert layer_table(preset("resnet9", classes=2, size=64))[0].shape == (3, 64, 64)
    with pytest.raises(ValueError, match="choose one of tinyvgg"):
        preset("vgg", classes=2)
