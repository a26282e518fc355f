"""What makes each tiny animal itself: six stylised dog breeds and a cat, a handful of named traits each."""

from collections.abc import Mapping
from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Traits:
    """What a breed looks like. Lengths are in units of about half a body; the animal looks to the right.

    Attributes:
        ear: its shape: drop, long, button, prick or cat; `ear_size` its length.
        snout: length of the nose in front of the head; below 0.2 it is flat.
        head: radius of the head.
        body: half length and half height of the trunk.
        leg: length of the legs; `thickness` half their width.
        tail: whip, hang, plume, curl, pompom or cat.
        fur: 0 smooth to 1 shaggy.
        pattern: spots, points, under (light belly), mask, curls, saddle or tabby.
        coats: pairs of colours (RGB) to choose from: the main one, and that of the pattern.
    """

    ear: str
    ear_size: float
    snout: float
    head: float
    body: tuple[float, float]
    leg: float
    thickness: float
    tail: str
    fur: float
    pattern: str
    coats: tuple[tuple[Colour, Colour], ...]


BREEDS: Mapping[str, Traits] = {
    "Dalmatian": Traits(
        "drop", 0.42, 0.50, 0.40, (0.98, 0.44), 0.95, 0.20, "whip", 0.0, "spots",
        (((240, 238, 232), (32, 28, 30)), ((238, 232, 220), (96, 58, 34)), ((214, 210, 205), (40, 36, 40))),
    ),
    "Dachshund": Traits(
        "long", 0.55, 0.66, 0.37, (1.35, 0.36), 0.34, 0.20, "whip", 0.0, "points",
        (
            ((140, 72, 34), (176, 104, 56)), ((44, 36, 34), (166, 96, 48)),
            ((214, 176, 124), (232, 206, 164)), ((96, 60, 42), (150, 96, 60)),
        ),
    ),
    "Husky": Traits(
        "prick", 0.36, 0.44, 0.44, (1.00, 0.47), 0.80, 0.23, "plume", 0.5, "under",
        (
            ((96, 102, 114), (240, 240, 242)), ((52, 52, 58), (238, 236, 232)),
            ((158, 104, 66), (242, 236, 226)), ((190, 188, 186), (246, 246, 246)),
        ),
    ),
    "Pug": Traits(
        "button", 0.30, 0.14, 0.50, (0.80, 0.48), 0.48, 0.22, "curl", 0.0, "mask",
        (((222, 190, 140), (40, 34, 34)), ((196, 182, 164), (44, 40, 42)), ((176, 126, 80), (38, 30, 30))),
    ),
    "Poodle": Traits(
        "drop", 0.50, 0.46, 0.38, (0.82, 0.44), 0.92, 0.13, "pompom", 0.0, "curls",
        (
            ((238, 234, 228), (214, 208, 202)), ((50, 46, 50), (34, 30, 34)),
            ((206, 146, 92), (186, 124, 74)), ((150, 150, 156), (124, 124, 132)),
        ),
    ),
    "Shepherd": Traits(
        "prick", 0.46, 0.60, 0.40, (1.12, 0.44), 0.88, 0.21, "hang", 0.25, "saddle",
        (
            ((184, 128, 70), (40, 34, 32)), ((206, 172, 122), (58, 48, 44)),
            ((150, 132, 112), (48, 46, 48)), ((214, 206, 196), (150, 140, 130)),
        ),
    ),
}  # fmt: skip
CAT = "Cat"
ANIMALS: Mapping[str, Traits] = BREEDS | {
    CAT: Traits(
        "cat", 0.36, 0.10, 0.42, (0.98, 0.36), 0.68, 0.16, "cat", 0.1, "tabby",
        (
            ((226, 150, 74), (180, 104, 44)), ((140, 136, 132), (84, 82, 84)), ((46, 42, 46), (34, 30, 34)),
            ((236, 232, 226), (214, 206, 196)), ((150, 112, 76), (88, 64, 46)),
        ),
    ),
}  # fmt: skip
