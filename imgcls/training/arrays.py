"""Frozen records with arrays in an .npz file, without pickle: arrays by path, the rest as JSON."""

import dataclasses
import json
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from imgcls.training import records

_KINDS = {kind.__name__: kind for kind in (records.Snapshot, records.Evaluation, records.LayerView, records.Histogram)}


def to_npz(file: BinaryIO, values: dict[str, Any]) -> None:
    """Writes records (of the kinds above), numbers, strings, tuples and arrays."""
    arrays: dict[str, np.ndarray] = {}
    tree = _taken_apart(values, "", arrays)
    arrays["json"] = np.frombuffer(json.dumps(tree).encode(), np.uint8)
    np.savez(file, **arrays)


def from_npz(file: Path) -> dict[str, Any]:
    """Reads what `to_npz` wrote.

    Raises:
        OSError, ValueError, KeyError: the file is missing or damaged.
    """
    with np.load(file, allow_pickle=False) as arrays:
        return _put_together(json.loads(arrays["json"].tobytes()), dict(arrays))


def _taken_apart(value: Any, path: str, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        arrays[path] = value
        return {"array": path}
    if dataclasses.is_dataclass(value):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {"kind": type(value).__name__, "fields": _taken_apart(fields, path, arrays)}
    if isinstance(value, dict):
        return {"dict": {key: _taken_apart(item, f"{path}.{key}", arrays) for key, item in value.items()}}
    if isinstance(value, (list, tuple)):
        return {"tuple": [_taken_apart(item, f"{path}.{place}", arrays) for place, item in enumerate(value)]}
    return value


def _put_together(tree: Any, arrays: dict[str, np.ndarray]) -> Any:
    match tree:
        case {"array": path}:
            return arrays[path]
        case {"kind": kind, "fields": fields}:
            return _KINDS[kind](**_put_together(fields, arrays))
        case {"dict": items}:
            return {key: _put_together(item, arrays) for key, item in items.items()}
        case {"tuple": items}:
            return tuple(_put_together(item, arrays) for item in items)
    return tree
