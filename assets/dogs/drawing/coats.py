"""The colours of the breeds: for each part of a dog, the colour at every place of the grid."""

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from assets.dogs.drawing.anatomy import Dog
from assets.dogs.drawing.brush import Canvas, Colour, Colours, blend, smoothstep

Part = Literal["body", "head", "muzzle", "ear", "inner ear"]
Pattern = Callable[[Part, Canvas, Dog], Colours]

BLACK: Colour = (0.10, 0.095, 0.10)
WHITE: Colour = (0.95, 0.94, 0.92)
_BOTH_SIDES = (-1, 1)


def scaled(colour: Colour, factor: float) -> Colour:
    red, green, blue = colour
    return red * factor, green * factor, blue * factor


def plain(part: Part, canvas: Canvas, dog: Dog) -> Colours:
    """One colour; `second` inside the ears. Samoyed."""
    return canvas.plain(dog.coat.second if part == "inner ear" else dog.coat.main)


def shaded(part: Part, canvas: Canvas, dog: Dog) -> Colours:
    """One colour, ears and back of the muzzle in `second`. Chow."""
    if part in ("ear", "inner ear"):
        return canvas.plain(dog.coat.second)
    colours = canvas.plain(dog.coat.main)
    if part == "muzzle":
        return blend(colours, np.full_like(canvas.x, 0.6), dog.coat.second)
    if part == "head":
        around_muzzle = canvas.ellipse(dog.muzzle_x, dog.muzzle_y, 0.13, 0.12).spot(1.3, 0.5)
        return blend(colours, 0.45 * around_muzzle, dog.coat.second)
    return colours


def spotted(part: Part, canvas: Canvas, dog: Dog) -> Colours:
    """Black spots on white, mostly black ears. Dalmatian."""
    colours = canvas.plain(dog.coat.main)
    if part == "inner ear":
        return colours
    if part == "ear":
        return blend(colours, smoothstep(canvas.cloud(10) + 0.14, -0.1, 0.1), dog.coat.second)
    count, radius = {"body": (60, 0.030), "head": (26, 0.017), "muzzle": (16, 0.008)}[part]
    # Spots have their own random numbers, so that other changes leave them where they are.
    rng = np.random.default_rng([dog.coat.spot_seed, count])
    placed: list[tuple[float, float, float]] = []
    for _ in range(round(count * dog.coat.spots)):
        size = rng.uniform(0.5, 1.2) * radius * dog.coat.spot_size
        x, y = rng.random(), rng.random()
        stretch, turn = rng.uniform(0.8, 1.3), rng.uniform(0, math.pi)
        if part == "head":
            x, y = dog.head.x + 0.48 * (x - 0.5), dog.head.y - 0.22 + 0.47 * y
            beside_eye = abs(abs(x - dog.head.x) - dog.eyes.x) < 0.042 and abs(y - dog.eye_y) < 0.045
            if beside_eye or abs(x - dog.head.x) < 0.03:
                continue
        elif part == "muzzle":
            x, y = dog.muzzle_x + 0.2 * (x - 0.5), dog.muzzle_y + 0.18 * (y - 0.5)
        if any(math.hypot(x - other_x, y - other_y) < 1.5 * (size + other) for other_x, other_y, other in placed):
            continue  # spots that touch would grow into a blotch
        placed.append((x, y, size))
        ragged = 1.1 + 0.2 * canvas.noise(40)
        distance = canvas.ellipse(x, y, size * stretch, size, turn).distance
        colours = blend(colours, smoothstep(ragged - distance, 0, 0.25), dog.coat.second)
    return colours


def black_and_tan(part: Part, canvas: Canvas, dog: Dog) -> Colours:
    """`main` (black) with `second` (tan) over the eyes, on cheeks, muzzle and chest. Rottweiler."""
    colours = canvas.plain(dog.coat.main)
    tan = dog.coat.second
    head = dog.head
    if part == "muzzle":
        bridge = canvas.ellipse(dog.muzzle_x, dog.muzzle_y - 0.05, 0.055, 0.12).spot(1.15, 0.4)
        return blend(canvas.plain(tan), bridge, dog.coat.main)
    for side in _BOTH_SIDES:
        if part == "head":
            brow = canvas.ellipse(head.x + side * dog.eyes.x * 0.78, dog.eye_y - 0.045, 0.022, 0.017, side * 0.35)
            cheek = canvas.ellipse(head.x + side * 0.14, head.y + 0.165, 0.075, 0.085)
            colours = blend(blend(colours, brow.spot(), tan), cheek.spot(), tan)
        elif part == "body":
            chest = canvas.ellipse(head.x + side * 0.09, 0.84, 0.085, 0.05, side * 0.45).distance
            colours = blend(colours, smoothstep(1.2 - chest + 0.15 * canvas.noise(30), 0, 0.5), tan)
    return colours


def tricolour(part: Part, canvas: Canvas, dog: Dog) -> Colours:
    """Black and tan with a white blaze, muzzle and chest. Bernese mountain dog."""
    if part == "muzzle":
        return canvas.plain(WHITE)
    colours = black_and_tan(part, canvas, dog)
    if part == "head":
        blaze = canvas.ellipse(dog.head.x, dog.head.y - 0.05, dog.coat.blaze, 0.24).spot(1.15, 0.4)
        colours = blend(colours, blaze, WHITE)
    elif part == "body":
        chest = canvas.ellipse(dog.head.x, 0.85, 0.13, 0.26).distance
        colours = blend(colours, smoothstep(1.15 - chest + 0.15 * canvas.noise(20), 0, 0.4), WHITE)
    return colours


def masked(part: Part, canvas: Canvas, dog: Dog) -> Colours:
    """`main` (dark) with a white mask, brows and chest, `second` inside the ears. Husky."""
    dark, head = dog.coat.main, dog.head
    if part == "ear":
        return canvas.plain(scaled(dark, 0.8))
    if part == "inner ear":
        return canvas.plain(dog.coat.second)
    if part == "muzzle":
        bridge = canvas.ellipse(dog.muzzle_x, dog.muzzle_y - 0.10, 0.035, 0.08).spot()
        return blend(canvas.plain(WHITE), 0.6 * bridge, dark)
    colours = canvas.plain(dark)
    if part == "body":
        chest = canvas.ellipse(head.x, 0.9, 0.22, 0.38).distance
        return blend(colours, smoothstep(1.15 - chest + 0.15 * canvas.noise(20), 0, 0.4), WHITE)
    for side in _BOTH_SIDES:
        cheek = canvas.ellipse(head.x + side * 0.135, head.y + 0.10, 0.12, 0.14).distance
        colours = blend(colours, smoothstep(1.15 - cheek + 0.1 * canvas.noise(30), 0, 0.3), WHITE)
        brow = canvas.ellipse(head.x + side * dog.eyes.x * 0.85, dog.eye_y - 0.045, 0.04, 0.028, side * 0.3)
        colours = blend(colours, brow.spot(1.2, 0.4), WHITE)
    colours = blend(colours, canvas.ellipse(head.x, head.y + 0.12, 0.12, 0.12).spot(1.2, 0.3), WHITE)
    return blend(colours, 0.9 * canvas.ellipse(head.x, head.y, 0.018, 0.12).spot(1.2, 0.6), dark)


PATTERNS: dict[str, Pattern] = {
    "plain": plain,
    "shaded": shaded,
    "spotted": spotted,
    "black and tan": black_and_tan,
    "tricolour": tricolour,
    "masked": masked,
}
