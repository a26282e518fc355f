"""The pure modules of the views: what they make of numbers, bytes and keys, compared with Python."""

import base64
import json
import re

import numpy as np

from imgcls.palette import HUES, colour_table, text_on
from imgcls.ui.packet import pack
from tests.javascript import JS, evaluated

BOXES = [
    # Two rows of three tiles, a last row of two wider ones, in pixels.
    *({"left": 50 * column, "top": 60 * row, "width": 40, "height": 50} for row in (0, 1) for column in range(3)),
    *({"left": 75 * column, "top": 121, "width": 70, "height": 50} for column in range(2)),
]
KEYS = [
    ("ArrowRight", False, 0, 1),
    ("ArrowRight", False, 2, 3),  # on to the next row, as one reads
    ("ArrowRight", False, 7, 7),
    ("ArrowRight", True, 0, -1),  # with Ctrl it is the text's, not the grid's
    ("ArrowLeft", False, 3, 2),
    ("ArrowLeft", False, 0, 0),
    ("ArrowDown", False, 1, 4),
    ("ArrowDown", False, 3, 6),
    ("ArrowDown", False, 5, 7),
    ("ArrowDown", False, 6, 6),
    ("ArrowDown", True, 0, 3),  # with Ctrl too: in a cell that is typed into, the plain key is the number's
    ("ArrowUp", False, 7, 5),
    ("ArrowUp", False, 2, 2),
    ("PageDown", False, 0, 6),
    ("PageUp", False, 7, 2),
    ("Home", False, 4, 3),
    ("End", False, 3, 5),
    ("Home", True, 4, 0),
    ("End", True, 0, 7),
    ("Enter", False, 4, -1),
]


def test_what_is_pure_imports_nothing() -> None:
    for name in ("colour", "geometry", "keys", "packet"):
        assert not re.search(r"^import ", (JS / f"{name}.js").read_text(), flags=re.MULTILINE), name


def test_a_packet_of_python_is_read_in_the_browser() -> None:
    arrays = {
        "bytes": np.arange(6, dtype=np.uint8).reshape(1, 2, 3),
        "floats": np.array([1.5, -0.25, np.nan, np.inf], np.float32),  # behind 6 bytes: not aligned
        "strided": np.arange(12, dtype=np.int32).reshape(3, 4)[:, ::2],
        "empty": np.zeros((0, 3), np.float64),
        "large": np.array([[1e300, -1e-300]]),
        "signed": np.array([-128, 127], np.int8),
        "short": np.array([-2, 32767], np.int16),
        "count": np.array([2**32 - 1], np.uint32),
    }
    bytes_ = base64.b64encode(b"xxx" + pack({"ack": 3, "label": "Löwe"}, **arrays)).decode()
    packet = f"m.unpack(Uint8Array.from(atob('{bytes_}'), (c) => c.charCodeAt(0)).subarray(3))"
    plain = (
        "((p) => ({ ...p, arrays: Object.fromEntries(Object.entries(p.arrays).map(([name, array]) =>"
        f" [name, {{ type: array.constructor.name, shape: array.shape, values: [...array] }}])) }}))({packet})"
    )
    (found,) = evaluated(JS / "packet.js", [plain])
    assert {name: found[name] for name in ("ack", "label")} == {"ack": 3, "label": "Löwe"}
    assert found["arrays"].keys() == arrays.keys()
    for name, array in arrays.items():
        about = found["arrays"][name]
        assert about["type"].lower() == f"{array.dtype.name}array"
        assert about["shape"] == list(array.shape)
        np.testing.assert_array_equal(np.array(about["values"], float), array.ravel().astype(float))


def test_numbers_on_colours_are_black_or_white_as_in_python() -> None:
    tables = [colour_table(quantity) for quantity in HUES]
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    colours = np.concatenate([*tables, grey, np.random.default_rng(0).integers(0, 256, (500, 3))]).tolist()
    found = evaluated(JS / "colour.js", [f"{json.dumps(colours)}.map((rgb) => m.textOn(...rgb))"])[0]
    written = {"#000000": "#000", "#ffffff": "#fff"}
    assert found == [written[text_on(tuple(rgb))] for rgb in colours]
    assert set(found) == {"#000", "#fff"}


def test_shades_have_the_sign_and_the_size_of_their_number() -> None:
    asked = [f'm.shade("weight", {number}, {most})' for number, most in ((2, 4), (-4, 4), (0, 4), (0, 0))]
    half, whole, *none = evaluated(JS / "colour.js", asked)
    assert half == "color-mix(in srgb, var(--q-weight) 31%, transparent)"
    assert whole == "color-mix(in srgb, var(--q-weight-negative) 62%, transparent)"
    assert none == ["transparent", "transparent"]


def test_a_number_is_held_between_its_ends() -> None:
    asked = [f"m.clamp({number}, -1, 2)" for number in (3, -2, 0.5, 2, -1)]
    assert evaluated(JS / "geometry.js", asked) == [2, -1, 0.5, 2, -1]


def test_keys_lead_through_rows_that_wrap() -> None:
    asked = [f'm.neighbour({json.dumps(BOXES)}, {at}, "{key}", {str(far).lower()})' for key, far, at, _ in KEYS]
    assert evaluated(JS / "keys.js", asked) == [to for *_, to in KEYS]


def test_arrow_keys_are_steps_across_and_down() -> None:
    asked = [f'm.stepOf("{key}") ?? null' for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "a", "Home")]
    assert evaluated(JS / "keys.js", asked) == [[-1, 0], [1, 0], [0, -1], [0, 1], None, None]
