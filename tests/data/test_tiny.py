"""The drawn animals to train on: they follow from a seed, differ, can be made out, and are drawn only once."""

import dataclasses

import numpy as np
import pytest

from imgcls.data.drawn import tiny_set
from imgcls.data.drawn.tiny import draw_tiny
from imgcls.data.drawn.tiny_breeds import ANIMALS, BREEDS, CAT
from imgcls.data.drawn.tiny_scene import Difficulty
from imgcls.data.drawn.tiny_set import drawn_animals


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("animal", ANIMALS)
def test_a_picture_follows_from_its_generator_alone(animal: str) -> None:
    first, again, other = (draw_tiny(animal, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert first.shape == (64, 64, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_six_breeds_and_a_cat_have_traits_of_their_own() -> None:
    assert len(BREEDS) == 6
    assert set(ANIMALS) - set(BREEDS) == {CAT}
    assert len({traits.pattern for traits in ANIMALS.values()}) == 7
    assert len(set(ANIMALS.values())) == 7


def test_no_picture_is_too_dark_to_make_out() -> None:
    pictures = np.concatenate([drawn_animals(animal, 30) for animal in ANIMALS])
    brightness = pictures.mean(3).reshape(len(pictures), -1)
    low, high = np.percentile(brightness, [5, 95], axis=1)
    assert high.min() > 90
    assert (high - low).min() > 25
    assert np.mean(high - low < 50) < 0.02


def test_more_pictures_begin_with_the_same_ones_and_seeds_make_others() -> None:
    few, more = drawn_animals("Pug", 2, seed=5, size=32), drawn_animals("Pug", 4, seed=5, size=32)
    assert few.shape == (2, 32, 32, 3)
    assert np.array_equal(few, more[:2])
    assert not np.array_equal(few, drawn_animals("Pug", 2, seed=6, size=32))


def test_pictures_are_drawn_once_and_then_read(monkeypatch) -> None:
    first = drawn_animals(CAT, 3, size=32)
    monkeypatch.setattr(tiny_set, "draw_tiny", lambda *_: pytest.fail("drawn again"))
    assert np.array_equal(drawn_animals(CAT, 3, size=32), first)
    assert np.array_equal(drawn_animals(CAT, 1, size=32), first[:1])


def test_a_damaged_cache_is_drawn_anew_and_only_the_newest_files_are_kept(tmp_path, monkeypatch) -> None:
    first = drawn_animals("Husky", 2, size=16)
    (file,) = (tmp_path / "cache" / "drawn").iterdir()
    file.write_bytes(b"\x93NUMPY broken")
    assert np.array_equal(drawn_animals("Husky", 2, size=16), first)
    monkeypatch.setattr(tiny_set, "KEPT_FILES", 3)
    for seed in range(5):
        drawn_animals("Husky", 1, seed=seed, size=16)
    assert len(list(file.parent.iterdir())) == 3


def test_without_a_folder_to_write_to_pictures_are_drawn_all_the_same(tmp_path, monkeypatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "file" / "cache"))
    assert drawn_animals("Pug", 1, size=16).shape == (1, 16, 16, 3)


def test_progress_is_told(tmp_path) -> None:
    told = []
    drawn_animals("Pug", 101, size=16, progress=lambda *numbers: told.append(numbers))
    assert told == [(50, 101), (100, 101)]


def test_the_dial_goes_from_easy_over_the_default_to_hard() -> None:
    easy, normal, hard = (Difficulty.level(level) for level in (0, 0.5, 1))
    assert normal == Difficulty()
    assert easy.shift == easy.rotation == easy.noise == 0
    for field in dataclasses.fields(Difficulty):
        if field.name != "scale":
            assert getattr(easy, field.name) < getattr(normal, field.name) < getattr(hard, field.name)
    assert easy.scale[0] > normal.scale[0] > hard.scale[0] > 0
    assert draw_tiny("Pug", np.random.default_rng(0), easy).shape == (64, 64, 3)
    assert draw_tiny("Pug", np.random.default_rng(0), hard).shape == (64, 64, 3)


def test_bad_requests_get_a_sentence() -> None:
    with pytest.raises(ValueError, match="choose one of Dalmatian"):
        draw_tiny("Wolf", np.random.default_rng(0))
    with pytest.raises(ValueError, match="choose one of Dalmatian"):
        drawn_animals("Wolf", 1)
    with pytest.raises(ValueError, match="pixels wide"):
        drawn_animals("Pug", 1, size=4)
    with pytest.raises(ValueError, match="can be drawn"):
        drawn_animals("Pug", 10**9)
    with pytest.raises(ValueError, match="from 0 to 1"):
        Difficulty.level(1.5)
