import random

from imgcls.ui.dense.templates_part import as_sum
from tests.equations import claims


def test_a_score_is_the_sum_that_is_printed_or_says_that_it_is_rounded() -> None:
    draw, exact = random.Random(0), 0
    for _ in range(300):
        positive, negative, bias = draw.uniform(0, 20), draw.uniform(-20, 0), draw.uniform(-1, 1)
        found = list(claims(as_sum(positive, negative, bias, positive + negative + bias)))
        exact += len(found)
        assert all(claim.holds for claim in found)
    assert exact > 150
    assert as_sum(12.94, -11.59, -0.27, 1.08).endswith("Score: 12.94 − 11.59 − 0.27 = 1.08")
    assert as_sum(3.494, -3.004, 0.304, 0.794).endswith("Score: 3.49 − 3.00 + 0.30 = 0.79")
    assert as_sum(3.494, -2.996, 0.304, 0.802).endswith("Score: 3.49 − 3.00 + 0.30 ≈ 0.80")
