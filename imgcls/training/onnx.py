"""A trained network as an ONNX file, for programs that are not torch. Written directly: no other package is needed.

ONNX is protocol buffers, field numbers as in https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; opset 17.
"""

import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from imgcls.models.classify import Classifier
from imgcls.models.modules import Grey, Maxout, Residual, Scale
from imgcls.plain import one_line
from imgcls.training.elsewhere import preprocessing_steps

OPSET, IR_VERSION = 17, 8
_FLOAT, _VARINT, _BYTES, _FIXED32 = 1, 0, 2, 5


class OnnxError(ValueError):
    """The network has a layer that this writer does not know."""


def to_onnx(classifier: Classifier) -> bytes:
    """The file: input "pictures" (N, 3, S, S), red, green and blue from 0 to 1; output "logits" (N, K).

    Normalisation is part of the graph. The metadata hold the labels and all that has to be done to a photo before, so
    that another program gives the same answer: see imgcls.training.elsewhere.

    Raises:
        OnnxError: a layer of another kind than SmallCNN's and EfficientNet-Lite's.
    """
    graph = _Graph()
    preprocess, side = classifier.preprocess, classifier.preprocess.crop
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (preprocess.mean, preprocess.std))
    x = graph.node("Sub", ["pictures", graph.constant("mean", mean)])
    x = graph.node("Div", [x, graph.constant("std", std)])
    x = graph.module(classifier.module, x, "")
    graph.node("Identity", [x], output="logits")
    body = (
        b"".join(_field(1, node) for node in graph.nodes)
        + _field(2, _text(one_line(classifier.title)))
        + b"".join(_field(5, tensor) for tensor in graph.tensors)
        + _field(11, _value_info("pictures", ["N", 3, side, side]))
        + _field(12, _value_info("logits", ["N", len(classifier.labels)]))
    )
    return (
        _number(1, IR_VERSION)
        + _field(2, b"imgcls")
        + _field(6, _text(_HOW_TO))
        + _field(7, body)
        + _field(8, _number(2, OPSET))
        + b"".join(_field(14, _field(1, _text(key)) + _field(2, _text(value))) for key, value in _metadata(classifier))
    )


_HOW_TO = (
    'Takes pictures of the middle of a photo, red, green and blue from 0 to 1; "preprocessing" in the metadata says, '
    'step by step, how they are made. Gives logits: their softmax are the probabilities of "labels".'
)


def _metadata(classifier: Classifier) -> list[tuple[str, str]]:
    described = {"labels": list(classifier.labels), "preprocessing": preprocessing_steps(classifier.preprocess)}
    return [
        *((key, json.dumps(value, ensure_ascii=False)) for key, value in described.items()),
        ("Image.BitmapPixelFormat", "Rgb8"),
        ("Image.ColorSpaceGamma", "SRGB"),
        ("Image.NominalPixelRange", "Normalized_0_1"),
    ]


def _text(text: str) -> bytes:
    """UTF-8; half characters, as a broken name may hold, become question marks."""
    return text.encode(errors="replace")


class _Graph:
    """Nodes and constants, encoded; every value has a name."""

    def __init__(self) -> None:
        self.nodes: list[bytes] = []
        self.tensors: list[bytes] = []

    def node(self, kind: str, inputs: Sequence[str], outputs: int = 1, output: str = "", **attributes: Any) -> str:
        """Adds an operator; returns the name of its (first) output."""
        name = output or f"v{len(self.nodes)}"
        names = [name, *(f"{name}_{place}" for place in range(1, outputs))]
        self.nodes.append(
            b"".join(_field(1, text.encode()) for text in inputs)
            + b"".join(_field(2, text.encode()) for text in names)
            + _field(3, f"node_{name}".encode())
            + _field(4, kind.encode())
            + b"".join(_field(5, _attribute(key, value)) for key, value in attributes.items())
        )
        return name

    def constant(self, name: str, value: Tensor) -> str:
        """Adds numbers; returns their name."""
        data = value.detach().float().cpu().contiguous().numpy().astype("<f4").tobytes()
        dims = b"".join(_number(1, size) for size in value.shape)
        self.tensors.append(dims + _number(2, _FLOAT) + _field(8, name.encode()) + _field(9, data))
        return name

    def module(self, module: nn.Module, x: str, path: str) -> str:
        """Adds a layer, or all layers inside; returns the name of what comes out."""
        if special := _CONTAINERS.get(type(module).__name__):
            return special(self, module, x, path)
        if writer := _LAYERS.get(type(module).__name__):
            return writer(self, module, x, path)
        if isinstance(module, nn.Sequential):
            for name, child in module.named_children():
                x = self.module(child, x, f"{path}.{name}" if path else name)
            return x
        raise OnnxError(f"The layer {type(module).__name__} cannot be written as ONNX.")


def _conv(graph: _Graph, layer: nn.Conv2d, x: str, path: str) -> str:
    inputs = [x, graph.constant(f"{path}.weight", layer.weight)]
    if layer.bias is not None:
        inputs.append(graph.constant(f"{path}.bias", layer.bias))
    kernel, stride = list(layer.kernel_size), list(layer.stride)
    top, left = layer.padding
    settings = {"kernel_shape": kernel, "strides": stride, "pads": [top, left, top, left], "group": layer.groups}
    if type(layer).__name__ == "SamePaddingConv2d":  # TensorFlow's padding: the odd pixel right and bottom
        del settings["pads"]
        settings["auto_pad"] = "SAME_UPPER"
    return graph.node("Conv", inputs, **settings)


def _batch_norm(graph: _Graph, layer: nn.BatchNorm2d, x: str, path: str) -> str:
    names = ("weight", "bias", "running_mean", "running_var")
    constants = [graph.constant(f"{path}.{name}", getattr(layer, name)) for name in names]
    return graph.node("BatchNormalization", [x, *constants], epsilon=float(layer.eps))


def _linear(graph: _Graph, layer: nn.Linear, x: str, path: str) -> str:
    constants = [graph.constant(f"{path}.{name}", getattr(layer, name)) for name in ("weight", "bias")]
    return graph.node("Gemm", [x, *constants], transB=1)


def _pool(kind: str) -> Callable[..., str]:
    def write(graph: _Graph, layer: nn.MaxPool2d | nn.AvgPool2d, x: str, path: str) -> str:
        side, stride = layer.kernel_size, layer.stride
        return graph.node(kind, [x], kernel_shape=[side, side], strides=[stride, stride])

    return write


def _maxout(graph: _Graph, _layer: Maxout, x: str, _path: str) -> str:
    first = graph.node("Split", [x], outputs=2, axis=1)
    return graph.node("Max", [first, f"{first}_1"])


def _grey(graph: _Graph, layer: Grey, x: str, path: str) -> str:
    return graph.node("Conv", [x, graph.constant(f"{path}.weights", layer.weights)], kernel_shape=[1, 1])


def _scale(graph: _Graph, layer: Scale, x: str, path: str) -> str:
    return graph.node("Mul", [x, graph.constant(f"{path}.factor", torch.tensor([layer.factor]))])


def _relu6(graph: _Graph, _layer: nn.ReLU6, x: str, path: str) -> str:
    low, high = (graph.constant(f"{path}.{name}", torch.tensor(value)) for name, value in (("low", 0.0), ("high", 6.0)))
    return graph.node("Clip", [x, low, high])


def _simple(kind: str, **names: str) -> Callable[..., str]:
    """An operator without weights; `names`: ONNX's name of a setting = torch's."""

    def write(graph: _Graph, layer: nn.Module, x: str, _path: str) -> str:
        return graph.node(kind, [x], **{theirs: float(getattr(layer, ours)) for theirs, ours in names.items()})

    return write


_LAYERS: dict[str, Callable[..., str]] = {
    "Conv2d": _conv,
    "SamePaddingConv2d": _conv,
    "BatchNorm2d": _batch_norm,
    "Linear": _linear,
    "MaxPool2d": _pool("MaxPool"),
    "AvgPool2d": _pool("AveragePool"),
    "AdaptiveAvgPool2d": _simple("GlobalAveragePool"),
    "Flatten": lambda graph, _layer, x, _path: graph.node("Flatten", [x], axis=1),
    "Dropout": lambda _graph, _layer, x, _path: x,  # does nothing outside training
    "ReLU": _simple("Relu"),
    "ReLU6": _relu6,
    "LeakyReLU": _simple("LeakyRelu", alpha="negative_slope"),
    "ELU": _simple("Elu", alpha="alpha"),
    "Sigmoid": _simple("Sigmoid"),
    "Tanh": _simple("Tanh"),
    "Maxout": _maxout,
    "Grey": _grey,
    "Scale": _scale,
}


def _residual(graph: _Graph, layer: Residual, x: str, path: str) -> str:
    return graph.node("Add", [x, graph.module(layer.layers, x, f"{path}.layers")])


def _inverted_residual(graph: _Graph, layer: nn.Module, x: str, path: str) -> str:
    y = graph.module(layer.block, x, f"{path}.block")
    return graph.node("Add", [x, y]) if layer.adds_input else y


def _efficientnet(graph: _Graph, network: nn.Module, x: str, path: str) -> str:
    x = graph.node("GlobalAveragePool", [graph.module(network.features, x, "features")])
    return graph.module(network.classifier, graph.node("Flatten", [x], axis=1), "classifier")


_CONTAINERS: dict[str, Callable[..., str]] = {
    "SmallCNN": lambda graph, network, x, _path: graph.module(network.layers, x, "layers"),
    "Residual": _residual,
    "InvertedResidual": _inverted_residual,
    "EfficientNetLite": _efficientnet,
}


# Protocol buffers


def _varint(value: int) -> bytes:
    data = bytearray()
    while True:
        data.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(data)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _field(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(data)) + data


def _attribute(name: str, value: float | int | str | list[int]) -> bytes:
    key = _field(1, name.encode())
    match value:
        case float():
            return key + _varint(2 << 3 | _FIXED32) + struct.pack("<f", value) + _number(20, 1)
        case int():
            return key + _number(3, value) + _number(20, 2)
        case str():
            return key + _field(4, value.encode()) + _number(20, 3)
    return key + b"".join(_number(8, item) for item in value) + _number(20, 7)


def _value_info(name: str, shape: list[int | str]) -> bytes:
    sizes = [_field(2, size.encode()) if isinstance(size, str) else _number(1, size) for size in shape]
    tensor = _number(1, _FLOAT) + _field(2, b"".join(_field(1, size) for size in sizes))
    return _field(1, name.encode()) + _field(2, _field(1, tensor))
