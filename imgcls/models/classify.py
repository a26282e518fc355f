"""A network with all that belongs to it, and what it says about a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from PIL import Image
from torch import Tensor, nn

from imgcls.labels import display_name
from imgcls.models.preprocess import Preprocess
from imgcls.ops.softmax import softmax


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network together with its preprocessing, its labels and the layers worth looking into.

    One object serves all sessions at once: nothing in it changes after it is made. `layers` maps the names of
    layers (`module.get_submodule(name)`) with outputs (1, C, H, W) to titles, in network order, the last
    being the usual choice for Grad-CAM; where there are none, `layers_note` says why. `dog_indices` is empty
    for a network without dog breeds.

    Raises:
        ValueError: `module` is in training mode, in which dropout and batch norm would falsify every answer.
    """

    name: str
    title: str
    module: nn.Module
    preprocess: Preprocess
    labels: Sequence[str]
    dog_indices: Sequence[int] = ()
    layers: Mapping[str, str] = field(default_factory=dict)
    layers_note: str = ""

    def __post_init__(self) -> None:
        if self.module.training:
            raise ValueError(f"The network of {self.title} is in training mode: call .eval() on it first.")

    def name_of(self, index: int) -> str:
        """The category `index` as people write it."""
        return display_name(self.labels[index], self.labels)

    @property
    def device(self) -> torch.device:
        """Where the network's parameters live."""
        return next((parameter.device for parameter in self.module.parameters()), torch.device("cpu"))


@dataclass(frozen=True)
class Ranked:
    """One category of a ranking. `share` is its probability as a part of all the categories that were ranked."""

    index: int
    label: str
    probability: float
    logit: float
    share: float


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a network says about one picture: `logits` and `probabilities` (K,), in the order of `labels`."""

    logits: Tensor
    probabilities: Tensor
    labels: Sequence[str]
    dog_indices: Sequence[int] = ()

    def top(self, k: int = 5) -> tuple[Ranked, ...]:
        """The k most probable categories, the best first; all of them where there are fewer than k."""
        return self._ranked(range(len(self.labels)), k)

    def breeds(self, k: int = 5) -> tuple[Ranked, ...]:
        """The k most probable dog breeds; `share` is the probability if one knew that it is a dog."""
        return self._ranked(self.dog_indices, k)

    @property
    def dog(self) -> float | None:
        """The probability that it is a dog, of whatever breed: the sum over the breeds. None without breeds."""
        return float(self.probabilities[list(self.dog_indices)].sum()) if len(self.dog_indices) else None

    def _ranked(self, indices: Sequence[int], k: int) -> tuple[Ranked, ...]:
        if not len(indices):
            return ()
        logits = self.logits[list(indices)]
        # Softmax over a part of the logits is each probability divided by their sum, and never 0 / 0.
        shares = softmax(logits)
        places = logits.argsort(descending=True, stable=True)[:k].tolist()
        return tuple(
            Ranked(
                index=indices[place],
                label=self.labels[indices[place]],
                probability=float(self.probabilities[indices[place]]),
                logit=float(logits[place]),
                share=float(shares[place]),
            )
            for place in places
        )


def classify(classifier: Classifier, image: Image.Image) -> Prediction:
    """One forward pass on an RGB picture.

    Raises:
        ValueError: `image` is not RGB.
    """
    return classify_batch(classifier, classifier.preprocess(image))[0]


def classify_batch(classifier: Classifier, inputs: Tensor) -> tuple[Prediction, ...]:
    """One forward pass on preprocessed inputs (N, 3, H, W): N predictions."""
    with torch.inference_mode():  # holds for this thread only
        outputs = classifier.module(inputs.to(classifier.device))
    logits = outputs.float().cpu().clone()  # a clone made outside is an ordinary tensor, fit for autograd
    probabilities = softmax(logits)
    return tuple(
        Prediction(row, chances, classifier.labels, classifier.dog_indices)
        for row, chances in zip(logits, probabilities, strict=True)
    )
