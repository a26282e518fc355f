"""Draws a dog from the front, from back to front: backdrop, body, ears, head, muzzle, face."""

import math
import zlib

import numpy as np
from PIL import Image

from assets.dogs.drawing import face
from assets.dogs.drawing.anatomy import Dog
from assets.dogs.drawing.breeds import load_dog
from assets.dogs.drawing.brush import Canvas, Colours, Field, Point, blend, blurred, smoothstep
from assets.dogs.drawing.coats import PATTERNS, Part

_BOTH_SIDES = (-1, 1)


def draw_portrait(breed: str, *, size: int = 512, seed: int = 0) -> Image.Image:
    """The portrait of a breed, RGB, `size` x `size` pixels. The seed moves every hair, not the dog.

    Raises ValueError for a breed that is not in `imgcls.data.drawn.BREEDS`.
    """
    return draw_dog(load_dog(breed), size=size, seed=seed)


def draw_dog(dog: Dog, *, size: int = 512, seed: int = 0) -> Image.Image:
    """The portrait of a dog: drawn twice as large, then reduced, so that hairs have smooth edges."""
    rng = np.random.default_rng([seed, zlib.crc32(dog.breed.encode())])
    canvas = Canvas(2 * size, rng)
    portrait = _Portrait(canvas, dog)
    draw_backdrop(canvas, dog)
    portrait.body()
    if dog.ears.shape == "prick":  # these stand behind the head, the others hang in front of it
        portrait.ears()
        portrait.head()
    else:
        portrait.head()
        portrait.ears()
    portrait.jaw()
    face.draw_tongue(canvas, dog)
    portrait.muzzle()
    face.draw_eyes(canvas, dog)
    face.draw_mouth(canvas, dog)
    face.draw_nose(canvas, dog)
    face.draw_whiskers(canvas, dog)
    return canvas.finish().resize((size, size), Image.Resampling.LANCZOS)


def draw_backdrop(canvas: Canvas, dog: Dog) -> None:
    """A meadow far out of focus: lighter above, darker below, with pale discs of blurred leaves."""
    base, rng = np.array(dog.backdrop.colour), canvas.rng
    patches = canvas.cloud(3, 3)[..., None] * dog.backdrop.contrast * 1.5 * np.array([1, 1, 0.8])
    colours = base + patches + 0.12 * (0.5 - canvas.y)[..., None]
    for _ in range(26):
        x, y, radius = rng.random(), rng.random(), rng.uniform(0.02, 0.08)
        leaf = np.clip(base * rng.uniform(0.6, 1.5) + rng.normal(0, 0.03, 3), 0, 1)
        colours = blend(colours, 0.25 * canvas.ellipse(x, y, radius, radius).spot(1.2, 0.8), leaf)
    canvas.fill(colours, np.ones_like(canvas.x))


class _Portrait:
    """The furry parts of one dog on one canvas."""

    def __init__(self, canvas: Canvas, dog: Dog) -> None:
        self.canvas, self.dog = canvas, dog
        self.strokes = dog.hair.strokes
        self.mottling = 1 + 0.06 * canvas.cloud(6)

    def coat(self, part: Part, light: Field) -> Colours:
        """The coat's colours of a part in this light."""
        contrast = self.dog.hair.contrast
        tone = (1 - contrast) + contrast * (0.30 + 0.95 * light)
        colours = PATTERNS[self.dog.coat.pattern](part, self.canvas, self.dog)
        return colours * (tone * self.mottling)[..., None]

    def hairs(self, count: int) -> int:
        return int(count * self.dog.hair.density)

    def body(self) -> None:
        canvas, head, body = self.canvas, self.dog.head, self.dog.body
        chest = canvas.ellipse(head.x, body.y, body.width, body.height)
        neck = canvas.ellipse(head.x, head.y + 0.3, body.neck, 0.30)
        mask = np.maximum(chest.mask(), neck.mask())
        light = 0.85 * np.maximum(chest.inside_light, neck.inside_light)
        outwards = np.arctan2(np.full_like(canvas.x, 0.9), 1.6 * (canvas.x - head.x))
        colours, count = self.coat("body", light), self.hairs(9000)
        canvas.comb(mask, colours, outwards, self.dog.hair.body, count, self.strokes, last=canvas.y)

    def ears(self) -> None:
        for side in _BOTH_SIDES:
            self._ear(side)

    def _ear_corners(self, side: int) -> list[Point]:
        """The outline, from the root over the outer edge to the tip and back."""
        ears = self.dog.ears
        x, y = self.dog.head.x + side * ears.x, self.dog.head.y + ears.y
        width, length, tilt = ears.width, ears.length, ears.tilt
        if ears.shape == "drop":
            outline = [
                (-0.75 * width, -0.02),
                (0.35 * width, -0.03),
                (0.6 * (width + tilt), 0.35 * length),
                (0.3 * width + tilt, 0.85 * length),
                (0.6 * tilt, length),
                (-0.1 * width, 0.75 * length),
                (-0.15 * width, 0.3 * length),
            ]
        elif ears.shape == "prick":
            outline = [
                (-width, 0.0),
                (-0.55 * width + 0.5 * tilt, -0.6 * length),
                (tilt, -length),
                (0.75 * width + 0.3 * tilt, -0.45 * length),
                (0.9 * width, 0.05),
                (0.0, 0.09),
            ]
        else:
            outline = [
                (-0.8 * width, 0.0),
                (0.5 * width, -0.015),
                (0.8 * width + 0.5 * tilt, 0.4 * length),
                (tilt, length),
                (-0.2 * width, 0.55 * length),
            ]
        return [(x + side * across, y + down) for across, down in outline]

    def _ear(self, side: int) -> None:
        canvas, ears, hair = self.canvas, self.dog.ears, self.dog.hair
        corners = self._ear_corners(side)
        centre = np.mean(corners, axis=0)
        mask = canvas.outline(corners)
        round_light = canvas.ellipse(centre[0], centre[1], 1.5 * ears.width, 0.7 * ears.length).light
        prick = ears.shape == "prick"
        lean = {"drop": 0.25, "prick": 0.3, "button": 0.2}[ears.shape]
        direction = np.full_like(canvas.x, math.atan2(-1 if prick else 1, side * lean))
        if not prick:
            canvas.shadow(mask, drop=0.015, blur=5, strength=0.45)
        colours = self.coat("ear", 0.55 * round_light + 0.3)
        last = -canvas.y if prick else canvas.y
        canvas.comb(mask, colours, direction, hair.ears, self.hairs(1800), self.strokes, last=last)
        if prick:
            middle = centre + np.array([0, 0.01])
            inner = canvas.outline([tuple(middle + (c - middle) * [0.52, 0.62]) for c in np.array(corners)], 2.5)
            colours = self.coat("inner ear", np.full_like(canvas.x, 0.35))
            canvas.comb(inner, colours, direction, 0.8 * hair.ears, self.hairs(500), self.strokes)

    def _skull(self) -> tuple[Field, Field]:
        """Mask and light of skull and cheeks."""
        canvas, head = self.canvas, self.dog.head
        skull = canvas.ellipse(head.x, head.y, head.width, head.height)
        mask, light = skull.mask(0.012), skull.inside_light
        for side in _BOTH_SIDES:
            x, y = head.x + side * head.cheek_x, head.y + head.cheek_y
            cheek = canvas.ellipse(x, y, head.cheek_radius, head.cheek_radius)
            mask = np.maximum(mask, cheek.mask(0.012))
            light = np.maximum(light, 0.97 * cheek.inside_light)
        return mask, blurred(light, 6)

    def _hollows(self) -> Field:
        """How much light reaches the face's hollows: around the muzzle, at the eyes, along the forehead."""
        canvas, dog, eyes = self.canvas, self.dog, self.dog.eyes
        muzzle = canvas.ellipse(dog.muzzle_x, dog.muzzle_y, dog.muzzle.width, dog.muzzle.height)
        reached = 1 - 0.28 * muzzle.spot(1.55, 0.6) * (canvas.y > dog.head.y)
        for side in _BOTH_SIDES:
            x = dog.head.x + side * eyes.x
            socket = canvas.ellipse(x, dog.eye_y, 2.2 * eyes.radius, 1.9 * eyes.radius)
            reached = reached * (1 - 0.30 * socket.spot(1.1, 0.7))
        above, below = smoothstep(canvas.y, dog.head.y - 0.18, dog.head.y - 0.12), canvas.y < dog.head.y + 0.02
        furrow = np.exp(-(((canvas.x - dog.head.x) / 0.012) ** 2)) * above * below
        return reached * (1 - 0.10 * furrow)

    def head(self) -> None:
        canvas, dog = self.canvas, self.dog
        mask, light = self._skull()
        canvas.shadow(mask, drop=0.05, blur=9, strength=0.55)
        # Hair grows away from a point between the eyes and the nose, there shortest, and bends down.
        across, down = canvas.x - dog.muzzle_x, canvas.y - (dog.eye_y + 0.05)
        distance = np.hypot(across, down)
        direction = np.arctan2(down + 0.25 * np.clip(canvas.y - dog.head.y, 0, 1), across)
        length = dog.hair.head * np.clip(0.35 + 3.2 * distance, 0.3, 1.6)
        colours = self.coat("head", light) * self._hollows()[..., None]
        count = self.hairs(9000)
        canvas.comb(mask, colours, direction, length, count, self.strokes, last=distance, gravity=0.3)

    def jaw(self) -> None:
        canvas, dog = self.canvas, self.dog
        y = dog.muzzle_y + 0.72 * dog.muzzle.height
        jaw = canvas.ellipse(dog.muzzle_x, y, 0.62 * dog.muzzle.width, dog.muzzle.jaw)
        mask = jaw.mask(0.008)
        canvas.shadow(mask, drop=0.012, blur=5, strength=0.5)
        colours = 0.72 * self.coat("muzzle", jaw.light)
        direction = np.arctan2(canvas.y - dog.nose_y, canvas.x - dog.muzzle_x)
        canvas.comb(mask, colours, direction, dog.hair.muzzle, self.hairs(900), self.strokes, last=canvas.y)

    def muzzle(self) -> None:
        """The bridge of the nose and a rounded pad on either side below it."""
        canvas, dog, muzzle = self.canvas, self.dog, self.dog.muzzle
        x, y = dog.muzzle_x, dog.muzzle_y
        bridge = canvas.ellipse(x, y, muzzle.width, muzzle.height)
        mask = bridge.mask() * (canvas.y < y + 0.55 * muzzle.height)
        light = 0.95 * bridge.inside_light
        for side in _BOTH_SIDES:
            pad_x, pad_y = x + side * 0.42 * muzzle.width, y + 0.28 * muzzle.height
            pad = canvas.ellipse(pad_x, pad_y, 0.62 * muzzle.width, 0.72 * muzzle.height)
            mask, light = np.maximum(mask, pad.mask()), np.maximum(light, pad.inside_light)
        canvas.shadow(mask, drop=0.012, blur=5, strength=0.35)
        across, down = canvas.x - x, canvas.y - dog.nose_y
        cleft = 1 - 0.25 * np.exp(-((across / 0.010) ** 2)) * (down > 0)
        colours = self.coat("muzzle", blurred(light, 3)) * cleft[..., None]
        distance = np.hypot(across, down)
        direction = np.arctan2(down + 0.03, 1.2 * across)
        length = dog.hair.muzzle * np.clip(0.5 + 5 * distance, 0.4, 1.6)
        canvas.comb(mask, colours, direction, length, self.hairs(3200), self.strokes, last=distance)
