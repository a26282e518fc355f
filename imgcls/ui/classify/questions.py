"""What the classify lesson asks before it shows."""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from imgcls.data.pictures import Picture
from imgcls.figures.images import signed_levels
from imgcls.labels import IMAGENET_LABELS
from imgcls.models.adversarial import MOST_LEVELS, as_pixels, compass, noisy, predict
from imgcls.models.classify import Prediction, classify_batch
from imgcls.models.gradcam import grad_cam
from imgcls.models.occlusion import covered, patch_box
from imgcls.models.registry import load
from imgcls.numbers import fixed, percent, sides, whole
from imgcls.training.trained import tinyvgg
from imgcls.ui.classify.grad_cam_part import DIFFERENCE
from imgcls.ui.classify.unknown_part import SIX, WITHOUT, without_best
from imgcls.ui.hall import classify_photo, network_input
from imgcls.ui.questions import Bars, Choice, Curve, Number, Order, Pick, Question, Spot

READINGS, LOOKED, FOOLED = "What is it?", "Where did it look?", "Fool it"
UNKNOWN, PREPARED = "What it cannot know", "How the photo is prepared"
MIDDLE = (0.5, 0.5)
PATCH = 0.5  # of the side
PLACES = {"in the middle": MIDDLE, "at the top": (0.5, 0.25), "in a corner": (0.75, 0.75)}
PATCHES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
LEVELS, SEED = 2, 0  # of 255; of the noise by lot
TARGETS = {"the runner-up": 2, "the class in tenth place": 10, "the least probable class": 1000}  # ranks
EARLY = {"features.0": "Stem", "features.3": "Stage 3", "features.5": "Stage 5"}
GREYS = (0, 64, 128, 191, 255)
AT_MIDDLE = {"classify_place": "0.5_0.5"}


def _now(photo: Picture) -> Prediction:
    return classify_photo(load(), photo)


def _best(photo: Picture) -> tuple[str, int, float]:
    """Name, number and probability of the best class."""
    best = _now(photo).top(1)[0]
    return load().name_of(best.index), best.index, best.probability


def _dog(photo: Picture) -> float:
    return 100 * float(_now(photo).dog or 0)


def _under_patches(photo: Picture, centres: list[tuple[float, float]], size: float) -> list[float]:
    """The best class's probability in percent with a patch at each of these places."""
    network, (_, index, _) = load(), _best(photo)
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
    name, _, before = _best(photo)
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
    (cam,) = grad_cam(load(), photo.image, (_best(photo)[1],))
    return cam.upsampled((56, 56)).numpy()


SAME, OPPOSITE, ELSEWHERE = "Mostly the same places", "The opposite places", "Quite other places"


def _alike(photo: Picture) -> float:
    """The correlation of the evidence for the two best classes."""
    first, second = (each.index for each in _now(photo).top(2))
    one, other = (cam.raw.flatten() for cam in grad_cam(load(), photo.image, (first, second)))
    return float(torch.corrcoef(torch.stack([one, other])).nan_to_num()[0, 1])


def _runner_up_looks(photo: Picture) -> str:
    alike = _alike(photo)
    return SAME if alike > 0.4 else OPPOSITE if alike < -0.4 else ELSEWHERE


def _asks_runner_up(photo: Picture) -> str:
    first, second = (load().name_of(each.index) for each in _now(photo).top(2))
    return f"The two best classes are **{first}** and **{second}**. Where on the photo is the evidence for the second?"


def _why_alike(photo: Picture, right: str) -> str:
    return (
        f"Over the 49 positions the two maps have a correlation of **{fixed(_alike(photo), 2)}**. Classes that come "
        "first and second are alike, so they mostly share their features. Only the difference of the maps shows what "
        "decides between them."
    )


def _maps(photo: Picture) -> list[np.ndarray]:
    """Grad-CAM of the best class at three layers, as levels."""
    maps = [grad_cam(load(), photo.image, (_best(photo)[1],), layer)[0].heatmap for layer in EARLY]
    return [signed_levels(each, 1.0) for each in maps]


def _finest(photo: Picture) -> int:
    sizes = [grad_cam(load(), photo.image, (_best(photo)[1],), layer)[0].raw.numel() for layer in EARLY]
    return int(np.argmax(sizes))


@lru_cache(maxsize=64)
def _gradient(photo: Picture, rank: int) -> tuple[int, Tensor, Tensor]:
    """The class of this rank, the pixels, and the gradient that helps it against the best class."""
    network = load()
    pixels = as_pixels(network, network_input(network, photo))
    said = predict(network, pixels).top(rank)
    return said[-1].index, pixels, compass(network, pixels, said[-1].index, said[0].index)


def _of_best(photo: Picture, changed: Tensor) -> float:
    return 100 * float(predict(load(), changed).probabilities[_best(photo)[1]])


def _by_gradient_and_by_lot(photo: Picture) -> list[float]:
    """The best class's probability in percent after LEVELS along the gradient for the runner-up, and by lot."""
    _, pixels, gradient = _gradient(photo, 2)
    by_lot = torch.rand(pixels.shape, generator=torch.Generator().manual_seed(SEED)) - 0.5
    return [_of_best(photo, noisy(pixels, each, LEVELS)) for each in (gradient, by_lot)]


def _asks_noise(photo: Picture) -> str:
    name, _, chance = _best(photo)
    return (
        f"The network gives **{name}** {percent(chance)}. Now every colour value of your photo moves by **2 of 255** "
        "levels. How much does that class keep?"
    )


def _levels_needed(photo: Picture) -> int:
    """The first number of levels at which another class wins; one more than the dial has if there is none."""
    _, pixels, gradient = _gradient(photo, 2)
    for levels in range(1, MOST_LEVELS + 1):
        if predict(load(), noisy(pixels, gradient, levels)).top(1)[0].index != _best(photo)[1]:
            return levels
    return MOST_LEVELS + 1


def _why_levels(photo: Picture, right: int) -> str:
    if right > MOST_LEVELS:
        return f"On your photo one step along the gradient does not do it, not even with {MOST_LEVELS} levels."
    return (
        f"**{right}** of 255. Each value moves by far less than the eye can see, but there are "
        f"{whole(3 * 224 * 224)} of them, and all move in the direction that hurts."
    )


def _reached(photo: Picture) -> list[float]:
    """The probability in percent that each target reaches with LEVELS, to three digits behind the point."""
    found = []
    for rank in TARGETS.values():
        target, pixels, gradient = _gradient(photo, rank)
        found.append(round(100 * float(predict(load(), noisy(pixels, gradient, LEVELS)).probabilities[target]), 3))
    return found


def _asks_without(photo: Picture) -> str:
    name, _, chance = _best(photo)
    return (
        f"**{name}** gets {percent(chance)}. Suppose the network had never learned that class. How much does its new "
        "best class get?"
    )


def _without(photo: Picture) -> float:
    return 100 * without_best(_now(photo))[1][0]


def _why_without(photo: Picture, right: float) -> str:
    now = _now(photo)
    best, second = now.top(2)
    return (
        f"{load().name_of(second.index)} had {percent(second.probability)}. Everyone grows by the same factor, "
        f"1 / (1 − p) with p = {percent(best.probability)}, so it becomes **{percent(right / 100)}**: the others take "
        "over what the missing class leaves behind."
    )


def _tiny(photo: Picture) -> float:
    return 100 * classify_photo(tinyvgg(), photo).top(1)[0].probability


def _why_tiny(photo: Picture, right: float) -> str:
    network = tinyvgg()
    said = network.name_of(classify_photo(network, photo).top(1)[0].index)
    return (
        f"It says {said}, **{percent(right / 100)}**. Softmax compares its six classes with one another, and never "
        "asks whether the picture shows any of them. A high percentage does not make a right answer."
    )


OTHER, NONE, UNSURE = "Another breed, often with a high percentage", "“None of these”", "“Dachshund”, but unsure"


def _of_a_dachshund(photo: Picture) -> str:
    return UNSURE if any("dachs" in label.lower() for label in IMAGENET_LABELS) else OTHER


def _seen(photo: Picture) -> float:
    left, top, right, bottom = load().preprocess.crop_box(photo.image.size)
    width, height = photo.image.size
    return 100 * (right - left) * (bottom - top) / (width * height)


def _asks_seen(photo: Picture) -> str:
    width, height = photo.image.size
    return (
        f"Your photo is {sides(width, height)} pixels. Its shorter side becomes 256, then the middle 224 × 224 are cut "
        "out. What share of the photo does the network see?"
    )


def _normalised(photo: Picture) -> list[float]:
    greys = torch.tensor(GREYS, dtype=torch.float32).expand(3, 1, -1) / 255
    return load().preprocess.normalise(greys)[0, 0].tolist()


QUESTIONS = [
    Question(
        "class-dog",
        READINGS,
        lambda photo: (
            f"EfficientNet-Lite0 gives **{_best(photo)[0]}** {percent(_best(photo)[2])}. How much do the 118 breeds of "
            "dogs get **together**?"
        ),
        Number(0, 100, "%", 3, digits=1),
        _dog,
        lambda photo, right: (
            f"Probabilities of classes that exclude each other add up: **{percent(right / 100)}** for “a dog, of "
            "whatever breed”. The network may waver between breeds and still be sure that it is a dog."
        ),
    ),
    Question(
        "class-cover",
        READINGS,
        lambda photo: (
            f"A grey patch covers a quarter of your photo. Where does it leave **{_best(photo)[0]}** the least?"
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
            f"A grey patch in the middle of your photo **grows**. Draw the probability of **{_best(photo)[0]}**, which "
            f"is {percent(_best(photo)[2])} without it."
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
            f"Click the place where the network found most of its evidence for **{_best(photo)[0]}**, as Grad-CAM "
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
    Question(
        "class-noise",
        FOOLED,
        _asks_noise,
        Bars(
            ("each value moved as the gradient says", "each value moved up or down by lot"),
            tolerance=12,
            start=lambda photo: [100 * _best(photo)[2]] * 2,
            starts_as="without a change",
        ),
        _by_gradient_and_by_lot,
        lambda photo, right: (
            f"By lot the changes cancel out, and **{percent(right[1] / 100)}** are left. Along the gradient they all "
            f"pull the same way, and **{percent(right[0] / 100)}** are left. The size of a change is not what counts."
        ),
        at={"fool_levels": "0"},
        then={"fool_levels": "2"},
    ),
    Question(
        "class-levels",
        FOOLED,
        "Every colour value takes one step along the gradient. How many of 255 **levels** does it take until another "
        "class wins?",
        Number(1, MOST_LEVELS + 1, "levels", 1, start=9),
        _levels_needed,
        _why_levels,
        at={"fool_levels": "0"},
        then={"fool_levels": "1"},
    ),
    Question(
        "class-target",
        FOOLED,
        "Three other classes, each with a gradient of its own and 2 levels of change. Order them by the probability "
        "that they **reach**.",
        Order(tuple(reversed(TARGETS)), "reaches least", "reaches most", "%", 3),
        lambda photo: list(reversed(_reached(photo))),
        "The nearer a class is to begin with, the easier it is to reach: it shares most features with what is there. "
        "A class far away takes larger changes, or several steps with a new gradient each.",
        at={"fool_levels": "0"},
        then={"fool_levels": "2"},
    ),
    Question(
        "class-missing",
        UNKNOWN,
        _asks_without,
        Number(0, 100, "%", 7),
        _without,
        _why_without,
        then={"classify_known": WITHOUT},
    ),
    Question(
        "class-six",
        UNKNOWN,
        "TinyVGG has seen nothing but drawings of six breeds. Now it gets **your photo**. How sure is it of its best "
        "answer?",
        Number(0, 100, "%", 10, start=17),
        _tiny,
        _why_tiny,
        then={"classify_known": SIX},
    ),
    Question(
        "class-dachshund",
        UNKNOWN,
        "ImageNet's 1,000 classes include no dachshund. A dachshund walks in front of the camera. What does the "
        "network say?",
        Choice(
            (NONE, UNSURE, OTHER),
            {
                NONE: "There is no such class. 100% are always divided among those that there are.",
                UNSURE: "It can only say the names of its classes, and this is none of them.",
            },
        ),
        _of_a_dachshund,
        "It names the breed that shares most features with what it sees. For breeds that are missing it is 56% sure on "
        "average: nothing in the number tells you that the right answer was never among the choices.",
    ),
    Question(
        "class-seen",
        PREPARED,
        _asks_seen,
        Number(0, 100, "%", 5),
        _seen,
        lambda photo, right: (
            f"**{percent(right / 100)}**. Even of a square photo a border is lost, (224 / 256)², and of a wide or tall "
            "one the ends as well. A dog at the edge of the photo may never reach the network."
        ),
    ),
    Question(
        "class-input",
        PREPARED,
        lambda photo: (
            f"Your photo has {whole(3 * photo.image.width * photo.image.height)} numbers, three for each pixel. How "
            "many reach the network?"
        ),
        Number(1000, 100_000_000, "numbers", 1.5, log=True),
        lambda photo: network_input(load(), photo).numel(),
        lambda photo, right: (
            f"3 · 224 · 224 = **{whole(right)}**, whatever the camera. A network is trained for one size, so a photo "
            "of 12 megapixels is shrunk and a stamp is enlarged."
        ),
    ),
    Question(
        "class-normal",
        PREPARED,
        "At last every value is divided by 255, then 0.5 is subtracted, and the result divided by 0.5. Draw what the "
        "greys from 0 to 255 become.",
        Curve(GREYS, -2, 2, "value of the pixel", "what the network gets", "", 2, 0.2),
        _normalised,
        "Black becomes −1, white 1, and mid grey about 0. A network learns fastest from inputs around 0 that are "
        "neither tiny nor huge.",
    ),
]
