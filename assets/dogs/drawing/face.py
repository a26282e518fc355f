"""The crisp parts of a face: eyes, nose, mouth, tongue and whiskers."""

import math

import numpy as np

from assets.dogs.drawing.anatomy import Dog
from assets.dogs.drawing.brush import Canvas, Patch

RGBA = tuple[int, int, int, int]
_RIM: RGBA = (18, 14, 13, 255)
_LIPS: RGBA = (25, 18, 18, 225)


def draw_eyes(canvas: Canvas, dog: Dog) -> None:
    for side in (-1, 1):
        _draw_eye(canvas, dog, dog.head.x + side * dog.eyes.x, dog.eye_y, side)


def _draw_eye(canvas: Canvas, dog: Dog, x: float, y: float, side: int) -> None:
    radius, tall = dog.eyes.radius, dog.eyes.radius * dog.eyes.roundness
    red, green, blue = (round(255 * part) for part in dog.eyes.colour)

    def paint(patch: Patch) -> None:
        patch.ellipse(x, y - 0.05 * radius, 1.42 * radius, 1.36 * tall, (60, 50, 46, 90))
        patch.ellipse(x, y, 1.28 * radius, 1.22 * tall, _RIM)
        inner_corner = [
            (x - side * 0.9 * radius, y - 0.25 * radius),
            (x - side * 1.75 * radius, y + 0.45 * radius),
            (x - side * 0.7 * radius, y + 0.75 * radius),
        ]
        patch.shape(inner_corner, _RIM)
        patch.ellipse(x, y, radius, tall, (red * 55 // 100, green * 55 // 100, blue * 55 // 100, 255))
        patch.ellipse(x, y + 0.15 * radius, 0.86 * radius, 0.8 * tall, (red, green, blue, 255))
        patch.ellipse(x, y, dog.eyes.pupil * radius, dog.eyes.pupil * tall, (6, 5, 6, 255))
        patch.ellipse(x - 0.34 * radius, y - 0.38 * tall, 0.26 * radius, 0.25 * tall, (255, 255, 255, 245))
        patch.ellipse(x + 0.34 * radius, y + 0.40 * tall, 0.14 * radius, 0.11 * tall, (255, 255, 255, 90))
        angles = np.radians(np.linspace(195, 345, 24))
        lid = [(x + 1.28 * radius * math.cos(a), y + 1.2 * tall * math.sin(a)) for a in angles]
        patch.line(lid, radius * dog.eyes.lid, (12, 9, 9, 255))

    reach = 2.2 * radius
    canvas.patch((x - reach, y - reach, x + reach, y + reach), paint)


def draw_tongue(canvas: Canvas, dog: Dog) -> None:
    """The open mouth with the tongue hanging out; nothing where the tongue's length is 0."""
    muzzle, x, y = dog.muzzle, dog.muzzle_x, dog.muzzle_y
    if muzzle.tongue < 0.01:
        return
    width, top = 0.034, y + 0.6 * muzzle.height
    tip = y + 0.85 * muzzle.height + muzzle.tongue

    def tongue(scale: float, lower: float) -> list[tuple[float, float]]:
        half, middle = width * scale, (top + tip) / 2
        right = [(x + 0.8 * half, top), (x + half, middle), (x + 0.85 * half, tip - 0.35 * half - lower)]
        left = [(2 * x - px, py) for px, py in reversed(right)]
        return [*right, (x, tip - lower), *left]

    def paint(patch: Patch) -> None:
        patch.ellipse(x, y + 0.75 * muzzle.height, 0.55 * muzzle.width, 0.5 * muzzle.height, (40, 14, 16, 255))
        patch.shape(tongue(1.0, 0.0), (200, 96, 110, 255))
        patch.shape(tongue(0.78, 0.009), (222, 124, 134, 255))
        patch.line([(x, top), (x + 0.002, tip - 0.025)], 0.004, (176, 74, 90, 255))

    canvas.patch((x - 0.15, y, x + 0.15, min(1.0, y + 0.33)), paint)


def draw_mouth(canvas: Canvas, dog: Dog) -> None:
    """The line from the nose down to the lips, and the lips' curve to both sides."""
    muzzle, x = dog.muzzle, dog.muzzle_x
    meeting = dog.muzzle_y + 0.5 * muzzle.height

    def paint(patch: Patch) -> None:
        patch.line([(x, dog.nose_y + 0.8 * dog.nose.height), (x, meeting)], 0.005, _LIPS)
        along = np.linspace(0, 1, 30)
        sag = 0.2 * muzzle.height * np.sin(math.pi * along**0.8) - muzzle.smile * along**3
        for side in (-1, 1):
            curve = zip(x + side * 0.85 * muzzle.width * along, meeting + sag, strict=True)
            patch.line(list(curve), 0.005, _LIPS)

    canvas.patch((x - 0.18, dog.muzzle_y - 0.12, x + 0.18, dog.muzzle_y + 0.18), paint)


def draw_nose(canvas: Canvas, dog: Dog) -> None:
    x, y, width, height = dog.muzzle_x, dog.nose_y, dog.nose.width, dog.nose.height

    def paint(patch: Patch) -> None:
        right = [(0.55, -0.92), (0.97, -0.45), (0.95, 0.15), (0.45, 0.8), (0.12, 1.05)]
        outline = [(0, -1.0), *right, *((-u, v) for u, v in reversed(right))]
        patch.shape([(x + u * width, y + v * height) for u, v in outline], (25, 22, 24, 255))
        patch.ellipse(x - 0.08 * width, y - 0.5 * height, 0.62 * width, 0.26 * height, (66, 62, 68, 255))
        patch.ellipse(x - 0.18 * width, y - 0.57 * height, 0.36 * width, 0.13 * height, (140, 138, 146, 255))
        for side in (-1, 1):
            patch.ellipse(x + side * 0.48 * width, y + 0.16 * height, 0.24 * width, 0.24 * height, (4, 3, 4, 255))
            wing = [(x + side * u * width, y + v * height) for u, v in ((0.6, 0.2), (0.8, 0.05), (0.9, -0.15))]
            patch.line(wing, 0.1 * width, (4, 3, 4, 255))
        patch.line([(x, y + 0.15 * height), (x, y + height)], 0.005, (5, 4, 5, 255))

    canvas.patch((x - 0.1, y - 0.08, x + 0.1, y + 0.08), paint)


def draw_whiskers(canvas: Canvas, dog: Dog) -> None:
    """Whiskers and the dots where they grow."""
    muzzle, x, y = dog.muzzle, dog.muzzle_x, dog.muzzle_y
    roots = ((0.4, 0.15), (0.55, 0.3), (0.42, 0.42), (0.65, 0.12))

    def paint(patch: Patch) -> None:
        for side in (-1, 1):
            for across, down in roots:
                root_x, root_y = x + side * across * muzzle.width, y + down * muzzle.height
                patch.ellipse(root_x, root_y, 0.003, 0.003, (20, 15, 15, 170))
                reach, drop = 0.07 + 0.05 * across, 0.03 * (down - 0.1)
                along = np.linspace(0, 1, 12)
                curve = zip(root_x + side * reach * along, root_y + drop * along + 0.02 * along**2, strict=True)
                patch.line(list(curve), 0.0012, (238, 234, 228, 95))

    canvas.patch((x - 0.25, y - 0.1, x + 0.25, y + 0.2), paint)
