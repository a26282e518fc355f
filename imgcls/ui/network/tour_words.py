"""What the tour says: one function a step, its numbers from what the picture shows.

`[words](target)` names a thing of the picture; canvas/tour.js knows the targets.
"""

import re
from collections.abc import Mapping
from functools import cached_property

from imgcls.models.ablation import WhatIf
from imgcls.models.evidence import evidence
from imgcls.models.graph import Column
from imgcls.models.influence import order_of_maps
from imgcls.models.unit import MapUnit, map_unit
from imgcls.numbers import added, percent, sides, signed, whole, written
from imgcls.ops.softmax import softmax_terms
from imgcls.ui.network.look import Look
from imgcls.ui.network.state import change_of, map_of
from imgcls.ui.network.words import layer_name, step_title

UNCHANGED = WhatIf()
State = Mapping[str, str]
PATCH = "0.500,0.500,0.3"
"""The grey patch that the tour begins with."""


class Sight:
    """What the steps' sentences say of one photo in one network: read from what the picture shows."""

    def __init__(self, look: Look) -> None:
        self.look, self.graph = look, look.graph
        self.columns = look.graph.columns
        self.last = len(self.columns) - 2
        self.bend = next(
            place for place, each in enumerate(self.columns) if look.graph.steps[each.step].kind == "activation"
        )

    def column(self, place: int) -> Column:
        """A column by its place."""
        return self.columns[place]

    def seen(self, place: int) -> int:
        """The side of the square of pixels that one value of a column sees."""
        receptive = self.graph.steps[self.column(place).step].receptive
        return receptive.size if receptive else 0

    def name(self, index: int) -> str:
        """A class's name; the marks of a target are none in it."""
        return re.sub(r"[\[\]]", "", self.graph.classifier.name_of(index))

    @property
    def best(self) -> int:
        """The class that wins."""
        return self.look.best

    @cached_property
    def strong(self) -> int:
        """Of the strongest maps of the first activation, the one that the bend halves."""
        column = self.column(self.bend)
        shown = order_of_maps(self.look.trace, column)[:10]
        zeros = (self.look.trace.output(column.step)[shown] == 0).float().mean(dim=(1, 2))
        return int(shown[(zeros - 0.5).abs().argmin()])

    @cached_property
    def needed(self) -> int:
        """The map of the last layer that has most influence on the answer."""
        back = self.look.backward(self.best)
        return int(order_of_maps(self.look.trace, self.column(self.last), back)[0])

    def map(self, place: int, channel: int) -> str:
        """A map as the state names it."""
        return f"{self.column(place).step}-{channel}"

    def unit(self, state: State, fallback: str) -> MapUnit:
        """How the map that is open is made; that of the step if none is."""
        for text in (state.get("map"), fallback):
            try:
                if text:
                    return map_unit(self.look.trace, *map_of(self.graph, text))
            except ValueError:
                continue
        raise ValueError("This map is not made by a convolution.")

    def chance(self, change: WhatIf = UNCHANGED) -> float:
        """The winner's probability, with a change."""
        return float(self.look.changed(change).probabilities[self.best])

    @property
    def tile(self) -> str:
        """The most needed map of the last layer, as a target."""
        return f"tile-{self.last}-{self.needed}"

    @property
    def opened(self) -> str:
        """The strong map of the first activation, as the state names it."""
        return self.map(self.bend, self.strong)


def photo(sight: Sight, state: State) -> str:
    """What goes in."""
    channels, side, _ = sight.graph.steps[0].shape
    return (
        f"This is [your photo](photo) as the network gets it: {sides(side, side)} pixels of three numbers each, "
        f"{whole(channels * side * side)} numbers in all. It gets nothing else."
    )


def channels(sight: Sight, state: State) -> str:
    """The input's channels."""
    values = sight.look.trace.output(0)
    return (
        "The numbers are kept in three [channels](column-0), red, green and blue. They have been shifted and scaled: "
        f"here they lie between {written(float(values.min()), 3)} and {written(float(values.max()), 3)}."
    )


def first(sight: Sight, state: State) -> str:
    """The first layer."""
    column = sight.column(1)
    count, height, width = column.shape
    return (
        f"The first layer, [{column.title}](column-1), makes {count} maps of {sides(height, width)} from them. Each is "
        f"the photo under a kernel of its own; the layer has {whole(column.parameters)} parameters."
    )


def strong(sight: Sight, state: State) -> str:
    """Its strongest map."""
    column = sight.column(sight.bend)
    mean = float(sight.look.trace.output(column.step)[sight.strong].mean())
    return (
        f"The maps of [{column.title}](column-{sight.bend}) that are strongest on your photo now stand at the top. "
        f"Take [map {sight.strong}](tile-{sight.bend}-{sight.strong}): the mean of its values is {written(mean, 3)}. "
        "How is it made?"
    )


def products(sight: Sight, state: State) -> str:
    """Inputs, kernel, products."""
    unit = sight.unit(state, sight.opened)
    side, inputs = unit.kernels.shape[-1], len(unit.input_channels) + unit.hidden
    return (
        f"Each of the {inputs} [inputs](input) has its own slice of the [kernel](kernel), {sides(side, side)} weights. "
        "The slice slides over its input; weight times value, added up, gives the [product](product) there. That takes "
        f"{whole(inputs * side * side)} multiplications for each value."
    )


def total(sight: Sight, state: State) -> str:
    """Their sum and the bias."""
    unit = sight.unit(state, sight.opened)
    bias = "The products" if not unit.bias else f"The products and the bias, {written(unit.bias, 3)},"
    return (
        f"{bias} add up to the [sum](stage-0). Blue is above zero, red "
        f"below: its values run from {written(float(unit.sum.min()), 3)} to {written(float(unit.sum.max()), 3)}."
    )


def bent(sight: Sight, state: State) -> str:
    """The activation."""
    unit = sight.unit(state, sight.opened)
    bends = [(k, stage) for k, stage in enumerate(unit.stages, 1) if stage.step.kind == "activation"]
    if not bends:
        return "This map has no activation of its own: a later layer bends what comes out of it."
    place, stage = bends[0]
    zero = float((stage.values == 0).float().mean())
    first = "Batch norm shifts and scales the sum. " if place > 1 and unit.stages[0].step.kind == "norm" else ""
    six = ", and everything above 6 into 6" if layer_name(stage.step) == "ReLU6" else ""
    return (
        f"{first}Then comes the bend: [{layer_name(stage.step)}](stage-{place}) turns everything below zero into zero"
        f"{six}. In this map, {percent(zero)} of the values are zero now, and white."
    )


def bend_place(sight: Sight) -> str:
    """Where the activation of the first map that is opened shows, as a target."""
    unit = sight.unit({}, sight.opened)
    return next(f"stage-{k}" for k, stage in enumerate(unit.stages, 1) if stage.step.kind == "activation")


def scale(sight: Sight, state: State) -> str:
    """How large the values are."""
    first, last = (float(sight.look.trace.output(sight.column(k).step).abs().max()) for k in (1, sight.last))
    return (
        f"So far each map had a colour scale of its own. In truth the largest value of [{sight.column(1).title}]"
        f"(column-1) is {written(first, 3)}, and of [{sight.column(sight.last).title}](column-{sight.last}) "
        f"{written(last, 3)}, leaving signs aside."
    )


def smaller(sight: Sight, state: State) -> str:
    """How the maps shrink."""
    (_, height, width), (count, small, narrow) = sight.column(1).shape, sight.column(sight.last).shape
    return (
        f"From left to right the maps get smaller: {sides(height, width)} in [{sight.column(1).title}](column-1), "
        f"{sides(small, narrow)} in [{sight.column(sight.last).title}](column-{sight.last}), which has {whole(count)} "
        "of them. Where something is becomes vague; what it is becomes clearer."
    )


def field(sight: Sight, state: State) -> str:
    """What one value sees."""
    first, last, side = sight.seen(1), sight.seen(sight.last), sight.graph.steps[0].shape[1]
    more = ", more than the whole photo" if last > side else f" of the {sides(side, side)}"
    return (
        f"One value of [{sight.column(1).title}](column-1) sees {sides(first, first)} pixels of the [photo](photo). "
        f"One value of [{sight.column(sight.last).title}](column-{sight.last}) sees {sides(last, last)}{more}."
    )


def parameters(sight: Sight, state: State) -> str:
    """Where the parameters are."""
    counts = [column.parameters for column in sight.columns]
    place = max(range(len(counts)), key=counts.__getitem__)
    where = "the dense layer before [softmax](tail)" if place > sight.last else f"[{sight.column(place).title}]"
    target = "" if place > sight.last else f"(column-{place})"
    return (
        f"The network has learned {whole(sum(counts))} parameters. The layer with most of them, "
        f"{whole(counts[place])}, is {where}{target}; [the first layer](column-1) has {whole(counts[1])}."
    )


def late(sight: Sight, state: State) -> str:
    """The map of the last layer that matters most."""
    column = sight.column(sight.last)
    influence = float(sight.look.backward(sight.best).influence(column.name)[sight.needed])
    return (
        f"These are the maps of the last layer that matter most for [{sight.name(sight.best)}](bar-{sight.best}). "
        f"First comes [map {sight.needed}]({sight.tile}): its part of the logit is {signed(influence, 3)}."
    )


def many(sight: Sight, state: State) -> str:
    """How that one is made."""
    unit = sight.unit(state, sight.map(sight.last, sight.needed))
    count = len(unit.input_channels) + unit.hidden
    return (
        f"It is made like the first one, but from {whole(count)} [maps](input) of the layer before; the one that "
        f"counts most is {step_title(sight.graph, unit.source)}, map {unit.input_channels[0]}. And that one is made "
        "from others again, back to the photo."
    )


def tail(sight: Sight, state: State) -> str:
    """The row of numbers at the end."""
    case = evidence(sight.look.trace, sight.best)
    count, pixels = case.features.numel(), case.features[0].numel()
    maps = len(case.features)
    averaged = sight.graph.steps[-1].module is not None and sight.graph.steps[-1].module.in_features == maps < count
    made = f"the means of the {whole(maps)} last maps" if averaged else f"{whole(maps)} maps of {whole(pixels)} values"
    numbers = maps if averaged else count
    return (
        f"At the end there is one [row of {whole(numbers)} numbers](tail): {made}. A dense layer gives each class its "
        "own weight for each of them."
    )


def logit(sight: Sight, state: State) -> str:
    """How a logit comes about."""
    case = evidence(sight.look.trace, sight.best)
    return (
        f"This is how {sight.name(sight.best)} gets its score: each [feature](feature) times its [weight](weight) is a "
        f"[product](says), and all products and the bias, {written(case.bias, 3)}, add up to the logit, "
        f"{written(case.logit, 3)}."
    )


def for_and_against(sight: Sight, state: State) -> str:
    """What speaks for the class, and what against."""
    case = evidence(sight.look.trace, sight.best)
    pro, contra = (float(part.sum()) for part in (case.by_channel.clamp(min=0), case.by_channel.clamp(max=0)))
    shown = added([pro, contra, case.bias], case.logit)
    terms = shown.operands
    return (
        f"Some maps speak [for it](says), others against it: {terms[0]} for, {terms[1]} against, bias {terms[2]}. "
        f"Together that {'is' if shown.sign == '=' else 'is about'} {shown.result}. No single map decides."
    )


def softmax(sight: Sight, state: State) -> str:
    """From logit to probability."""
    worked = softmax_terms(sight.look.trace.logits)
    return (
        f"Softmax makes a probability of it: e to the power of each logit, divided by the [sum over all "
        f"{whole(len(worked.terms))} classes](panel), {written(float(worked.total))}. "
        f"{sight.name(sight.best)} gets {percent(sight.chance())}."
    )


def ask_off(sight: Sight, state: State) -> str:
    """Before a map is switched off."""
    return (
        f"Now change something. [{sight.name(sight.best)}](bar-{sight.best}) has {percent(sight.chance())}, and "
        f"[map {sight.needed}]({sight.tile}) matters most for it. What will be left without this map? Guess first."
    )


def off(sight: Sight, state: State) -> str:
    """After it."""
    change = change_of(sight.graph, {"off": state.get("off") or f"{sight.last}-{sight.needed}"})
    count = len(change.off)
    what = f"[map {sight.needed}]({sight.tile})" if count == 1 else f"{count} maps or layers"
    return (
        f"Without {what}, [{sight.name(sight.best)}](bar-{sight.best}) goes from {percent(sight.chance())} to "
        f"{percent(sight.chance(change))}. The others share what it lost, or gave what it gained."
    )


def patch(sight: Sight, state: State) -> str:
    """With a grey patch."""
    change = change_of(sight.graph, {"patch": state.get("patch") or PATCH})
    return (
        f"Or cover a piece of the [photo](photo): with the grey patch where it is now, [{sight.name(sight.best)}]"
        f"(bar-{sight.best}) has {percent(sight.chance(change))} instead of {percent(sight.chance())}."
    )


def back(sight: Sight, state: State) -> str:
    """Backwards: where the evidence is."""
    place = int(state.get("layer") or sight.last)
    cam = sight.look.backward(sight.best).grad_cam(sight.column(place))
    rows, columns = cam.heatmap.shape
    row, column = divmod(int(cam.heatmap.argmax()), columns)
    where = f"{percent((column + 0.5) / columns, 0)} from the left and {percent((row + 0.5) / rows, 0)} from the top"
    return (
        f"Backwards, the gradient says what [{sight.name(sight.best)}](bar-{sight.best}) depends on. Seen from "
        f"[{sight.column(place).title}](column-{place}), the evidence on the [photo](photo) is "
        + ("nowhere above zero." if cam.is_empty else f"strongest {where}.")
    )


def end(sight: Sight, state: State) -> str:
    """The answer."""
    first, second = sight.look.trace.probabilities.topk(2).indices.tolist()
    one, two = (percent(float(sight.look.trace.probabilities[index])) for index in (first, second))
    return (
        f"That was the whole way. The network says [{sight.name(first)}](bar-{first}), {one}. Next comes "
        f"[{sight.name(second)}](bar-{second}), {two}. Is it right?"
    )
