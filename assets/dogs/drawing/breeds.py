"""The breeds that can be drawn; their numbers are in `recipes/<breed>.json`."""

import json
from functools import cache
from pathlib import Path

from assets.dogs.drawing.anatomy import Dog, dog_from_dict, dog_to_dict

RECIPES = Path(__file__).parent / "recipes"
BREEDS: tuple[str, ...] = tuple(sorted(path.stem for path in RECIPES.glob("*.json")))


@cache
def load_dog(breed: str) -> Dog:
    """The numbers of a breed's portrait. Raises ValueError for an unknown breed."""
    if breed not in BREEDS:
        raise ValueError(f"There is no drawing of the breed {breed!r}. Choose one of: {', '.join(BREEDS)}.")
    return dog_from_dict(json.loads((RECIPES / f"{breed}.json").read_text(encoding="utf-8")))


def save_dog(dog: Dog) -> Path:
    """Write a dog's numbers to its JSON file and return the file."""
    path = RECIPES / f"{dog.breed}.json"
    path.write_text(json.dumps(dog_to_dict(dog), indent=1) + "\n", encoding="utf-8")
    return path
