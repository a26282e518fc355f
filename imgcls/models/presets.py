"""Small networks by name: those of the explainers that came before, what they have to beat, and one for a GPU."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imgcls.models.small import SmallConfig


@dataclass(frozen=True)
class Preset:
    """A network by name: whose it is, and its choices (as for 10 classes)."""

    title: str
    sentence: str
    config: SmallConfig


PRESETS: Mapping[str, Preset] = {
    "tinyvgg": Preset(
        "TinyVGG",
        "Two blocks of two 3 × 3 convolutions with 10 kernels each: the network of CNN Explainer.",
        SmallConfig(),
    ),
    "lenet5": Preset(
        "LeNet-5",
        "The network that read bank cheques in 1998, with its tanh and average pooling; it sees grey pictures.",
        SmallConfig(
            size=32, channels=(6, 16), convolutions=1, kernel=5, activation="tanh", pooling="average",
            dense=(120, 84), grey=True,
        ),
    ),
    "convnetjs_cifar": Preset(
        "ConvNetJS CIFAR-10",
        "Three 5 × 5 convolutions with pooling: the network that learned in the browser in 2014.",
        SmallConfig(size=32, channels=(16, 20, 20), convolutions=1, kernel=5, padding="same"),
    ),
    "convnetjs_mnist": Preset(
        "ConvNetJS MNIST",
        "Two 5 × 5 convolutions for handwritten digits; it sees small grey pictures.",
        SmallConfig(size=24, channels=(8, 16), convolutions=1, kernel=5, padding="same", pool=(2, 3), grey=True),
    ),
    "dense": Preset(
        "Dense only",
        "No convolution: every pixel is connected to each of 128 nodes.",
        SmallConfig(channels=(), dense=(128,)),
    ),
    "linear": Preset(
        "Linear",
        "One weight a pixel and class, nothing else: what every network has to beat.",
        SmallConfig(channels=()),
    ),
    "small_resnet": Preset(
        "Small ResNet",
        "Six convolutions with batch norm, three of them residual: it learns real photos on a laptop.",
        SmallConfig(
            size=32, channels=(32, 64, 64), padding="same", batch_norm=True, residual=True, global_pooling=True,
        ),
    ),
    "resnet9": Preset(
        "ResNet-9",
        "Nine convolutions with batch norm and residual connections: for a GPU.",
        SmallConfig(
            size=32, channels=(64, 128, 256), convolutions=3, padding="same", batch_norm=True, residual=True,
            logit_scale=0.125,
        ),
    ),
}  # fmt: skip


def preset(name: str, classes: int, size: int | None = None, **changes: Any) -> SmallConfig:
    """The choices of a preset for that many classes, pictures of that size (None: its own), and other changes.

    Raises:
        ValueError: unknown name, or a combination that makes no network.
    """
    if name not in PRESETS:
        raise ValueError(f"There is no network {name!r}; choose one of {', '.join(PRESETS)}.")
    config = PRESETS[name].config
    return config.with_(classes=classes, size=size or config.size, **changes)
