"""Where the lessons' networks compute; what a GPU answers is held against the CPU where there is one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.models import device
from imgcls.models.ablation import WhatIf, what_if, what_ifs
from imgcls.models.classify import classify
from imgcls.models.device import device_sentence, lesson_device, on_device
from imgcls.models.gradcam import grad_cam
from imgcls.models.graph import graph_of
from imgcls.models.influence import backward
from imgcls.models.occlusion import occlude
from imgcls.models.registry import load
from tests.models.random_networks import SEEDS, random_network, random_picture

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[torch.device]:
    """As on a machine with a device beside the CPU."""
    meta = torch.device("meta")
    monkeypatch.setattr(device, "lesson_device", lambda: meta)
    yield meta
    device._moved.clear()


@pytest.mark.skipif(torch.cuda.is_available() or torch.backends.mps.is_available(), reason="has a GPU")
def test_without_a_gpu_nothing_changes() -> None:
    network = random_network(0)
    assert on_device(network) is network
    assert device_sentence(network) == ""


def test_a_copy_is_moved_once_and_the_network_stays_where_it_is(elsewhere: torch.device) -> None:
    network = random_network(0)
    moved = on_device(network)
    assert moved.device == elsewhere
    assert network.device.type == "cpu"
    assert (moved.name, moved.labels, moved.preprocess) == (network.name, network.labels, network.preprocess)
    assert on_device(network) is moved


def test_the_page_says_that_a_gpu_answers(elsewhere: torch.device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "device_name", lambda _: "Teaching GPU")
    assert device_sentence(random_network(0)) == "Computed on the server's GPU (Teaching GPU)."


def test_where_a_training_has_taken_the_memory_the_cpu_answers(elsewhere: None, monkeypatch) -> None:
    network = random_network(0)

    def full(_self: torch.nn.Module, _device: torch.device) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(torch.nn.Module, "to", full)
    assert on_device(network) is network
    assert device_sentence(network) == ""


@needs_gpu
@pytest.mark.parametrize("seed", SEEDS)
def test_every_step_on_the_gpu_is_that_of_the_cpu(seed: int) -> None:
    network = random_network(seed)
    here, there = graph_of(network), graph_of(on_device(network))
    assert there.classifier.device.type == lesson_device().type
    pictures = [random_picture(network, seed + number) for number in range(4)]
    changes = [WhatIf(patch=(0.5, 0.5, 0.2 * number), shift=(number, 0)) for number in range(4)]
    together = what_ifs(there, pictures, changes)
    for number, (picture, change) in enumerate(zip(pictures, changes, strict=True)):
        alone = what_if(here, picture, change)
        for step in here.steps[1:]:
            expected = alone.output(step.index)
            scale = max(1.0, float(expected.abs().max()))
            torch.testing.assert_close(together[number].output(step.index), expected, rtol=1e-4, atol=1e-5 * scale)
    ours, theirs = backward(here, pictures[0], 0), backward(there, pictures[0], 0)
    for name, gradient in ours.gradients.items():
        scale = max(1.0, float(gradient.abs().max()))
        torch.testing.assert_close(theirs.gradients[name], gradient, rtol=1e-3, atol=1e-5 * scale)


@needs_gpu
def test_answers_of_the_gpu_are_those_of_the_cpu() -> None:
    network, photo = load(), load_sample(DEFAULT_SAMPLE).image
    moved, inputs = on_device(network), network.preprocess(photo)
    for ours, theirs in (
        (classify(network, photo), classify(moved, photo)),
        (occlude(network, inputs, 0.5, 0.4, 0.3), occlude(moved, inputs, 0.5, 0.4, 0.3)),
    ):
        torch.testing.assert_close(theirs.logits, ours.logits, rtol=1e-3, atol=1e-3)
        assert theirs.logits.device.type == "cpu"
    (mine,), (yours,) = (grad_cam(each, photo, [200]) for each in (network, moved))
    np.testing.assert_allclose(yours.heatmap, mine.heatmap, atol=1e-3)


@needs_gpu
def test_a_hall_that_asks_at_once_gets_what_the_cpu_gives_each_alone() -> None:
    network = load()
    inputs = network.preprocess(load_sample(DEFAULT_SAMPLE).image)
    centres = [(number / 40, 0.5) for number in range(40)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda at: occlude(on_device(network), inputs, *at, 0.3), centres))
    for at, answer in zip(centres, answers, strict=True):
        alone = occlude(network, inputs, *at, 0.3)
        torch.testing.assert_close(answer.logits, alone.logits, rtol=1e-3, atol=1e-3)
