"""The torch lines behind the answers, and the numbers that they must give."""

from collections.abc import Sequence

from torch import Tensor

from imgcls.models.classify import Classifier, Prediction
from imgcls.models.gradcam import GradCam
from imgcls.models.occlusion import GREY, patch_box
from imgcls.ui.models import model_lines


def readings_code(
    classifier: Classifier, now: Prediction, k: int, place: Sequence[float], size: float
) -> tuple[str, dict[str, float | list[float]]]:
    """The forward pass, with the patch if it has a `place`, the `k` best classes, and the dog of one that knows dogs.

    `now` is the answer that the page shows, with the patch.
    """
    imports, expression = model_lines(classifier)
    side = classifier.preprocess.crop
    covered = ""
    if place:
        x0, y0, x1, y1 = patch_box(side, *place, size)
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


def grad_cam_code(classifier: Classifier, maps: Sequence[GradCam]) -> tuple[str, dict[str, float]]:
    """Grad-CAM of two classes and their difference, with a hook."""
    imports, expression = model_lines(classifier)
    one, other = maps
    code = f"""import copy
import torch
from PIL import Image
{imports}

network = {expression}
module = copy.deepcopy(network.module)  # the app's own stays as it is
kept = []
module.get_submodule("{one.layer}").register_forward_hook(lambda _, given, made: kept.append(made))
x = network.preprocess(Image.open("photo.png").convert("RGB")).requires_grad_()
logits = module(x)[0]

def evidence(index):
    (gradient,) = torch.autograd.grad(logits[index], kept[0], retain_graph=True)
    importance = gradient[0].mean((1, 2))  # of each channel, Grad-CAM's alpha
    return torch.einsum("c,chw->hw", importance, kept[0][0].detach())  # before the ReLU

first, second = evidence({one.class_index}), evidence({other.class_index})
strongest = first.max()
difference = (first - second).abs().max()
"""
    return code, {"strongest": float(one.raw.max()), "difference": float((one.raw - other.raw).abs().max())}


def unknown_code(classifier: Classifier, prediction: Prediction) -> tuple[str, dict[str, float]]:
    """Whatever the photo shows: the probabilities add up to 1."""
    imports, expression = model_lines(classifier)
    code = f"""import torch
from PIL import Image
{imports}

network = {expression}
x = network.preprocess(Image.open("photo.png").convert("RGB"))
with torch.inference_mode():
    probabilities = network.module(x)[0].softmax(0)
classes = len(probabilities)
total = probabilities.sum()  # whatever the photo shows
best = probabilities.max()
"""
    best = float(prediction.probabilities.max())
    return code, {"classes": len(prediction.labels), "total": float(prediction.probabilities.sum()), "best": best}


def preprocessing_code(classifier: Classifier, value: Tensor) -> tuple[str, dict[str, float]]:
    """The steps with torchvision's functions; `value` (3, S, S) is what they must give."""
    recipe = classifier.preprocess
    code = f"""import torch
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

photo = Image.open("photo.png").convert("RGB")
resized = F.resize(photo, [{recipe.resize}], InterpolationMode("{recipe.interpolation.value}"))  # the shorter side
cropped = F.center_crop(resized, [{recipe.crop}])
scaled = F.to_tensor(cropped)  # from 0 to 1, (3, {recipe.crop}, {recipe.crop})
x = F.normalize(scaled, {list(recipe.mean)}, {list(recipe.std)})
mean = x.mean()
lowest, highest = x.min(), x.max()
"""
    return code, {"mean": float(value.mean()), "lowest": float(value.min()), "highest": float(value.max())}
