"""Soft shapes and hair strokes: the brushes that the portraits are painted with.

Positions and lengths are fractions of the picture's width: x runs to the right, y down, both from 0 to 1.
Shapes, light and colour live on a coarse square grid of GRID x GRID values; the strokes hide that it is coarse.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

GRID = 256
Field = NDArray[np.float64]  # (GRID, GRID): one number a place
Colours = NDArray[np.float64]  # (GRID, GRID, 3): red, green, blue in 0..1 a place
Colour = tuple[float, float, float]
Point = tuple[float, float]

_LIGHT = np.array([-0.45, -0.62, 0.64]) / math.hypot(0.45, 0.62, 0.64)  # from the upper left, towards the viewer
_SEGMENTS = 4  # straight pieces a hair is made of
_SUPERSAMPLING = 4  # patches are drawn this many times larger, then averaged


def smoothstep(values: Field, low: float, high: float) -> Field:
    """0 below `low`, 1 above `high`, the cubic 3t^2 - 2t^3 between (falling if `low` > `high`)."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def blend(below: Colours, mask: Field, above: NDArray[np.float64] | Colour) -> Colours:
    """`above` where `mask` is 1, `below` where it is 0."""
    return below * (1 - mask[..., None]) + np.asarray(above, float) * mask[..., None]


def blurred(field: Field, radius: float) -> Field:
    """A field in 0..1 after a Gaussian blur of `radius` grid cells."""
    image = Image.fromarray((np.clip(field, 0, 1) * 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), float) / 255


def smooth_outline(corners: Sequence[Point], pieces: int = 10) -> NDArray[np.float64]:
    """Points along a closed Catmull-Rom curve through the corners, (len(corners) * pieces, 2)."""
    p1 = np.asarray(corners, float)[:, None]
    p0, p2, p3 = np.roll(p1, 1, 0), np.roll(p1, -1, 0), np.roll(p1, -2, 0)
    t = np.linspace(0, 1, pieces, endpoint=False)[None, :, None]
    curve = 2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
    return (0.5 * (curve + (3 * p1 - p0 - 3 * p2 + p3) * t**3)).reshape(-1, 2)


@dataclass(frozen=True)
class Ellipse:
    """An ellipse seen as an ellipsoid in the light.

    distance: 0 at the centre, 1 on the rim, growing outside. light: how much light the surface gets, 0..1.
    """

    distance: Field
    light: Field
    radius: float

    def mask(self, softness: float = 0.01) -> Field:
        """1 inside, 0 outside, with an edge about 2 x `softness` wide."""
        return smoothstep((1 - self.distance) * self.radius, -softness, softness)

    def spot(self, reach: float = 1.2, fade: float = 0.5) -> Field:
        """0 from `reach` (in units of the distance) outwards, 1 from `reach - fade` inwards."""
        return smoothstep(reach - self.distance, 0, fade)

    @property
    def inside_light(self) -> Field:
        return self.light * (self.distance < 1)


@dataclass(frozen=True)
class Strokes:
    """How hair lies. thickness: pixels in a 512 pixel picture. disorder: spread of the angles (radians).
    clumps: how far neighbouring hairs turn together (radians). wave: bending along a hair (radians).
    variation: spread of the brightness, hair to hair."""

    thickness: float = 1.3
    disorder: float = 0.25
    clumps: float = 0.35
    wave: float = 0.0
    variation: float = 0.12


class Patch:
    """Crisp drawing on a small part of the canvas, in picture coordinates."""

    def __init__(self, draw: ImageDraw.ImageDraw, left: int, top: int, scale: float) -> None:
        self._draw, self._left, self._top, self._scale = draw, left, top, scale

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        offset_x, offset_y = self._left * _SUPERSAMPLING, self._top * _SUPERSAMPLING
        return [(x * self._scale - offset_x, y * self._scale - offset_y) for x, y in points]

    def _width(self, width: float) -> int:
        return max(1, int(width * self._scale))

    def ellipse(self, x: float, y: float, radius_x: float, radius_y: float, fill: tuple[int, ...]) -> None:
        corners = self._pixels([(x - radius_x, y - radius_y), (x + radius_x, y + radius_y)])
        self._draw.ellipse(corners, fill=fill)

    def shape(self, corners: Sequence[Point], fill: tuple[int, ...]) -> None:
        """A filled shape with a smooth outline through the corners."""
        outline = smooth_outline(corners)
        self._draw.polygon(self._pixels([(x, y) for x, y in outline]), fill=fill)

    def line(self, points: Sequence[Point], width: float, fill: tuple[int, ...]) -> None:
        pixels, thick = self._pixels(points), self._width(width)
        self._draw.line(pixels, fill=fill, width=thick, joint="curve")
        for x, y in (pixels[0], pixels[-1]):  # round ends
            radius = thick / 2
            self._draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=fill)


class Canvas:
    """A square picture of `size` pixels and its own random numbers.

    image: what is painted so far. x, y: the picture coordinates of the grid's cells, (GRID, GRID) each.
    """

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self.size, self.rng = size, rng
        self.y, self.x = (np.mgrid[0:GRID, 0:GRID] + 0.5) / GRID
        self.image = Image.new("RGB", (size, size))

    # Fields -------------------------------------------------------------------------------------------------

    def plain(self, colour: Colour) -> Colours:
        return np.broadcast_to(np.asarray(colour, float), (GRID, GRID, 3)).copy()

    def noise(self, cells: int) -> Field:
        """Smooth random values in about -1..1, with `cells` bumps across the picture."""
        coarse = Image.fromarray(self.rng.random((cells + 2, cells + 2), dtype=np.float32))
        return 2 * np.asarray(coarse.resize((GRID, GRID), Image.Resampling.BICUBIC), float) - 1

    def cloud(self, cells: int, octaves: int = 4) -> Field:
        """Noise on several scales, each twice as fine and half as strong as the last, in about -1..1."""
        return sum(self.noise(cells * 2**k) * 0.5**k for k in range(octaves)) / 1.9

    def ellipse(self, x: float, y: float, radius_x: float, radius_y: float, turn: float = 0.0) -> Ellipse:
        """An ellipse around (x, y), turned by `turn` radians."""
        cos, sin = math.cos(turn), math.sin(turn)
        u = ((self.x - x) * cos + (self.y - y) * sin) / radius_x
        v = ((self.y - y) * cos - (self.x - x) * sin) / radius_y
        distance = np.hypot(u, v)
        height = np.sqrt(np.clip(1 - distance**2, 0, 1))
        light = (u * cos - v * sin) * _LIGHT[0] + (u * sin + v * cos) * _LIGHT[1] + height * _LIGHT[2]
        return Ellipse(distance, np.clip(light, 0, 1), radius_x)

    def outline(self, corners: Sequence[Point], blur: float = 1.3) -> Field:
        """The mask of a shape with a smooth outline through the corners, blurred by `blur` grid cells."""
        image = Image.new("L", (GRID, GRID))
        points = [(x, y) for x, y in smooth_outline(corners) * GRID]
        ImageDraw.Draw(image).polygon(points, fill=255)
        return blurred(np.asarray(image, float) / 255, blur)

    # Painting -----------------------------------------------------------------------------------------------

    def _full_size(self, field: NDArray[np.float64]) -> Image.Image:
        image = Image.fromarray((np.clip(field, 0, 1) * 255).astype(np.uint8))
        return image.resize((self.size, self.size), Image.Resampling.BICUBIC)

    def fill(self, colour: Colours | Colour, mask: Field) -> None:
        paint = self._full_size(colour) if isinstance(colour, np.ndarray) else tuple(round(255 * c) for c in colour)
        self.image.paste(paint, (0, 0, self.size, self.size), self._full_size(mask))

    def shadow(self, mask: Field, drop: float = 0.03, blur: float = 10, strength: float = 0.5) -> None:
        """The soft shadow of a shape, `drop` below it, blurred by `blur` grid cells."""
        rows = round(drop * GRID)
        lower = np.zeros_like(mask)
        lower[rows:] = mask[: GRID - rows]
        self.fill((0.03, 0.03, 0.03), blurred(lower, blur) * strength)

    def comb(
        self,
        mask: Field,
        colours: Colours,
        direction: Field,
        length: Field | float,
        hairs: int,
        strokes: Strokes,
        *,
        last: Field | None = None,
        gravity: float = 0.0,
        undercoat: bool = True,
    ) -> None:
        """Grow `hairs` hairs out of `mask`.

        direction: angle of the hairs (radians, 0 to the right, pi/2 down). length: of a hair, as a fraction of
        the picture. last: where it is small, the hairs are drawn last and lie on top. gravity: how
        much the tips bend downwards. undercoat: paint the mask in a darker tone first.
        """
        if undercoat:
            self.fill(colours * 0.72, smoothstep(mask, 0.25, 0.75))
        rows, columns = np.nonzero(mask > 0.35)
        if not len(rows):
            return
        rng = self.rng
        chosen = rng.integers(0, len(rows), hairs)
        if last is not None:
            rank = last[rows[chosen], columns[chosen]] + rng.normal(0, 0.02, hairs)
            chosen = chosen[np.argsort(-rank)]
        row, column = rows[chosen], columns[chosen]
        x, y = (column + rng.random(hairs)) / GRID, (row + rng.random(hairs)) / GRID
        lengths = np.broadcast_to(length, (GRID, GRID))[row, column] * rng.uniform(0.6, 1.3, hairs) / _SEGMENTS
        angle = direction[row, column] + rng.normal(0, strokes.disorder, hairs)
        angle += 2 * strokes.clumps * self.noise(22)[row, column]
        phase = rng.uniform(0, 2 * math.pi, hairs)
        points = [np.stack([x, y], 1)]
        for k in range(_SEGMENTS):
            bent = angle + strokes.wave * np.sin(phase + 2.2 * k)
            step = np.stack([np.cos(bent), np.sin(bent) + gravity * (k + 0.5)], 1)
            points.append(points[-1] + lengths[:, None] * step / np.linalg.norm(step, axis=1, keepdims=True))
        tufts = self.noise(22) + 0.6 * self.noise(44)
        brightness = 1 + strokes.variation * (rng.normal(0, 1, hairs) + 0.9 * tufts[row, column])
        root = colours[row, column] * brightness[:, None]
        tip = root + 0.12 * (0.25 + root) * rng.uniform(0.2, 1, (hairs, 1))
        self._stroke(np.stack(points, 1), root * 0.93, tip, strokes.thickness)

    def _stroke(self, points: NDArray, roots: NDArray, tips: NDArray, thickness: float) -> None:
        """Draw hairs (n, _SEGMENTS + 1, 2): a thicker lower half in `roots`, a thinner upper half in `tips`."""
        draw = ImageDraw.Draw(self.image)
        thick = max(1, round(thickness * self.size / 512))
        thin = max(1, round(0.6 * thickness * self.size / 512))
        middle = _SEGMENTS // 2
        pixels = (points * self.size).reshape(len(points), -1).tolist()
        roots, tips = ((np.clip(colours, 0, 1) * 255).astype(int).tolist() for colours in (roots, tips))
        for hair, root, tip in zip(pixels, roots, tips, strict=True):
            draw.line(hair[: 2 * middle + 2], fill=tuple(root), width=thick)
            draw.line(hair[2 * middle :], fill=tuple(tip), width=thin)

    def patch(self, box: tuple[float, float, float, float], paint: Callable[[Patch], None]) -> None:
        """Let `paint` draw crisp shapes inside `box` (left, top, right, bottom)."""
        left, top, right, bottom = (int(edge * self.size) for edge in box)
        width, height = max(2, right - left), max(2, bottom - top)
        layer = Image.new("RGBA", (width * _SUPERSAMPLING, height * _SUPERSAMPLING))
        paint(Patch(ImageDraw.Draw(layer), left, top, self.size * _SUPERSAMPLING))
        layer = layer.resize((width, height), Image.Resampling.BOX)
        self.image.paste(layer, (left, top), layer)

    def finish(self, grain: float = 0.018, blur: float = 0.55) -> Image.Image:
        """The picture a little out of focus (`blur` pixels at 512) and with film grain, as from a camera."""
        soft = self.image.filter(ImageFilter.GaussianBlur(blur * self.size / 512))
        pixels = np.asarray(soft, float) / 255 + grain * self.rng.normal(0, 1, (self.size, self.size, 1))
        return Image.fromarray((np.clip(pixels, 0, 1) * 255).astype(np.uint8))
