"""From a picture to a network's input. Every network has its own recipe, fixed when its weights were trained."""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image
from torch import Tensor, nn

from imgcls.numbers import fixed, sides
from imgcls.vision import torchvision

InterpolationMode, TF = torchvision.transforms.InterpolationMode, torchvision.transforms.functional


@dataclass(frozen=True, eq=False)
class PreprocessStep:
    """One stage of the way into the network, to be shown.

    `value` is a PIL picture up to the crop, then a tensor (3, H, W). `shape` says in words what it holds.
    """

    name: str
    sentence: str
    shape: str
    value: Image.Image | Tensor


@dataclass(frozen=True)
class Preprocess:
    """Resize the shorter side to `resize`, cut `crop` x `crop` from the centre, scale to 0..1, then (x - mean) / std.

    The resize keeps the proportions and is antialiased, as PIL's always is. `mean` and `std` are per channel,
    in units of 0..1. The same four settings as torchvision's `ImageClassification`, and equal to it number by
    number.
    """

    resize: int = 256
    crop: int = 224
    interpolation: InterpolationMode = InterpolationMode.BICUBIC
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)

    def __post_init__(self) -> None:
        if not 1 <= self.crop <= self.resize:
            raise ValueError(f"The crop ({self.crop}) must lie between 1 and the resized side ({self.resize}).")

    @classmethod
    def from_torchvision(cls, transforms: nn.Module) -> "Preprocess":
        """The recipe that travels with torchvision's weights: `from_torchvision(weights.transforms())`."""
        return cls(
            resize=transforms.resize_size[0],
            crop=transforms.crop_size[0],
            interpolation=transforms.interpolation,
            mean=tuple(transforms.mean),
            std=tuple(transforms.std),
        )

    def __call__(self, image: Image.Image) -> Tensor:
        """The network's input (1, 3, crop, crop), float32.

        Raises:
            ValueError: `image` is not RGB.
        """
        *_, normalised = self._stages(image)
        return normalised.unsqueeze(0)

    def steps(self, image: Image.Image) -> tuple[PreprocessStep, ...]:
        """The five stages that `__call__` passes through, each with a sentence; the last is its very result.

        Raises:
            ValueError: `image` is not RGB.
        """
        side = self.crop
        means, stds = _plain(self.mean), _plain(self.std)
        words = (
            ("Original", "The photo as it was opened: three numbers per pixel, for red, green and blue."),
            (
                "Resized",
                f"The shorter side becomes {self.resize} pixels ({self.interpolation.value}); the proportions stay "
                "the same.",
            ),
            ("Centre crop", f"The middle {sides(side, side)} pixels are kept. The network never sees the rest."),
            ("Scaled to 0..1", "Every number is divided by 255, and the channels become three separate layers."),
            ("Normalised", f"Each channel's mean ({means}) is subtracted, and the result is divided by {stds}."),
        )
        values = tuple(self._stages(image))
        return tuple(
            PreprocessStep(name, sentence, _shape(value), value)
            for (name, sentence), value in zip(words, values, strict=True)
        )

    def _stages(self, image: Image.Image) -> Iterator[Image.Image | Tensor]:
        if image.mode != "RGB":
            raise ValueError(f"The picture must be RGB, not {image.mode}: convert it first.")
        yield image
        resized = TF.resize(image, [self.resize], interpolation=self.interpolation)
        yield resized
        cropped = TF.center_crop(resized, [self.crop])
        yield cropped
        scaled = TF.to_tensor(cropped)
        yield scaled
        yield self.normalise(scaled)

    def normalise(self, scaled: Tensor) -> Tensor:
        """(..., 3, H, W) in 0..1 -> (x - mean) / std, per channel."""
        return TF.normalize(scaled, self.mean, self.std)

    def crop_box(self, size: tuple[int, int]) -> tuple[float, float, float, float]:
        """What the network sees of a picture of `size` (width, height): left, top, right, bottom in its own pixels."""
        width, height = size
        # torchvision's own rounding: the longer side is cut to whole pixels, and the crop is centred on those.
        resized_width, resized_height = (
            (self.resize, int(self.resize * height / width))
            if width <= height
            else (int(self.resize * width / height), self.resize)
        )
        across, down = width / resized_width, height / resized_height
        left, top = round((resized_width - self.crop) / 2), round((resized_height - self.crop) / 2)
        return left * across, top * down, (left + self.crop) * across, (top + self.crop) * down


def _plain(values: tuple[float, ...]) -> str:
    """One number where the channels agree, else all of them."""
    return f"{values[0]:g}" if len(set(values)) == 1 else ", ".join(f"{value:g}" for value in values)


def _shape(value: Image.Image | Tensor) -> str:
    if isinstance(value, Image.Image):
        return f"{sides(value.height, value.width, len(value.getbands()))}, uint8 0..255"
    return f"{sides(*value.shape)}, float32 {fixed(value.min(), 2)}..{fixed(value.max(), 2)}"
