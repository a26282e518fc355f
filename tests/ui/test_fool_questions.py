"""The questions about fooling the network are answered by few passes through it: nobody waits for a reveal."""

from collections.abc import Callable

import pytest
from PIL import Image

from imgcls.data.pictures import Picture, picture_from_image
from imgcls.models.registry import load
from imgcls.ui.questions import questions_of

RIGHT: dict[str, Callable[[Picture], object]] = {each.id: each.right for each in questions_of("classify")}


@pytest.mark.parametrize(("name", "most"), [("class-levels", 11), ("class-target", 5), ("class-noise", 5)])
def test_few_passes_are_enough_even_where_nothing_fools_the_network(name: str, most: int) -> None:
    """`most`: the photo as it is, twice; one with a gradient; and one for each change that is tried."""
    photo = picture_from_image(Image.new("RGB", (300, 200), (most, 90, 200)), f"plain {name}")
    passes: list[object] = []
    counted = load().module.register_forward_pre_hook(lambda module, inputs: passes.append(len(inputs[0])))
    try:
        RIGHT[name](photo)
    finally:
        counted.remove()
    assert 3 <= len(passes) <= most
    assert set(passes) == {1}
