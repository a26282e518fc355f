"""The table of networks against the networks themselves, built without memory or weights."""

import pytest
import torch

from imgcls.labels import DOG_INDICES, IMAGENET_LABELS
from imgcls.models.specs import EMBEDDED, MODELS, SMALL_RESNET
from imgcls.models.taps import with_taps
from imgcls.numbers import whole


def test_the_embedded_networks_come_first_and_alone_need_no_download():
    embedded = [EMBEDDED.name, SMALL_RESNET.name]
    assert list(MODELS)[:2] == embedded
    assert [name for name, spec in MODELS.items() if spec.embedded] == embedded
    assert [name for name, spec in MODELS.items() if not spec.url] == embedded


@pytest.mark.parametrize("spec", [EMBEDDED, SMALL_RESNET], ids=lambda spec: spec.name)
def test_the_embedded_weights_are_installed_and_as_large_as_said(spec):
    assert spec.weights_file.stat().st_size / 1e6 == pytest.approx(spec.megabytes, rel=0.03)


@pytest.mark.parametrize("name", MODELS)
def test_figures_and_layer_titles_agree_with_the_network(name):
    spec = MODELS[name]
    with torch.device("meta"):
        module, inputs = spec.build().eval(), torch.zeros(1, 3, spec.preprocess.crop, spec.preprocess.crop)
    shapes = {}
    taps = {layer: lambda y, layer=layer: shapes.setdefault(layer, y.shape) and y for layer in spec.layers}
    logits = with_taps(module, taps)(inputs)
    assert logits.shape == (1, len(spec.labels))
    assert sum(parameter.numel() for parameter in module.parameters()) == spec.parameters
    assert spec.megabytes == pytest.approx(spec.parameters * 4 / 1e6, rel=0.05)
    assert list(shapes) == list(spec.layers), "not in network order"
    for layer, title in spec.layers.items():
        _, channels, height, width = shapes[layer]
        assert title.endswith(f": {whole(channels)} channels, {height} × {width}")


IMAGENET = [name for name in MODELS if name != SMALL_RESNET.name]


@pytest.mark.parametrize("name", IMAGENET)
def test_every_other_network_has_imagenets_labels_and_dogs(name):
    assert tuple(MODELS[name].labels) == IMAGENET_LABELS
    assert MODELS[name].dog_indices == DOG_INDICES


@pytest.mark.parametrize("name", MODELS)
def test_every_file_name_holds_eight_digits_of_its_hash(name):
    assert len(MODELS[name].sha256_prefix) == 8
    assert MODELS[name].url == "" or MODELS[name].url.endswith("/" + MODELS[name].file_name)


def test_the_small_network_has_its_own_labels_one_of_them_a_dog():
    assert [SMALL_RESNET.labels[place] for place in SMALL_RESNET.dog_indices] == ["dog"]
    assert len(SMALL_RESNET.labels) == 10


@pytest.mark.parametrize("name", IMAGENET)
def test_accuracies_are_percentages_and_top5_is_the_higher(name):
    spec = MODELS[name]
    assert 70 < spec.top1 < 90
    assert spec.top5 is None or spec.top1 < spec.top5 < 100


@pytest.mark.parametrize("name", MODELS)
def test_a_network_without_layers_says_why(name):
    assert bool(MODELS[name].layers) != bool(MODELS[name].layers_note)
