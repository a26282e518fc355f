import numpy as np
import pytest

from imgcls.ops.points import LIMIT, MOST, PATTERNS, own_points, pattern, read_points, spelled


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("seed", [0, 1])
def test_half_of_the_points_are_of_each_class_and_all_lie_in_the_picture(name: str, seed: int) -> None:
    points = pattern(name, seed)
    assert points.places.shape == (MOST, 2)
    assert np.abs(points.places).max() <= LIMIT
    assert points.classes.sum() == MOST / 2
    assert set(points.classes) == {0, 1}
    assert np.array_equal(points.places, pattern(name, seed).places)
    assert not np.array_equal(points.places, pattern(name, seed + 1).places)


def test_each_pattern_is_what_its_name_says() -> None:
    exact = {name: pattern(name, 0, noise=0) for name in PATTERNS}
    x, y = exact["XOR"].places.T
    assert np.array_equal(x * y > 0, exact["XOR"].classes > 0.5)
    far = np.hypot(*exact["circle"].places.T)
    assert np.array_equal(far < 0.5, exact["circle"].classes > 0.5)
    across = exact["line"].places @ [-np.sin(np.radians(25)), np.cos(np.radians(25))]
    assert np.array_equal(across > 0, exact["line"].classes > 0.5)
    turned = (
        np.arctan2(*exact["spiral"].places.T[::-1]) - 2.5 * np.pi * (np.hypot(*exact["spiral"].places.T) - 0.08) / 0.82
    )
    assert np.allclose(np.cos(turned), 1 - 2 * exact["spiral"].classes, atol=1e-4)


@pytest.mark.parametrize(("name", "count"), [("square", 10), ("line", 3), ("line", 0), ("line", MOST + 2)])
def test_other_patterns_and_counts_are_refused(name: str, count: int) -> None:
    with pytest.raises(ValueError, match="pattern"):
        pattern(name, 0, count=count)


def test_own_points_keep_their_place_in_the_address() -> None:
    points = [(-1.0, 1.0, 0), (0.0, -0.48, 1), (0.1, 0.2, 1)]
    again = read_points(spelled(points))
    assert [kind for *_, kind in again] == [0, 1, 1]
    assert np.allclose([each[:2] for each in again], [each[:2] for each in points], atol=LIMIT / 62 + 1e-9)
    assert read_points(spelled(again)) == again
    assert own_points(again).places.shape == (3, 2)
    assert own_points([]).places.shape == (0, 2)


@pytest.mark.parametrize("text", ["a", "c00", "a0!", "a00" * (MOST + 1), "a0é"])
def test_what_spells_no_points_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="point"):
        read_points(text)
