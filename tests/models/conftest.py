"""Real photographs (scikit-image's, installed with it) and networks, made once for all tests of the models."""

import pytest
import skimage.data
import torch
from PIL import Image
from torch import nn

from imgcls.models.classify import Classifier
from imgcls.models.preprocess import Preprocess
from imgcls.models.registry import load


@pytest.fixture(scope="session")
def photographs() -> dict[str, Image.Image]:
    """A cat, a cup of coffee, an astronaut: RGB."""
    return {name: Image.fromarray(getattr(skimage.data, name)()) for name in ("chelsea", "coffee", "astronaut")}


@pytest.fixture(scope="session")
def embedded() -> Classifier:
    """The default classifier."""
    return load()


class TinyNet(nn.Module):
    """Two convolutions, global average pooling and a linear layer, in double precision with seeded weights."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(inplace=True))
        self.second = nn.Conv2d(4, 6, 3, stride=2)
        self.relu = nn.ReLU(inplace=True)
        self.head = nn.Linear(6, 3)
        generator = torch.Generator().manual_seed(7)
        self.double()
        for parameter in self.parameters():
            parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64) * 0.5

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.second(self.first(x.double())))
        return self.head(x.mean(dim=(2, 3)))


@pytest.fixture
def tiny() -> Classifier:
    """A classifier of three made-up classes on 16 x 16 pixels, without dogs."""
    return Classifier(
        name="tiny",
        title="Tiny net",
        module=TinyNet().eval().requires_grad_(False),
        preprocess=Preprocess(resize=16, crop=16),
        labels=("red", "green", "blue"),
        layers={"first": "First", "second": "Second", "relu": "Last"},
    )
