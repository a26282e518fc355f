"""A network as a list of steps in the order of their computation, found by watching one forward pass.

torch.fx would find them too, but while it traces it replaces `nn.Module.__call__` for the whole process, and the
networks of other sessions run in other threads. What watches here is a mode of this thread and hooks on copies.

Every view of a network reads this list: no layer is computed, or described, in a second place.
"""

import copy
import dataclasses
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from imgcls.models.classify import Classifier
from imgcls.models.efficientnet_lite import SamePaddingConv2d, same_padding
from imgcls.models.modules import Grey, Maxout, Scale
from imgcls.models.specs import EMBEDDED
from imgcls.ops.receptive import Receptive

_KINDS: dict[str, tuple[type[nn.Module], ...]] = {
    "convolution": (nn.Conv2d,),
    "linear": (nn.Linear,),
    "norm": (nn.BatchNorm2d,),
    "activation": (nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.Sigmoid, nn.Tanh, nn.Hardswish, nn.SiLU, nn.GELU),
    "maxout": (Maxout,),
    "pool": (nn.MaxPool2d, nn.AvgPool2d),
    "mean": (nn.AdaptiveAvgPool2d,),
    "flatten": (nn.Flatten,),
    "grey": (Grey,),
    "scale": (Scale,),
    "nothing": (nn.Dropout, nn.Identity),
}
_FUNCTIONS = {"add": "add", "__add__": "add", "__radd__": "add", "__iadd__": "add", "add_": "add", "mean": "mean",
              "flatten": "flatten", "relu": "activation"}  # fmt: skip
ELEMENTWISE = {"norm", "activation", "scale", "nothing"}
"""Kinds whose output at a place depends on the input at that place of the same channel alone."""


class CannotDraw(ValueError):  # noqa: N818
    """The network has no feature maps in a row; the message is one sentence for people."""


@dataclass(frozen=True, eq=False)
class Step:
    """One operation of the network. `shape` is its output's for one picture: (C, H, W) or (K,).

    `inputs` are the places of the steps that it reads; the first step is the input itself. `run` computes the
    output from theirs, and never in place. `receptive` is None where every output sees the whole picture.
    """

    index: int
    name: str
    kind: str
    inputs: tuple[int, ...]
    shape: tuple[int, ...]
    module: nn.Module | None
    run: Callable[..., Tensor]
    receptive: Receptive | None

    @property
    def parameters(self) -> int:
        """Numbers that training found."""
        return sum(parameter.numel() for parameter in self.module.parameters()) if self.module else 0


@dataclass(frozen=True)
class Column:
    """A part of the network that the overview shows: the output of step `step`, under a short title."""

    name: str
    title: str
    step: int
    shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True, eq=False)
class Graph:
    """All steps of a network; `columns` are the parts worth a column: the input first, the logits last."""

    classifier: Classifier
    steps: tuple[Step, ...]
    columns: tuple[Column, ...]

    def users(self, index: int) -> tuple[Step, ...]:
        """The steps that read the output of a step."""
        return tuple(step for step in self.steps if index in step.inputs)

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            ValueError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise ValueError(f"{self.classifier.title} has no layer {name!r}.")


@lru_cache(maxsize=16)
def graph_of(classifier: Classifier) -> Graph:
    """The steps of a network, found once per network.

    Raises:
        CannotDraw: there are no feature maps to draw, or the network's program cannot be followed.
    """
    return _traced(classifier)


class _Watch(TorchFunctionMode):
    """Writes down what a forward pass computes: layers that have a name as one step, all else function by function."""

    def __init__(self, inputs: Tensor) -> None:
        super().__init__()
        self.steps = [Step(0, "input", "input", (), tuple(inputs.shape[1:]), None, torch.Tensor.clone, Receptive())]
        self.places = {id(inputs): 0}
        self.alive: list[Tensor] = [inputs]  # or an id could come up twice
        self.scope: list[str] = []
        self.ends: dict[str, int] = {}
        self.inside = 0

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if not self.inside and isinstance(result, Tensor):
            name = getattr(func, "__name__", "other")
            self.record(
                func, None, _FUNCTIONS.get(name, "other"), args, kwargs, result, name.endswith(("_", "__iadd__"))
            )
        return result

    def record(
        self, run: Callable[..., Any], module: nn.Module | None, kind: str, args: Any, kwargs: Any, result: Tensor,
        in_place: bool,
    ) -> None:  # fmt: skip
        found: list[int] = []
        args, kwargs = (_with_places(each, self.places, found) for each in (args, kwargs))
        if not found:
            return  # it does not depend on the picture
        if kind == "add" and len(found) != 2:
            kind = "other"

        if in_place and module is not None:
            run, in_place = copy.copy(module), False  # a pass out of place is shorter than a copy and one in place
            run.inplace = False

        def again(*inputs: Tensor) -> Tensor:
            given = tuple(each.clone() for each in inputs) if in_place else inputs
            return run(*_with_tensors(args, given), **_with_tensors(kwargs, given))

        path = self.scope[-1] if self.scope else ""
        name = path if module is not None else f"{path}.{kind}".lstrip(".")
        shape, behind = tuple(result.shape[1:]), [self.steps[place] for place in found]
        simple = not in_place and not kwargs and len(args) == 1 and isinstance(args[0], _Place)
        step = Step(len(self.steps), name, kind, tuple(found), shape, module, run if simple else again, None)
        self.steps.append(dataclasses.replace(step, receptive=_receptive(step, behind)))
        self.places[id(result)] = step.index
        self.alive.append(result)

    def watched(self, module: nn.Module, path: str = "") -> nn.Module:
        """A copy that shares the parameters and tells when a layer begins and ends."""
        private, kind = copy.copy(module), kind_of(module)
        private._forward_hooks, private._forward_pre_hooks = OrderedDict(), OrderedDict()

        def begin(_layer: nn.Module, _inputs: Any) -> None:
            self.scope.append(path)
            self.inside += kind != "other"

        def end(_layer: nn.Module, inputs: Any, output: Any) -> None:
            if kind != "other":
                self.inside -= 1
                if not self.inside:
                    self.record(module, module, kind, inputs, {}, output, getattr(module, "inplace", False))
            self.scope.pop()
            if isinstance(output, Tensor) and id(output) in self.places:
                self.ends[path] = self.places[id(output)]

        private.register_forward_pre_hook(begin)
        private.register_forward_hook(end)
        private._modules = {
            name: child and self.watched(child, f"{path}.{name}".lstrip(".")) for name, child in module._modules.items()
        }
        return private


@dataclass(frozen=True)
class _Place:
    """Stands for the k-th input of a step among its arguments."""

    number: int


def _with_places(value: Any, places: dict[int, int], found: list[int]) -> Any:
    if isinstance(value, Tensor) and id(value) in places:
        found.append(places[id(value)])
        return _Place(len(found) - 1)
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        return type(value)(_with_places(each, places, found) for each in value)
    if isinstance(value, dict):
        return {name: _with_places(each, places, found) for name, each in value.items()}
    return value


def _with_tensors(value: Any, given: tuple[Tensor, ...]) -> Any:
    if isinstance(value, _Place):
        return given[value.number]
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        return type(value)(_with_tensors(each, given) for each in value)
    if isinstance(value, dict):
        return {name: _with_tensors(each, given) for name, each in value.items()}
    return value


def kind_of(module: nn.Module) -> str:
    """What a layer does, in one word; "other" for one that has no picture of its own here."""
    return next((kind for kind, types in _KINDS.items() if isinstance(module, types)), "other")


def _traced(classifier: Classifier) -> Graph:
    layers = _layers(classifier)
    side = classifier.preprocess.crop
    dtype = next((parameter.dtype for parameter in classifier.module.parameters()), torch.float32)
    noise = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0)).to(classifier.device, dtype)
    with torch.inference_mode():
        watch = _Watch(noise)
        module = watch.watched(classifier.module)
        with watch:
            output = module(noise)
        last = watch.places.get(id(output))
        steps = tuple(watch.steps[: (last or 0) + 1])
        if not last or not _follows(classifier.module, steps, -noise):
            raise CannotDraw(f"The program of {classifier.title} has turns that cannot be followed.")
    return Graph(classifier, steps, _columns(classifier, layers, steps, watch.ends))


def _follows(module: nn.Module, steps: tuple[Step, ...], picture: Tensor) -> bool:
    """Whether the steps give what the network gives, on another picture than the one on which they were found."""
    expected = module(picture)
    values = [picture]
    for step in steps[1:]:
        values.append(step.run(*(values[place] for place in step.inputs)))
    return values[-1].shape == expected.shape and torch.allclose(values[-1], expected, rtol=1e-3, atol=1e-4)


def _layers(classifier: Classifier) -> dict[str, str]:
    """Name -> title of the layers to be drawn."""
    if not classifier.layers:
        raise CannotDraw(classifier.layers_note or f"{classifier.title} has no feature maps to draw.")
    if len(classifier.layers) > 1:
        return dict(classifier.layers)
    known = dict(classifier.module.named_modules())  # a new head on the embedded network names its last stage only
    return {name: title for name, title in EMBEDDED.layers.items() if name in known} or dict(classifier.layers)


def pads(module: nn.Module, height: int, width: int) -> tuple[int, int, int, int]:
    """How many rows and columns a convolution or pooling adds around (height, width): left, right, top, bottom."""
    if isinstance(module, SamePaddingConv2d):
        top, bottom = same_padding(height, module.kernel_size[0], module.stride[0])
        left, right = same_padding(width, module.kernel_size[1], module.stride[1])
        return left, right, top, bottom
    down, across = _pair(module.padding)
    return across, across, down, down


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def window_of(module: nn.Module) -> tuple[int, int, int]:
    """Side of the window, stride and dilation of a convolution or pooling (those of the rows)."""
    return tuple(_pair(part)[0] for part in (module.kernel_size, module.stride, getattr(module, "dilation", 1)))


def _receptive(step: Step, inputs: list[Step]) -> Receptive | None:
    behind = [each.receptive for each in inputs]
    if len(step.shape) != 3 or None in behind or step.kind in ("mean", "other"):
        return None
    if step.kind in ("convolution", "pool"):
        window, stride, dilation = window_of(step.module)
        before = pads(step.module, *inputs[0].shape[1:])[2]
        return behind[0].through((window - 1) * dilation + 1, stride, before)
    first = min(each.first for each in behind)
    return Receptive(max(each.first + each.size for each in behind) - first, behind[0].jump, first)


def _columns(
    classifier: Classifier, layers: dict[str, str], steps: tuple[Step, ...], ends: dict[str, int]
) -> tuple[Column, ...]:
    columns = [Column("input", "input", 0, steps[0].shape, 0)]
    for name, title in layers.items():
        place = ends.get(name)
        if place is None or len(steps[place].shape) != 3:
            raise CannotDraw(f"The layer {name} of {classifier.title} gives no feature maps.")
        module = classifier.module.get_submodule(name)
        short = title.split(":")[0].replace("Last convolution", "Last")
        count = sum(parameter.numel() for parameter in module.parameters())
        columns.append(Column(name, short, place, steps[place].shape, count))
    last = steps[-1]
    if len(last.shape) != 1:
        raise CannotDraw(f"{classifier.title} does not end in one logit a class.")
    rest = sum(step.parameters for step in steps if not any(f"{step.name}.".startswith(f"{name}.") for name in layers))
    columns.append(Column("logits", "softmax", last.index, last.shape, rest))
    return tuple(columns)
