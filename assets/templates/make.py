"""Trains the linear classifier whose ten templates the page /dense shows: python assets/templates/make.py CIFAR10.ZIP

CIFAR10.ZIP holds the pictures of CIFAR-10 (Krizhevsky 2009) as PNG or JPEG files in folders train/<class> and
test/<class>; none of them is kept.
"""

import io
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

HERE = Path(__file__).parent
SIDE, EPOCHS, BATCH, RATE, DECAY, SEED = 32, 12, 256, 0.02, 0.1, 0


def read(archive: zipfile.ZipFile, part: str) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
    """Pictures uint8 (N, 3 * SIDE * SIDE), channels first, their labels, and the names of the classes."""
    names = [name for name in archive.namelist() if f"/{part}/" in name and not name.endswith("/")]
    classes = sorted({name.split("/")[-2] for name in names})
    pictures = np.empty((len(names), SIDE, SIDE, 3), np.uint8)
    for i, name in enumerate(names):
        pictures[i] = Image.open(io.BytesIO(archive.read(name))).convert("RGB")
    labels = torch.tensor([classes.index(name.split("/")[-2]) for name in names])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).flatten(1).contiguous(), labels, classes


def main() -> None:
    """Softmax regression on pixels in -1..1 by momentum SGD with a cosine rate; writes weights.npz beside this file."""
    with zipfile.ZipFile(sys.argv[1]) as archive:
        inputs, labels, classes = read(archive, "train")
        unseen, truth, _ = read(archive, "test")
    torch.manual_seed(SEED)
    weights = torch.zeros(len(classes), inputs.shape[1], requires_grad=True)
    bias = torch.zeros(len(classes), requires_grad=True)
    groups = [{"params": [weights], "weight_decay": DECAY}, {"params": [bias]}]
    optimiser = torch.optim.SGD(groups, lr=RATE, momentum=0.9)
    steps = EPOCHS * (len(labels) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(labels)).split(BATCH):
            x = inputs[batch].float().div(127.5).sub(1)
            loss = F.cross_entropy(x @ weights.T + bias, labels[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        with torch.inference_mode():
            scores = torch.cat([part.float().div(127.5).sub(1) @ weights.T + bias for part in unseen.split(1000)])
        print(epoch + 1, float(loss), float((scores.argmax(1) == truth).float().mean()), flush=True)
    np.savez_compressed(
        HERE / "weights.npz",
        weights=weights.detach().half().numpy().reshape(-1, 3, SIDE, SIDE),
        bias=bias.detach().numpy(),
        classes=np.array(classes),
        accuracy=np.float32((scores.argmax(1) == truth).float().mean()),
    )


if __name__ == "__main__":
    main()
