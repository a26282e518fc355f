"""Random small networks of every kind that `SmallConfig` allows, with weights and statistics as after training."""

import random
from dataclasses import replace
from functools import cache

import torch
from torch import Tensor, nn

from imgcls.models.classify import Classifier
from imgcls.models.preprocess import Preprocess
from imgcls.models.small import ACTIVATIONS, POOLINGS, SmallCNN, SmallConfig, layer_table
from imgcls.models.specs import MODELS

SEEDS = range(24)


def random_config(seed: int, **fixed: object) -> SmallConfig:
    """The first valid combination that a seed draws."""
    draw = random.Random(seed)
    while True:
        choices = {
            "classes": draw.randint(2, 6), "size": draw.randint(9, 20),
            "channels": tuple(draw.randint(1, 5) for _ in range(draw.randint(1, 3))),
            "convolutions": draw.randint(1, 3), "kernel": draw.choice([1, 2, 3, 5]),
            "padding": draw.choice(["same", "valid"]), "activation": draw.choice(list(ACTIVATIONS)),
            "pooling": draw.choice(POOLINGS), "pool": (draw.randint(2, 3),),
            "dense": tuple(draw.randint(2, 7) for _ in range(draw.randint(0, 2))),
            "dropout": draw.choice([0.0, 0.5]), "batch_norm": draw.random() < 0.5, "grey": draw.random() < 0.3,
            "residual": draw.random() < 0.4, "global_pooling": draw.random() < 0.4,
            "logit_scale": draw.choice([1.0, 0.125]),
        }  # fmt: skip
        try:
            return SmallConfig(**{**choices, **fixed})
        except ValueError:
            continue


def random_network(seed: int, **fixed: object) -> Classifier:
    """A network of `random_config` as a classifier."""
    config = random_config(seed, **fixed)
    module = SmallCNN(config, seed).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for numbers in (layer.running_mean, layer.bias):
                numbers.copy_(torch.randn(numbers.shape, generator=generator))
            for numbers in (layer.running_var, layer.weight):
                numbers.copy_(torch.rand(numbers.shape, generator=generator) + 0.5)
    layers = {f"layers.{row.name}": row.name for row in layer_table(config)[1:] if len(row.shape) == 3}
    recipe = Preprocess(resize=config.size, crop=config.size)
    return Classifier(
        f"random{seed}", f"Random {seed}", module, recipe, [str(k) for k in range(config.classes)], (), layers
    )


def random_picture(classifier: Classifier, seed: int) -> Tensor:
    """A preprocessed picture (1, 3, S, S) of noise."""
    side = classifier.preprocess.crop
    return torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(1000 + seed))


@cache
def untrained(name: str) -> Classifier:
    """One of the networks of the registry with random weights, as its builder draws them.

    It takes pictures of 96 x 96 pixels, a sixth to a sixteenth of the work, unless its size is fixed, as in a
    transformer.
    """
    spec = MODELS[name]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = spec.build().eval().requires_grad_(False)
    recipe = replace(spec.preprocess, resize=96, crop=96) if spec.layers else spec.preprocess
    return Classifier(name, spec.title, module, recipe, spec.labels, (), spec.layers, spec.layers_note)
