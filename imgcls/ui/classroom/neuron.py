"""The hall as a layer, as the class sees it: the teacher all nodes, a student their own."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image

from imgcls.classroom import ClassError, Neurons
from imgcls.classroom.database import digest
from imgcls.classroom.neuron import LABELS, SIDE
from imgcls.classroom.store import Member
from imgcls.data.pictures import open_picture


def pixels_of(image: Image.Image) -> list[float]:
    """The middle square of a picture in SIDE × SIDE grey pixels, row by row: -1 is the darkest, 1 the brightest.

    They have two decimals: what is printed is what the nodes compute with.

    Raises:
        ClassError: all pixels are the same.
    """
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.convert("L").crop((left, top, left + side, top + side))
    grey = np.asarray(square.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=float).ravel()
    if np.ptp(grey) == 0:
        raise ClassError("This photo is the same grey everywhere: choose another one.")
    return [float(value) for value in np.round(2 * (grey - grey.min()) / np.ptp(grey) - 1, 2)]


def act(neurons: Neurons, token: str, asked: Mapping[str, Any], small_jpeg: Callable[[object], bytes]) -> None:
    """What "do" names: the teacher's "show" (a `picture`), "set", "drop" (`on`), "step", "again" and "close", and a
    student's "take-part".

    Raises:
        ClassError: it cannot be done.
    """
    acts: dict[object, Callable[[], None]] = {
        "show": lambda: neurons.show(token, pixels_of(open_picture(small_jpeg(asked.get("picture")), "photo").image)),
        "set": lambda: neurons.set(token, asked),
        "drop": lambda: neurons.drop(token, bool(asked.get("on"))),
        "step": lambda: neurons.step(token),
        "again": lambda: neurons.begin_again(token),
        "close": lambda: neurons.close(token),
        "take-part": lambda: neurons.take_part(token),
    }
    done = acts.get(str(asked.get("do")))
    if done is None:
        raise ClassError("This question makes no sense.")
    done()


def listing(neurons: Neurons, me: Member, token: str) -> dict[str, Any]:
    """What this person sees of their class's layer; {} while there is none."""
    layer = neurons.layer(me.code)
    if layer is None:
        return {}
    now, mine = layer.passed(), digest(token)
    news: dict[str, Any] = {
        "labels": LABELS, "pixels": layer.pixels, "label": layer.label, "rate": layer.rate, "shown": layer.shown,
        "dropout": layer.dropout, "steps": layer.steps, "turn": layer.turn, "losses": layer.losses[-1:],
        "logits": now.logits.tolist(), "probabilities": now.probabilities.tolist(), "loss": now.loss,
        "count": len(layer.nodes),
    }  # fmt: skip
    outputs = zip(layer.nodes, now.outputs.tolist(), strict=True)
    if me.teacher:
        nodes = [
            {"name": node.name, "label": node.label, "output": output, "kept": node.kept} for node, output in outputs
        ]
        return news | {"nodes": nodes, "losses": layer.losses, "fill": layer.fill}
    found = [each for each in enumerate(outputs) if each[1][0].owner == mine]
    if found:
        place, (node, output) = found[0]
        news["mine"] = {
            "label": node.label, "weights": node.weights, "kept": node.kept, "output": output,
            "gradient": now.gradients[place].tolist(),
        }  # fmt: skip
    return news
