"""The numbers that make one drawn dog: each says what it is and how far it may go.

Lengths are fractions of the picture's width; "x" and "y" of a part are relative to the part named in its
description. The ranges are what `assets.dogs.drawing.tune` may choose from.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields, replace
from typing import Any, Literal

from assets.dogs.drawing.brush import Colour, Strokes

EarShape = Literal["drop", "prick", "button"]


def number(low: float, high: float, meaning: str, default: Any = MISSING) -> Any:
    """A field holding a number in low..high."""
    return field(default=default, metadata={"low": low, "high": high, "meaning": meaning})


@dataclass(frozen=True)
class Head:
    x: float = number(0.44, 0.56, "centre, from the picture's left edge")
    y: float = number(0.36, 0.47, "centre, from the picture's top edge")
    width: float = number(0.16, 0.27, "half the width of the skull")
    height: float = number(0.17, 0.26, "half the height of the skull")
    cheek_x: float = number(0.05, 0.16, "each cheek to the side of the centre")
    cheek_y: float = number(0.06, 0.14, "cheeks below the centre")
    cheek_radius: float = number(0.09, 0.22, "radius of a cheek")


@dataclass(frozen=True)
class Muzzle:
    x: float = number(-0.012, 0.012, "centre to the right of the head's")
    y: float = number(0.10, 0.21, "centre below the head's")
    width: float = number(0.075, 0.13, "half its width")
    height: float = number(0.06, 0.12, "half its height")
    jaw: float = number(0.035, 0.07, "half the height of the lower jaw")
    smile: float = number(0.01, 0.035, "how far the corners of the mouth go up")
    tongue: float = number(0.0, 0.09, "length of the tongue that shows; 0: the mouth is closed")


@dataclass(frozen=True)
class Nose:
    width: float = number(0.036, 0.065, "half its width")
    height: float = number(0.026, 0.042, "half its height")
    y: float = number(-0.06, -0.02, "centre below the muzzle's (negative: above)")


@dataclass(frozen=True)
class Eyes:
    x: float = number(0.075, 0.11, "each eye to the side of the head's centre")
    y: float = number(-0.035, 0.03, "eyes below the head's centre")
    radius: float = number(0.017, 0.036, "half the width of an iris")
    roundness: float = number(0.7, 1.05, "height over width")
    pupil: float = number(0.42, 0.72, "radius of the pupil over that of the iris")
    lid: float = number(0.12, 0.4, "thickness of the upper lid over the iris' radius")
    colour: Colour = (0.30, 0.16, 0.06)


@dataclass(frozen=True)
class Ears:
    x: float = number(0.08, 0.25, "root to the side of the head's centre")
    y: float = number(-0.17, -0.07, "root below the head's centre (negative: above)")
    width: float = number(0.05, 0.14, "half the width")
    length: float = number(0.055, 0.34, "from root to tip")
    tilt: float = number(0.02, 0.13, "tip further out than the root")
    shape: EarShape = "drop"


@dataclass(frozen=True)
class Body:
    y: float = number(0.9, 1.2, "centre of the chest, from the picture's top edge")
    width: float = number(0.22, 0.6, "half the width of the chest")
    height: float = number(0.28, 0.65, "half the height of the chest")
    neck: float = number(0.14, 0.4, "half the width of the neck")


@dataclass(frozen=True)
class Hair:
    head: float = number(0.002, 0.1, "length on the head")
    muzzle: float = number(0.0008, 0.06, "length on the muzzle")
    ears: float = number(0.006, 0.11, "length on the ears")
    body: float = number(0.012, 0.17, "length on the body")
    density: float = number(0.6, 1.5, "number of hairs; 1: about 24,000")
    thickness: float = number(0.8, 2.0, "of a hair, in pixels of a 512 pixel picture")
    disorder: float = number(0.1, 0.5, "spread of the directions, radians")
    clumps: float = number(0.1, 0.8, "how far neighbours turn together, radians")
    wave: float = number(0.0, 1.2, "bending along a hair, radians")
    variation: float = number(0.06, 0.3, "spread of the brightness, hair to hair")
    contrast: float = number(0.55, 1.05, "depth of the shading: 0 flat, 1 strong")

    @property
    def strokes(self) -> Strokes:
        return Strokes(self.thickness, self.disorder, self.clumps, self.wave, self.variation)


@dataclass(frozen=True)
class Coat:
    """pattern: a name in `assets.dogs.drawing.coats.PATTERNS`. main, second: its colours."""

    pattern: str
    main: Colour
    second: Colour
    blaze: float = number(0.018, 0.034, "half the width of the white stripe over the face", 0.03)
    spots: float = number(0.7, 1.4, "number of spots; 1: about 60 on the body", 1.0)
    spot_size: float = number(0.7, 1.4, "size of the spots; 1: about 3% of the picture", 1.0)
    spot_seed: int = 0


@dataclass(frozen=True)
class Backdrop:
    """What is behind the dog, out of focus."""

    colour: Colour
    contrast: float = number(0.08, 0.25, "light and dark patches")


@dataclass(frozen=True)
class Dog:
    """A breed and all numbers of its portrait. class_index: the breed's place among ImageNet's 1000 classes."""

    breed: str
    class_index: int
    head: Head
    muzzle: Muzzle
    nose: Nose
    eyes: Eyes
    ears: Ears
    body: Body
    hair: Hair
    coat: Coat
    backdrop: Backdrop

    @property
    def muzzle_x(self) -> float:
        return self.head.x + self.muzzle.x

    @property
    def muzzle_y(self) -> float:
        return self.head.y + self.muzzle.y

    @property
    def nose_y(self) -> float:
        return self.muzzle_y + self.nose.y

    @property
    def eye_y(self) -> float:
        return self.head.y + self.eyes.y


PARTS: dict[str, type] = {
    "head": Head,
    "muzzle": Muzzle,
    "nose": Nose,
    "eyes": Eyes,
    "ears": Ears,
    "body": Body,
    "hair": Hair,
    "coat": Coat,
    "backdrop": Backdrop,
}


def numbers() -> dict[tuple[str, str], Field]:
    """(part, name) -> the dataclass field, for each number that has a range."""
    return {(part, f.name): f for part, kind in PARTS.items() for f in fields(kind) if "low" in f.metadata}


def changed(dog: Dog, values: Mapping[tuple[str, str], Any]) -> Dog:
    """The same dog with some numbers or colours replaced, named by (part, name)."""
    parts = {part: getattr(dog, part) for part, _ in values}
    for (part, name), value in values.items():
        parts[part] = replace(parts[part], **{name: value})
    return replace(dog, **parts)


def dog_from_dict(values: Mapping[str, Any]) -> Dog:
    """A dog from the nested dictionary that its JSON file holds."""
    parts = {
        part: kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values[part].items()})
        for part, kind in PARTS.items()
    }
    return Dog(breed=values["breed"], class_index=values["class_index"], **parts)


def dog_to_dict(dog: Dog) -> dict[str, Any]:
    """The nested dictionary of a dog, numbers rounded to four digits after the point."""

    def tidy(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: tidy(v) for k, v in value.items()}
        if isinstance(value, tuple):
            return [tidy(v) for v in value]
        return round(value, 4) if isinstance(value, float) else value

    return tidy(asdict(dog))
