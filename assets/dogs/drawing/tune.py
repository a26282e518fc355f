"""Tune a portrait on the default network: `python -m assets.dogs.drawing.tune husky --seconds 600`.

A (1+1) search: change some numbers a little, draw, ask the network, keep the change if the network is surer.
So the portraits flatter this one network: its answers to them say little about how good it is with photographs.
"""

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image, ImageOps

from assets.dogs.drawing.anatomy import Dog, changed, numbers
from assets.dogs.drawing.breeds import BREEDS, load_dog, save_dog
from assets.dogs.drawing.portraits import draw_dog
from imgcls.models.classify import Classifier, classify_batch
from imgcls.models.registry import load

_REACH = 0.35  # how far one run may move a number, in parts of its range
_HOPELESS = 0.08  # a first picture worse by this much is not drawn with the other seeds
_COLOURS = (("coat", "main"), ("coat", "second"), ("backdrop", "colour"))


@dataclass(frozen=True)
class Score:
    """Means over all views of a picture. fitness: mean of log P(breed) + log P(dog)."""

    fitness: float
    breed: float
    dog: float


def views(image: Image.Image) -> tuple[Image.Image, ...]:
    """The picture, a shifted mirror image and a closer view: what is found must not hang on single pixels."""
    width, height = image.size
    shifted = image.crop((width // 32, 0, width, height - height // 32))
    closer = image.crop((width // 20, width // 20, width - width // 20, height - height // 20))
    return image, ImageOps.mirror(shifted), closer


def score(image: Image.Image, class_index: int, classifier: Classifier) -> Score:
    """What the network thinks of a picture of the breed with this class index."""
    inputs = torch.cat([classifier.preprocess(view) for view in views(image)])
    answers = classify_batch(classifier, inputs)
    breed = [max(float(answer.probabilities[class_index]), 1e-6) for answer in answers]
    dog = [max(answer.dog or 0.0, 1e-6) for answer in answers]
    fitness = float(np.mean([math.log(b) + math.log(d) for b, d in zip(breed, dog, strict=True)]))
    return Score(fitness, float(np.mean(breed)), float(np.mean(dog)))


def mutated(dog: Dog, start: Dog, step: float, rng: np.random.Generator) -> Dog:
    """The dog with about one number in seven changed by some `step` of its range, colours by brightness only.

    Every number stays in its own range and within a third of it around the value in `start`.
    """
    values = {}
    for (part, name), described in numbers().items():
        if rng.random() > 0.15:
            continue
        low, high = described.metadata["low"], described.metadata["high"]
        origin, reach = getattr(getattr(start, part), name), _REACH * (high - low)
        value = getattr(getattr(dog, part), name) + rng.normal(0, step) * (high - low)
        values[part, name] = float(np.clip(value, max(low, origin - reach), min(high, origin + reach)))
    for part, name in _COLOURS:
        if rng.random() < 0.15:
            before, origin = getattr(getattr(dog, part), name), getattr(getattr(start, part), name)
            brightness = np.clip(max(before) / max(origin) * math.exp(rng.normal(0, step)), 0.8, 1.2)
            brightness = min(brightness, 1 / max(origin))
            values[part, name] = tuple(float(channel * brightness) for channel in origin)
    if dog.coat.pattern == "spotted" and rng.random() < 0.2:
        values["coat", "spot_seed"] = int(rng.integers(1000))
    return changed(dog, values)


def tune(breed: str, seconds: float, seeds: Sequence[int], rng: np.random.Generator) -> Dog:
    """The best dog found in `seconds`, judged on one drawing a seed; prints each step forward."""
    classifier = load()
    start = best = load_dog(breed)

    def judge(dog: Dog, seed: int) -> Score:
        return score(draw_dog(dog, seed=seed), dog.class_index, classifier)

    best_scores = [judge(start, seed) for seed in seeds]
    step, tried, end = 0.12, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        dog = mutated(best, start, step, rng)
        tried += 1
        scores = [judge(dog, seeds[0])]
        if scores[0].fitness > best_scores[0].fitness - _HOPELESS:
            scores += [judge(dog, seed) for seed in seeds[1:]]
        better = len(scores) == len(seeds) and _mean_fitness(scores) > _mean_fitness(best_scores)
        if better:
            best, best_scores = dog, scores
            breed_mean, dog_mean = np.mean([s.breed for s in scores]), np.mean([s.dog for s in scores])
            print(f"{breed} {tried:5d} tried: P(breed) {breed_mean:.3f}, P(dog) {dog_mean:.3f}", flush=True)
        step = min(0.25, step * 1.25) if better else max(0.03, step * 0.985)
    return best


def _mean_fitness(scores: Sequence[Score]) -> float:
    return float(np.mean([s.fitness for s in scores]))


def main() -> None:
    parser = argparse.ArgumentParser(description="Tune the portrait of a breed on the default network.")
    parser.add_argument("breed", choices=BREEDS)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--drawings", type=int, default=2, help="drawings (seeds) that each change is judged on")
    parser.add_argument("--seed", type=int, default=0, help="of the search itself")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    seeds = range(arguments.drawings)
    best = tune(arguments.breed, arguments.seconds, seeds, np.random.default_rng(arguments.seed))
    print(f"Wrote {save_dog(best)}. `python -m assets.dogs.drawing` draws the pictures again.")


if __name__ == "__main__":
    main()
