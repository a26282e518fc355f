"""The charts of many layers show the numbers of the pass, whatever becomes of them."""

import math

import pytest

from imgcls.ops.activations import ACTIVATIONS
from imgcls.ops.depth import INITIALISATIONS, through_layers
from imgcls.ui.activations.depth_charts import depth_charts


def test_lines_and_band_lie_where_the_numbers_are() -> None:
    result = through_layers("relu", 12, "he", seed=0)
    activations, gradients = depth_charts(result, readings=True)
    (run,) = activations["lines"][0]["runs"]
    assert [x for x, _ in run] == pytest.approx([n / 12 for n in range(13)], abs=1e-4)
    # Between any two layers a chart's way up is in proportion to the numbers' difference.
    edge = activations["bands"][0]["edge"]
    scale = (edge[0][1] - edge[-1][1]) / (2 * float(result.stds[0]))
    for n, (_, y) in enumerate(run):
        assert y - run[0][1] == pytest.approx(scale * float(result.means[n] - result.means[0]), abs=3e-4)
        assert edge[n][1] - edge[-1 - n][1] == pytest.approx(scale * 2 * float(result.stds[n]), abs=3e-4)
    (run,) = gradients["lines"][0]["runs"]
    ticks = {label: at for at, label in gradients["yticks"]}
    assert len(run) == 12
    decade = (ticks["10⁻²"] - ticks["10⁻¹"]) / -1
    for n, (_, y) in enumerate(run):
        assert y == pytest.approx(ticks["10⁻¹"] + decade * (math.log10(float(result.gradient_norms[n])) + 1), abs=3e-4)
    assert len(activations["readings"]["texts"]) == 13
    assert len(gradients["readings"]["texts"]) == 12


def test_a_hand_on_the_slider_reads_nothing() -> None:
    assert not any("readings" in drawn for drawn in depth_charts(through_layers("tanh", 3, "he"), readings=False))


@pytest.mark.parametrize("initialisation", INITIALISATIONS)
@pytest.mark.parametrize("layers", [1, 2, 50])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_whatever_becomes_of_the_numbers_all_places_are_numbers(name: str, layers: int, initialisation: str) -> None:
    for drawn in depth_charts(through_layers(name, layers, initialisation), readings=True):
        places = [at for line in drawn["lines"] for run in line["runs"] for at in run]
        places += [at for band in drawn.get("bands", []) for at in band["edge"]]
        places += [(at, 0.0) for at, _ in drawn["xticks"]]
        assert all(math.isfinite(y) and 0 <= x <= 1 for x, y in places)
        assert 2 <= len(drawn["yticks"]) <= 12
