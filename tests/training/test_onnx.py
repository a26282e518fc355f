"""ONNX files say what torch says: read back by a small reader of the format and calculated with torch's functions."""

import json
import struct
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from imgcls.models.classify import Classifier
from imgcls.models.preprocess import Preprocess
from imgcls.models.presets import PRESETS
from imgcls.models.registry import load
from imgcls.models.small import ACTIVATIONS, SmallCNN, SmallConfig
from imgcls.training.onnx import OnnxError, to_onnx


def fields(data: bytes) -> dict[int, list[Any]]:
    """A protocol buffer: field number -> values (whole numbers, 4 bytes, or bytes)."""

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    found: dict[int, list[Any]] = {}
    at = 0
    while at < len(data):
        key = varint()
        if key & 7 == 0:
            value = varint()
        elif key & 7 == 5:
            value, at = struct.unpack("<f", data[at : at + 4])[0], at + 4
        else:
            assert key & 7 == 2
            length = varint()
            value, at = data[at : at + length], at + length
        found.setdefault(key >> 3, []).append(value)
    assert at == len(data)
    return found


def attributes(node: dict[int, list[Any]]) -> dict[str, Any]:
    result = {}
    for entry in map(fields, node.get(5, [])):
        kind = entry[20][0]
        result[entry[1][0].decode()] = {1: entry.get(2), 2: entry.get(3), 3: entry.get(4), 7: [entry.get(8)]}[kind][0]
    return result


def calculate(model: bytes, pictures: Tensor) -> Tensor:
    """The model's answer, operator by operator."""
    graph = fields(fields(model)[7][0])
    values = {"pictures": pictures}
    for tensor in map(fields, graph[5]):
        numbers = torch.from_numpy(np.frombuffer(tensor[9][0], "<f4").copy())
        values[tensor[8][0].decode()] = numbers.reshape(tensor.get(1, []))
    for node in map(fields, graph[1]):
        inputs = [values[name.decode()] for name in node[1]]
        outputs = operate(node[4][0].decode(), inputs, attributes(node))
        for name, value in zip(node[2], outputs if isinstance(outputs, tuple) else (outputs,), strict=True):
            values[name.decode()] = value
    assert fields(graph[12][0])[1][0] == b"logits"
    return values["logits"]


def operate(kind: str, inputs: list[Tensor], given: dict[str, Any]) -> Tensor | tuple[Tensor, ...]:
    x, rest = inputs[0], inputs[1:]
    match kind:
        case "Conv":
            stride, kernel = given.get("strides", [1, 1])[0], given["kernel_shape"][0]
            if given.get("auto_pad") == b"SAME_UPPER":
                total = max((-(-x.shape[-1] // stride) - 1) * stride + kernel - x.shape[-1], 0)
                pads = [total // 2, total // 2, total - total // 2, total - total // 2]
            else:
                pads = given.get("pads", [0] * 4)
            x = F.pad(x, (pads[1], pads[3], pads[0], pads[2]))
            return F.conv2d(x, *rest, stride=stride, groups=given.get("group", 1))
        case "BatchNormalization":
            scale, bias, mean, variance = rest
            return F.batch_norm(x, mean, variance, scale, bias, eps=given["epsilon"])
        case "Gemm":
            return F.linear(x, *rest) if given["transB"] else pytest.fail("not written so")
        case "MaxPool":
            return F.max_pool2d(x, given["kernel_shape"], given["strides"])
        case "AveragePool":
            return F.avg_pool2d(x, given["kernel_shape"], given["strides"])
        case "Split":
            return x.chunk(2, given["axis"])
        case "Clip":
            return x.clamp(float(rest[0]), float(rest[1]))
        case "LeakyRelu":
            return F.leaky_relu(x, given["alpha"])
        case "Elu":
            return F.elu(x, given["alpha"])
    return {
        "Add": lambda: x + rest[0],
        "Sub": lambda: x - rest[0],
        "Mul": lambda: x * rest[0],
        "Div": lambda: x / rest[0],
        "Max": lambda: torch.maximum(x, rest[0]),
        "Relu": lambda: F.relu(x),
        "Sigmoid": lambda: x.sigmoid(),
        "Tanh": lambda: x.tanh(),
        "Flatten": lambda: x.flatten(1),
        "GlobalAveragePool": lambda: x.mean((2, 3), keepdim=True),
        "Identity": lambda: x,
    }[kind]()


def classifier_of(config: SmallConfig) -> Classifier:
    module = SmallCNN(config, seed=1)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.1, 0.1)
            layer.running_var.uniform_(0.5, 1.5)
    preprocess = Preprocess(config.size, config.size, mean=(0.5, 0.4, 0.3), std=(0.2, 0.25, 0.3))
    labels = [f"class {place}" for place in range(config.classes)]
    return Classifier("mine", "Mine", module.eval(), preprocess, labels)


CONFIGS = [preset.config for preset in PRESETS.values()] + [
    SmallConfig(
        3, 24, (6, 8), activation=name, pooling=pooling, padding="same", dense=(5,), dropout=0.3, batch_norm=True
    )
    for name, pooling in zip(ACTIVATIONS, ("average", "stride", "none", "max", "max", "max"), strict=True)
]
CONFIGS.append(SmallConfig(4, 16, (6,), padding="same", residual=True, global_pooling=True, grey=True))


@pytest.mark.parametrize("config", CONFIGS, ids=range(len(CONFIGS)))
@torch.no_grad()
def test_the_file_says_what_torch_says(config: SmallConfig) -> None:
    classifier = classifier_of(config)
    pictures = torch.rand(2, 3, config.size, config.size, generator=torch.Generator().manual_seed(0))
    expected = classifier.module(classifier.preprocess.normalise(pictures))
    assert torch.allclose(calculate(to_onnx(classifier), pictures), expected, atol=1e-4)


@torch.no_grad()
def test_efficientnet_can_be_written_too() -> None:
    classifier = load()
    pictures = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    expected = classifier.module(classifier.preprocess.normalise(pictures))
    assert torch.allclose(calculate(to_onnx(classifier), pictures), expected, atol=1e-3)


def test_labels_input_and_versions_are_in_the_file() -> None:
    model = fields(to_onnx(classifier_of(SmallConfig(3, 16, (4,), convolutions=1))))
    assert model[1] == [8]
    assert fields(model[8][0])[2] == [17]
    entry = fields(model[14][0])
    assert json.loads(entry[2][0]) == ["class 0", "class 1", "class 2"]
    shape = fields(fields(fields(fields(fields(model[7][0])[11][0])[2][0])[1][0])[2][0])[1]
    assert [fields(size).get(1, fields(size).get(2))[0] for size in shape] == [b"N", 3, 16, 16]


def test_onnxruntime_agrees() -> None:
    for config in CONFIGS:
        classifier = classifier_of(config)
        pictures = torch.rand(2, 3, config.size, config.size, generator=torch.Generator().manual_seed(0))
        session = onnxruntime.InferenceSession(to_onnx(classifier))
        (logits,) = session.run(["logits"], {"pictures": pictures.numpy()})
        with torch.no_grad():
            expected = classifier.module(classifier.preprocess.normalise(pictures))
        assert np.allclose(logits, expected.numpy(), atol=1e-4)


def test_an_unknown_layer_gets_a_sentence() -> None:
    strange = Classifier("x", "X", nn.Sequential(nn.GRUCell(3, 3)).eval(), Preprocess(), ["a"])
    with pytest.raises(OnnxError, match="GRUCell cannot be written"):
        to_onnx(strange)
