"""The shared model module: networks, their weights, labels and preprocessing, and what can be read out of them."""

import importlib.util
import sys
from types import ModuleType
from typing import Any


def _import_torchvision() -> None:
    """Import torchvision without torch.compile's machinery, which alone takes as long to load as torch itself.

    torchvision.ops asks torch._dynamo.utils for one function, to be called when boxes are pooled. In its place that
    module finds a function that loads the machinery when it is called; everybody else gets the real one.
    """
    name = "torch._dynamo.utils"
    if "torchvision" in sys.modules or name in sys.modules or not importlib.util.find_spec("torchvision"):
        return
    light = ModuleType(name)

    def is_compile_supported(device_type: str) -> Any:
        from torch._dynamo.utils import is_compile_supported as real

        return real(device_type)

    light.is_compile_supported = is_compile_supported
    sys.modules[name] = light
    try:
        import torchvision  # noqa: F401
    finally:
        if sys.modules.get(name) is light:
            del sys.modules[name]


_import_torchvision()
