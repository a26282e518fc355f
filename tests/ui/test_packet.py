import numpy as np
import pytest

from imgcls.ui.packet import pack, unpack


def test_a_packet_brings_back_fields_and_arrays_of_every_type() -> None:
    arrays = {
        "bytes": np.arange(6, dtype=np.uint8).reshape(1, 2, 3),
        "floats": np.linspace(-1, 1, 5, dtype=np.float32),
        "strided": np.arange(12, dtype=np.int32).reshape(3, 4)[:, ::2],
        "empty": np.zeros((0, 3), np.float64),
    }
    fields, back = unpack(pack({"ack": 3, "label": "Löwe"}, **arrays))
    assert fields == {"ack": 3, "label": "Löwe"}
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        np.testing.assert_array_equal(back[name], array)


def test_big_endian_numbers_are_turned_for_javascript() -> None:
    _, back = unpack(pack({}, a=np.array([1, 258], dtype=">u2")))
    np.testing.assert_array_equal(back["a"], [1, 258])


@pytest.mark.parametrize("array", [np.arange(3), np.array([True]), np.array(["a"])])
def test_types_without_a_typed_array_are_refused(array: np.ndarray) -> None:
    with pytest.raises(TypeError, match="send one of"):
        pack({}, a=array)


def test_nan_in_the_fields_is_refused_because_json_has_none() -> None:
    with pytest.raises(ValueError, match="JSON"):
        pack({"x": float("nan")})
