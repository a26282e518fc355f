"""Drawn scenes with several things in them, for a question that can have several answers at once."""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

from imgcls.data.drawn.tiny import SUPERSAMPLING, Sketch
from imgcls.data.drawn.tiny_breeds import ANIMALS, CAT
from imgcls.data.drawn.tiny_scene import Difficulty, draw_background, expose

THINGS = ("Dog", "Cat", "Ball", "Tree", "House")
SHARE = 0.45  # of the scenes that each thing is in, whatever else there is
SIDE = 64
_DOGS = tuple(name for name in ANIMALS if name != CAT)
_ANIMAL = Difficulty(scale=(0.42, 0.52), rotation=5, shift=0, occlusion=0)
_BALLS = ((214, 52, 46), (40, 104, 214), (244, 196, 48), (232, 120, 180))
_ROOFS = ((150, 62, 46), (96, 74, 66), (70, 84, 108))
_WALLS = ((230, 220, 200), (206, 176, 140), (186, 198, 206))


def scene(number: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scene `number`: the picture, uint8 (64, 64, 3), and for each of THINGS whether it is there, bool (5,)."""
    rng = np.random.default_rng((seed, 77, number))
    there = rng.random(len(THINGS)) < SHARE
    return draw_scene(there, rng), there


def draw_scene(there: np.ndarray, rng: Generator) -> np.ndarray:
    """A picture of the things that are `there` (5,), none behind another so far that it cannot be seen: uint8."""
    side = SIDE * SUPERSAMPLING
    image, ground = draw_background(side, rng, Difficulty(), coat=np.array([120.0, 100, 80]))
    pen = ImageDraw.Draw(image)
    dog, cat, ball, tree, house = there
    left, right = (0.28, 0.72) if rng.random() < 0.5 else (0.72, 0.28)
    if house:
        _house(pen, side * (left + rng.uniform(-0.08, 0.08)), side * rng.uniform(0.5, 0.58), side, rng)
    if tree:
        _tree(pen, side * (right + rng.uniform(-0.08, 0.12)), side * rng.uniform(0.6, 0.68), side, rng)
    near, far = (0.3, 0.7) if rng.random() < 0.5 else (0.7, 0.3)
    if dog:
        _animal(image, _DOGS[rng.integers(len(_DOGS))], side * near, side * rng.uniform(0.66, 0.76), ground, rng)
    if cat:
        _animal(image, CAT, side * far, side * rng.uniform(0.66, 0.76), ground, rng)
    if ball:
        _ball(pen, side * rng.uniform(0.12, 0.88), side * rng.uniform(0.84, 0.92), side * rng.uniform(0.05, 0.075), rng)
    return expose(image.reduce(SUPERSAMPLING), rng, Difficulty())


def _animal(image: Image.Image, name: str, x: float, y: float, ground: np.ndarray, rng: Generator) -> None:
    """An animal of the data set, smaller, at a place of another picture."""
    sketch = Sketch(ANIMALS[name], rng, _ANIMAL, image.width)
    sketch.image, sketch.pen, sketch.ground = image, ImageDraw.Draw(image), ground
    sketch.origin = np.array([x, y])
    sketch.draw()


def _house(pen: ImageDraw.ImageDraw, x: float, foot: float, side: int, rng: Generator) -> None:
    width, height = side * rng.uniform(0.26, 0.34), side * rng.uniform(0.18, 0.24)
    top, wall = foot - height, _WALLS[rng.integers(len(_WALLS))]
    pen.rectangle([x - width / 2, top, x + width / 2, foot], fill=wall)
    peak = top - side * rng.uniform(0.1, 0.16)
    pen.polygon([(x - width * 0.6, top), (x + width * 0.6, top), (x, peak)], fill=_ROOFS[rng.integers(len(_ROOFS))])
    pen.rectangle([x - width * 0.09, foot - height * 0.6, x + width * 0.09, foot], fill=(92, 66, 50))
    for across in (-0.3, 0.3):
        middle = x + across * width
        pen.rectangle([middle - width * 0.09, top + height * 0.2, middle + width * 0.09, top + height * 0.55],
                      fill=(90, 120, 150))  # fmt: skip


def _tree(pen: ImageDraw.ImageDraw, x: float, foot: float, side: int, rng: Generator) -> None:
    trunk, height = side * rng.uniform(0.025, 0.04), side * rng.uniform(0.22, 0.3)
    pen.rectangle([x - trunk, foot - height, x + trunk, foot], fill=(104, 74, 48))
    green = np.array([58, 116, 52]) * rng.uniform(0.75, 1.25)
    for dx, dy, r in ((0, 0.1, 0.13), (-0.09, 0.0, 0.1), (0.09, 0.0, 0.1)):
        r = side * r * rng.uniform(0.85, 1.1)
        shade = tuple(int(value) for value in np.clip(green * rng.uniform(0.88, 1.12), 0, 255))
        cx, cy = x + dx * side, foot - height - dy * side
        pen.ellipse([cx - r, cy - r, cx + r, cy + r], fill=shade)


def _ball(pen: ImageDraw.ImageDraw, x: float, y: float, r: float, rng: Generator) -> None:
    colour = _BALLS[rng.integers(len(_BALLS))]
    pen.ellipse([x - r, y - r, x + r, y + r], fill=colour, outline=(40, 36, 36))
    pen.arc([x - r * 0.4, y - r, x + r * 1.6, y + r], 110, 250, fill=(250, 250, 250), width=max(1, round(r / 4)))
