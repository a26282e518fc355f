"""Prepared sets on disk are the sets that `prepare` makes; large sets open without being read."""

import json
from pathlib import Path

import numpy as np
import pytest

from imgcls.data.datasets import DatasetError, prepare
from imgcls.data.own import describe_own, find_own, identity_of, keep_pictures
from imgcls.data.picture_cache import Recipe, cache_pictures, open_cached
from imgcls.data.sources import drawn_dogs, drawn_one_by_one
from tests.data.test_datasets import picture


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


RECIPE = Recipe(count=36, size=16)


def test_what_comes_from_the_cache_is_what_was_prepared() -> None:
    cache_pictures(RECIPE)
    expected = prepare(drawn_dogs(count=36, size=16), size=16, validation=0.3, seed=4)
    found = open_cached(RECIPE, 0.3, 4)
    assert isinstance(found.images, np.memmap)
    assert np.array_equal(found.images, expected.images)
    for name in ("labels", "training", "validation"):
        assert np.array_equal(getattr(found, name), getattr(expected, name))
    assert (found.classes, found.names, found.title) == (expected.classes, expected.names, expected.title)


def test_it_is_made_once_and_told_about() -> None:
    told: list[tuple[int, int]] = []
    assert not RECIPE.ready
    cache_pictures(RECIPE, lambda *numbers: told.append(numbers))
    assert RECIPE.ready
    assert told[-1] == (36, 36)
    told.clear()
    cache_pictures(RECIPE, lambda *numbers: told.append(numbers))
    assert not told


def test_drawn_one_by_one_they_are_the_same_pictures() -> None:
    for task in ("breeds", "binary"):
        whole, lazy = drawn_dogs(task, 28, 3, 0.7, 24), drawn_one_by_one(task, 28, 3, 0.7, 24)
        assert np.array_equal(whole.labels, lazy.labels)
        for place in (0, 13, 27):
            assert np.array_equal(whole.image(place), lazy.image(place))


def test_settings_of_drawn_dogs_are_cached_apart_and_mean_nothing_for_other_sets(tmp_path: Path) -> None:
    assert RECIPE.digest != Recipe(count=36, size=16, level=0.6).digest
    folder = tmp_path / "set"
    folder.mkdir()
    assert Recipe(str(folder), seed=1).digest == Recipe(str(folder), seed=2).digest
    assert Recipe(str(folder)).digest != Recipe(str(folder), task="binary").digest


def test_a_damaged_cache_gets_a_sentence(empty_cache: Path) -> None:
    cache_pictures(RECIPE)
    (facts,) = (empty_cache / "shelf").glob("*.json")
    facts.write_text("{")
    recipe = Recipe(count=36, size=16, seed=9)  # not opened before
    cache_pictures(recipe)
    for file in (empty_cache / "shelf").glob(f"{recipe.digest}.json"):
        file.write_text("not JSON")
    with pytest.raises(DatasetError, match="choose them once more"):
        open_cached(recipe)


def test_own_pictures_are_found_by_their_identity_and_by_nothing_else(empty_cache: Path) -> None:
    pictures = {"my dog": [picture(n) for n in (10, 20, 30)], "my cat": [picture(n) for n in (40, 50, 60)]}
    file, _ = keep_pictures(pictures)
    identity = identity_of(file)
    assert len(identity) == 16
    assert find_own(identity) == file
    for other in ("", "0" * 16, str(file), "../" + file.name, f"*{identity[1:]}", "?" * 16, identity.upper() + "\n"):
        assert find_own(other) is None
    about = describe_own(file)
    assert (about.classes, about.pictures) == (("my cat", "my dog"), 6)
    assert about.troubles == {"binary": "", "breeds": ""}


def test_a_set_of_ones_own_is_read_at_full_size_again(empty_cache: Path) -> None:
    file, _ = keep_pictures(
        {"a": [picture(n) for n in (10, 20)], "b": [picture(n) for n in (30, 40, 50)] + [b"broken"]}
    )
    recipe = Recipe(str(file), size=16)
    cache_pictures(recipe)
    found = open_cached(recipe, 0.4)
    assert [skipped.name for skipped in found.skipped] == ["b/00004.jpg"]
    assert found.source.image(int(found.chosen[0])).size == (20, 16)
    assert found.images[0].mean() == 10
    assert json.loads(next((empty_cache / "shelf").glob("*.json")).read_text())["classes"] == ["a", "b"]
    assert describe_own(file).troubles["binary"].startswith("No class")
