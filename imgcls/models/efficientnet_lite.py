"""EfficientNet-Lite on torchvision's blocks: the network behind the embedded classifier.

EfficientNet-B0's table of stages (Tan & Le 2019, arXiv:1905.11946, table 1) without squeeze-and-excitation,
with ReLU6, and with stem and head held at 32 and 1280 channels whatever the variant.
"""

import math
from functools import partial

from torch import Tensor, nn
from torch.nn import functional as F

from imgcls.vision import torchvision

# expansion, kernel, stride, output channels, repeats
STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
# variant: width multiplier, depth multiplier, side of the input in pixels
SCALING = {0: (1.0, 1.0, 224), 1: (1.0, 1.1, 240), 2: (1.1, 1.2, 260), 3: (1.2, 1.4, 280), 4: (1.4, 1.8, 300)}
STEM_CHANNELS, HEAD_CHANNELS = 32, 1280

# TensorFlow's epsilon; torch's 1e-5 would shift every logit.
BatchNorm = partial(nn.BatchNorm2d, eps=1e-3, momentum=0.01)


class SamePaddingConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's "SAME": ceil(H / stride) rows come out, an odd pixel goes right and bottom.

    The weights were trained so; torch's symmetric padding looks one pixel off at every stride of 2 and costs
    six points of accuracy.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, K, ceil(H / stride), ceil(W / stride))."""
        top, bottom = same_padding(x.shape[-2], self.kernel_size[0], self.stride[0])
        left, right = same_padding(x.shape[-1], self.kernel_size[1], self.stride[1])
        x = F.pad(x, (left, right, top, bottom))
        return F.conv2d(x, self.weight, self.bias, self.stride, groups=self.groups)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """How many zeros "SAME" puts before and after `size` values."""
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def _conv(
    in_channels: int, out_channels: int, kernel: int = 1, stride: int = 1, groups: int = 1, activate: bool = True
) -> torchvision.ops.Conv2dNormActivation:
    """Convolution, batch norm and (unless `activate` is False) ReLU6."""
    block = torchvision.ops.Conv2dNormActivation(
        in_channels,
        out_channels,
        kernel,
        stride,
        groups=groups,
        norm_layer=BatchNorm,
        activation_layer=nn.ReLU6 if activate else None,
    )
    if stride > 1:  # at stride 1 and an odd kernel, "SAME" is torchvision's symmetric padding
        block[0] = SamePaddingConv2d(in_channels, out_channels, kernel, stride, groups=groups, bias=False)
    return block


class InvertedResidual(nn.Module):
    """MobileNetV2's block: widen by 1x1, filter each channel alone, narrow by 1x1; add the input if shapes agree."""

    def __init__(self, in_channels: int, out_channels: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        wide = in_channels * expansion
        layers = [_conv(in_channels, wide)] if expansion > 1 else []
        layers += [_conv(wide, wide, kernel, stride, groups=wide), _conv(wide, out_channels, activate=False)]
        self.block = nn.Sequential(*layers)
        self.adds_input = stride == 1 and in_channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        return x + self.block(x) if self.adds_input else self.block(x)


class EfficientNetLite(nn.Module):
    """EfficientNet-Lite 0 to 4: (N, 3, S, S) -> logits (N, classes), S = 224 for variant 0.

    `features`: the stem (0), the stages (1 to 7) and the last convolution (8) with output (N, 1280, S / 32, S / 32).
    """

    def __init__(self, variant: int = 0, classes: int = 1000) -> None:
        super().__init__()
        width, depth, self.image_size = SCALING[variant]
        stages, channels = [], STEM_CHANNELS
        for number, (expansion, kernel, stride, base_channels, repeats) in enumerate(STAGES):
            out_channels = _rounded_to_eight(base_channels * width)
            # The first and last stage keep their single block: part of what Lite does not scale.
            repeats = repeats if number in (0, len(STAGES) - 1) else math.ceil(repeats * depth)
            blocks = []
            for repeat in range(repeats):
                first_stride = stride if repeat == 0 else 1
                blocks.append(InvertedResidual(channels, out_channels, expansion, kernel, first_stride))
                channels = out_channels
            stages.append(nn.Sequential(*blocks))
        self.features = nn.Sequential(
            _conv(3, STEM_CHANNELS, kernel=3, stride=2), *stages, _conv(channels, HEAD_CHANNELS)
        )
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(HEAD_CHANNELS, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.dropout(self.features(x).mean(dim=(2, 3))))


def _rounded_to_eight(channels: float) -> int:
    """The nearest multiple of 8, never more than 10% below (the rule of the paper's reference code)."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


def named_by_order(module: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors under `module`'s own names: the n-th tensor of the file is the n-th of the module.

    The published weights use another implementation's names but list the layers in the same order.

    Raises:
        ValueError: the file holds another number of tensors, or one of another shape.
    """
    own = module.state_dict()
    if len(own) != len(state):
        raise ValueError(f"The weights hold {len(state)} tensors, the network needs {len(own)}.")
    for (name, tensor), (their_name, their_tensor) in zip(own.items(), state.items(), strict=True):
        if tensor.shape != their_tensor.shape:
            raise ValueError(f"{their_name} has shape {tuple(their_tensor.shape)}, {name} needs {tuple(tensor.shape)}.")
    return dict(zip(own, state.values(), strict=True))
