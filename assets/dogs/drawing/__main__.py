"""Draws the pictures in assets/dogs again: `python -m assets.dogs.drawing [BREED ...]`."""

import argparse
from pathlib import Path

from PIL import Image

from assets.dogs.drawing import BREEDS, draw_portrait
from imgcls.data.drawn.tiny_set import SHOWN, drawn_animal

FOLDER = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the pictures in assets/dogs again.")
    parser.add_argument("breeds", nargs="*", metavar="BREED", help="a portrait; default: all, and the small drawings")
    breeds = parser.parse_args().breeds
    (FOLDER / "small").mkdir(parents=True, exist_ok=True)
    for breed, number in SHOWN.items() if not breeds else ():
        Image.fromarray(drawn_animal(breed, number)).save(FOLDER / "small" / f"{breed.lower()}.png", optimize=True)
    for breed in breeds or BREEDS:
        file = FOLDER / f"{breed}.png"
        draw_portrait(breed).save(file, optimize=True)
        print(f"{file} ({file.stat().st_size / 1000:.0f} kB)")


if __name__ == "__main__":
    main()
