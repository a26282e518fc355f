"""SmallCNN: small networks of the lecture's layers, built from one dataclass of choices."""

import dataclasses
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from imgcls.models.first_weights import draw_first_weights
from imgcls.models.modules import Grey, Maxout, Residual, Scale
from imgcls.numbers import sides, whole
from imgcls.ops import activations
from imgcls.ops.pooling import KINDS

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    **{name: activations.ACTIVATIONS[name].layer for name in ("relu", "leaky_relu", "elu", "sigmoid", "tanh")},
    "maxout": Maxout,
}
POOLINGS = (*KINDS, "stride", "none")
MOST_PARAMETERS = 50_000_000


@dataclass(frozen=True)
class SmallConfig:
    """All choices for a SmallCNN. Impossible combinations are refused when it is made.

    A block is `convolutions` times (convolution, batch norm if chosen, activation), then pooling. After the blocks:
    flatten, the `dense` layers with activation, and the layer of logits; dropout comes before each of these.

    Attributes:
        classes: number of logits.
        size: side of the square pictures in pixels.
        channels: output channels (number of kernels) of each block; none: no convolution at all.
        convolutions: convolutions in each block.
        kernel: side of the kernels.
        padding: "same" keeps the size, "valid" loses kernel - 1 pixels.
        activation: a name of ACTIVATIONS.
        pooling: how a block ends: "max", "average", "stride" (its last convolution moves on by `pool`) or "none".
        pool: side and stride of the pooling window, block by block; the last holds for the remaining blocks.
        dense: widths of the hidden dense layers.
        dropout: probability that a value is DROPPED (0: no dropout), before each dense layer.
        batch_norm: normalise after every convolution.
        grey: turn the picture grey first.
        residual: pool after a block's first convolution; the others change its result by addition.
        global_pooling: average each channel over the picture instead of flattening.
        logit_scale: constant factor of the logits.

    Raises:
        ValueError: the combination makes no network; the message says which choice to change.
    """

    classes: int = 10
    size: int = 64
    channels: tuple[int, ...] = (10, 10)
    convolutions: int = 2
    kernel: int = 3
    padding: str = "valid"
    activation: str = "relu"
    pooling: str = "max"
    pool: tuple[int, ...] = (2,)
    dense: tuple[int, ...] = ()
    dropout: float = 0.0
    batch_norm: bool = False
    grey: bool = False
    residual: bool = False
    global_pooling: bool = False
    logit_scale: float = 1.0

    def __post_init__(self) -> None:
        for name in ("channels", "pool", "dense"):  # JSON has lists only
            object.__setattr__(self, name, tuple(getattr(self, name)))
        self._check_choices()
        self._check_sizes()

    def _check_choices(self) -> None:
        counts = {"classes": self.classes, "size": self.size, "convolutions": self.convolutions, "kernel": self.kernel}
        for name, count in counts.items():
            if count < 1:
                raise ValueError(f"{name} must be at least 1, not {count}.")
        if any(number < 1 for number in (*self.channels, *self.pool, *self.dense)) or not self.pool:
            raise ValueError("Channels, pooling windows and dense widths must all be at least 1.")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"There is no activation {self.activation!r}; choose one of {', '.join(ACTIVATIONS)}.")
        if self.pooling not in POOLINGS:
            raise ValueError(f"There is no pooling {self.pooling!r}; choose one of {', '.join(POOLINGS)}.")
        if self.padding not in ("same", "valid"):
            raise ValueError(f"There is no padding {self.padding!r}; choose same or valid.")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"Dropout drops a share from 0 to below 1 of the values, not {self.dropout:g}.")
        if self.padding == "same" and self.kernel % 2 == 0 and self.channels:
            raise ValueError(
                f"A {sides(self.kernel, self.kernel)} kernel has no middle: choose an odd size or valid padding."
            )
        if self.residual and (self.padding != "same" or self.convolutions < 2 or self.pooling == "stride"):
            raise ValueError("Residual blocks need same padding, two convolutions or more, and pooling without stride.")

    def _check_sizes(self) -> None:
        side = self.size
        for number in range(1, len(self.channels) + 1):
            side = self._side_after(side, number)
        parameters = count_parameters(SmallCNN.skeleton(self))
        if parameters > MOST_PARAMETERS:
            raise ValueError(
                f"This network would have {whole(parameters)} parameters, more than {whole(MOST_PARAMETERS)}: "
                "choose fewer channels, narrower dense layers or smaller pictures."
            )

    def _side_after(self, side: int, number: int) -> int:
        """The side of the picture after block `number` (from 1) if it is `side` before."""
        pool = self.pool_of(number)
        for place in range(self.convolutions):
            if self.padding == "valid":
                if side < self.kernel:
                    raise ValueError(
                        f"In block {number} the picture is only {sides(side, side)}: a "
                        f"{sides(self.kernel, self.kernel)} "
                        "kernel does not fit. Use fewer blocks, same padding, a smaller kernel or larger pictures."
                    )
                side -= self.kernel - 1
            if self.pooling == "stride" and place == self.convolutions - 1:
                side = math.ceil(side / pool)
        if self.pooling in KINDS:
            if side < pool:
                raise ValueError(
                    f"After the convolutions of block {number} the picture is only {sides(side, side)}: "
                    f"{sides(pool, pool)} pooling does not fit. Use fewer blocks, same padding or larger pictures."
                )
            side //= pool
        return side

    def pool_of(self, number: int) -> int:
        """The pooling window of block `number` (from 1)."""
        return self.pool[min(number, len(self.pool)) - 1]

    def with_(self, **changes: Any) -> "SmallConfig":
        """A copy with some choices changed."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; `SmallConfig(**config.to_dict())` is the same again."""
        return dataclasses.asdict(self)


class SmallCNN(nn.Module):
    """Pictures (N, 3, S, S) -> logits (N, classes). `layers` is a Sequential whose names say block and place.

    Args:
        config: the choices.
        seed: of the first weights.
        first_weights: a name of FIRST_WEIGHTS.
    """

    def __init__(self, config: SmallConfig, seed: int = 0, first_weights: str = "default") -> None:
        super().__init__()
        self.config = config
        with torch.random.fork_rng(devices=[]):  # torch's layers draw numbers when they are made: nobody else's
            self.layers = nn.Sequential(_layers(config))
        if next(self.parameters()).device.type != "meta":
            draw_first_weights(self, first_weights, seed)

    @classmethod
    def skeleton(cls, config: SmallConfig) -> "SmallCNN":
        """The network without numbers in it: shapes and counts at once, whatever its size."""
        with torch.device("meta"):
            return cls(config)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def _layers(config: SmallConfig) -> "OrderedDict[str, nn.Module]":
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    if config.grey:
        layers["grey"] = Grey()
    channels, side = 1 if config.grey else 3, config.size
    for number, width in enumerate(config.channels, start=1):
        block, pooling = _block(config, number, channels, width), _pooling(config, number)
        if config.residual:
            first = [name for name in block if name.endswith("_1")]
            layers.update((name, block.pop(name)) for name in first)
            layers.update(pooling)
            layers[f"residual{number}"] = Residual(nn.Sequential(block))
        else:
            layers.update(block | pooling)
        channels, side = width, config._side_after(side, number)
    if config.global_pooling and config.channels:
        layers["average"] = nn.AdaptiveAvgPool2d(1)
        side = 1
    layers["flatten"] = nn.Flatten()
    inputs = channels * side * side
    for number, width in enumerate((*config.dense, config.classes), start=1):
        if config.dropout:
            layers[f"dropout{number}"] = nn.Dropout(config.dropout)
        if number > len(config.dense):
            layers["logits"] = nn.Linear(inputs, width)
        else:
            layers[f"dense{number}"] = nn.Linear(inputs, width * _pieces(config))
            layers[f"{config.activation}_dense{number}"] = ACTIVATIONS[config.activation]()
            inputs = width
    if config.logit_scale != 1:
        layers["scale"] = Scale(config.logit_scale)
    return layers


def _block(config: SmallConfig, number: int, channels: int, width: int) -> "OrderedDict[str, nn.Module]":
    """The convolutions of a block with what follows each, by name: conv2_1 is the first of block 2."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for place in range(1, config.convolutions + 1):
        last = place == config.convolutions
        layers[f"conv{number}_{place}"] = nn.Conv2d(
            channels,
            width * _pieces(config),
            config.kernel,
            stride=config.pool_of(number) if config.pooling == "stride" and last else 1,
            padding=config.kernel // 2 if config.padding == "same" else 0,
            bias=not config.batch_norm,  # batch norm subtracts any constant again
        )
        if config.batch_norm:
            layers[f"norm{number}_{place}"] = nn.BatchNorm2d(width * _pieces(config))
        layers[f"{config.activation}{number}_{place}"] = ACTIVATIONS[config.activation]()
        channels = width
    return layers


def _pooling(config: SmallConfig, number: int) -> dict[str, nn.Module]:
    kind = KINDS.get(config.pooling)
    return {f"pool{number}": kind.layer(config.pool_of(number))} if kind else {}


def _pieces(config: SmallConfig) -> int:
    """How many linear functions a node computes."""
    return 2 if config.activation == "maxout" else 1


def count_parameters(module: nn.Module) -> int:
    """Numbers that training changes."""
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)


@dataclass(frozen=True)
class LayerRow:
    """A line of the table of layers: `shape` is what comes out for one picture, (C, H, W) or (K,)."""

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int


def layer_table(config: SmallConfig) -> tuple[LayerRow, ...]:
    """Every layer in order with its output and its parameters; no number of the network is computed.

    A batch of no pictures goes through: for a picture on the device "meta" torch first loads its compiler, for seconds.
    """
    x = torch.empty(0, 3, config.size, config.size)
    rows = [LayerRow("input", "Picture", tuple(x.shape[1:]), 0)]
    for name, layer in SmallCNN.skeleton(config).eval().layers.named_children():
        numbers = {key: torch.empty(each.shape) for key, each in (*layer.named_parameters(), *layer.named_buffers())}
        x = functional_call(layer, numbers, x)
        rows.append(LayerRow(name, type(layer).__name__, tuple(x.shape[1:]), count_parameters(layer)))
    return tuple(rows)


def map_titles(config: SmallConfig) -> dict[str, str]:
    """The layers that give feature maps, by name: "layers.pool1" -> "pool1: 10 channels, 30 × 30"."""
    titles = {}
    for row in layer_table(config)[1:]:
        # The mean over all places comes last and has a single one: there is nothing to see in it, nor for Grad-CAM.
        if len(row.shape) == 3 and row.kind != "AdaptiveAvgPool2d":
            channels, height, width = row.shape
            titles[f"layers.{row.name}"] = f"{row.name}: {channels} channels, {sides(height, width)}"
    return titles
