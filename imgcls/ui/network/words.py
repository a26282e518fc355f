"""What the steps of a network are called on the page: in the field's words, and where in the network they are."""

from torch import nn

from imgcls.models.graph import Graph, Step, window_of
from imgcls.numbers import sides

_LAYERS = {"BatchNorm2d": "batch norm", "MaxPool2d": "max pooling", "AvgPool2d": "average pooling"}


def layer_name(step: Step) -> str:
    """What the step does, in a word or two."""
    module = type(step.module).__name__
    if step.kind == "add":
        return "+ input"
    return _LAYERS.get(module, step.kind if step.module is None else module)


def step_title(graph: Graph, index: int) -> str:
    """Where a step is: its column's title or, inside one, also the block and the operation."""
    return ": ".join(filter(None, _place(graph, index)))


def source_title(graph: Graph, index: int, reader: int) -> str:
    """The title of a step that the step `reader` reads; what the two have in common is not said again."""
    place, operation = _place(graph, index)
    return operation if operation and place == _place(graph, reader)[0] else step_title(graph, index)


def _place(graph: Graph, index: int) -> tuple[str, str]:
    """Part of the network and operation there; no operation for the step that a column shows."""
    step = graph.steps[index]
    for column in graph.columns[:-1]:
        if column.step == index:
            return column.title, ""
        if step.name.startswith(f"{column.name}."):
            first, *deeper = step.name.removeprefix(f"{column.name}.").split(".")
            block = f", block {int(first) + 1}" if deeper and first.isdecimal() else ""
            return f"{column.title}{block}", _operation(step)
    return step.name, ""


def _operation(step: Step) -> str:
    module = step.module
    if isinstance(module, nn.Conv2d):
        side = window_of(module)[0]
        each = module.groups == module.in_channels > 1
        return f"{'depthwise' if each else 'convolution'} {sides(side, side)}"
    return layer_name(step)
