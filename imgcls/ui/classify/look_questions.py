"""Questions about what the network says, and where it looked."""

import numpy as np
import torch

from imgcls.data.pictures import Picture
from imgcls.figures.images import signed_levels
from imgcls.models.classify import classify_batch
from imgcls.models.gradcam import grad_cam
from imgcls.models.occlusion import covered, patch_box
from imgcls.models.registry import load
from imgcls.numbers import fixed, percent
from imgcls.ui.classify.grad_cam_part import DIFFERENCE
from imgcls.ui.classify.said import best, now
from imgcls.ui.hall import network_input
from imgcls.ui.questions import Choice, Curve, Number, Pick, Question, Spot

READINGS, LOOKED = "What is it?", "Where did it look?"
MIDDLE = (0.5, 0.5)
PATCH = 0.5  # of the side
PLACES = {"in the middle": MIDDLE, "at the top": (0.5, 0.25), "in a corner": (0.75, 0.75)}
PATCHES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
EARLY = {"features.0": "Stem", "features.3": "Stage 3", "features.5": "Stage 5"}
AT_MIDDLE = {"classify_place": "0.5_0.5"}


def _dog(photo: Picture) -> float:
    return 100 * float(now(photo).dog or 0)


def _under_patches(photo: Picture, centres: list[tuple[float, float]], size: float) -> list[float]:
    """The best class's probability in percent with a patch at each of these places."""
    network, (_, index, _) = load(), best(photo)
    copies = covered(network, network_input(network, photo), centres, size)
    return [100 * float(said.probabilities[index]) for said in classify_batch(network, copies)]


def _crops(photo: Picture) -> list[np.ndarray]:
    """What the network sees, uint8 (224, 224, 3), with the patch at each of the places."""
    network = load()
    crop = np.asarray(network.preprocess.steps(photo.image)[2].value)
    pictures = []
    for place in PLACES.values():
        left, top, right, bottom = patch_box(len(crop), *place, PATCH)
        pictures.append(crop.copy())
        pictures[-1][top:bottom, left:right] = 128
    return pictures


def _costs_most(photo: Picture) -> int:
    return int(np.argmin(_under_patches(photo, list(PLACES.values()), PATCH)))


def _why_it_costs(photo: Picture, right: int) -> str:
    left = _under_patches(photo, list(PLACES.values()), PATCH)
    said = ", ".join(f"**{percent(p / 100)}** {place}" for place, p in zip(PLACES, left, strict=True))
    name, _, before = best(photo)
    return (
        f"Without a patch {name} gets {percent(before)}; with it {said}. Least is left where the patch hides the "
        "features that speak for this class. Covering what the network does not use costs nothing, and may even help."
    )


def _growing(photo: Picture) -> list[float]:
    return [_under_patches(photo, [MIDDLE], size)[0] for size in PATCHES]


def _crop(photo: Picture) -> np.ndarray:
    return np.asarray(load().preprocess.steps(photo.image)[2].value)


def _evidence(photo: Picture) -> np.ndarray:
    """Grad-CAM of the best class at the last layer, (56, 56)."""
    (cam,) = grad_cam(load(), photo.image, (best(photo)[1],))
    return cam.upsampled((56, 56)).numpy()


SAME, OPPOSITE, ELSEWHERE = "Mostly the same places", "The opposite places", "Quite different places"


def _alike(photo: Picture) -> float:
    """The correlation of the evidence for the two best classes."""
    first, second = (each.index for each in now(photo).top(2))
    one, other = (cam.raw.flatten() for cam in grad_cam(load(), photo.image, (first, second)))
    return float(torch.corrcoef(torch.stack([one, other])).nan_to_num()[0, 1])


def _runner_up_looks(photo: Picture) -> str:
    alike = _alike(photo)
    return SAME if alike > 0.4 else OPPOSITE if alike < -0.4 else ELSEWHERE


def _asks_runner_up(photo: Picture) -> str:
    first, second = (load().name_of(each.index) for each in now(photo).top(2))
    return f"The two best classes are **{first}** and **{second}**. Where on the photo is the evidence for the second?"


def _why_alike(photo: Picture, right: str) -> str:
    return (
        f"Over the 49 positions the two maps have a correlation of **{fixed(_alike(photo), 2)}**. Classes that come "
        "first and second are alike, so they mostly share their features. Only the difference of the maps shows what "
        "decides between them."
    )


def _maps(photo: Picture) -> list[np.ndarray]:
    """Grad-CAM of the best class at three layers, as levels."""
    maps = [grad_cam(load(), photo.image, (best(photo)[1],), layer)[0].heatmap for layer in EARLY]
    return [signed_levels(each, 1.0) for each in maps]


def _finest(photo: Picture) -> int:
    sizes = [grad_cam(load(), photo.image, (best(photo)[1],), layer)[0].raw.numel() for layer in EARLY]
    return int(np.argmax(sizes))


QUESTIONS = [
    Question(
        "class-dog",
        READINGS,
        lambda photo: (
            f"EfficientNet-Lite0 gives **{best(photo)[0]}** {percent(best(photo)[2])}. How much do the 118 breeds of "
            "dogs get **together**?"
        ),
        Number(0, 100, "%", 3, digits=1),
        _dog,
        lambda photo, right: (
            f"Probabilities of classes that exclude each other add up: **{percent(right / 100)}** for “a dog, of "
            "whatever breed”. The network may waver between breeds and still be sure that it is a dog."
        ),
        at={"classify_k": "1"},
        then={"classify_k": "15"},
    ),
    Question(
        "class-cover",
        READINGS,
        lambda photo: (
            f"A grey patch covers a quarter of your photo. Where does it leave **{best(photo)[0]}** the least?"
        ),
        Pick(_crops, tuple(PLACES), smooth=True),
        _costs_most,
        _why_it_costs,
        then=AT_MIDDLE | {"classify_patch": "0.5"},
    ),
    Question(
        "class-grow",
        READINGS,
        lambda photo: (
            f"A grey patch in the middle of your photo **grows**. Draw the probability of **{best(photo)[0]}**, which "
            f"is {percent(best(photo)[2])} without it."
        ),
        Curve(PATCHES, 0, 100, "side of the patch", "probability", "%", 0, 12),
        _growing,
        lambda photo, right: (
            f"From **{percent(right[0] / 100)}** to **{percent(right[-1] / 100)}**. The answer holds as long as enough "
            "features are left, then falls quickly. It need not fall steadily: a grey square is something to see, too."
        ),
        at=AT_MIDDLE | {"classify_patch": "0.1"},
        then=AT_MIDDLE | {"classify_patch": "0.6"},
    ),
    Question(
        "class-evidence",
        LOOKED,
        lambda photo: (
            f"Click the place where the network found most of its evidence for **{best(photo)[0]}**, as Grad-CAM "
            "sees it."
        ),
        Spot(_crop),
        _evidence,
        "The bright places count most in the last feature maps for this class. There are only 7 × 7 positions, and "
        "each has seen much of the photo: do not read the edges of the bright area as the edges of a thing.",
    ),
    Question(
        "class-runner-up",
        LOOKED,
        _asks_runner_up,
        Choice(
            (SAME, OPPOSITE, ELSEWHERE),
            {
                OPPOSITE: "What speaks for one breed need not speak against a similar one.",
                ELSEWHERE: "The network does not look once for each class. All classes read the same features.",
            },
        ),
        _runner_up_looks,
        _why_alike,
        then={"classify_evidence": DIFFERENCE},
    ),
    Question(
        "class-early",
        LOOKED,
        "Grad-CAM of the same class at three layers. Which map belongs to the **earliest** layer?",
        Pick(_maps, tuple(EARLY.values())),
        _finest,
        "The stem still has 112 × 112 positions, so its map is fine. But its channels know only edges and colours: "
        "what it marks is not yet the thing. Later layers know more and see it less sharply.",
        then={"classify_layer": "Stem: 32 channels, 112 × 112"},
    ),
]
