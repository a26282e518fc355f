"""Milliseconds of the embedded classifier: preprocessing, forward pass by threads and memory format, explanations.

Run: python tests/benchmarks/bench_models.py
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import skimage.data
import torch
from PIL import Image

from imgcls.models.classify import classify, classify_batch
from imgcls.models.gradcam import grad_cam
from imgcls.models.occlusion import occlude
from imgcls.models.registry import load


def milliseconds(work: Callable[[], object], repeats: int = 15) -> float:
    """The best time of `work` after two warm-up runs: whatever else the machine does only adds to it."""
    times = []
    for _ in range(repeats + 2):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times[2:]) * 1000


def main() -> None:
    start = time.perf_counter()
    classifier = load()
    print(f"load: {(time.perf_counter() - start) * 1000:.0f} ms")
    image = Image.fromarray(skimage.data.astronaut()).resize((1024, 1024))
    inputs = classifier.preprocess(image)
    print(f"preprocess 1024 x 1024: {milliseconds(lambda: classifier.preprocess(image)):.1f} ms")

    print(f"\n{'threads':>8}{'plain':>9}{'channels last':>15}{'batch of 9, each':>18}   (forward pass, ms)")
    for threads in (1, 2):
        torch.set_num_threads(threads)
        times = []
        for memory_format in (torch.contiguous_format, torch.channels_last):
            classifier.module.to(memory_format=memory_format)
            times.append(milliseconds(lambda: classify_batch(classifier, inputs)))
        batch = inputs.repeat(9, 1, 1, 1)
        times.append(milliseconds(lambda batch=batch: classify_batch(classifier, batch), 5) / 9)
        print(f"{threads:>8}{times[0]:>9.1f}{times[1]:>15.1f}{times[2]:>18.1f}")

    print("\nEverything a page asks for, ms; Grad-CAM of two classes at the last layer and at the stem")
    print(f"{'threads':>8}{'classify':>10}{'occlude':>9}{'Grad-CAM last':>15}{'stem':>8}")
    for threads in (1, 2):
        torch.set_num_threads(threads)
        times = (
            milliseconds(lambda: classify(classifier, image)),
            milliseconds(lambda: occlude(classifier, inputs, 0.5, 0.5, 0.2)),
            milliseconds(lambda: grad_cam(classifier, image, (0, 1))),
            milliseconds(lambda: grad_cam(classifier, image, (0, 1), "features.0"), 5),
        )
        print("{:>8}{:>10.1f}{:>9.1f}{:>15.1f}{:>8.1f}".format(threads, *times))


if __name__ == "__main__":
    main()
