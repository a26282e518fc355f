"""Arrays on their way to a component: one bytes object, since Streamlit sends that unchanged.

Layout: u32 little-endian length of the header, the header as UTF-8 JSON, then the arrays' raw bytes.
The header is the caller's own fields plus `arrays`: name -> dtype, shape, offset. `unpack` in
`js/packet.js` is its mirror.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

_KNOWN = ("uint8", "int8", "uint16", "int16", "int32", "uint32", "float32", "float64")
_NAMES = {np.dtype(name).newbyteorder(order): name for name in _KNOWN for order in "<>"}


def pack(fields: Mapping[str, Any], **arrays: np.ndarray) -> bytes:
    """One packet of JSON `fields` and named little-endian `arrays`.

    Raises TypeError for an array type that JavaScript has no typed array for (int64, bool, object, ...),
    ValueError for a field that is not JSON (NaN included) or is named `arrays`.
    """
    if "arrays" in fields:
        raise ValueError("the field name 'arrays' is taken by the packet itself")
    described: dict[str, dict[str, Any]] = {}
    chunks: list[bytes] = []
    offset = 0
    for name, array in arrays.items():
        array = np.asarray(array)
        if (kind := _NAMES.get(array.dtype)) is None:  # its `name` is put together anew at every look
            raise TypeError(f"array '{name}' is {array.dtype}; send one of {', '.join(sorted(_KNOWN))}")
        chunk = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        described[name] = {"dtype": kind, "shape": list(array.shape), "offset": offset}
        chunks.append(chunk)
        offset += len(chunk)
    header = json.dumps({**fields, "arrays": described}, allow_nan=False).encode()
    return b"".join([struct.pack("<I", len(header)), header, *chunks])


def unpack(packet: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The fields and arrays of a packet: what tests read to see what a page sent."""
    (length,) = struct.unpack_from("<I", packet)
    fields = json.loads(packet[4 : 4 + length])
    body = packet[4 + length :]
    arrays = {}
    for name, about in fields.pop("arrays").items():
        count = int(np.prod(about["shape"], dtype=int))
        flat = np.frombuffer(body, np.dtype(about["dtype"]).newbyteorder("<"), count, about["offset"])
        arrays[name] = flat.reshape(about["shape"])
    return fields, arrays
