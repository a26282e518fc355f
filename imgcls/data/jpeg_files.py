"""JPEG files before they are decoded: what their pixels need, what they claim, and whether their end is there.

A decoder fills whatever is missing at the end of a JPEG with grey and tells nobody. How much is really there is found
by decoding twice with two different ends: what differs was not in the file.
"""

import io
import re
from dataclasses import dataclass, field

import numpy as np
from PIL.JpegImagePlugin import JpegImageFile

_MARKER = re.compile(rb"\xff([\x02-\xcf\xd8-\xfe])")  # what is left out occurs among the coded pixels
_MAX_SCANS = 100  # passes over the picture; real pictures have one to some twenty, and each takes its time
_MAX_WORK = 5_000_000_000  # scans times pixels
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_ZEROS = bytes(64)  # a download that stopped in a file of the full length
_NOISE = np.random.default_rng(0).integers(0, 255, 4096, np.uint8).tobytes()  # no 255: it would begin a marker
_END = b"\xff\xd9"
NEARLY_ALL = 0.9  # of the picture's area


@dataclass
class _Scan:
    """One pass: of which components it holds which coefficients, first..last, down to which bit."""

    components: tuple[int, ...]
    first: int
    last: int
    high: int  # 0: the first pass over them; else it refines them by a bit
    low: int
    begin: int  # where its coded pixels are in the slim file


@dataclass
class Jpeg:
    """The parts that its pixels need, and what was read on the way; width and height are 0 without a frame header."""

    slim: bytes = b""
    exif: bytes = b""
    width: int = 0
    height: int = 0
    progressive: bool = False
    sampling: dict[int, tuple[int, int]] = field(default_factory=dict)  # component -> across, down
    scans: list[_Scan] = field(default_factory=list)
    ended: bool = False  # whether the mark at its end is there

    @property
    def coefficients(self) -> int:
        """How many numbers the frame codes; those of a progressive file are in memory all at once."""
        most = max((a * d for a, d in self.sampling.values()), default=1)
        return self.width * self.height * sum(a * d for a, d in self.sampling.values()) // most

    @property
    def in_passes(self) -> bool:
        """Whether the decoder keeps all coefficients until the last pass."""
        return self.progressive or len(self.scans) > 1

    @property
    def too_short(self) -> bool:
        """Whether its bytes cannot hold what it claims: no block takes less than two bits, or one in a progressive."""
        coded = len(self.slim) - (self.scans[0].begin if self.scans else len(self.slim))
        return 8 * coded < self.coefficients // 64 * (1 if self.progressive else 2)


def read_jpeg(data: bytes) -> Jpeg:
    """The file without camera data, comments, profiles and appended pictures.

    Raises:
        ValueError, IndexError, struct.error: it is damaged, or has more passes than any real picture.
    """
    found = Jpeg()
    kept: list[bytes] = []
    length, begin, at = 0, 0, 2
    if data.endswith(_ZEROS):
        data = data.rstrip(b"\0")
    while match := _MARKER.search(data, at):
        at, marker = match.end(), match[1][0]
        if marker == 0xD9:  # the end: phones append further pictures and films
            found.ended = True
            break
        if marker == 0xD8:  # has no content
            continue
        end = at + int.from_bytes(data[at : at + 2], "big")
        content = data[at + 2 : end]
        if marker == 0xE1 and content.startswith(b"Exif\0\0"):
            found.exif = found.exif or content
        if 0xE1 <= marker <= 0xED or marker in (0xEF, 0xFE):  # E0 and EE stay: they say what the colours mean
            kept.append(data[begin : match.start()])
            length += match.start() - begin
            begin = end
        elif marker in _FRAMES and not found.sampling:
            _read_frame(found, marker, content)
        elif marker == 0xDA:
            found.scans.append(_read_scan(content, length + end - begin))
            if len(found.scans) > _MAX_SCANS or len(found.scans) * found.width * found.height > _MAX_WORK:
                raise ValueError("too many scans")
        at = end
    kept.append(data[begin : at if found.ended else None])
    found.slim = b"".join(kept)
    return found


def _read_frame(found: Jpeg, marker: int, content: bytes) -> None:
    found.height, found.width = int.from_bytes(content[1:3], "big"), int.from_bytes(content[3:5], "big")
    found.progressive = marker in _PROGRESSIVE
    for at in range(6, min(len(content), 6 + 3 * content[5]), 3):
        found.sampling[content[at]] = max(1, content[at + 1] >> 4), max(1, content[at + 1] & 15)


def _read_scan(content: bytes, begin: int) -> _Scan:
    count = content[0]
    first, last, bits = content[1 + 2 * count : 4 + 2 * count]
    return _Scan(tuple(content[1 : 1 + 2 * count : 2]), first, min(last, 63), bits >> 4, bits & 15, begin)


def completed(jpeg: Jpeg, draft: tuple[int, int]) -> bytes | None:
    """A file whose end is missing, with an end; None when not nearly all of the picture is there.

    Nearly all: every coefficient has been coded at least once, over NEARLY_ALL of the area, and no more than the last
    bit of any is missing. In a file of one pass that is a part of its area; a progressive one may lose whole passes
    that only make it finer.
    """
    if not jpeg.scans or not jpeg.sampling:
        return None
    body = jpeg.slim.rstrip(b"\xff")
    bits: dict[tuple[int, int], int] = {}  # of each coefficient of each component: the lowest that has been coded
    for scan in jpeg.scans:
        for component in scan.components:
            bits |= {(component, place): scan.low for place in range(scan.first, scan.last + 1)}
    last = jpeg.scans[-1]
    if last.high:  # it was cut while these were made finer by a bit: what they had before counts
        bits |= {(component, place): last.high for component in last.components
                 for place in range(last.first, last.last + 1)}  # fmt: skip
    if any(bits.get((component, place), 14) > 1 for component in jpeg.sampling for place in range(64)):
        return None
    if not last.high and _share(body, draft) < NEARLY_ALL:
        return None
    return body + _END


def _share(body: bytes, draft: tuple[int, int]) -> float:
    """How much of the picture's area the coded pixels fill."""
    one, other = _decoded(body + _END, draft), _decoded(body + _NOISE + _END, draft)
    differs = (one != other).reshape(*one.shape[:2], -1).any(2)  # (H, W)
    rows = differs.any(1)
    if not rows.any():
        return 1.0
    top = int(rows.argmax())  # the first row that is not whole: of a row of blocks, of which some may be there
    left = int(differs[top : top + 8].any(0).argmax())
    return (top + min(8, len(rows) - top) * left / differs.shape[1]) / len(rows)


def _decoded(data: bytes, draft: tuple[int, int]) -> np.ndarray:
    with JpegImageFile(io.BytesIO(data)) as file:
        file.draft(None, draft)
        file.load()
        return np.asarray(file)
