"""The film of a photo becoming numbers: its scenes, their words, and the pictures that the browser draws them from.

One value is followed: a patch of pixels, its sum, its place in the map, the window that it wins, ... its logit
(`imgcls.models.strongest`). Every number comes from that one pass and from the trace of the page.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from imgcls.figures.images import signed_levels
from imgcls.models.evidence import evidence
from imgcls.models.graph import ELEMENTWISE, Step, pads, window_of
from imgcls.models.strongest import Cell, Way
from imgcls.numbers import Equation, added, equation, joined, percent, sides, signed, whole, written
from imgcls.palette import colour_table
from imgcls.ui.network.drafts import averaged_down
from imgcls.ui.network.look import Look
from imgcls.ui.network.words import layer_name, step_title

MAP_SIDE = 56
"""Maps beside others have at most this many rows; larger ones are averaged down by a whole number."""
LARGE_SIDE = 128
"""The same for a map that has half of the picture to itself."""
PHOTO_SIDE = 224
MAPS, CLASSES, FEATURES = 12, 5, 4
LENGTH = 20.0  # seconds
SECONDS = {
    "photo": 2.0, "product": 2.2, "slide": 1.6, "maps": 1.4, "pool": 1.6, "deep": 2.2, "logit": 1.5, "softmax": 1.2,
    "loss": 1.6, "back": 2.2, "kernel": 1.3, "end": 1.2,
}  # fmt: skip
"""How the scenes share the film's length."""
RATE = 0.1
"""The learning rate of the one step that the film takes."""
MOST_NUMBERS = 27
"""Products that are written out; a kernel with more is shown in colours alone."""

Arrays = dict[str, np.ndarray]
Scene = dict[str, Any]


class Story:
    """A way through a network as scenes in a row; `fields` and `arrays` are what the browser gets.

    Raises:
        ValueError: the network does not end in a linear layer.
    """

    def __init__(self, look: Look, way: Way) -> None:
        self.look, self.way, self.graph = look, way, look.graph
        self.name_of = look.graph.classifier.name_of
        self.case = evidence(look.trace, way.class_index)
        self.arrays: Arrays = {name: colour_table(name) for name in ("activation", "weight", "gradient", "evidence")}
        pool = way.pool
        self.deep = self._deeper()
        scenes = [self._photo(), self._product(), self._slide(), self._maps()]
        pooled = way.cell(pool.index) if pool and way.cell(pool.inputs[0]) else None
        scenes += [self._pool(pool, pooled)] if pool and pooled else []
        scenes += [self._deep()] if self.deep else []
        scenes += [self._logit(), self._softmax(), self._loss(), self._back(), self._kernel(), self._end()]
        stretched = LENGTH / sum(SECONDS[scene["kind"]] for scene in scenes)
        scenes = [{**scene, "seconds": stretched * SECONDS[scene["kind"]]} for scene in scenes]
        self.fields: dict[str, Any] = {
            "title": self.graph.classifier.title, "side": self.graph.steps[0].shape[1], "scenes": scenes,
        }  # fmt: skip

    def _deeper(self) -> list[int]:
        """The layers after the first; of those that work place by place in a row, as convolution and ReLU, the last."""
        columns = [column.step for column in self.graph.columns[:-1] if self.way.cell(column.step) is not None]
        after = [step for step in columns if step > self.way.opening[-1].index]
        last = after[-1:]
        return [step for step, following in pairwise(after) if not self._same(following, step)] + last

    def _same(self, step: int, before: int) -> bool:
        """Whether a step works place by place on the one before."""
        return self.graph.steps[step].kind in ELEMENTWISE and before in self.graph.steps[step].inputs

    def _photo(self) -> Scene:
        """The photo, and the pixels around the patch as numbers from 0 to 255."""
        channels, height, width = self.graph.steps[0].shape
        recipe, patch = self.graph.classifier.preprocess, self.way.patch
        mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (recipe.mean, recipe.std))
        pixels = ((self.look.inputs[0] * std + mean) * 255).round().clamp(0, 255)
        span = self._span()
        around = min(max(span, 5), height, width)
        top, left = (
            min(max(place + (span - around) // 2, 0), side - around)
            for place, side in ((patch.top, height), (patch.left, width))
        )
        step = -(-height // PHOTO_SIDE)
        self.arrays["photo"] = _bytes(averaged_down(pixels, step).round()).transpose(1, 2, 0).copy()
        self.arrays["pixels"] = _bytes(pixels[:, top : top + around, left : left + around]).transpose(1, 2, 0).copy()
        count = whole(channels * height * width)
        return {
            "kind": "photo", "around": [top, left], "patch": [patch.top, patch.left, span],
            "caption": f"The photo is numbers: {sides(height, width)} pixels, three each.",
            "line": f"{whole(height)} × {whole(width)} × {channels} = {count} numbers from 0 to 255",
            "alt": f"The photo comes closer until its pixels can be read. Followed is the patch at row "
            f"{whole(max(patch.top, 0))}, column {whole(max(patch.left, 0))}.",
        }  # fmt: skip

    def _span(self) -> int:
        """Pixels a side from the patch's first to its last."""
        patch = self.way.patch
        return (patch.kernel.shape[-1] - 1) * patch.dilation + 1

    def _product(self) -> Scene:
        """The patch, the kernel, and their products, with as many digits as make each of them come out."""
        patch, first = self.way.patch, self.way.opening[0]
        products, count = patch.products, patch.products.numel()
        each = zip(patch.values.flatten().tolist(), patch.kernel.flatten().tolist(), strict=True)
        work = (
            [equation(pair, lambda value, weight: value * weight, digits=3) for pair in each]
            if count <= MOST_NUMBERS
            else []
        )
        plain = equation([float(products.sum()), patch.bias], lambda total, bias: total + bias, patch.total)
        row, column = self._tap()
        at = int(self._followed().channel - patch.channels[0])
        values = [float(each[at, row, column]) for each in (patch.values, patch.kernel, products)]
        one = equation(values[:2], lambda value, weight: value * weight, values[2])
        self.arrays |= {name: _floats(getattr(patch, name)) for name in ("values", "kernel", "products")}
        names = ("red", "green", "blue") if first.inputs[0] == 0 else ("grey",)
        line = f"The {count} products and the bias: {joined(plain.operands)} {plain.sign} {plain.result}"
        return {
            "kind": "product", "tap": [at, row, column],
            "texts": _columns(work if count <= MOST_NUMBERS else []),
            "names": [names[each % len(names)] for each in patch.channels],
            "total": written(patch.total), "sign": _sign(work),
            "caption": f"One kernel lies on a patch: {count} products, one sum.",
            "line": line if patch.bias else f"The {count} products add up to {written(patch.total)}",
            "alt": f"The normalised pixels of the patch times the kernel’s weights. The strongest: {one.operands[0]} "
            f"times {one.operands[1]} {one.sign} {one.result}.",
        }  # fmt: skip

    def _followed(self) -> Cell:
        """The value under the kernel that counts most."""
        cell = self.way.cell(self.way.opening[0].inputs[0])
        return cell if cell is not None else self.way.cells[0]

    def _tap(self) -> tuple[int, int]:
        """Row and column in the kernel of that value."""
        patch, cell = self.way.patch, self._followed()
        return (cell.row - patch.top) // patch.dilation, (cell.column - patch.left) // patch.dilation

    def _slide(self) -> Scene:
        patch, step = self.way.patch, self.way.opening[0]
        cell = self._cell(step.index)
        self.arrays["sums"] = _levels(self.way.outputs[step.index][cell.channel], LARGE_SIDE)
        _, height, width = step.shape
        return {
            "kind": "slide", "cell": [cell.row, cell.column, height, width],
            "patch": [patch.top, patch.left, self._span()], "stride": patch.stride,
            "first": [patch.top - cell.row * patch.stride, patch.left - cell.column * patch.stride],
            "caption": "The kernel slides over the photo. Its sums make a map.",
            "line": f"{whole(height)} × {whole(width)} = {whole(height * width)} sums: blue above 0, red below. "
            f"Ours is {written(cell.value)}.",
            "alt": f"The kernel’s window sweeps over the photo, and a map of {sides(height, width)} sums grows.",
        }  # fmt: skip

    def _maps(self) -> Scene:
        steps = self.way.opening
        last = steps[-1]
        cell, count = self._cell(last.index), last.shape[0]
        shown = list(range(min(count, MAPS)))
        if cell.channel not in shown:
            shown[-1] = cell.channel
        maps = self.way.outputs[last.index]
        self.arrays["maps"] = np.stack([_levels(maps[each], MAP_SIDE) for each in shown])
        chain = [f"sum {written(self._cell(steps[0].index).value)}"]
        chain += [
            f"{layer_name(step)} {written(float(self.way.outputs[step.index][cell.place]))}" for step in steps[1:]
        ]
        bend = next((layer_name(step) for step in steps if step.kind == "activation"), "")
        zero = f" {bend} sets what is below 0 to 0." if bend.startswith("ReLU") else f" Then {bend}." if bend else ""
        few = f", {len(shown)} of them here" if len(shown) < count else ""
        return {
            "kind": "maps", "followed": shown.index(cell.channel),
            "cell": [cell.row, cell.column, *last.shape[1:]],
            "caption": f"{whole(count)} kernels make {whole(count)} maps{few}.{zero}",
            "line": f"Our place in map {cell.channel}: {' → '.join(chain)}",
            "alt": f"Each kernel’s map after {layer_name(last)}; framed is map {cell.channel}.",
        }  # fmt: skip

    def _pool(self, pool: Step, cell: Cell) -> Scene:
        """The window that the followed value wins, and the maps before and after."""
        before = self._cell(pool.inputs[0])
        side, stride, _ = window_of(pool.module)
        wide, tall = self.graph.steps[pool.inputs[0]].shape[2], self.graph.steps[pool.inputs[0]].shape[1]
        edge, _, above, _ = pads(pool.module, tall, wide)
        top, left = cell.row * stride - above, cell.column * stride - edge
        rows, columns = slice(max(top, 0), min(top + side, tall)), slice(max(left, 0), min(left + side, wide))
        window = self.way.outputs[before.step][cell.channel, rows, columns]
        self.arrays |= {
            "window": _floats(window),
            "before": _levels(self.way.outputs[before.step][cell.channel], LARGE_SIDE),
            "after": _levels(self.way.outputs[cell.step][cell.channel], LARGE_SIDE),
        }
        average = isinstance(pool.module, nn.AvgPool2d)
        kept = f"{'average' if average else 'max'} pooling keeps the {'mean' if average else 'largest'} of each "
        kept += sides(side, side)
        kept = kept if self._between(pool) else kept.capitalize()
        numbers = window.flatten().tolist()
        place = f"{step_title(self.graph, before.step)}, map {cell.channel}"
        return {
            "kind": "pool",
            "window": [rows.start, columns.start, rows.stop - rows.start, columns.stop - columns.start, tall, wide],
            "cell": [cell.row, cell.column, *pool.shape[1:]],
            "winner": [before.row - rows.start, before.column - columns.start], "value": written(cell.value),
            "caption": f"{self._between(pool)}{kept}.",
            "line": f"{place}: {_pooled(numbers, cell.value, average)}",
            "alt": f"{place}: the map shrinks from {sides(tall, wide)} to {sides(*pool.shape[1:])}.",
        }  # fmt: skip

    def _between(self, pool: Step) -> str:
        """The convolutions that the film leaves out before the pooling."""
        steps = self.graph.steps[self.way.opening[-1].index : pool.index]
        count = sum(step.kind == "convolution" for step in steps)
        return "" if not count else "One more convolution, then " if count == 1 else f"{count} more convolutions, then "

    def _deep(self) -> Scene:
        layers = [self._layer(step) for step in self.deep]
        for place, step in enumerate(self.deep):
            self.arrays[f"deep{place}"] = _levels(self.way.outputs[step][self._cell(step).channel], MAP_SIDE)
        return {
            "kind": "deep", "layers": layers,
            "caption": "Layer after layer, each place has seen more of the photo.",
            "line": "", "alt": " ".join(layer["line"] for layer in layers),
        }  # fmt: skip

    def _layer(self, step: int) -> dict[str, Any]:
        """One layer on the way: its place, what it has seen of the photo, and what is said of it."""
        cell, receptive = self._cell(step), self.graph.steps[step].receptive
        _, height, width = self.graph.steps[step].shape
        seen = "the whole photo" if receptive is None else f"{sides(receptive.size, receptive.size)} pixels"
        if receptive and receptive.size >= self.graph.steps[0].shape[1]:
            seen = "the whole photo"
        return {
            "title": f"{step_title(self.graph, step)}, map {cell.channel}",
            "cell": [cell.row, cell.column, height, width],
            "box": list(receptive.box(cell.row, cell.column)) if receptive else None,
            "line": f"{sides(height, width)} places. Ours is {written(cell.value)}, from {seen}.",
            "back": f"Its gradient at our place: {signed(cell.gradient)}",
        }  # fmt: skip

    def _logit(self) -> Scene:
        """The logit as a sum of maps, the followed one among them."""
        case, last = self.case, self.way.cells[-1]
        ours = last.channel if last.step == case.source else None
        by_map = case.by_channel
        shown = by_map.argsort(descending=True, stable=True)[:FEATURES].tolist()
        if ours is not None and ours not in shown:
            shown[-1] = ours
        kind = "map" if case.features[0].numel() > 1 else "value"
        rest = float(by_map.sum()) - float(by_map[shown].sum())
        hidden = len(by_map) - len(shown)
        terms = [*by_map[shown].tolist(), *([rest] if hidden else []), case.bias]
        names = [f"{kind} {each}" for each in shown] + [f"{whole(hidden)} other {kind}s"] * bool(hidden) + ["bias"]
        total = added(terms, case.logit)
        label, line = self.name_of(case.class_index), ""
        if ours is not None:
            value, weight = float(case.features[last.place]), float(case.weights[last.place])
            one = equation([value, weight], lambda value, weight: value * weight, value * weight)
            line = f"Our place, value × weight: {' × '.join(map(_bracketed, one.operands))} {one.sign} {one.result}"
        return {
            "kind": "logit", "ours": shown.index(ours) if ours is not None else -1,
            "rows": [[name, text, term] for name, text, term in zip(names, total.operands, terms, strict=True)],
            "total": f"{total.sign} {total.result}", "label": label,
            "caption": f"Weighed and added up: the logit of “{label}”.", "line": line,
            "alt": f"The logit of {label} as a sum: {joined(total.operands)} {total.sign} {total.result}.",
        }  # fmt: skip

    def _top(self) -> list[int]:
        return self.way.logits.topk(min(CLASSES, len(self.way.logits))).indices.tolist()

    def _softmax(self) -> Scene:
        way = self.way
        chance = percent(float(way.probabilities[way.class_index]))
        label = self.name_of(way.class_index)
        rows = [
            [self.name_of(each), written(float(way.logits[each])), percent(float(way.probabilities[each])),
             float(way.probabilities[each])]
            for each in self._top()
        ]  # fmt: skip
        return {
            "kind": "softmax", "rows": rows, "heads": ["logit", "probability"],
            "caption": "Softmax turns the logits into probabilities.",
            "line": f"The network’s answer: {label}, {chance}",
            "alt": "; ".join(f"{name}: logit {logit}, {share}" for name, logit, share, _ in rows),
        }  # fmt: skip

    def _loss(self) -> Scene:
        way = self.way
        target, chance = self.name_of(way.target), float(way.probabilities[way.target])
        cost = equation([chance], lambda p: -math.log(p), way.loss)
        rows = [[self.name_of(each), signed(float(way.logit_gradients[each])), float(way.logit_gradients[each])]
                for each in self._top()]  # fmt: skip
        return {
            "kind": "loss", "rows": rows, "head": "gradient of the loss",
            "caption": f"Suppose “{target}” were right. The loss asks: who was to blame?",
            "line": f"loss = −ln {cost.operands[0]} {cost.sign} {cost.result}. Green must fall, pink must rise.",
            "alt": "The gradient at each logit, p less 1 for the right class: "
            + "; ".join(f"{name} {text}" for name, text, _ in rows),
        }  # fmt: skip

    def _back(self) -> Scene:
        """The same layers from the last to the first, with the loss's gradient in place of the values."""
        steps = [*reversed(self.deep), self.way.opening[-1].index]
        for place, step in enumerate(steps):
            self.arrays[f"back{place}"] = _levels(self.way.gradients[step][self._cell(step).channel], MAP_SIDE)
        sizes = self.way.gradients[0].abs().amax(dim=0, keepdim=True)
        small = averaged_down(sizes, -(-sizes.shape[1] // LARGE_SIDE))[0]
        self.arrays["blame"] = _bytes(255 * small / small.max().clamp(min=1e-30))
        pixel = self.way.cells[0]
        layers = [self._layer(step) for step in steps]
        said = f"At our pixel: {signed(pixel.gradient)}. Bright pixels change the loss most."
        return {
            "kind": "back", "layers": layers, "pixel": [pixel.row, pixel.column], "last": said,
            "caption": "The gradient walks back, layer by layer, to the pixels.", "line": "",
            "alt": " ".join(f"{layer['title']}. {layer['back']}." for layer in layers) + f" {said}",
        }  # fmt: skip

    def _kernel(self) -> Scene:
        patch, (row, column) = self.way.patch, self._tap()
        at = int(self._followed().channel - patch.channels[0])
        old, slope = float(patch.kernel[at, row, column]), float(patch.gradient[at, row, column])
        step = equation([old, str(RATE), slope], lambda w, rate, g: w - rate * g, old - RATE * slope)
        steps = RATE * patch.gradient
        self.arrays |= {"steps": _floats(steps), "moved": _floats(patch.kernel - steps)}
        pairs = zip(patch.kernel[at].flatten().tolist(), steps[at].flatten().tolist(), strict=True)
        work = [equation(pair, lambda weight, part: weight - part, digits=3) for pair in pairs]
        weight, rate, g = step.operands
        return {
            "kind": "kernel", "tap": [at, row, column],
            "texts": _columns(work if len(work) <= MOST_NUMBERS else []), "sign": _sign(work),
            "names": ["kernel", f"{RATE} × its gradient", "new kernel"],
            "caption": "One step downhill: the kernel has learned a little.",
            "line": f"weight − rate × gradient: {weight} − {rate} × {_bracketed(g)} {step.sign} {step.result}",
            "alt": "The kernel’s slice that lay on our pixel, its gradient, and the slice after one step.",
        }  # fmt: skip

    def _end(self) -> Scene:
        label, chance = self.name_of(self.way.class_index), percent(float(self.way.probabilities.max()))
        return {
            "kind": "end", "caption": f"The answer: {label}, {chance}", "line": "", "label": label,
            "made": f"Computed by PyTorch from this photo: {self.graph.classifier.title}",
            "alt": f"The photo and the answer: {label}, {chance}.",
        }  # fmt: skip

    def _cell(self, step: int) -> Cell:
        found = self.way.cell(step)
        if found is None:
            raise ValueError(f"The way does not go through {self.graph.steps[step].name}.")
        return found


def _pooled(numbers: Sequence[float], result: float, average: bool) -> str:
    """What a window is pooled to, as an equation where there is room for one."""
    if len(numbers) > 9:
        return f"{'the mean' if average else 'the largest'} of {len(numbers)} is {written(result)}"
    if not average:
        return f"max({', '.join(written(number) for number in numbers)}) = {written(result)}"
    shown = equation(numbers, lambda *all_of: sum(all_of) / len(all_of), result)
    return f"({joined(shown.operands)}) / {len(numbers)} {shown.sign} {shown.result}"


def _columns(work: Sequence[Equation]) -> list[list[str]]:
    """First operands, second operands, results."""
    rows = [[*each.operands, each.result] for each in work]
    return [list(column) for column in zip(*rows, strict=True)]


def _sign(work: Sequence[Equation]) -> str:
    """What stands before all results."""
    return "=" if all(each.sign == "=" for each in work) else "≈"


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


def _levels(values: Tensor, side: int) -> np.ndarray:
    """A map (H, W) as palette places uint8 (h, w), its largest size at an end of the scale; h is `side` at most."""
    small = averaged_down(values[None], -(-max(values.shape) // side))[0]
    return signed_levels(small, float(small.abs().max().clamp(min=1e-30)))


def _bytes(values: Tensor) -> np.ndarray:
    return values.round().clamp(0, 255).to(torch.uint8).numpy()


def _floats(values: Tensor) -> np.ndarray:
    return values.detach().float().contiguous().numpy()
