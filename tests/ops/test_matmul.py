"""Matrix products as PyTorch has them, the sums that they are, and the grey rows of a batch."""

import numpy as np
import pytest
import torch
from PIL import Image

from imgcls.data.samples import load_sample
from imgcls.ops.matmul import grey_rows, matmul


def test_a_product_worked_by_hand() -> None:
    made = matmul(torch.tensor([[1.0, 2.0], [3.0, -1.0]]), torch.tensor([[2.0, 0.0, 1.0], [4.0, 5.0, -2.0]]))
    assert made.result.tolist() == [[10, 10, -3], [2, -5, 5]]
    assert made.terms[1, 2].tolist() == [3, 2]
    assert made.trouble == ""


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 4), (4, 6, 1), (3, 1, 4)])
def test_each_cell_is_the_sum_of_its_products_and_all_are_a_linear_layer(shape: tuple[int, int, int]) -> None:
    rows, inner, columns = shape
    torch.manual_seed(1)
    layer = torch.nn.Linear(inner, columns)
    x = torch.randn(rows, inner)
    made = matmul(x, layer.weight.detach().T, layer.bias.detach())
    assert made.terms.shape == (rows, columns, inner)
    torch.testing.assert_close(made.result, layer(x).detach())
    torch.testing.assert_close(made.terms.sum(2) + layer.bias.detach(), made.result)


def test_inner_sizes_that_differ_are_refused_in_pytorchs_words() -> None:
    a, b = torch.ones(2, 3), torch.ones(4, 2)
    with pytest.raises(RuntimeError) as refused:
        a @ b
    made = matmul(a, b, torch.ones(2))
    assert (made.terms, made.result, made.trouble) == (None, None, str(refused.value))
    assert "2x3 and 4x2" in made.trouble


def test_a_photo_becomes_the_means_of_its_four_quarters() -> None:
    pixels = np.zeros((8, 8), np.uint8)
    pixels[:4, :4], pixels[:4, 4:], pixels[4:, :4], pixels[4:, 4:] = 255, 51, 102, 0
    picture = Image.fromarray(pixels).convert("RGB")
    assert grey_rows([picture], 2).tolist() == [[1, 0.2, 0.4, 0]]
    wide = Image.new("RGB", (24, 8))
    wide.paste(picture, (8, 0))  # the middle square counts
    assert torch.equal(grey_rows([wide], 2), grey_rows([picture], 2))
    photo = load_sample("cat").image
    rows = grey_rows([photo, picture], 2)
    edge = min(photo.size)
    left, top = (photo.width - edge) // 2, (photo.height - edge) // 2
    grey = np.asarray(photo.convert("L"), float)[top : top + edge, left : left + edge] / 255
    half = edge // 2
    quarters = [grey[:half, :half], grey[:half, half:], grey[half:, :half], grey[half:, half:]]
    np.testing.assert_allclose(rows[0], [quarter.mean() for quarter in quarters], atol=0.01)
