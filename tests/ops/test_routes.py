"""The gradients of one convolution and one max-pool: against plain torch, by hand, and term by term."""

import itertools

import pytest
import torch
import torch.nn.functional as F

from imgcls.ops.routes import IMAGES, KERNELS, image_named, kernel_named, routes


def plain(image: torch.Tensor, kernel: torch.Tensor, picked: tuple[int, int] | None) -> tuple[torch.Tensor, ...]:
    leaves = [image.clone().requires_grad_(), kernel.clone().requires_grad_()]
    pooled = F.max_pool2d(F.conv2d(leaves[0][None, None], leaves[1][None, None]), 2)
    (pooled.sum() if picked is None else pooled[0, 0, picked[0], picked[1]]).backward()
    return pooled[0, 0].detach(), leaves[0].grad, leaves[1].grad


@pytest.mark.parametrize("picked", [None, (0, 0), (1, 0), (1, 1)])
@pytest.mark.parametrize("seed", range(4))
def test_values_gradients_and_differences_are_those_of_plain_torch(seed: int, picked: tuple[int, int] | None) -> None:
    generator = torch.Generator().manual_seed(seed)
    image = torch.randn(6, 6, generator=generator, dtype=torch.float64)
    kernel = torch.randn(3, 3, generator=generator, dtype=torch.float64)
    ours = routes(image, kernel, picked)
    pooled, image_gradient, kernel_gradient = plain(image, kernel, picked)
    torch.testing.assert_close(ours.value("pooled"), pooled)
    torch.testing.assert_close(ours.gradient("image"), image_gradient)
    torch.testing.assert_close(ours.gradient("kernel"), kernel_gradient)
    assert ours.disagreement < 1e-7
    assert ours.ties == ()


@pytest.mark.parametrize("picked", [None, (0, 1)])
@pytest.mark.parametrize("image", IMAGES)
@pytest.mark.parametrize("kernel", KERNELS)
def test_the_terms_of_every_cell_add_up_to_its_gradient(
    image: str, kernel: str, picked: tuple[int, int] | None
) -> None:
    ours = routes(image_named(image), kernel_named(kernel), picked)
    for name in ("image", "kernel", "convolved", "pooled"):
        gradient = ours.gradient(name)
        for row, column in itertools.product(*map(range, gradient.shape)):
            terms = ours.terms(name, row, column)
            assert sum(term.arriving * term.local for term in terms) == float(gradient[row, column])


def test_the_pooled_gradient_goes_to_the_winner_alone() -> None:
    ours = routes(image_named("speckles"), kernel_named("left edge"))
    convolved = ours.value("convolved")
    for i, j in itertools.product(range(2), range(2)):
        row, column = ours.winners[i, j].tolist()
        assert convolved[row, column] == ours.value("pooled")[i, j]
        window = ours.gradient("convolved")[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        assert window.sum() == 1
        assert ours.gradient("convolved")[row, column] == 1


def test_the_kernels_gradient_adds_the_image_patches_under_the_winners() -> None:
    image = torch.zeros(6, 6, dtype=torch.float64)
    image[1, 2] = 5.0  # one bright pixel
    kernel = torch.zeros(3, 3, dtype=torch.float64)
    kernel[0, 0] = 1.0  # shifts the picture, so that convolved[1, 2] = 5 wins its window
    ours = routes(image, kernel)
    assert ours.winners[0, 1].tolist() == [1, 2]
    assert float(ours.value("output")) == 5.0
    assert float(ours.gradient("kernel")[0, 0]) == 5.0
    assert (1, 1) in ours.ties, "four zeros: nobody wins clearly"


def test_a_tie_is_reported_and_its_first_cell_wins() -> None:
    ours = routes(torch.ones(6, 6, dtype=torch.float64), torch.ones(3, 3, dtype=torch.float64))
    assert len(ours.ties) == 4
    assert ours.winners[1, 1].tolist() == [2, 2]
    assert ours.disagreement > 0.1, "a nudge up and a nudge down find different winners"


def test_the_default_picture_has_no_ties_with_any_kernel() -> None:
    first = next(iter(IMAGES))
    assert all(not routes(image_named(first), kernel_named(name)).ties for name in KERNELS)


def test_a_pooled_cell_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no pooled cell"):
        routes(image_named("a bar"), kernel_named("copy"), (2, 0))
