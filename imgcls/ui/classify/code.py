"""The torch lines behind the answers, and the numbers that they must give."""

from imgcls.models.classify import Classifier, Prediction
from imgcls.models.occlusion import GREY, patch_box
from imgcls.ui.components.sight import Patch
from imgcls.ui.models import model_lines


def readings_code(
    classifier: Classifier, now: Prediction, k: int, patch: Patch | None
) -> tuple[str, dict[str, float | list[float]]]:
    """The forward pass, with the patch if there is one, the `k` best classes, and the dog of a network that knows dogs.

    `now` is the answer that the page shows, with the patch.
    """
    imports, expression = model_lines(classifier)
    side = classifier.preprocess.crop
    covered = ""
    if patch:
        x0, y0, x1, y1 = patch_box(side, patch.x, patch.y, patch.size)
        grey = f"network.preprocess.normalise(torch.full((3, 1, 1), {GREY}))"
        covered = f"x[:, :, {y0}:{y1}, {x0}:{x1}] = {grey}  # the patch\n"
    shows = {"top": [each.probability for each in now.top(k)]}
    binary = ""
    if now.dog is not None:
        shows["dog"] = now.dog
        binary = "dog = probabilities[list(network.dog_indices)].sum()  # binary: all breeds together\n"
    code = f"""import torch
from PIL import Image
{imports}

network = {expression}  # its weights, its labels and its preprocessing belong together
x = network.preprocess(Image.open("photo.png").convert("RGB"))  # (1, 3, {side}, {side})
{covered}with torch.inference_mode():
    logits = network.module(x)[0]  # ({len(now.labels)},)
probabilities = logits.softmax(0)
{binary}top = probabilities.topk({len(shows["top"])}).values.tolist()  # multi-class
"""
    return code, shows
