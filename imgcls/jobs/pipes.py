"""Python objects through a pipe between this program's own processes: an 8-byte length, then the pickle.

Both ends are ours, started by us and reachable by nobody else: the one module of the project that reads pickle.
"""

import pickle
import struct
from typing import Any, BinaryIO

_LENGTH = struct.Struct("<Q")


def encode(value: Any) -> bytes:
    """The pickle of `value`: taken now, whatever happens to it later."""
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def decode(body: bytes) -> Any:
    """The value of an `encode` in one of our own processes."""
    return pickle.loads(body)


def send(stream: BinaryIO, value: Any) -> None:
    """Writes one object and flushes.

    Raises:
        OSError: the other end is gone.
    """
    body = encode(value)
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """The next object; waits for it.

    Raises:
        EOFError: the other end has closed the pipe, also in the middle of an object.
    """
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    return decode(_exactly(stream, length))


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError("The other end of the pipe was closed.")
    return data
