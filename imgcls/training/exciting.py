"""What excites a channel most, for a worker process: a grown picture and pieces of the samples, kept on disk."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from imgcls.data.samples import SAMPLES, load_sample
from imgcls.models.excite import EVERY, LEAST, MOST, RATE, STEPS, Piece, bare, grow, piece_of
from imgcls.models.graph import Graph, graph_of
from imgcls.store.download import DownloadError, cache_folder
from imgcls.store.files import prune, replaced
from imgcls.training.fooling import network_named
from imgcls.training.picture_work import Working

PIECES = 5  # one more than is shown: the student's photo may be a sample
_VERSION = 1  # to be raised when `imgcls.models.excite` draws other pictures
_MOST_FILES, _MOST_BYTES = 5000, 500_000_000


@dataclass(frozen=True)
class Growing(Working):
    """How far it is, with the picture so far, uint8 (S, S, 3), and the largest value of the channel's map on it."""

    newest_only = True  # of several only the last one counts
    picture: np.ndarray = field(kw_only=True, repr=False)
    value: float = field(kw_only=True)


@dataclass(frozen=True, eq=False)
class Excited:
    """The grown picture uint8 (S, S, 3), the largest value on it, and the best pieces of samples by their slugs."""

    picture: np.ndarray
    value: float
    pieces: tuple[tuple[str, Piece], ...]


def excite(name: str, step: int, channel: int) -> Iterator[Working | Excited]:
    """Grows the picture for a channel of a step, looks through the samples, and keeps what was found; or reads it.

    Raises:
        RunError, ModelUnavailable, ValueError: no such network, or no such map.
    """
    graph = graph_of(network_named(name))
    target = bare(graph, step)
    file = _file(graph, target, channel)
    if file and (kept := _read(file)):
        yield kept
        return
    last = None
    for last in grow(graph, target, channel):
        yield Growing("Steps uphill", last.step, last.of, picture=last.picture, value=last.value)
    pieces: list[tuple[str, Piece]] = []
    for number, slug in enumerate(SAMPLES, 1):
        pieces.append((slug, piece_of(graph, target, channel, load_sample(slug).image)))
        if number % 4 == 0:
            yield Working("Looking through the samples", number, len(SAMPLES))
    pieces.sort(key=lambda pair: -pair[1].value)
    found = Excited(last.picture, last.value, tuple(pieces[:PIECES]))
    if file:
        _write(file, found)
    yield found


def _file(graph: Graph, step: int, channel: int) -> Path | None:
    """Named after the network's numbers, not its name: a run may be trained on. None: there is no cache folder."""
    digest = hashlib.sha256(repr((_VERSION, STEPS, EVERY, RATE, LEAST, MOST, PIECES, list(SAMPLES))).encode())
    for name, values in graph.classifier.module.state_dict().items():
        digest.update(name.encode())
        digest.update(values.detach().cpu().contiguous().numpy().tobytes())
    digest.update(f"{graph.steps[step].name} {step} {channel} {graph.classifier.preprocess}".encode())
    try:
        return cache_folder() / "excited" / f"{digest.hexdigest()[:24]}.npz"
    except DownloadError:
        return None


def _write(file: Path, found: Excited) -> None:
    arrays = {f"piece{k}": piece.picture for k, (_, piece) in enumerate(found.pieces)}
    values = np.array([found.value, *(piece.value for _, piece in found.pieces)])
    slugs = np.array([slug for slug, _ in found.pieces])
    packed = io.BytesIO()
    np.savez_compressed(packed, picture=found.picture, values=values, slugs=slugs, **arrays)
    with suppress(OSError):  # a full disk: it is drawn anew the next time
        with replaced(file) as part:
            part.write(packed.getvalue())
        prune(file.parent, "*.npz", _MOST_FILES, _MOST_BYTES)


def _read(file: Path) -> Excited | None:
    """What was kept; None where there is nothing, or nothing that can be read."""
    with (
        suppress(OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile),
        np.load(file, allow_pickle=False) as kept,
    ):
        first, *values = (float(value) for value in kept["values"])
        slugs = [str(slug) for slug in kept["slugs"]]
        pieces = tuple(
            (slug, Piece(kept[f"piece{k}"], value)) for k, (slug, value) in enumerate(zip(slugs, values, strict=True))
        )
        file.touch()  # the least recently used are removed first
        return Excited(kept["picture"], first, pieces)
    return None
