"""Tiny drawn animals to train a network on: a breed's traits become shapes, the shapes a picture.

What makes a breed is in `tiny_breeds`; what a network must learn to overlook (pose, place, light, background, things in
front) is in `Difficulty`.
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.random import Generator
from PIL import ImageDraw

from imgcls.data.drawn.tiny_breeds import ANIMALS, Colour, Traits
from imgcls.data.drawn.tiny_scene import Difficulty, draw_background, draw_occluder, expose

Points = Sequence[tuple[float, float]]

SUPERSAMPLING = 2  # drawn twice as large, then reduced: soft edges


def draw_tiny(animal: str, rng: Generator, difficulty: Difficulty | None = None, size: int = 64) -> np.ndarray:
    """One picture of `animal` (a key of ANIMALS): uint8 (size, size, 3).

    Raises:
        ValueError: unknown animal.
    """
    if animal not in ANIMALS:
        raise ValueError(f"There is no drawing of {animal!r}; choose one of {', '.join(ANIMALS)}.")
    difficulty = difficulty or Difficulty()
    sketch = Sketch(ANIMALS[animal], rng, difficulty, size * SUPERSAMPLING)
    sketch.draw()
    if rng.random() < difficulty.occlusion:
        draw_occluder(sketch.pen, sketch.side, rng)
    return expose(sketch.image.reduce(SUPERSAMPLING), rng, difficulty)


def _ellipse(x: float, y: float, a: float, b: float, turn: float = 0.0, corners: int = 18) -> np.ndarray:
    """A polygon (corners, 2) around (x, y) with half axes a, b, turned by `turn` radians."""
    c, s = math.cos(turn), math.sin(turn)
    return _circle(corners) @ np.array([[a * c, a * s], [-b * s, b * c]]) + (x, y)


@cache
def _circle(corners: int) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return np.stack([np.cos(t), np.sin(t)], 1)


def _capsule(points: Points, start: float, end: float) -> np.ndarray:
    """A polygon around a line whose half width goes from `start` to `end`."""
    line = np.asarray(points, float)
    along = np.gradient(line, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
    width = np.linspace(start, end, len(line))[:, None]
    return np.concatenate([line + across * width, (line - across * width)[::-1]])


class Sketch:
    """One animal: its measures and colours are drawn by lot first, then shapes are collected, outlined and filled."""

    def __init__(self, traits: Traits, rng: Generator, difficulty: Difficulty, side: int) -> None:
        self.traits, self.rng, self.side = traits, rng, side
        self.flat = traits.snout < 0.2
        self.cat = traits.ear == "cat"
        self.shapes: list[tuple[list[tuple[float, float]], Colour]] = []
        spread = difficulty.shape

        def varied(length: float, share: float) -> float:
            return length * (1 + float(np.clip(rng.normal(0, spread * share), -0.35, 0.35)))

        self.length, self.height = varied(traits.body[0], 0.7), varied(traits.body[1], 0.7)
        self.leg, self.thickness = varied(traits.leg, 0.8), varied(traits.thickness, 0.6)
        self.head, self.snout, self.ear_size = (
            varied(traits.head, 0.6),
            varied(traits.snout, 0.7),
            varied(traits.ear_size, 1),
        )
        self.nod, self.stride = rng.uniform(-0.35, 0.35), rng.uniform(-0.22, 0.22)
        self.foot = self.height * 0.55 + self.leg
        self.head_x = self.length * 0.92 + self.head * 0.35
        self.head_y = -self.height - rng.uniform(0.25, 0.62) * self.head * 1.1
        self.main, self.second = (
            np.clip(
                np.array(colour) * (1 + rng.normal(0, difficulty.colour * 0.8))
                + rng.normal(0, 36 * difficulty.colour, 3),
                8,
                250,
            )
            for colour in traits.coats[rng.integers(len(traits.coats))]
        )
        self._place(difficulty)
        self.image, self.ground = draw_background(side, rng, difficulty, coat=self.main)
        self.pen = ImageDraw.Draw(self.image)

    def _place(self, difficulty: Difficulty) -> None:
        """Where the animal stands in the picture: size, turn, mirror image, shift."""
        rng = self.rng
        top, bottom = self.head_y - self.head - self.ear_size, self.foot
        left, right = -self.length - 0.5, self.head_x + self.head + self.snout
        self.scale = self.side * 0.94 / max(bottom - top, right - left) * rng.uniform(*difficulty.scale)
        turn = math.radians(rng.uniform(-difficulty.rotation, difficulty.rotation))
        self.matrix = self.scale * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
        if rng.random() < 0.5:
            self.matrix[0] *= -1
        self.centre = np.array([(left + right) / 2, (top + bottom) / 2])
        self.origin = self.side * (0.5 + rng.uniform(-1, 1, 2) * difficulty.shift)

    def pixels(self, points: Points | np.ndarray) -> list[tuple[float, float]]:
        """From the animal's measures to pixels."""
        return [
            tuple(point) for point in ((np.asarray(points, float) - self.centre) @ self.matrix.T + self.origin).tolist()
        ]

    def on_head(self, points: Points | np.ndarray) -> np.ndarray:
        """From the head's own measures (its middle is 0, 0; it nods) to the animal's."""
        c, s = math.cos(self.nod), math.sin(self.nod)
        return np.asarray(points, float) @ np.array([[c, s], [-s, c]]) + (self.head_x, self.head_y)

    def add(self, points: Points | np.ndarray, colour: np.ndarray, brightness: float = 1.0) -> None:
        self.shapes.append((self.pixels(points), _rgb(colour, brightness)))

    def draw(self) -> None:
        """Everything from back to front."""
        shadow = self.pixels([(-self.length, self.foot - 0.1), (self.length, self.foot + 0.12)])
        (x0, y0), (x1, y1) = shadow
        self.pen.ellipse([min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)], fill=_rgb(self.ground, 0.62))
        hip = self.length * 0.74
        self._leg(hip - 0.12, 0.72, -self.stride)
        self._leg(-hip + 0.14, 0.72, self.stride)
        self._tail()
        if self.traits.ear in ("prick", "cat", "button"):
            self._ear(0.75, self.head * (0.95 if self.cat else 0.75))
        self._trunk()
        self._leg(hip, 0.97, self.stride)
        self._leg(-hip, 0.97, -self.stride)
        self._head()
        self._ear(0.86, 0)
        outline = max(1, round(self.scale * 0.05)) + 1
        for points, _ in self.shapes:
            self.pen.line(points + points[:1], fill=_rgb(self.main, 0.25), width=outline)
        for points, colour in self.shapes:
            self.pen.polygon(points, fill=colour)
        self._fur()
        self._face()

    def _leg(self, x: float, brightness: float, swing: float) -> None:
        pattern, thickness = self.traits.pattern, self.thickness
        bend = math.sin(swing) * self.leg
        line = [(x, self.height * 0.1), (x + bend / 2, self.height * 0.35 + self.leg * 0.55), (x + bend, self.foot)]
        self.add(
            _capsule(line, thickness * 1.15, thickness * 0.72),
            self.second if pattern == "under" else self.main,
            brightness,
        )
        paw = _ellipse(x + bend + thickness * 0.45, self.foot - 0.02, thickness * 1.05, thickness * 0.62)
        self.add(paw, self.second if pattern in ("points", "under") else self.main, brightness * 0.97)
        if pattern == "curls":
            self.add(
                _ellipse(x + bend, self.foot - self.leg * 0.22, thickness * 2.1, thickness * 2.1),
                self.second,
                brightness,
            )

    def _tail(self) -> None:
        lift = self.rng.uniform(-0.3, 0.3)

        def curve(angle: float, bend: float, length: float, pieces: int = 7) -> list[tuple[float, float]]:
            points, angle = [(-self.length * 0.93, -self.height * 0.45)], math.pi + angle
            for _ in range(pieces):
                x, y = points[-1]
                points.append((x + math.cos(angle) * length / pieces, y + math.sin(angle) * length / pieces))
                angle += bend / pieces
            return points

        match self.traits.tail:
            case "whip":
                self.add(_capsule(curve(0.7 + lift, 0.5, 0.95), 0.11, 0.03), self.main, 0.9)
            case "hang":
                self.add(_capsule(curve(lift - 0.75, -0.5, 1.0), 0.13, 0.10), self.second, 1.1)
            case "plume":
                self.add(_capsule(curve(1.0 + lift, 2.6, 1.15), 0.17, 0.20), self.main, 0.95)
            case "curl":
                self.add(_capsule(curve(1.1 + lift, 4.9, 0.9, 10), 0.11, 0.08), self.main, 0.9)
            case "pompom":
                line = curve(1.1 + lift, 0.2, 0.55)
                self.add(_capsule(line, 0.07, 0.06), self.main, 0.9)
                self.add(_ellipse(*line[-1], 0.2, 0.2), self.second)
            case "cat":
                self.add(_capsule(curve(1.0 + lift, self.rng.uniform(-0.6, 1.4), 1.35, 9), 0.085, 0.06), self.main, 0.9)

    def _ear(self, brightness: float, forward: float) -> None:
        kind, pattern = self.traits.ear, self.traits.pattern
        dark = pattern == "curls" or (pattern in ("mask", "spots", "saddle") and kind != "prick")
        outline = self.on_head(self._ear_outline(-self.head * 0.35 + forward))
        self.add(outline, self.second if dark else self.main, brightness)

    def _ear_outline(self, x: float) -> Points | np.ndarray:
        r, size = self.head, self.ear_size
        match self.traits.ear:
            case "drop":
                return _ellipse(x, r * 0.15 + size * 0.25, size * 0.36, size * 0.75, 0.25)
            case "long":
                return _ellipse(x, r * 0.35 + size * 0.3, size * 0.38, size * 0.85, 0.15)
            case "button":
                top, tip = r * 0.95, (x + r * 0.3, size * 1.25 - r * 0.95)
                return [(x - r * 0.4, -r * 0.75), (x + r * 0.4, -top), tip, (x - r * 0.1, -r * 0.3)]
            case "prick":
                return [(x - r * 0.5, -r * 0.4), (x - r * 0.2, -r * 0.75 - size * 1.05), (x + r * 0.5, -r * 0.85)]
        return [(x - r * 0.55, -r * 0.35), (x - r * 0.37, -r * 0.7 - size * 0.8), (x + r * 0.35, -r * 0.85)]

    def _trunk(self) -> None:
        length, height, r = self.length, self.height, self.head
        neck = [(length * 0.55, -height * 0.1), (self.head_x - r * 0.2, self.head_y + r * 0.1)]
        self.add(_capsule(neck, height * 0.80, r * 0.72), self.main, 0.95)
        t = np.linspace(0, 2 * np.pi, 26, endpoint=False)
        # A superellipse: fuller at chest and rump than an ellipse.
        x = length * np.sign(np.cos(t)) * np.abs(np.cos(t)) ** 0.75
        self.add(np.stack([x, height * np.sin(t) * (1 + 0.12 * np.cos(t))], 1), self.main)
        for shape in self._markings():
            self.add(shape, self.second)

    def _markings(self) -> list[np.ndarray]:
        """The pattern on the trunk."""
        length, height, rng = self.length, self.height, self.rng
        match self.traits.pattern:
            case "under":
                return [
                    _ellipse(length * 0.05, height * 0.60, length * 0.80, height * 0.38),
                    _ellipse(length * 0.85, height * 0.05, 0.26, height * 0.62),
                ]
            case "saddle":
                return [_ellipse(-length * 0.08, -height * 0.38, length * 0.82, height * 0.60)]
            case "points":
                return [_ellipse(length * 0.86, height * 0.25, 0.17, height * 0.35)]
            case "curls":
                return [
                    _ellipse(length * 0.38, -0.02, length * 0.62, height * 1.12),
                    _ellipse(-length * 0.78, -0.02, 0.30, 0.30),
                ]
            case "spots":
                low, high = (
                    (-0.85 * length, -0.7 * height, 0.05, 0.05, 0),
                    (0.85 * length, 0.75 * height, 0.11, 0.10, 3),
                )
                return [_ellipse(*spot, corners=9) for spot in rng.uniform(low, high, (rng.integers(9, 17), 5))]
            case "tabby":
                starts = (np.linspace(-0.75, 0.65, 6) + rng.normal(0, 0.03, 6)) * length
                ends = rng.uniform(-0.1, 0.35, 6) * height
                return [
                    _capsule([(x, -height * 0.92), (x + 0.06, -height * 0.35), (x, end)], 0.05, 0.02)
                    for x, end in zip(starts, ends, strict=True)
                ]
        return []

    def _head(self) -> None:
        r, snout, pattern = self.head, self.snout, self.traits.pattern
        nose = self.second if pattern in ("under", "saddle", "points", "mask") else self.main
        if not self.flat:
            line = [(0, r * 0.12), (r * 0.7 + snout * 0.5, r * 0.26), (r * 0.75 + snout, r * 0.32)]
            self.add(self.on_head(_capsule(line, r * 0.72, r * 0.36)), nose, 1.03)
        elif not self.cat:
            self.add(self.on_head(_ellipse(r * 0.55 + snout * 0.5, r * 0.28, r * 0.50 + snout, r * 0.46)), nose, 1.03)
        self.add(self.on_head(_ellipse(0, 0, r * (1.08 if self.cat else 1.0), r * 0.96)), self.main, 1.02)
        if pattern == "mask":
            self.add(self.on_head(_ellipse(r * 0.60, r * 0.30, r * 0.52, r * 0.50)), self.second)
        elif self.flat:
            self.add(
                self.on_head(_ellipse(r * 0.70, r * 0.30, r * 0.42, r * 0.34)), np.minimum(self.main * 1.2 + 20, 250)
            )
        elif pattern == "under":
            self.add(self.on_head(_ellipse(r * 0.45, r * 0.32, r * 0.55, r * 0.45)), self.second)
        elif pattern == "spots":
            for x, y in self.rng.uniform((-0.6 * r, -0.7 * r), (0.5 * r, 0.5 * r), (self.rng.integers(2, 5), 2)):
                self.add(self.on_head(_ellipse(x, y, 0.05, 0.05, corners=9)), self.second)
        elif pattern == "curls":
            self.add(self.on_head(_ellipse(-r * 0.25, -r * 0.75, r * 0.85, r * 0.72)), self.second)

    def _fur(self) -> None:
        """Short strokes in the colour below them, lighter or darker; curls for the poodle."""
        rng, fur, r = self.rng, self.traits.fur, self.head
        count, length = int(30 + 110 * fur), 0.10 + 0.34 * fur
        on_trunk = (rng.random(count) < 0.75)[:, None]
        angle, reach = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.uniform(0.05, 1.15, count))
        unit = np.stack([np.cos(angle), np.sin(angle)], 1) * reach[:, None]
        roots = np.where(on_trunk, unit * (self.length, self.height), unit * r + (self.head_x, self.head_y))
        tips = roots + rng.uniform((-length, -0.2 * length), (-0.3 * length, length), (count, 2))
        brightness = rng.uniform(0.82, 1.2, count).tolist()
        pixel = self.image.load()
        for root, tip, light in zip(self.pixels(roots), self.pixels(tips), brightness, strict=True):
            x, y = int(root[0]), int(root[1])
            if 0 <= x < self.side and 0 <= y < self.side:
                self.pen.line([root, tip], fill=_rgb(pixel[x, y], light), width=1 if fur < 0.2 else 2)
        if self.traits.pattern == "curls":
            self._curls(self.length * 0.38, 0, self.length * 0.62, self.height * 1.1, 26)
            self._curls(self.head_x - r * 0.25, self.head_y - r * 0.75, r * 0.85, r * 0.7, 12)

    def _curls(self, x: float, y: float, a: float, b: float, count: int) -> None:
        angle, reach = self.rng.uniform(0, 2 * np.pi, count), np.sqrt(self.rng.uniform(0.1, 1.1, count))
        for u, v, light in zip(
            np.cos(angle) * reach, np.sin(angle) * reach, self.rng.uniform(0.8, 1.22, count).tolist(), strict=True
        ):
            ring = self.pixels(_ellipse(x + a * u, y + b * v, 0.09, 0.09, corners=8))
            self.pen.line(ring, fill=_rgb(self.second, light), width=2)

    def _disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A disc on the head, in its measures."""
        ((px, py),), reach = self.pixels(self.on_head([(x, y)])), radius * self.scale
        self.pen.ellipse([px - reach, py - reach, px + reach, py + reach], fill=colour)

    def _face(self) -> None:
        """Eye, nose, and now and then a tongue, whiskers, a collar."""
        r, rng, snout, dark = self.head, self.rng, self.snout, self.main.mean() < 90
        brown = (70, 40, 22)
        iris = (170, 200, 80) if self.cat else (235, 225, 210) if dark else brown
        if self.traits.tail == "plume":
            iris = (120, 190, 235)
        if rng.random() < 0.35:
            iris = brown
        eye = (r * 0.38, -r * 0.16)
        for radius, colour in ((0.22, (18, 14, 14)), (0.15, iris), (0.09, (5, 5, 5))):
            self._disc(*eye, r * radius, colour)
        self._disc(eye[0] - r * 0.05, eye[1] - r * 0.07, r * 0.06, (250, 250, 250))
        tip = (r * 0.9 + snout, r * 0.12) if self.flat else (r + snout, r * 0.18)
        self._disc(*tip, r * (0.12 if self.cat else 0.21), (206, 120, 124) if self.cat else (22, 18, 20))
        if not self.cat and rng.random() < 0.3:
            self._disc(r * 0.65 + snout * 0.6, r * 0.78, r * 0.17, (222, 104, 120))
        if self.cat or rng.random() < 0.12:
            for slope in (-0.3, 0, 0.3):
                whisker = self.on_head([(r * 0.75, r * 0.3), (r * 1.55, r * (0.3 + slope))])
                self.pen.line(self.pixels(whisker), fill=(245, 245, 245) if dark else (60, 50, 50), width=1)
        if rng.random() < 0.4:
            collar = [
                (self.head_x - r * 0.95, self.head_y + r * 0.55),
                (self.head_x - r * 0.05, self.head_y + r * 1.15),
            ]
            self.pen.line(self.pixels(collar), fill=_rgb(rng.uniform(40, 240, 3)), width=max(2, int(self.scale * 0.12)))


def _rgb(colour: np.ndarray | Colour, brightness: float = 1.0) -> Colour:
    # Called a hundred times a picture: Python's own numbers are faster than NumPy's one by one.
    red, green, blue = colour.tolist() if isinstance(colour, np.ndarray) else colour
    return (
        min(255, max(0, int(red * brightness))),
        min(255, max(0, int(green * brightness))),
        min(255, max(0, int(blue * brightness))),
    )
