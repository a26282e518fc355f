"""Grad-CAM against a closed form, finite differences and hand-worked cases."""

from dataclasses import replace

import pytest
import torch
from PIL import Image
from torch import nn

from imgcls.models.classify import Classifier
from imgcls.models.gradcam import GradCam, difference, grad_cam
from imgcls.models.preprocess import Preprocess
from imgcls.models.specs import MODELS
from imgcls.models.taps import with_taps


@pytest.fixture
def image() -> Image.Image:
    red = Image.linear_gradient("L").resize((20, 20))
    return Image.merge("RGB", (red, red.rotate(90), Image.radial_gradient("L").resize((20, 20))))


def test_at_the_last_layer_grad_cam_is_cam(tiny, image):
    """With global average pooling and a linear head, dy_c/dA_kij = w_ck / hw (Zhou et al. 2016)."""
    maps = tiny.module.relu(tiny.module.second(tiny.module.first(tiny.preprocess(image).double())))[0]
    places = maps[0].numel()
    for cam in grad_cam(tiny, image, [0, 1, 2], "relu"):
        weights = tiny.module.head.weight[cam.class_index] / places
        raw = (weights[:, None, None] * maps).sum(dim=0)
        torch.testing.assert_close(cam.weights, weights)
        torch.testing.assert_close(cam.raw, raw)
        torch.testing.assert_close(cam.heatmap, raw.clamp(min=0) / raw.max())


def test_on_the_embedded_network_grad_cam_at_the_last_layer_is_cam(photographs, embedded):
    image, classes = photographs["chelsea"], [285, 281, 967]
    with torch.inference_mode():
        maps = embedded.module.features(embedded.preprocess(image))[0]
    for cam in grad_cam(embedded, image, classes):
        assert cam.layer == "features.8"
        raw = torch.einsum("k,khw->hw", embedded.module.classifier.weight[cam.class_index], maps) / 49
        torch.testing.assert_close(cam.raw, raw, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("layer", ["first", "second", "relu"])
def test_channel_weights_equal_finite_differences(layer, tiny, image):
    """Adding e to every place of channel k changes the logit by e times the sum of its gradient: e * hw * alpha_k."""
    (cam,) = grad_cam(tiny, image, [1], layer)
    channels, height, width = cam.activations.shape
    step = 1e-6

    def logit(channel: int, change: float) -> float:
        shift = torch.zeros(1, channels, 1, 1, dtype=torch.float64)
        shift[0, channel] = change
        with torch.no_grad():
            return float(with_taps(tiny.module, {layer: lambda y: y + shift})(tiny.preprocess(image))[0, 1])

    slopes = [(logit(k, step) - logit(k, -step)) / (2 * step) for k in range(channels)]
    assert cam.weights.tolist() == pytest.approx([slope / (height * width) for slope in slopes], abs=1e-7)
    torch.testing.assert_close(cam.raw, (cam.weights[:, None, None] * cam.activations).sum(dim=0))


def test_a_case_by_hand():
    """One pixel becomes one map, two classes weigh it +2 and -3: the map itself, and nothing at all."""
    head = nn.Linear(1, 2)
    head.weight.data = torch.tensor([[2.0], [-3.0]])
    layer = nn.Conv2d(3, 1, 1, bias=False)
    layer.weight.data = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)  # the red channel
    module = nn.Sequential(layer, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head).eval().requires_grad_(False)
    preprocess = Preprocess(resize=2, crop=2, mean=(0.0,) * 3, std=(1.0,) * 3)
    classifier = Classifier("hand", "By hand", module, preprocess, ("for", "against"), layers={"0": "The layer"})
    image = Image.new("RGB", (2, 2))
    image.putpixel((0, 0), (255, 0, 0))
    image.putpixel((1, 0), (51, 0, 0))  # 0.2

    speaks_for, against = grad_cam(classifier, image, [0, 1])
    assert speaks_for.weights.tolist() == pytest.approx([0.5])  # 2 / 4 places
    assert speaks_for.raw.flatten().tolist() == pytest.approx([0.5, 0.1, 0, 0])
    assert speaks_for.heatmap.flatten().tolist() == pytest.approx([1, 0.2, 0, 0])
    assert "stronger evidence" in speaks_for.sentence
    assert not speaks_for.is_empty
    assert against.raw.flatten().tolist() == pytest.approx([-0.75, -0.15, 0, 0])
    assert against.heatmap.flatten().tolist() == [0, 0, 0, 0]
    assert against.is_empty
    assert "nothing speaks for this class" in against.sentence


def test_classes_asked_together_equal_classes_asked_alone(tiny, image):
    for cam in grad_cam(tiny, image, [2, 0, 2], "first"):
        (alone,) = grad_cam(tiny, image, [cam.class_index], "first")
        torch.testing.assert_close(cam.heatmap, alone.heatmap)
        assert cam.logit == pytest.approx(alone.logit)


def test_a_layer_followed_by_an_in_place_relu_keeps_its_own_output(tiny, image):
    (cam,) = grad_cam(tiny, image, [0], "second")
    torch.testing.assert_close(
        cam.activations, tiny.module.second(tiny.module.first(tiny.preprocess(image).double()))[0]
    )
    assert (cam.activations < 0).any()


def test_the_shared_network_keeps_no_hook_and_no_gradient(tiny, image):
    grad_cam(tiny, image, [0])
    assert not any(module._forward_hooks for module in tiny.module.modules())
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in tiny.module.parameters())


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_grad_cam_works_where_the_caller_has_switched_gradients_off(mode, tiny, image):
    (expected,) = grad_cam(tiny, image, [0])
    with mode():
        (cam,) = grad_cam(tiny, image, [0])
    torch.testing.assert_close(cam.heatmap, expected.heatmap)


def test_upsampling_is_bilinear():
    cam = GradCam("", 0, 0.0, *[torch.zeros(1)] * 3, heatmap=torch.tensor([[0.0, 1.0]]))
    assert cam.upsampled((2, 4)).tolist() == [[0.0, 0.25, 0.75, 1.0]] * 2


def test_unknown_layers_and_classes_are_refused_in_a_sentence(tiny, image):
    with pytest.raises(ValueError, match="Tiny net has no layer 'third'"):
        grad_cam(tiny, image, [0], "third")
    for index in (-1, 3):
        with pytest.raises(ValueError, match=f"no class {index}: they go from 0 to 2"):
            grad_cam(tiny, image, [index])


def test_a_layer_without_a_picture_is_refused(tiny, image):
    with pytest.raises(ValueError, match="there is no picture in it"):
        grad_cam(replace(tiny, layers={"head": "Head"}), image, [0])


def test_a_vision_transformer_says_why_there_is_none(tiny, image):
    note = MODELS["vit_b_16"].layers_note
    with pytest.raises(ValueError, match="class token"):
        grad_cam(replace(tiny, layers={}, layers_note=note), image, [0])


def test_the_difference_of_two_maps_is_grad_cam_of_the_difference_of_the_logits(tiny, image):
    one, other = grad_cam(tiny, image, [0, 2], "relu")
    activations = tiny.module.relu(tiny.module.second(tiny.module.first(tiny.preprocess(image).double())))
    activations = activations.detach().requires_grad_()
    logits = tiny.module.head(activations.mean(dim=(2, 3)))[0]
    (gradient,) = torch.autograd.grad(logits[0] - logits[2], activations)
    raw = torch.einsum("c,chw->hw", gradient[0].mean(dim=(1, 2)), activations.detach()[0])
    more, less = difference(one, other)
    torch.testing.assert_close((more - less).double(), (raw / raw.abs().max()).double(), atol=1e-5, rtol=1e-4)
    assert not (more * less).any()
    assert max(float(more.max()), float(less.max())) == pytest.approx(1)


def test_maps_of_two_layers_are_not_compared(tiny, image):
    (one,), (other,) = (grad_cam(tiny, image, [0], layer) for layer in ("relu", "second"))
    with pytest.raises(ValueError, match="same layer"):
        difference(one, other)
