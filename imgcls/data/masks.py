"""Pictures that only say where things are on other pictures: nothing is learned from them."""

import re
from collections import defaultdict

from imgcls.data.folders import folder_of, is_plain, words_of
from imgcls.data.names import word_set

_MASKS = word_set("mask masks trimap trimaps annotation annotations segmentation segmentations groundtruth")
_OF_OTHER = re.compile(r"[\s_-](?:mask|trimap|seg|segmentation)(?:[\s_-]?\d+)?$", re.IGNORECASE)


def masks_in(paths: tuple[str, ...]) -> list[str]:
    """The paths of masks: called like a picture beside them with "mask" behind it, or like those in a folder beside.

    A folder of masks is known by its name and its neighbour: "masks" beside "images", "annotations" beside "images".
    """
    masks = _beside_their_pictures(paths)
    waiting = [folder_of(paths)]
    while waiting:
        folder = waiting.pop()
        own = [each for each in folder.inside.values() if _is_of_masks(each.name)]
        others = [each for each in folder.inside.values() if each not in own]
        plain = [each for each in others if is_plain(each.name)]
        stems = {_stem(path) for each in plain for path in each.all_pictures()} if own else set()
        for each in own:
            found = [path for path in each.all_pictures() if _without_mask(_stem(path)) in stems]
            if 2 * len(found) >= each.count:
                masks.update(found)
        waiting += others
    return sorted(masks)


def _is_of_masks(name: str) -> bool:
    words = words_of(name)
    return any(word in _MASKS for word in words) and (
        all(word in _MASKS or word in ("class", "object") for word in words) or is_plain(name)
    )


def _beside_their_pictures(paths: tuple[str, ...]) -> set[str]:
    stems: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        stems[path.rpartition("/")[0]].add(_stem(path))
    masks = set()
    for path in paths:
        stem = _stem(path)
        of = _without_mask(stem)
        if of != stem and of in stems[path.rpartition("/")[0]]:
            masks.add(path)
    return masks


def _without_mask(stem: str) -> str:
    cut = _OF_OTHER.sub("", stem)
    return cut.rstrip(" _-") if cut != stem else stem


def _stem(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return (name.rpartition(".")[0] or name).casefold()
