"""What autograd records and does: the graph of a program, its local derivatives, and its backward pass step by step.

Everything here is read from PyTorch: edges from `grad_fn.next_functions`, local derivatives by calling a `grad_fn`
with 1, gradients and their order from hooks on the real backward pass. Source of the method: reverse-mode accumulation,
as in Baydin et al., "Automatic Differentiation in Machine Learning: a Survey", JMLR 18 (2018), section 3.2.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd.graph import get_gradient_edge

from imgcls.ops.program import OPERATIONS, Operation, Step


@dataclass(frozen=True)
class Node:
    """One value of the program.

    `value` is the forward value. `grad_fn` is the name of the recorded function ("" for a leaf, a constant and whatever
    was not recorded). `reached` says whether the backward pass comes here; `gradient` is then d output / d value, else
    None. `requires_grad` is the tensor's own flag.
    """

    step: Step
    value: Tensor
    grad_fn: str
    requires_grad: bool
    reached: bool
    gradient: Tensor | None


@dataclass(frozen=True)
class Edge:
    """One recorded connection from the value `source` to the operation `target`, whose input number `slot` it is.

    `local` is d target / d source through this input alone (numbers only, None for larger tensors). `passed` is what
    the backward pass hands along it, at backward step `turn`, and `total` what has arrived at `source` by then.
    """

    source: int
    target: int
    slot: int
    local: Tensor | None
    passed: Tensor
    turn: int
    total: Tensor


@dataclass(frozen=True)
class Trace:
    """A program's forward pass and its backward pass.

    `order` lists the operations as the backward pass ran them; backward step 0 is "nothing yet", step 1 puts the
    gradient 1 on the output, step k + 2 runs `order[k]`. `trouble` is PyTorch's message if there is no backward pass.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    order: tuple[int, ...]
    trouble: str

    @property
    def output(self) -> Node:
        """The value that is differentiated."""
        return self.nodes[-1]

    @property
    def backward_steps(self) -> int:
        """The number of the last backward step."""
        return len(self.order) + 1 if not self.trouble else 0

    def leaf(self, name: str) -> Node:
        """The node of the variable `name`."""
        return next(node for node in self.nodes if node.step.kind == "variable" and node.step.name == name)

    def arrivals(self, index: int) -> tuple[Edge, ...]:
        """The edges along which gradient arrives at node `index`, in the order of the backward pass."""
        return tuple(sorted((edge for edge in self.edges if edge.source == index), key=lambda edge: edge.turn))

    def gradient_at(self, index: int, turn: int) -> Tensor | None:
        """The gradient that has arrived at node `index` after backward step `turn`; None if nothing has."""
        if index == len(self.nodes) - 1:
            return self.nodes[index].gradient if turn >= 1 else None
        arrived = [edge.total for edge in self.arrivals(index) if edge.turn <= turn]
        return arrived[-1] if arrived else None


def trace(
    steps: Sequence[Step],
    leaves: Mapping[str, float | Tensor],
    *,
    learn: Collection[str] | None = None,
    no_grad: bool = False,
    operations: Mapping[str, Operation] = OPERATIONS,
) -> Trace:
    """Run `steps` forward in float64 and, where autograd recorded it, backward from the last one.

    `leaves` gives a value to every variable; those in `learn` (all by default) require a gradient. With `no_grad` the
    forward pass runs under `torch.no_grad()`. The last step must be a single number.
    """
    tensors = as_leaves(leaves, leaves.keys() if learn is None else learn)
    with torch.set_grad_enabled(not no_grad):
        values = run(steps, tensors, operations)
    with torch.enable_grad():
        return _differentiate(steps, values)


def as_leaves(leaves: Mapping[str, float | Tensor], learn: Collection[str]) -> dict[str, Tensor]:
    """Fresh float64 tensors of `leaves`; those named in `learn` require a gradient."""
    return {
        name: torch.as_tensor(value, dtype=torch.float64).detach().clone().requires_grad_(name in learn)
        for name, value in leaves.items()
    }


def run(
    steps: Sequence[Step], leaves: Mapping[str, Tensor], operations: Mapping[str, Operation] = OPERATIONS
) -> list[Tensor]:
    """The tensor of every step. Number operations also take leaves of one shape, element by element."""
    values: list[Tensor] = []
    for step in steps:
        if step.kind == "variable":
            values.append(leaves[step.name])
        elif step.kind == "constant":
            values.append(torch.tensor(float(step.name), dtype=torch.float64))
        else:
            inputs: list[Tensor | float] = [values[i] for i in step.inputs]
            if step.name == "**" and steps[step.inputs[1]].kind == "constant":
                inputs[1] = float(inputs[1])  # as one writes x**2: autograd then saves a number, not a tensor
            values.append(operations[step.name].apply(*inputs))
    return values


def _differentiate(steps: Sequence[Step], values: Sequence[Tensor]) -> Trace:
    output = values[-1]
    functions = {i: get_gradient_edge(value).node for i, value in enumerate(values) if value.requires_grad}
    edges, reached = _walk(functions, len(values) - 1)
    local = {
        i: _local_derivatives(functions[i], values[i], [values[j] for j in steps[i].inputs])
        for i in reached
        if steps[i].kind == "operation"
    }
    fired: list[tuple[int, tuple[Tensor | None, ...]]] = []
    hooks = [
        functions[i].register_hook(lambda passed, _arrived, i=i: fired.append((i, passed)))
        for i in reached
        if steps[i].kind == "operation"
    ]
    gradients: dict[int, Tensor | None] = {}
    for i in reached:
        if steps[i].kind == "operation":
            values[i].retain_grad()
    trouble = ""
    try:
        output.backward()
    except RuntimeError as error:
        trouble = str(error)
    else:
        gradients = {i: values[i].grad for i in reached}
    for hook in hooks:
        hook.remove()
    nodes = [
        Node(
            step,
            value.detach(),
            value.grad_fn.name() if value.grad_fn is not None else "",
            value.requires_grad,
            i in gradients,
            gradients.get(i),
        )
        for i, (step, value) in enumerate(zip(steps, values, strict=True))
    ]
    return Trace(tuple(nodes), _edges(edges, local, fired), tuple(i for i, _ in fired), trouble)


def _walk(functions: Mapping[int, object], output: int) -> tuple[list[tuple[int, int, int]], list[int]]:
    """The (source, target, slot) triples of the recorded graph below `output`, and the steps in it."""
    owners = {function: i for i, function in functions.items()}
    edges: list[tuple[int, int, int]] = []
    reached = [output] if output in functions else []
    for target in reached:  # grows while it is walked
        for slot, (function, _) in enumerate(functions[target].next_functions):
            if function is None:
                continue
            source = owners[function]
            edges.append((source, target, slot))
            if source not in reached:
                reached.append(source)
    return edges, reached


def _local_derivatives(function: object, value: Tensor, inputs: Sequence[Tensor]) -> tuple[Tensor | None, ...]:
    """d value / d input for each input of a recorded function; nothing if they are not all single numbers."""
    if any(tensor.numel() != 1 for tensor in (value, *inputs)):
        return ()
    with torch.no_grad():
        derivatives = function(torch.ones_like(value))
    return derivatives if isinstance(derivatives, tuple) else (derivatives,)


def _edges(
    triples: Sequence[tuple[int, int, int]],
    local: Mapping[int, tuple[Tensor | None, ...]],
    fired: Sequence[tuple[int, tuple[Tensor | None, ...]]],
) -> tuple[Edge, ...]:
    """The recorded edges, with what the backward pass handed along each and the sums it made."""
    sources = {(target, slot): source for source, target, slot in triples}
    totals: dict[int, Tensor] = {}
    edges = []
    for turn, (target, passed) in enumerate(fired, start=2):
        for slot, part in enumerate(passed):
            if part is None or (target, slot) not in sources:
                continue
            source = sources[target, slot]
            totals[source] = totals[source] + part if source in totals else part.detach().clone()
            derivative = local[target][slot] if local[target] else None
            edges.append(Edge(source, target, slot, derivative, part.detach().clone(), turn, totals[source]))
    return tuple(edges)


def central_differences(
    steps: Sequence[Step],
    leaves: Mapping[str, float | Tensor],
    *,
    relative_step: float = 6e-6,
    operations: Mapping[str, Operation] = OPERATIONS,
) -> dict[str, Tensor]:
    """(f(x + h) - f(x - h)) / 2h for every element x of every leaf, in float64; same shapes as the leaves.

    h = `relative_step` times max(1, |x|); the cube root of float64's epsilon balances truncation against rounding.
    `detach` hides nothing from these differences.
    """
    points = as_leaves(leaves, ())
    slopes = {}
    for name, point in points.items():
        h = relative_step * point.abs().clamp(min=1).flatten()
        nudges = torch.diag(h).reshape(-1, *point.shape)  # one a row: element i moved by h_i
        high, low = point + nudges, point - nudges

        def value(moved: Tensor, name: str = name) -> Tensor:
            return run(steps, {**points, name: moved}, operations)[-1].reshape(())

        with torch.no_grad():
            rise = torch.vmap(value)(high) - torch.vmap(value)(low)
        width = (high - low).reshape(len(h), -1).sum(1)  # 2 h as the float64 numbers have it
        slopes[name] = (rise / width).reshape(point.shape)
    return slopes
