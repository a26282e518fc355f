"""Validation pictures that stay with a run, so that its answers can be shown beside what they are about."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from imgcls.data.datasets import Dataset, square

MOST_BYTES = 8 * 2**20
MOST_SIDE = 64


@dataclass(frozen=True, eq=False)
class KeptPictures:
    """`images` uint8 (M, s, s, 3) of the validation pictures at the ascending `places` (M,); `labels` (N,) of all."""

    images: np.ndarray
    places: np.ndarray
    labels: np.ndarray

    def image(self, place: int) -> np.ndarray | None:
        """The validation picture `place`, uint8 (s, s, 3); None if it was not kept."""
        row = int(np.searchsorted(self.places, place))
        return self.images[row] if row < len(self.places) and self.places[row] == place else None


def keep_pictures(dataset: Dataset) -> KeptPictures:
    """All validation pictures, or as many, evenly spread, as fit into MOST_BYTES."""
    side = min(dataset.size, MOST_SIDE)
    count = min(len(dataset.validation), MOST_BYTES // (side * side * 3))
    places = np.linspace(0, len(dataset.validation) - 1, count).round().astype(np.int32)
    images = dataset.images[dataset.validation[places]]
    if side < dataset.size:
        images = np.stack([square(Image.fromarray(image), side) for image in images])
    return KeptPictures(images, places, dataset.labels[dataset.validation].astype(np.int32))
