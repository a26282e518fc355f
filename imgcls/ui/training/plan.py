"""The network before it is trained: its layers with shapes and parameters, and the lines that count them."""

from dataclasses import dataclass

import streamlit as st

from imgcls.data.datasets import task_labels
from imgcls.data.drawn.tiny_breeds import BREEDS
from imgcls.data.sources import CIFAR10, DRAWN_DOGS, PETS
from imgcls.models.efficientnet_lite import HEAD_CHANNELS
from imgcls.models.small import LayerRow, layer_table
from imgcls.numbers import sides, whole
from imgcls.ops.activations import ACTIVATIONS
from imgcls.ops.pooling import KINDS
from imgcls.plain import markdown
from imgcls.training.config import DataChoice, TrainConfig
from imgcls.training.script import model_code
from imgcls.ui.memo import remember
from imgcls.ui.shell import code_panel

_KNOWN = {DRAWN_DOGS: len(BREEDS), PETS: 37, CIFAR10: 10}
_OWN = ("Grey", "Maxout", "Residual", "Scale")
_KINDS = {
    "Picture": "picture", "Conv2d": "convolution", "Linear": "dense", "BatchNorm2d": "batch norm",
    "AdaptiveAvgPool2d": "average", "Flatten": "flatten", "Residual": "residual block",
    **{kind.layer.__name__: kind.title for kind in KINDS.values()},
    **{type(each.layer()).__name__: each.title for each in ACTIVATIONS.values() if each.layer},
}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """The layers of the network that will be trained, for so many classes."""

    rows: tuple[LayerRow, ...]
    classes: int

    @property
    def parameters(self) -> int:
        """Numbers that training will change."""
        return sum(row.parameters for row in self.rows)


def planned(config: TrainConfig) -> Plan | None:
    """The network of a run with these choices; None, with one sentence on the page, where there can be none."""
    try:
        classes = class_count(config.data)
        return Plan(plan_rows(config, classes), classes)
    except ValueError as trouble:
        st.error(markdown(str(trouble)), icon=":material/tune:")
        return None


def class_count(data: DataChoice) -> int:
    """How many classes there are to tell apart.

    Raises:
        ValueError: the pictures cannot be used for this task.
    """
    if data.task == "binary":
        return 2
    if data.source in _KNOWN:
        return _KNOWN[data.source]
    key = (data.source, data.task, data.reading, data.renamed)
    return remember("train_classes", key, lambda: len(task_labels(data.open(64), data.task)[2]))


def plan_rows(config: TrainConfig, classes: int) -> tuple[LayerRow, ...]:
    """The layers of the network that a run with these choices trains; for transfer those of the new head."""
    if config.model is not None:
        return layer_table(config.model.with_(classes=classes, size=config.size))
    head = LayerRow("head", "Linear", (classes,), (HEAD_CHANNELS + 1) * classes)
    return (LayerRow("features", "EfficientNet-Lite0, frozen", (HEAD_CHANNELS,), 0), head)


def plan(network: Plan) -> None:
    """The table, and what it adds up to."""
    st.markdown(f"**{whole(network.parameters)} parameters** will be learned, for {network.classes} classes.")
    st.table({
        "Layer": [row.name for row in network.rows],
        "Type": [_KINDS.get(row.kind, row.kind) for row in network.rows],
        "Output": [sides(*row.shape) for row in network.rows],
        "Parameters": [whole(row.parameters) if row.parameters else "" for row in network.rows],
    })  # fmt: skip


def plan_code(config: TrainConfig, network: Plan) -> None:
    """The network as plain torch, and the same counts."""
    classes = network.classes
    if config.model is None:
        code = f"""
        from torch import nn

        head = nn.Linear({HEAD_CHANNELS}, {classes})  # on the frozen features of EfficientNet-Lite0
        total = sum(p.numel() for p in head.parameters())
        """
        code_panel(code, {"total": network.parameters}, functions=(plan_rows,), key="train_plan")
        return
    lines = model_code(config.model.with_(classes=classes, size=config.size))
    own = [name for name in _OWN if f"{name}(" in lines]
    imports = f"from imgcls.models.modules import {', '.join(own)}\n" if own else ""
    code = (
        f"from collections import OrderedDict\n\nimport torch\nfrom torch import nn\n{imports}\n"
        f"model = nn.Sequential(OrderedDict([\n{lines}\n]))\n"
        f"logits = model(torch.zeros(2, 3, {config.size}, {config.size}))  # (2, {classes})\n"
        "counts = [sum(p.numel() for p in layer.parameters()) for layer in model]\n"
        "total = sum(counts)\n"
    )
    counts = [row.parameters for row in network.rows[1:]]
    code_panel(code, {"counts": counts, "total": network.parameters}, functions=(layer_table,), key="train_plan")
