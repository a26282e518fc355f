"""A run as one plain torch script that needs nothing of this project, and the pictures that it learns from."""

import inspect
import io
import pprint
from string import Template

import numpy as np
from torch import nn

from imgcls.data import augment
from imgcls.data.datasets import Dataset
from imgcls.models import modules
from imgcls.models.first_weights import FIRST_WEIGHTS
from imgcls.models.modules import Grey, Maxout, Residual, Scale
from imgcls.models.small import SmallCNN, SmallConfig
from imgcls.plain import one_line
from imgcls.training import elsewhere, learner, optimisers
from imgcls.training.learner import Mode
from imgcls.training.runs import RunInfo

_OWN_LAYERS = (Grey, Maxout, Residual, Scale)
_SCHEDULES = {
    "constant": "1.0",
    "step": "0.1 ** int(done * 3)",
    "cosine": "_cosine(done)",
    "one-cycle": "_one_cycle(done)",
}

_SCRIPT = Template('''"""$title: a training run as a plain torch script; pictures.npz holds images, labels and split.

Photos named behind it (python train.py dog.jpg) get the trained network's answer; Pillow opens them.
"""

import math
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

CLASSES = $classes
SEED, LR, WEIGHT_DECAY = $seed, $lr, $weight_decay
BATCH_SIZE, EPOCHS, LABEL_SMOOTHING = $batch_size, $epochs, $smoothing
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
MEAN, STD = torch.tensor([$mean, $std], device=DEVICE).view(2, 1, 3, 1, 1)
BF16, MEMORY_FORMAT = $bf16, torch.$memory_format  # what was fastest
$own_code

# The network
model = nn.Sequential(OrderedDict([
$layers
]))
generator = torch.Generator().manual_seed(SEED)
with torch.no_grad():
    for layer in model.modules():
        if isinstance(layer, Layer):
            $first_weights(layer, generator)
model = model.to(DEVICE, memory_format=MEMORY_FORMAT)

# The pictures
data = np.load("pictures.npz")
images = torch.from_numpy(data["images"]).permute(0, 3, 1, 2).to(DEVICE)  # uint8 (N, 3, S, S)
labels = torch.from_numpy(data["labels"]).to(DEVICE)
training, validation = (torch.from_numpy(data[part]).to(DEVICE) for part in ("training", "validation"))

optimiser = $optimiser
steps_per_epoch = max(1, len(training) // BATCH_SIZE)
for epoch in range(EPOCHS):
    model.train()
    order = torch.randperm(len(training), generator=generator.manual_seed(_mixed(SEED, 2 * epoch))).to(DEVICE)
    losses = []
    for place in range(steps_per_epoch):
        step = epoch * steps_per_epoch + place
        done = step / (EPOCHS * steps_per_epoch)
        for group in optimiser.param_groups:
            group["lr"] = LR * $schedule
        batch = training[order[place * BATCH_SIZE : (place + 1) * BATCH_SIZE]]
        x = images[batch].contiguous(memory_format=MEMORY_FORMAT) / 255
$augmentation
        torch.manual_seed(_mixed(SEED, 2 * step + 1) + 1)  # for dropout
        with torch.autocast(DEVICE.type, torch.bfloat16, enabled=BF16):
            logits = model((x - MEAN) / STD).float()
        loss = F.cross_entropy(logits, labels[batch], label_smoothing=LABEL_SMOOTHING)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    model.eval()
    with torch.no_grad(), torch.autocast(DEVICE.type, torch.bfloat16, enabled=BF16):
        logits = torch.cat([model((images[part] / 255 - MEAN) / STD).float() for part in validation.split(128)])
    right = (logits.argmax(1) == labels[validation]).float().mean().item()
    print(f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.4f}, validation accuracy {right:.4f}")
torch.save(model.state_dict(), "weights.pt")

model.eval()
for file in sys.argv[1:]:
    pixels = torch.from_numpy(photo_pixels(file, $side).copy()).permute(2, 0, 1).to(DEVICE)
    with torch.no_grad():
        chances = model((pixels[None] / 255 - MEAN) / STD)[0].softmax(0)
    ranked = sorted(zip(chances.tolist(), CLASSES), reverse=True)
    print(file, ", ".join(f"{label} {chance:.4f}" for chance, label in ranked), sep=": ")
''')


def training_script(info: RunInfo, mode: str) -> str:
    """The script of a run of a SmallCNN in that mode (see Started). On the same kind of device it prints the run's own
    losses again; a recorded graph is left out, and with it some of the speed on a GPU.

    Changes of the rate by hand and an end by the clock are not part of it: it runs for all epochs.

    Raises:
        ValueError: the run trained a head on frozen features, which is no plain script.
    """
    config = info.config
    if config.model is None:
        raise ValueError("A run on frozen features is not a script of its own: download its weights instead.")
    used = [kind for kind in _OWN_LAYERS if any(isinstance(m, kind) for m in SmallCNN.skeleton(config.model).modules())]
    own = [inspect.getsource(plain) for plain in (learner._mixed, elsewhere.photo_pixels, *used)]
    if config.schedule in ("cosine", "one-cycle"):
        own.append(f"WARM_UP = {optimisers.WARM_UP}\n")
        own += [inspect.getsource(function) for function in (optimisers._cosine, optimisers._one_cycle)]
    own += ["Layer = nn.Conv2d | nn.Linear\n", *_filling(config.first_weights)]
    changes = ""
    if config.augmentation.active:
        names = ("Augmentation", "Draw", "draw", "apply", "_shifted", "_turned", "_coloured", "_grey", "_erased")
        own += [inspect.getsource(getattr(augment, name)) for name in names]
        own.append(f"AUGMENTATION = {config.augmentation!r}\n")
        changes = (
            "        lots = generator.manual_seed(_mixed(SEED, 2 * step + 1))\n"
            "        x = apply(x, draw(AUGMENTATION, len(x), x.shape[-1], lots).to(DEVICE))"
        )
    fast = Mode(mode)
    return _SCRIPT.substitute(
        title=one_line(info.title).replace('"', "'").replace("\\", "/"),
        side=config.model.size,
        classes=pprint.pformat(info.classes),
        seed=config.seed,
        lr=config.lr,
        weight_decay=config.weight_decay,
        batch_size=config.batch_size,
        epochs=config.epochs,
        smoothing=config.label_smoothing,
        mean=info.normalise.mean,
        std=info.normalise.std,
        bf16=fast.bf16,
        memory_format="channels_last" if fast.channels_last else "contiguous_format",
        own_code="\n\n" + "\n\n".join(own),
        layers=model_code(config.model),
        first_weights=FIRST_WEIGHTS[config.first_weights].__name__,
        optimiser=optimisers.OPTIMISERS[config.optimiser].code,
        schedule=_SCHEDULES[config.schedule],
        augmentation=changes,
    )


def _filling(name: str) -> list[str]:
    """The function that fills a layer with its first weights, behind those that it calls."""
    function = FIRST_WEIGHTS[name]
    called = [other for other, each in FIRST_WEIGHTS.items() if each.__name__ in function.__code__.co_names]
    return [*(source for other in called for source in _filling(other)), inspect.getsource(function)]


def training_pictures(dataset: Dataset) -> bytes:
    """pictures.npz for the script: images, labels, training and validation indices."""
    buffer = io.BytesIO()
    names = ("images", "labels", "training", "validation")
    np.savez(buffer, **{name: getattr(dataset, name) for name in names})
    return buffer.getvalue()


def model_code(config: SmallConfig) -> str:
    """The layers as lines of plain torch: `("conv1_1", nn.Conv2d(3, 10, kernel_size=(3, 3), stride=(1, 1))),`."""
    layers = SmallCNN.skeleton(config).layers
    return "\n".join(f'    ("{name}", {_code(layer)}),' for name, layer in layers.named_children())


def _code(layer: nn.Module) -> str:
    if isinstance(layer, Residual):
        inside = ", ".join(f'("{name}", {_code(part)})' for name, part in layer.layers.named_children())
        return f"Residual(nn.Sequential(OrderedDict([{inside}])))"
    return ("" if type(layer).__module__ == modules.__name__ else "nn.") + repr(layer)
