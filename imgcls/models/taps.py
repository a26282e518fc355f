"""Reading the output of inner layers without touching a network that other threads are using."""

import copy
from collections.abc import Callable, Mapping

from torch import Tensor, nn

Tap = Callable[[Tensor], Tensor]


def with_taps(module: nn.Module, taps: Mapping[str, Tap]) -> nn.Module:
    """A network that shares every parameter with `module` but passes the output of the named layers through functions.

    A forward hook on the shared network would fire in every session at once. Here only the modules on the way
    to a named layer are copied (shallowly), and the hook sits on the copy: cheap, private, and gone with it.

    Args:
        taps: layer name, as in `module.get_submodule` -> function of its output, called each time the layer runs;
            the network goes on with what the function returns.

    Raises:
        AttributeError: `module` has no such layer.
    """
    private = _shallow(module)
    if "" in taps:
        private.register_forward_hook(lambda _module, _inputs, output: taps[""](output))
    children: dict[str, dict[str, Tap]] = {}
    for path, tap in taps.items():
        if path:
            child, _, rest = path.partition(".")
            children.setdefault(child, {})[rest] = tap
    for child, inner in children.items():
        if child not in private._modules:
            raise AttributeError(f"{type(module).__name__} has no layer {child!r}")
        private._modules[child] = with_taps(private._modules[child], inner)
    return private


def _shallow(module: nn.Module) -> nn.Module:
    private = copy.copy(module)
    private._modules = dict(module._modules)
    private._forward_hooks = type(module._forward_hooks)(module._forward_hooks)
    return private
