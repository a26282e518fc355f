"""The first page's right answers, by the networks' own modules."""

import math

import torch

from imgcls.data.drawn.scenes import scene
from imgcls.data.pictures import Picture
from imgcls.data.samples import load_sample
from imgcls.models.registry import load
from imgcls.training.multilabel import network, prepared
from imgcls.ui.home.questions import SCENE

DOGS = slice(151, 269)  # ImageNet's breeds


def logits(photo: Picture) -> torch.Tensor:
    with torch.inference_mode():
        return load().module(load().preprocess(photo.image))[0].double()


def dog(photo: Picture) -> float:
    return float(100 * logits(photo).softmax(0)[DOGS].sum())


def sureness(photo: Picture) -> list[float]:
    z, p = logits(photo), dog(photo)
    best = (max(p, 100 - p), float(100 * z.softmax(0).max()), float(100 * z[DOGS].softmax(0).max()))
    return [round(each, 1) for each in best]


def cup(photo: Picture) -> str:
    shares = logits(load_sample("coffee"))[DOGS].softmax(0)
    return "A breed, as ever" if shares.max() > 2 * shares.min() else "?"


def competing(photo: Picture) -> list[float]:
    picture, there = scene(9000 + SCENE)
    assert there.sum() >= 3
    with torch.inference_mode():
        powers = [math.exp(z) for z in network()(prepared(picture[None]))[0].tolist()]
    return [100 * power / sum(powers) for power in powers]


CHECKS = {
    "home-dog": lambda photo: [dog(photo), 100 - dog(photo)],
    "home-sure": sureness,
    "home-cup": cup,
    "home-labels": competing,
}
