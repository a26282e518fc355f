"""EfficientNet-Lite against timm's, an implementation by others."""

import copy

import pytest
import timm
import torch
from timm.data import create_transform

from imgcls.models.efficientnet_lite import SCALING, STAGES, EfficientNetLite, SamePaddingConv2d, named_by_order
from imgcls.models.specs import EMBEDDED


def timm_name(name: str) -> str:
    """A name in the published file -> timm's name for the same tensor."""
    for theirs, timms in (("_conv_stem", "conv_stem"), ("_conv_head", "conv_head"), ("_fc", "classifier")):
        if name.startswith(theirs):
            return name.replace(theirs, timms)
    if not name.startswith("_blocks"):
        return name.replace("_bn0", "bn1") if name.startswith("_bn0") else name.replace("_bn1", "bn2")
    _, number, layer, what = name.split(".")
    places = [(stage, block) for stage, (*_, repeats) in enumerate(STAGES) for block in range(repeats)]
    stage, block = places[int(number)]
    if stage == 0:  # the first stage does not widen: one convolution and one batch norm fewer
        names = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
    else:
        names = {"_expand_conv": "conv_pw", "_depthwise_conv": "conv_dw", "_project_conv": "conv_pwl"}
        names |= {"_bn0": "bn1", "_bn1": "bn2", "_bn2": "bn3"}
    return f"blocks.{stage}.{block}.{names[layer]}.{what}"


@pytest.fixture(scope="module")
def reference() -> torch.nn.Module:
    state = torch.load(EMBEDDED.weights_file, map_location="cpu", weights_only=True)
    module = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    module.load_state_dict({timm_name(name): tensor for name, tensor in state.items()})
    return module.eval()


@pytest.mark.parametrize("name", ["chelsea", "coffee", "astronaut"])
def test_logits_on_photographs_equal_timm_with_timms_own_preprocessing(name, photographs, embedded, reference):
    settings = {"input_size": (3, 224, 224), "crop_pct": 0.875, "mean": (0.5,) * 3, "std": (0.5,) * 3}
    theirs = create_transform(**settings, interpolation="bicubic")(photographs[name])[None]
    ours = embedded.preprocess(photographs[name])
    with torch.inference_mode():
        torch.testing.assert_close(embedded.module(ours), reference(theirs), atol=1e-5, rtol=1e-5)


def test_symmetric_padding_gives_other_logits(photographs, embedded):
    """What the equality above would miss if both were wrong: the padding does matter."""
    symmetric = copy.deepcopy(embedded.module)
    for module in symmetric.modules():
        if isinstance(module, SamePaddingConv2d):
            padding = [side // 2 for side in module.kernel_size]
            module.forward = lambda x, m=module, p=padding: torch.conv2d(x, m.weight, None, m.stride, p, 1, m.groups)
    inputs = embedded.preprocess(photographs["chelsea"])
    with torch.inference_mode():
        assert (symmetric(inputs) - embedded.module(inputs)).abs().max() > 0.1


def test_same_padding_puts_the_odd_pixel_right_and_bottom():
    layer = SamePaddingConv2d(1, 1, 3, 2, bias=False)
    layer.weight.data.fill_(1.0)
    # 4 pixels at stride 2 need 5: one of padding. Counting the ones under each window gives
    assert layer(torch.ones(1, 1, 4, 4)).tolist() == [[[[9.0, 6.0], [6.0, 4.0]]]]


@pytest.mark.parametrize("side", [7, 8, 9, 15])
@pytest.mark.parametrize("kernel", [3, 5])
def test_same_padding_gives_half_the_side_rounded_up(side, kernel):
    layer = SamePaddingConv2d(1, 1, kernel, 2, bias=False)
    assert layer(torch.ones(1, 1, side, side)).shape[-1] == (side + 1) // 2


@pytest.mark.parametrize("variant", sorted(SCALING))
def test_every_variant_has_as_many_parameters_as_timms(variant):
    with torch.device("meta"):
        ours, theirs = EfficientNetLite(variant), timm.create_model(f"tf_efficientnet_lite{variant}")
    assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in theirs.parameters())


def test_naming_by_order_refuses_another_number_of_tensors():
    with pytest.raises(ValueError, match="hold 1 tensors, the network needs 2"):
        named_by_order(torch.nn.Linear(3, 2), {"a": torch.zeros(2, 3)})


def test_naming_by_order_refuses_another_shape():
    with pytest.raises(ValueError, match=r"a has shape \(3, 2\), weight needs \(2, 3\)"):
        named_by_order(torch.nn.Linear(3, 2), {"a": torch.zeros(3, 2), "b": torch.zeros(2)})
