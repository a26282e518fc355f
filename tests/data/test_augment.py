"""Augmentation of a batch equals torchvision's transforms v2, picture by picture."""

import pytest
import torch
from torch import Tensor
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as TF

from imgcls.data.augment import Augmentation, Draw, apply, draw, variations


@pytest.fixture
def pictures() -> Tensor:
    return torch.rand(5, 3, 17, 17, generator=torch.Generator().manual_seed(0))


def test_flip_equals_torchvision(pictures: Tensor) -> None:
    flip = torch.tensor([True, False, True, True, False])
    expected = [TF.horizontal_flip(x) if flipped else x for x, flipped in zip(pictures, flip, strict=True)]
    assert torch.equal(apply(pictures, Draw(flip=flip)), torch.stack(expected))


def test_shift_equals_torchvisions_pad_and_crop(pictures: Tensor) -> None:
    shift = torch.tensor([[0, 0], [3, -2], [-8, 8], [1, 0], [0, -5]])
    expected = [
        TF.crop(TF.pad(x, [8], padding_mode="reflect"), 8 - int(down), 8 - int(right), 17, 17)
        for x, (right, down) in zip(pictures, shift, strict=True)
    ]
    assert torch.equal(apply(pictures, Draw(shift=shift)), torch.stack(expected))


def test_turn_equals_torchvisions_rotate(pictures: Tensor) -> None:
    turn = torch.tensor([0.0, 10.0, -45.0, 90.0, 180.0])
    expected = [TF.rotate(x, float(a), InterpolationMode.BILINEAR) for x, a in zip(pictures, turn, strict=True)]
    assert torch.allclose(apply(pictures, Draw(turn=turn)), torch.stack(expected), atol=1e-5)


def test_colour_equals_torchvisions_adjustments(pictures: Tensor) -> None:
    factors = torch.tensor([[1, 1, 1], [0.5, 1, 1], [1, 1.7, 1], [1, 1, 0], [1.3, 0.6, 1.9]])
    expected = [
        TF.adjust_saturation(TF.adjust_contrast(TF.adjust_brightness(x, b), c), s)
        for x, (b, c, s) in zip(pictures, factors.tolist(), strict=True)
    ]
    assert torch.allclose(apply(pictures, Draw(factors=factors)), torch.stack(expected), atol=1e-5)


def test_erasing_equals_torchvisions_erase(pictures: Tensor) -> None:
    erased = torch.tensor([[0, 0, 4], [13, 2, 4], [5, 5, 1], [0, 0, 17], [3, 9, 8]])
    expected = [
        TF.erase(x, top, left, side, side, torch.tensor(0.5))
        for x, (left, top, side) in zip(pictures, erased.tolist(), strict=True)
    ]
    assert torch.equal(apply(pictures, Draw(erased=erased)), torch.stack(expected))


def test_draws_follow_the_generator_stay_in_range_and_differ_by_picture() -> None:
    augmentation = Augmentation(flip=True, crop=0.2, rotation=30, colour=0.4, erasing=0.25)
    drawn, again = (draw(augmentation, 400, 20, torch.Generator().manual_seed(1)) for _ in range(2))
    for entry, same in zip(vars(drawn).values(), vars(again).values(), strict=True):
        assert len(entry) == 400
        assert torch.equal(entry, same)
    assert 0.4 < drawn.flip.float().mean() < 0.6
    assert set(drawn.shift.flatten().tolist()) == set(range(-4, 5))
    assert drawn.turn.abs().max() <= 30 < 3 * drawn.turn.std()
    assert drawn.factors.min() >= 0.6
    assert drawn.factors.max() <= 1.4
    assert set(drawn.erased[:, 2].tolist()) == {5}
    assert set(drawn.erased[:, :2].flatten().tolist()) == set(range(16))


def test_a_share_of_a_draw_does_to_its_pictures_what_the_whole_does(pictures: Tensor) -> None:
    drawn = draw(Augmentation(True, 0.2, 30, 0.4, 0.25), 5, 17, torch.Generator().manual_seed(1))
    assert torch.equal(apply(pictures[2:], drawn.part(slice(2, None))), apply(pictures, drawn)[2:])


def test_nothing_chosen_changes_nothing(pictures: Tensor) -> None:
    assert not Augmentation().active
    assert apply(pictures, draw(Augmentation(), 5, 17, torch.Generator())) is pictures


def test_numbers_out_of_range_get_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"crop must lie between 0 and 0\.5"):
        Augmentation(crop=0.6)
    with pytest.raises(ValueError, match="rotation must lie between 0 and 180"):
        Augmentation(rotation=-1)


def test_variations_of_one_picture_are_the_batch_of_its_copies() -> None:
    picture = torch.randint(0, 256, (17, 17, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(2))
    drawn = draw(Augmentation(True, 0.2, 30, 0.4, 0.25), 4, 17, torch.Generator().manual_seed(1))
    copies = apply(torch.stack([picture.permute(2, 0, 1)] * 4) / 255, drawn)
    made = variations(picture.numpy(), drawn, 4)
    assert made.shape == (4, 17, 17, 3)
    assert (torch.from_numpy(made).permute(0, 3, 1, 2) - copies * 255).abs().max() <= 0.5 + 1e-4
    assert (variations(picture.numpy(), Draw(), 2) == picture.numpy()).all()
