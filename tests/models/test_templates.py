import numpy as np
import torch

from imgcls.models.templates import FILE, load_templates


def test_the_shipped_templates_are_ten_pictures_without_anything_to_unpickle() -> None:
    known = load_templates()
    assert known.weights.shape == (10, 3, 32, 32)
    assert known.bias.shape == (10,)
    assert known.classes == (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    )  # fmt: skip
    assert torch.isfinite(known.weights).all()
    with np.load(FILE, allow_pickle=False) as found:
        assert set(found) == {"weights", "bias", "classes", "accuracy"}


def test_they_do_better_than_guessing_and_know_the_sky_from_the_grass() -> None:
    """No pictures of the set are here: plain colours must do. Blue is an airplane or a ship, green a frog or a deer."""
    known = load_templates()
    assert 0.35 < known.accuracy < 0.45
    for colour, expected in (((0.5, 0.75, 1.0), {"airplane", "ship"}), ((0.3, 0.45, 0.2), {"frog", "deer", "bird"})):
        x = (torch.tensor(colour) * 2 - 1)[:, None, None].expand(3, 32, 32)
        scores = known.weights.flatten(1) @ x.flatten() + known.bias
        assert known.classes[int(scores.argmax())] in expected
