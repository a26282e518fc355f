"""Draws the portraits in assets/dogs again: `python -m imgcls.data.drawn [BREED ...]`."""

import argparse
from pathlib import Path

from imgcls.data.drawn import BREEDS, draw_portrait

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "dogs"


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the portraits in assets/dogs again.")
    parser.add_argument("breeds", nargs="*", metavar="BREED", default=BREEDS, help="default: all of them")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for breed in parser.parse_args().breeds:
        file = FOLDER / f"{breed}.png"
        draw_portrait(breed).save(file, optimize=True)
        print(f"{file} ({file.stat().st_size / 1000:.0f} kB)")


if __name__ == "__main__":
    main()
