"""A trace at one backward step, written for the graph's picture: numbers as text, formulas as terms."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from imgcls.numbers import Equation, equation, written
from imgcls.ops.autodiff import Edge, Node, Trace
from imgcls.ops.diagnosis import disagreement
from imgcls.ops.program import OPERATIONS, Step
from imgcls.ui.autodiff.graph.layout import Layout, lay_out

NODE_HEIGHT, CONSTANT_HEIGHT = 72.0, 34.0
OUTPUT = "out"
_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def names(steps: Sequence[Step]) -> list[str]:
    """What formulas call every step: its own name, the number, v₁ v₂ … for unnamed parts, `out` for the last."""
    taken = {step.label for step in steps}
    prefix = next(letter for letter in "vuzqsh_" if not any(label.startswith(letter) for label in taken))
    result, count = [], 0
    for step in steps:
        if step.label:
            result.append(step.label.replace("-", "−"))
        else:
            count += 1
            result.append(prefix + str(count).translate(_LOW))
    result[-1] = OUTPUT
    return result


def short(number: Tensor | float | None) -> str:
    """Three significant digits for a node; "" for None and tensors of several numbers."""
    if number is None or (isinstance(number, Tensor) and number.numel() != 1):
        return ""
    return written(float(number), 3)


def sign(number: Tensor | float | None) -> int:
    """-1, 0 or 1; 0 for None, nan and tensors of several numbers."""
    if number is None or (isinstance(number, Tensor) and number.numel() != 1):
        return 0
    value = float(number)
    return (value > 0) - (value < 0)


def firing(trace: Trace, turn: int) -> int | None:
    """The node at work in backward step `turn`."""
    if trace.trouble or turn == 0:
        return None
    return len(trace.nodes) - 1 if turn == 1 else trace.order[turn - 2]


def selection(trace: Trace, turn: int) -> int:
    """The node whose chain rule is shown while none was clicked: the one at work, at the end the first leaf."""
    at_work = firing(trace, turn)
    if at_work is not None and turn < trace.backward_steps:
        return at_work
    leaves = [i for i, node in enumerate(trace.nodes) if node.step.kind == "variable" and node.reached]
    return leaves[0] if leaves and turn else len(trace.nodes) - 1


def picture(
    trace: Trace,
    turn: int | None,
    picked: int | None,
    differences: Mapping[str, Tensor],
    *,
    warning: str = "",
    caption: str = "",
) -> dict[str, Any]:
    """Everything that the component draws of an expression's trace after backward step `turn` (None: the last).

    `picked` is the node whose chain rule is wanted, None for the one at work. A step or a node that does not exist
    counts as the last step and as none.
    """
    turns = trace.backward_steps
    turn = turns if turn is None else min(turn, turns)
    selected = picked if picked is not None and picked < len(trace.nodes) else selection(trace, turn)
    steps = [node.step for node in trace.nodes]
    heights = node_heights(steps)
    layout = lay_out([step.inputs for step in steps], heights)
    return {
        "nodes": nodes(trace, turn, layout, heights),
        "edges": edges(trace, turn, layout),
        "height": layout.height,
        "chain": chain_rule(trace, selected, turn),
        "leaves": leaf_table(trace, turn, differences),
        "turn": turn,
        "turns": turns,
        "caption": caption or step_caption(trace, turn),
        "warning": warning,
        "selected": selected,
        "picked": picked,
    }


def node_heights(steps: Sequence[Step]) -> list[float]:
    """How tall the nodes of an expression are, in pixels."""
    return [CONSTANT_HEIGHT if step.kind == "constant" else NODE_HEIGHT for step in steps]


def nodes(trace: Trace, turn: int, layout: Layout, heights: Sequence[float]) -> list[dict[str, Any]]:
    """Every node as the picture needs it after backward step `turn`; tensors of several numbers get no text."""
    called = names([node.step for node in trace.nodes])
    at_work = firing(trace, turn)
    result = []
    for i, node in enumerate(trace.nodes):
        step = node.step
        symbol = OPERATIONS[step.name].symbol if step.name in OPERATIONS and step.kind == "operation" else called[i]
        gradient = trace.gradient_at(i, turn)
        waiting = sum(edge.turn > turn for edge in trace.arrivals(i))
        state = "firing" if i == at_work else "reached" if node.reached else "off"
        result.append({
            "kind": step.kind, "title": symbol, "name": called[i] if symbol != called[i] else "",
            "value": short(node.value), "sign": sign(node.value), "gradient": short(gradient),
            "gradientSign": sign(gradient), "state": state, "partial": bool(gradient is not None and waiting),
            "column": layout.columns[i], "middle": layout.middles[i],
            "height": heights[i],
            "spoken": _spoken(symbol, called[i], short(node.value), short(gradient), state),
        })  # fmt: skip
    return result


def _spoken(symbol: str, name: str, value: str, gradient: str, state: str) -> str:
    what = name if symbol == name else f"{symbol}, called {name}"
    if state == "off":
        return f"{what}, value {value}, outside the backward pass"
    return f"{what}, value {value}, " + (f"gradient {gradient}" if gradient else "no gradient yet")


def edges(trace: Trace, turn: int, layout: Layout) -> list[dict[str, Any]]:
    """Every connection: what the forward pass used, and what the backward pass handed back along it."""
    recorded = {(edge.target, edge.slot): edge for edge in trace.edges}
    sizes = [float(edge.passed.abs().max()) for edge in trace.edges]
    largest = max((size for size in sizes if math.isfinite(size)), default=0.0) or 1.0
    result = []
    for target, node in enumerate(trace.nodes):
        for slot, source in enumerate(node.step.inputs):
            edge = recorded.get((target, slot))
            drawn: dict[str, Any] = {
                "from": source, "to": target, "slot": slot, "slots": len(node.step.inputs),
                "twin": node.step.inputs.count(source) > 1,
                "via": [list(point) for point in layout.detours[source, target]], "state": "off",
            }  # fmt: skip
            if edge is not None:
                done = edge.turn <= turn
                size = float(edge.passed.abs().max())
                share = size / largest if math.isfinite(size) else 1.0
                drawn |= {
                    "state": "now" if edge.turn == turn else "done" if done else "waiting",
                    "local": short(edge.local), "passed": short(edge.passed) if done else "",
                    "sign": sign(edge.passed), "share": round(share, 3),
                }  # fmt: skip
            result.append(drawn)
    return result


def _formula(step: Step, called: Sequence[str]) -> str:
    """An operation in the names of its inputs, such as "w × x" or "tanh(v₂)"."""
    inputs = [called[i] for i in step.inputs]
    symbol = OPERATIONS[step.name].symbol
    if step.name == "negate":
        return f"−{inputs[0]}"
    if step.name in {"+", "-", "*", "/"}:
        return f"{inputs[0]} {symbol} {inputs[1]}"
    if step.name == "**":
        return f"{inputs[0]} to the power {inputs[1]}"
    return f"{symbol}({', '.join(inputs)})"


def rule(edge: Edge, trace: Trace, called: Sequence[str]) -> str:
    """The local derivative's rule in the names of the graph, such as "x" for w × x by w; "" where it is a number."""
    step = trace.nodes[edge.target].step
    text = OPERATIONS[step.name].rules[edge.slot]
    symbols = dict(zip("ab", (called[i] for i in step.inputs), strict=False)) | {"v": called[edge.target]}
    words: list[str] = []
    for word in _split(text):
        words.append(symbols.get(word, word))
    pretty = "".join(words)
    for plain, nice in (("**2", "²"), (" * ", " · "), ("**", "^"), (" - ", " − "), (" / ", " / "), ("-", "−")):
        pretty = pretty.replace(plain, nice)
    return "" if pretty == written(float(edge.local)) else pretty


def _split(text: str) -> list[str]:
    """Words and the rest, so that single letters can be replaced without touching words that contain them."""
    parts: list[str] = []
    for character in text:
        if parts and character.isalpha() and parts[-1][-1].isalpha():
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def chain_rule(trace: Trace, index: int, turn: int) -> dict[str, Any]:
    """The chain rule for node `index` after backward step `turn`: heading, terms, total, and a note."""
    called = names([node.step for node in trace.nodes])
    node, name = trace.nodes[index], called[index]
    if node.step.kind == "operation":
        heading = f"{name} = {_formula(node.step, called)} = {written(float(node.value))}"
    else:
        heading = f"{name} = {written(float(node.value))}" if node.step.kind == "variable" else f"the constant {name}"
    gradient = trace.gradient_at(index, turn)
    arrivals = trace.arrivals(index)
    shown = products_added(
        [(float(trace.nodes[edge.target].gradient), float(edge.local)) for edge in arrivals if edge.turn <= turn],
        0.0 if gradient is None else float(gradient),
    )
    factors = iter(shown.operands)
    terms = []
    for edge in arrivals:
        done = edge.turn <= turn
        arriving, local = (next(factors), next(factors)) if done else ("", written(float(edge.local)))
        terms.append({
            "upper": called[edge.target], "done": done, "rule": rule(edge, trace, called), "arriving": arriving,
            "local": local, "product": written(float(edge.passed)),
        })  # fmt: skip
    return {
        "heading": heading,
        "recorded": node.grad_fn,
        "name": name,
        "output": OUTPUT,
        "terms": terms,
        "sign": shown.sign,
        "total": "" if gradient is None else shown.result,
        "note": _note(trace, index),
        "cut": _switch(trace, index, name),
    }


def products_added(factors: Sequence[tuple[float, float]], total: float) -> Equation:
    """The equation a · b + c · d + ... = total, of the pairs (a, b), (c, d), ..."""
    return equation([number for pair in factors for number in pair], _products_added, total)


def _products_added(*numbers: float) -> float:
    return math.fsum(a * b for a, b in zip(numbers[::2], numbers[1::2], strict=True))


def _switch(trace: Trace, index: int, name: str) -> str:
    """The button that cuts this node off from the backward pass, or joins it on again."""
    node = trace.nodes[index]
    if node.step.kind == "variable":
        return f"set requires_grad of {name} to {'False' if node.requires_grad else 'True'}"
    if node.step.kind == "constant" or index == len(trace.nodes) - 1:
        return ""
    return "remove the detach" if node.step.name == "detach" else f"detach {name}"


def _note(trace: Trace, index: int) -> str:
    node = trace.nodes[index]
    if trace.trouble:
        return f"backward() refuses: “{trace.trouble}”."
    if index == len(trace.nodes) - 1:
        return "The backward pass starts here: the derivative of out with respect to itself is 1."
    if node.reached:
        count = len(trace.arrivals(index))
        return f"Used {count} times, so {count} gradients arrive and are added up." if count > 1 else ""
    if node.step.kind == "constant":
        return "A constant: its value is kept where a derivative needs it, but no gradient is computed for it."
    if node.step.kind == "operation" and node.step.name == "detach":
        return "detach() passes the value on but forgets where it came from, so no gradient flows back."
    if not node.requires_grad:
        return "It does not require a gradient, so autograd does not record it."
    return "Recorded, but cut off by a detach further on: no gradient arrives."


def step_caption(trace: Trace, turn: int) -> str:
    """One sentence about backward step `turn`."""
    if trace.trouble:
        return "There is no recorded graph, so there is no backward pass."
    called = names([node.step for node in trace.nodes])
    if turn == 0:
        first = next((called[i] for i, node in enumerate(trace.nodes) if _learns(node)), "")
        asked = f" Which gradient will arrive at {first}?" if first else ""
        return f"The forward pass is done.{asked}"
    if turn == 1:
        return f"Start: the derivative of {OUTPUT} with respect to itself is 1."
    target = trace.order[turn - 2]
    parts = [
        f"{written(float(edge.passed))} back to {called[edge.source]}"
        for edge in sorted(trace.edges, key=lambda edge: edge.slot)
        if edge.turn == turn
    ]
    arrived = written(float(trace.nodes[target].gradient))
    return f"{called[target]} receives {arrived} and passes {', '.join(parts)}."


def _learns(node: Node) -> bool:
    return node.step.kind == "variable" and node.reached


def leaf_table(trace: Trace, turn: int, differences: Mapping[str, Tensor]) -> dict[str, Any]:
    """Each variable's `.grad` beside its central difference, and the reasons why some differ.

    "agrees" is "=" or "≠", "–" for one that has no `.grad`, and "" before the backward pass has come to it:
    until then both numbers are the reader's to foretell.
    """
    rows: list[dict[str, Any]] = []
    reasons: dict[str, list[str]] = {}
    for name, slope in differences.items():
        node = trace.leaf(name)
        why, index = disagreement(trace, name, slope), next(i for i, one in enumerate(trace.nodes) if one is node)
        row = {"name": name, "value": written(float(node.value)), "gradient": "·", "difference": "·", "agrees": ""}
        last = max((edge.turn for edge in trace.arrivals(index)), default=trace.backward_steps)
        if turn >= last:
            none = node.gradient is None
            row["gradient"] = "None" if none else written(float(node.gradient))
            row["difference"] = written(float(slope))
            row["agrees"] = "–" if none else "≠" if why else "="
            if why:
                reasons.setdefault(why, []).append(name)
        rows.append(row)
    return {"rows": rows, "reasons": [f"{', '.join(leaves)}: {why}." for why, leaves in reasons.items()]}
