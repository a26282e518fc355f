"""Where pictures come from, by name or path."""

import numpy as np
from PIL import Image

from imgcls.data.datasets import DatasetError, Progress, Source, Task, check_task
from imgcls.data.drawn.tiny_breeds import ANIMALS, BREEDS, CAT
from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import drawn_animals

DRAWN_DOGS = "drawn-dogs"


def drawn_dogs(
    task: Task = "breeds",
    count: int = 2500,
    seed: int = 0,
    level: float = 0.5,
    size: int = 64,
    progress: Progress | None = None,
) -> Source:
    """The embedded set: `count` drawn animals of `size` pixels.

    Args:
        task: "breeds" draws six breeds equally often; "binary" as many cats as dogs of all breeds together.
        level: difficulty from 0 to 1.
        progress: called now and then with the number of pictures drawn, and of all.

    Raises:
        DatasetError: unknown task, too few or too many pictures.
    """
    check_task(task)
    if not 2 * len(ANIMALS) <= count <= 50_000:
        raise DatasetError(f"Between {2 * len(ANIMALS)} and 50,000 animals can be drawn, not {count:,}.")
    dogs = count // 2 if task == "binary" else count
    counts = {breed: dogs // len(BREEDS) + (place < dogs % len(BREEDS)) for place, breed in enumerate(BREEDS)}
    if task == "binary":
        counts[CAT] = count - dogs
    parts, done = [], 0
    for animal, number in counts.items():
        told = (lambda drawn, _, done=done: progress(done + drawn, count)) if progress else None
        parts.append(drawn_animals(animal, number, seed, Difficulty.level(level), size, told))
        done += number
    pictures = np.concatenate(parts)
    labels = np.repeat(np.arange(len(counts)), list(counts.values()))
    return Source(
        name=DRAWN_DOGS,
        title="Drawn dogs",
        classes=tuple(counts),
        labels=labels,
        splits=np.full(count, ""),
        names=[f"{animal} {index + 1}" for animal, number in counts.items() for index in range(number)],
        image=lambda index: Image.fromarray(pictures[index]),
        dogs=frozenset(range(len(BREEDS))),
        breeds=tuple(range(len(BREEDS))),
        fingerprint=f"{DRAWN_DOGS} {task} {count} {seed} {level} {size}",
    )


def open_source(
    name: str,
    task: Task = "breeds",
    size: int = 64,
    count: int = 2500,
    level: float = 0.5,
    seed: int = 0,
    progress: Progress | None = None,
) -> Source:
    """The set of that name, or in the zip or folder at that path.

    Args:
        size, count, level, seed: of drawn dogs; the other sets are what they are.
        progress: called now and then with how much is drawn or downloaded, and of how much.

    Raises:
        DatasetError: there is no such set, or it cannot be used or downloaded.
    """
    if name == DRAWN_DOGS:
        return drawn_dogs(task, count, seed, level, size, progress)
    raise DatasetError(
        f"There is no data set {name!r}: choose drawn-dogs, pets, cifar10, or the path of a zip or folder."
    )
