"""Pictures to start with: photographs that scikit-image brings along, and the project's own drawings, large and small.

All of them are on this machine. Only `fetch_real_dog` uses the network, and only when it is called.
"""

import importlib.util
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from imgcls.data.pictures import Picture, PictureError, open_picture
from imgcls.store.download import Cancelled, Progress, cache_folder, fetch

_DRAWINGS = Path(__file__).resolve().parents[2] / "assets" / "dogs"


@dataclass(frozen=True)
class Sample:
    """A picture that comes with the app.

    slug: its short name in addresses. credit: who made it and what one may do with it. alt: what there is to see,
    for those who cannot. about: why it is worth a try. file: where it lies.
    """

    slug: str
    title: str
    kind: Literal["photograph", "drawing"]
    credit: str
    alt: str
    about: str
    file: Path

    @property
    def drawn_dog(self) -> bool:
        """Whether it is one of the project's own drawings of dogs."""
        return self.slug.startswith(("drawn-", "small-"))


@dataclass(frozen=True)
class OnlinePhoto:
    """A photograph at a fixed address. sha256: of the file, in hexadecimal; None: any file is taken."""

    url: str
    sha256: str | None
    title: str
    credit: str
    licence: str
    alt: str


def _photographs() -> tuple[Sample, ...]:
    # The files themselves, not skimage.data's functions: those go online when a file is missing or has changed.
    package = importlib.util.find_spec("skimage")
    folder = Path(package.origin).parent / "data" if package and package.origin else Path("skimage", "data")

    def photograph(slug: str, title: str, file: str, credit: str, alt: str, about: str) -> Sample:
        return Sample(slug, title, "photograph", f"{credit} From scikit-image.", alt, about, folder / file)

    return (
        photograph(
            "cat",
            "Cat",
            "chelsea.png",
            "Stéfan van der Walt, CC0.",
            "The face of a tabby cat with green eyes, looking past the camera.",
            "Not a dog: see how sure the network is of that, and which kinds of cat it wavers between.",
        ),
        photograph(
            "coffee",
            "Cup of coffee",
            "coffee.png",
            "Rachel Michetti, courtesy of Pikolo Espresso Bar, CC0.",
            "A red cup of espresso on a red saucer with a spoon, on a wooden table, from above.",
            "One thing in the middle of the picture: the case that the network was trained for.",
        ),
        photograph(
            "astronaut",
            "Astronaut",
            "astronaut.png",
            "NASA, public domain.",
            "Astronaut Eileen Collins in an orange space suit, smiling, beside a model of the space shuttle.",
            "ImageNet has no category for astronauts: what does the network choose, and how sure is it?",
        ),
        photograph(
            "motorcycle",
            "Motorcycle",
            "motorcycle_left.png",
            "Nera Nesic, Porter Westling, Xi Wang, York Kitajima, Greg Krathwohl and Daniel Scharstein, "
            "Middlebury stereo dataset 2014.",
            "A red motorcycle in a garage, in front of a bench and shelves full of boxes.",
            "Many things at once; ImageNet knows mopeds and scooters, but no motorcycles.",
        ),
        photograph(
            "rocket",
            "Rocket",
            "rocket.jpg",
            "SpaceX, public domain.",
            "A Falcon 9 rocket on its launch pad at dusk, between lattice towers and bright lamps.",
            "A small object before a large empty sky: what does the network look at?",
        ),
        photograph(
            "photographer",
            "Photographer",
            "camera.png",
            "Lav Varshney, CC0.",
            "A man in a dark coat bends over a camera on a tripod, on a lawn. Black and white.",
            "Grey: its three colour channels are equal. A classic for trying out kernels.",
        ),
        photograph(
            "coins",
            "Coins",
            "coins.png",
            "Brooklyn Museum, no known copyright restrictions.",
            "Twenty-four ancient coins in four rows on a dark ground. Black and white.",
            "Round edges in every direction: good for edge kernels.",
        ),
        photograph(
            "bricks",
            "Bricks",
            "brick.png",
            "CC0Textures, CC0.",
            "A wall of narrow bricks with light joints, standing upright. Black and white.",
            "Straight lines in two directions: one Sobel kernel finds the long joints, the other the short ones.",
        ),
        replace(
            photograph(
                "horse",
                "Horse (silhouette)",
                "horse.png",
                "Andreas Preuss, CC0.",
                "The black silhouette of a standing horse, seen from the side, on white.",
                "ImageNet knows the sorrel, a brown horse. With nothing but an outline left, the network sees a dog.",
            ),
            kind="drawing",
        ),
    )


_TUNED = (
    "No camera took this: code painted it, hair by hair. Its numbers were found by a search that changed them a little "
    "and kept every change that made EfficientNet-Lite0 surer of the breed. That this network recognises it "
    "therefore proves little: with enough queries you can always find a picture that a network likes. Photographs, "
    "which nobody tuned, are the real test."
)
_SMALL = (
    "Code drew this in 64 × 64 pixels, as it drew the pictures that TinyVGG learned from; TinyVGG has never seen this "
    "one. To EfficientNet-Lite0, which learned from photographs, such drawings are strange. Look at it with both."
)


def _drawn_dogs() -> tuple[Sample, ...]:
    def drawing(breed: str, name: str, alt: str) -> Sample:
        credit = "Drawn by this project's own code."
        file = _DRAWINGS / f"{breed}.png"
        return Sample(f"drawn-{breed}", f"{name} (drawing)", "drawing", credit, f"Drawing: {alt}", _TUNED, file)

    return (
        drawing("husky", "Siberian husky", "a grey and white husky with blue eyes and upright ears, from the front."),
        drawing(
            "bernese",
            "Bernese mountain dog",
            "a black dog with a white blaze and chest, rust-brown cheeks, hanging ears.",
        ),
        drawing("rottweiler", "Rottweiler", "a black dog with tan cheeks, tan spots over its eyes and folded ears."),
        drawing("dalmatian", "Dalmatian", "a white dog with black spots and hanging ears, from the front."),
        drawing("samoyed", "Samoyed", "a fluffy white dog with small upright ears and dark eyes."),
        drawing("chow", "Chow chow", "a very woolly red-brown dog with small ears, like a lion."),
    )


def _small_dogs() -> tuple[Sample, ...]:
    def drawing(breed: str, alt: str) -> Sample:
        file, credit = _DRAWINGS / "small" / f"{breed.lower()}.png", "Drawn by this project's own code."
        alt = f"Small drawing: {alt}, from the side."
        return Sample(f"small-{breed.lower()}", f"{breed} (small drawing)", "drawing", credit, alt, _SMALL, file)

    return (
        drawing("Dalmatian", "a white dog with black spots and a drooping ear on a meadow"),
        drawing("Dachshund", "a long, black dog with tan paws and very short legs on brown ground"),
        drawing("Husky", "a black and white dog with upright ears and a bushy tail on a meadow"),
        drawing("Pug", "a stout, sand-coloured dog with a black, flat face and a curled tail"),
        drawing("Poodle", "a white dog with balls of curls on its head, tail and paws"),
        drawing("Shepherd", "a rust-brown dog with a black saddle, upright ears and a hanging tail"),
    )


SAMPLES: dict[str, Sample] = {sample.slug: sample for sample in (*_photographs(), *_drawn_dogs(), *_small_dogs())}
DEFAULT_SAMPLE = "drawn-bernese"

REAL_DOG = OnlinePhoto(
    url="https://raw.githubusercontent.com/pjreddie/darknet/f6afaabcdf85f77e7aff2ec55c020c0e297c77f9/data/dog.jpg",
    sha256="5a9522051c3cec2bbd2f6323fccba32e8fbf3ddcc2b3e2fd46b04c720bc6f866",
    title="A real dog, with a bicycle and a car",
    credit="Joseph Redmon's Darknet project (github.com/pjreddie/darknet)",
    licence="public domain, as its repository says",
    alt="A black and tan shaggy dog sits on a porch beside a red bicycle; a white car is parked across the street.",
)


def load_sample(slug: str) -> Picture:
    """The sample of that name.

    Raises:
        KeyError: there is no sample of that name.
        PictureError: its file is not on this machine.
    """
    sample = SAMPLES[slug]
    if not sample.file.is_file():
        ours = _DRAWINGS in sample.file.parents
        remedy = "run python -m assets.dogs.drawing" if ours else "install scikit-image again"
        raise PictureError(f"The sample picture {sample.title!r} is not on this machine; {remedy} to get it back.")
    return _opened(sample)


@lru_cache(maxsize=16)
def _opened(sample: Sample) -> Picture:
    return open_picture(sample.file, sample.title)


def fetch_real_dog(
    progress: Progress | None = None, cancelled: Cancelled | None = None, *, photo: OnlinePhoto = REAL_DOG
) -> Picture:
    """The photograph of a real dog: downloaded the first time, then read from the cache.

    Args:
        progress: called with the bytes so far and the total (None if unknown) during the download.
        cancelled: asked now and then whether to give the download up.

    Raises:
        DownloadError: there is no connection, the file is not the one expected, or it was cancelled.
        PictureError: the file in the cache is damaged.
    """
    target = cache_folder() / "photos" / photo.url.rsplit("/", 1)[-1]
    fetch(photo.url, target, sha256=photo.sha256, progress=progress, cancelled=cancelled, what="photo")
    return open_picture(target, photo.title)
