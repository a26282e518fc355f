"""Around a tiny drawn animal: background, things in front of it, light and noise, and how much of all that there is."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

# Sky over ground: meadow, snow, beach, room, ...
SCENES = np.array([
    [(150, 200, 240), (112, 170, 84)], [(205, 225, 242), (232, 238, 244)], [(130, 195, 228), (226, 206, 154)],
    [(234, 216, 190), (168, 120, 82)], [(186, 204, 190), (140, 112, 90)], [(250, 204, 156), (122, 142, 90)],
    [(84, 96, 136), (54, 84, 76)], [(206, 176, 190), (150, 132, 148)], [(120, 160, 120), (96, 132, 62)],
    [(96, 84, 78), (60, 52, 50)],
], dtype=float)  # fmt: skip
# A coat and a background closer than this (mean of RGB, 0..255) can hardly be told apart in the dark.
LEAST_CONTRAST = 45.0
# As a camera does: a picture in which hardly anything is brighter than this is exposed longer.
LEAST_HIGHLIGHT = 120.0


@dataclass(frozen=True)
class Difficulty:
    """How much varies that has nothing to do with the breed.

    Attributes:
        scale: smallest and largest size of the animal, 1 filling the picture.
        rotation: most degrees that it is turned.
        shift: how far it is off the middle at most, as a part of the picture's side. The strongest dial.
        colour: spread of coat and colour cast; light: spread of brightness and of its slope across the picture.
        occlusion: share of pictures with grass, a post or a ball in front.
        noise: standard deviation of the pixel noise, 1 being black to white.
        shape: spread of the proportions.
        texture: most that the background varies, 0..255.
    """

    scale: tuple[float, float] = (0.68, 1.0)
    rotation: float = 12.0
    shift: float = 0.12
    colour: float = 0.16
    light: float = 0.35
    occlusion: float = 0.2
    noise: float = 0.02
    shape: float = 0.13
    texture: float = 26.0

    @classmethod
    def level(cls, level: float) -> "Difficulty":
        """One dial: 0 easy (the animal in the middle, even light), 0.5 the default, 1 hard.

        Raises:
            ValueError: not from 0 to 1.
        """
        if not 0 <= level <= 1:
            raise ValueError(f"The difficulty goes from 0 to 1, not {level:g}.")
        normal, factor = cls(), 2 * level
        smallest = normal.scale[0] + 0.2 * (1 - factor)
        return dataclasses.replace(
            normal,
            scale=(round(smallest, 4), 1.0),
            **{
                name: round(getattr(normal, name) * (factor if factor <= 1 else 1 + 0.35 * (factor - 1)), 4)
                for name in ("rotation", "shift", "colour", "light", "occlusion", "noise", "shape", "texture")
            },
        )


def draw_background(
    side: int, rng: Generator, difficulty: Difficulty, coat: np.ndarray
) -> tuple[Image.Image, np.ndarray]:
    """Sky, ground and blurred things, kept apart in brightness from a coat of this colour; and the ground's colour."""
    scene = SCENES[rng.integers(len(SCENES))] * rng.uniform(0.72, 1.15, (2, 1)) + rng.normal(0, 14, (2, 3))
    scene = np.clip(scene, 15, 250)
    difference = scene.mean() - coat.mean()
    if abs(difference) < LEAST_CONTRAST:
        # Away from the coat, and always up where the coat is dark: two dark things make a dark picture.
        up = difference > 0 or coat.mean() < 110
        scene = np.clip(scene + (LEAST_CONTRAST - difference if up else -LEAST_CONTRAST - difference), 15, 250)
    sky, ground = scene
    height = np.linspace(0, 1, 16) - rng.uniform(0.3, 0.8)
    blend = 1 / (1 + np.exp(-height * rng.choice([6, 14, 40])))  # a soft or a hard horizon
    cells = int(rng.integers(3, 12))
    clouds = Image.fromarray(rng.normal(0, 1, (cells, cells)).astype(np.float32)).resize(
        (16, 16), Image.Resampling.BICUBIC
    )
    texture = np.asarray(clouds)[..., None] * rng.uniform(0.15, 1) * difficulty.texture + rng.normal(0, 5, (16, 16, 1))
    pixels = sky + (ground - sky) * blend[:, None, None] + texture
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for _ in range(rng.integers(0, 7)):  # bushes, cushions, clouds
        x, y, r = rng.uniform((0, 0, 0.03), (1, 1, 0.16)) * side
        colour = (sky if y < side / 2 else ground) * rng.uniform(0.8, 1.22) + rng.normal(0, 14, 3)
        box = [x - r * rng.uniform(1, 1.8), y - r * 0.7, x + r * rng.uniform(1, 1.8), y + r * 0.7]
        pen.ellipse(box, fill=_rgb(colour))
    return image, ground


def draw_occluder(pen: ImageDraw.ImageDraw, side: int, rng: Generator) -> None:
    """Grass, a post or a ball in front of everything."""
    kind = rng.integers(3)
    if kind == 0:
        green = np.array([60, 120, 50]) * rng.uniform(0.6, 1.4)
        for x, lean, height, light in rng.uniform((0, -8, 0.1, 0.7), (side, 8, 0.3, 1.3), (40, 4)):
            pen.line([(x, side), (x + lean, side - height * side)], fill=_rgb(green * light), width=2)
    elif kind == 1:
        x, width = rng.uniform(0.15, 0.85) * side, rng.uniform(0.04, 0.09) * side
        pen.rectangle([x - width / 2, 0, x + width / 2, side], fill=_rgb(rng.uniform(60, 180, 3)))
    else:
        x, y, r = rng.uniform((0.1, 0.55, 0.07), (0.9, 0.95, 0.13)) * side
        pen.ellipse([x - r, y - r, x + r, y + r], fill=_rgb(rng.uniform(60, 240, 3)))


def expose(image: Image.Image, rng: Generator, difficulty: Difficulty) -> np.ndarray:
    """Light from one side, a colour cast, the camera's exposure, noise: uint8 (H, W, 3)."""
    pixels = np.asarray(image, np.float32)
    side = len(pixels)
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    slope = difficulty.light * 0.8 * rng.uniform(0, 1) * (math.cos(angle) * x + math.sin(angle) * y)
    light = np.clip(1 + rng.normal(0, difficulty.light * 0.45) + slope, 0.4, 1.6)
    pixels = pixels * light[..., None] * (1 + rng.normal(0, difficulty.colour * 0.3, 3).astype(np.float32))
    highlight = float(np.percentile(pixels.mean(2), 90))
    pixels *= max(1.0, LEAST_HIGHLIGHT / max(highlight, 1.0))
    pixels += rng.standard_normal(pixels.shape, np.float32) * 255 * difficulty.noise
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _rgb(colour: np.ndarray) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in np.clip(colour, 0, 255))
    return red, green, blue
