"""torchvision, imported once and quickly: `from imgcls.vision import torchvision`.

Quickly: without torch.compile's machinery, which alone takes as long to load as torch itself. torchvision.ops asks
torch._dynamo.utils for one function, to be called when boxes are pooled; in its place that module finds a function that
loads the machinery when it is called, and everybody else gets the real one.

Once: a thread that imports a part of torchvision while another is still importing the whole finds it incomplete;
whoever takes it from here waits until it is there.
"""

import importlib.util
import sys
from types import ModuleType
from typing import Any

_HEAVY = "torch._dynamo.utils"


def _without_compiler() -> ModuleType:
    if _HEAVY in sys.modules or not importlib.util.find_spec("torchvision"):
        import torchvision  # the usual way, or the usual error

        return torchvision
    light = ModuleType(_HEAVY)

    def is_compile_supported(device_type: str) -> Any:
        from torch._dynamo.utils import is_compile_supported as real

        return real(device_type)

    light.is_compile_supported = is_compile_supported
    sys.modules[_HEAVY] = light
    try:
        import torchvision

        return torchvision
    finally:
        if sys.modules.get(_HEAVY) is light:
            del sys.modules[_HEAVY]


torchvision = _without_compiler()
