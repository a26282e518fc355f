import pytest
import torch

from imgcls.ops.dense import LayerShape, layer_costs
from imgcls.training import layer_times as module
from imgcls.training.layer_times import layer_times, same_layer, too_large


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SIDES", (4, 8, 16))
    monkeypatch.setattr(module, "SHARE", 0.001)


def test_every_size_is_measured_or_the_reason_is_given() -> None:
    records = list(layer_times(3, 10, 3, 4, 1, 1))
    devices = 2 if torch.cuda.is_available() else 1
    assert [each.shape.size for each in records][::devices] == [4, 8, 10, 16]
    assert [each.epoch for each in records] == list(range(1, records[0].of + 1))
    for each in records:
        assert each.milliseconds.keys() == {"dense", "conv"}
        assert all(time > 0 for time in each.milliseconds.values())
        assert not each.reasons


def test_what_is_measured_gives_the_output_shape_of_both_layers() -> None:
    shape = LayerShape(3, 9, 4, 5, 2, 1)
    assert module._layer("conv", shape, "cpu")().shape == (1, 5, shape.side, shape.side)
    assert module._layer("dense", shape, "cpu")().shape == (1, shape.outputs)


def test_layers_that_need_too_much_memory_are_not_made_and_the_size_is_named() -> None:
    vgg = layer_costs(LayerShape(512, 7, 7, 4096))
    assert "weights would need 411 MB" in too_large(vgg.dense)
    records = list(layer_times(512, 7, 7, 4096))
    assert all(not each.milliseconds and each.reasons.keys() == {"dense", "conv"} for each in records)
    assert "activations" in too_large(layer_costs(LayerShape(1, 500, 1, 512)).conv)
    assert "billion multiply-adds" in too_large(layer_costs(LayerShape(64, 256, 9, 64, 1, 4)).conv)
    assert too_large(layer_costs(LayerShape(3, 32, 5, 16, 1, 2)).dense) == ""


def test_when_time_is_up_the_rest_is_left_out_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", -1.0)
    assert all("no time left" in each.reasons["conv"] for each in layer_times(1, 8, 3, 2))


def test_sizes_in_which_the_kernel_does_not_fit_are_left_out_and_a_size_asked_for_is_refused() -> None:
    assert min(each.shape.size for each in layer_times(1, 9, 7, 2)) == 8
    with pytest.raises(ValueError, match="does not fit"):
        next(layer_times(1, 5, 7, 2))


def test_the_same_layer_on_another_size_is_the_same_layer() -> None:
    assert same_layer(LayerShape(3, 8, 5, 4), LayerShape(3, 99, 5, 4))
    assert not same_layer(LayerShape(3, 8, 5, 4), LayerShape(3, 8, 3, 4))
