"""Which classes are dogs, going by their names."""

import re
from collections.abc import Iterator, Set
from functools import cache, cached_property


class Dogs(Set):
    """The places of the classes that are dogs. They are looked for when somebody asks: their names come with torch."""

    def __init__(self, classes: tuple[str, ...]) -> None:
        self._classes = classes

    @cached_property
    def _places(self) -> frozenset[int]:
        return frozenset(at for at, name in enumerate(self._classes) if is_dog(name))

    def __contains__(self, place: object) -> bool:
        return place in self._places

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def is_dog(name: str) -> bool:
    """Whether a class is dogs, going by its name: it says dog, or is a breed of ImageNet."""
    return bool(re.search(r"(^|[^a-z])dogs?($|[^a-z])", name.lower())) or _bare(name) in _breeds()


@cache
def _breeds() -> frozenset[str]:
    from imgcls.labels import DOG_INDICES, IMAGENET_LABELS, display_name

    labels = [IMAGENET_LABELS[index] for index in DOG_INDICES]
    return frozenset(map(_bare, [*labels, *map(display_name, labels)]))


def _bare(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())
