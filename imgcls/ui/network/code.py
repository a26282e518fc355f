"""The torch lines behind what the canvas shows, and the numbers that they must give."""

from collections.abc import Mapping

from imgcls.models.ablation import SWAPS, WhatIf
from imgcls.models.graph import pads, window_of
from imgcls.models.occlusion import GREY, patch_box
from imgcls.models.strongest import Way
from imgcls.models.unit import MapUnit
from imgcls.ui.network.look import Look
from imgcls.ui.network.models import loading_code

Panel = tuple[str, dict[str, float]]


def forward_code(look: Look, name: str, unit: MapUnit | None) -> Panel:
    """The forward pass, and the sum behind the map that is open."""
    lines = [
        *_head(name),
        "seen = {}  # layer -> what comes in and what goes out",
        "for path, layer in module.named_modules():",
        "    layer.register_forward_hook(",
        "        lambda _, given, made, path=path: seen.update({path: (given[0].clone(), made.clone())})",
        "    )",
        "with torch.inference_mode():",
        "    logits = module(x)[0]",
        "best = logits.argmax().item()",
        "probability = logits.softmax(0)[best]",
    ]
    shows = {"best": look.best, "probability": float(look.trace.probabilities[look.best])}
    if unit is not None and unit.step.kind == "convolution":
        convolution = unit.step.module
        _, stride, dilation = window_of(convolution)
        each = convolution.weight.shape[1]
        start = unit.channel // (len(convolution.weight) // convolution.groups) * each
        around = pads(convolution, *look.graph.steps[unit.source].shape[1:])
        lines += [
            "",
            f'inputs, sums = seen["{unit.step.name}"]',
            f'layer = module.get_submodule("{unit.step.name}")',
            f"inputs = F.pad(inputs[:, {start}:{start + each}], {around})",
            f"kernel = layer.weight[{unit.channel}]  # {tuple(convolution.weight.shape[1:])}: a slice an input map",
            f"products = F.conv2d(inputs, kernel[:, None], stride={stride}, dilation={dilation}, groups={each})[0]",
            f"total = products.sum(0){f' + layer.bias[{unit.channel}]' if convolution.bias is not None else ''}",
            f"error = (total - sums[0, {unit.channel}]).abs().max().item()",
            "assert error < 1e-4",
            "mean, largest = total.mean().item(), total.max().item()",
        ]
        shows |= {"mean": float(unit.sum.mean()), "largest": float(unit.sum.max())}
    return "\n".join(lines), shows


def what_if_code(look: Look, name: str, change: WhatIf) -> Panel:
    """The forward pass with the change made by hand: hooks that return zeros, other activations, other pixels."""
    lines = _head(name)
    right, down = change.shift
    side = look.graph.steps[0].shape[1]
    if right or down:
        lines += [
            f"places = torch.arange({side})",
            f"x = x[..., (places - {down}).clamp(0, {side - 1}), :][..., (places - {right}).clamp(0, {side - 1})]",
        ]
    if change.patch:
        x0, y0, x1, y1 = patch_box(side, *change.patch)
        grey = f"network.preprocess.normalise(torch.full((3, 1, 1), {GREY}))"
        lines.append(f"x[:, :, {y0}:{y1}, {x0}:{x1}] = {grey}")
    if change.activation:
        kinds = sorted({type(step.module).__name__ for step in look.graph.steps if step.kind == "activation"})
        lines += [
            "for block in list(module.modules()):",
            "    for path, layer in block.named_children():",
            f"        if type(layer).__name__ in {kinds}:",
            f"            setattr(block, path, torch.nn.{SWAPS[change.activation]()!r})",
        ]
    if change.off:
        lines += [
            "def silence(path, channel):",
            "    def hook(_, given, made):",
            "        made = made.clone()",
            "        made[:, channel] = 0",
            "        return made",
            "    module.get_submodule(path).register_forward_hook(hook)",
            "",
        ]
        order = sorted(change.off, key=lambda pair: (pair[0], -1 if pair[1] is None else pair[1]))
        channels = [(path, "slice(None)" if channel is None else channel) for path, channel in order]
        lines += [f'silence("{path}", {channel})' for path, channel in channels]
    after = look.changed(change)
    lines += [
        "with torch.inference_mode():",
        "    probabilities = module(x)[0].softmax(0)",
        f"before_best = probabilities[{look.best}]  # the class that won on the unchanged photo",
        "best = probabilities.argmax().item()",
    ]
    return "\n".join(lines), {
        "before_best": float(after.probabilities[look.best]), "best": int(after.logits.argmax()),
    }  # fmt: skip


def backwards_code(look: Look, name: str, state: Mapping[str, str]) -> Panel:
    """The gradient of the class at the layer that is chosen, and Grad-CAM there."""
    index = int(state.get("class", look.best))
    column = look.graph.columns[int(state.get("layer") or len(look.graph.columns) - 2)]
    found = look.backward(index)
    cam = found.grad_cam(column)
    catch = f'module.get_submodule("{column.name}").register_forward_hook(lambda _, given, made: kept.append(made))'
    lines = [
        *_head(name),
        "x.requires_grad_()",
        "kept = []",
        catch if column.step else "kept.append(x)",
        f"logit = module(x)[0, {index}]",
        "(gradient,) = torch.autograd.grad(logit, kept)",
        "importance = gradient[0].mean((1, 2))  # of each map, Grad-CAM's alpha",
        'raw = torch.einsum("c,chw->hw", importance, kept[0][0].detach())',
        "evidence = raw.relu().sum().item()",
        "steepest = gradient.abs().max().item()",
    ]
    shows = {
        "logit": found.logit, "steepest": float(found.gradients[column.name].abs().max()),
        "evidence": float(cam.raw.relu().sum()),
    }  # fmt: skip
    return "\n".join(lines), shows


def film_code(way: Way, name: str) -> Panel:
    """The first sum that the film follows, the loss, and its gradient at one pixel and at the kernel."""
    first, patch = way.opening[0], way.patch
    cell, pixel = way.cell(first.index), way.cells[0]
    kernel = f"convolution.weight.grad[{cell.channel}]"
    lines = [
        *_head(name),
        "x.requires_grad_()",
        f'convolution = module.get_submodule("{first.name}")',
        "convolution.weight.requires_grad_()",
        "kept = []",
        "convolution.register_forward_hook(lambda _, given, made: kept.append(made.clone()))",
        "logits = module(x)",
        f"value = kept[0][0, {cell.channel}, {cell.row}, {cell.column}]  # the kernel's sum at the followed place",
        "runner_up = logits[0].topk(2).indices[1]",
        "loss = F.cross_entropy(logits, runner_up[None])",
        "loss.backward()",
        f"pixel = x.grad[0, {pixel.channel}, {pixel.row}, {pixel.column}]",
        f"steepest = {kernel}.abs().max()",
    ]
    return "\n".join(lines), {
        "value": cell.value, "loss": way.loss, "pixel": pixel.gradient, "steepest": float(patch.gradient.abs().max()),
    }  # fmt: skip


def _head(name: str) -> list[str]:
    return [
        "import copy",
        "import torch",
        "from PIL import Image",
        "from torch.nn import functional as F",
        loading_code(name),
        "module = copy.deepcopy(network.module)  # the app's own stays as it is",
        'x = network.preprocess(Image.open("photo.png").convert("RGB"))',
    ]
