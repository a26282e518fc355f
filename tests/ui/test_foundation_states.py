"""Further states of /autodiff and /tensors: whatever is typed or switched, nothing raises, and the code agrees."""

import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from imgcls.ops.examples import EXAMPLES
from imgcls.ops.tensors import LAYOUTS
from imgcls.ui.packet import unpack
from imgcls.ui.shell import PANEL
from tests.test_pages import ROOT, numbers


def opened(page: str, address: dict[str, str]) -> AppTest:
    """The script of a page alone, without the frame around it, at an address."""
    app = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=60)
    app.query_params.update(address)
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def agrees(app: AppTest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the page's code panels and compare what they compute with what they say the page shows."""
    if "current_photo" in app.session_state:
        app.session_state["current_photo"].image.save(folder / "photo.png")
    monkeypatch.chdir(folder)
    for name, panel in app.session_state[PANEL].items():
        variables: dict[str, object] = {}
        exec(compile(panel.code, f"<{name}>", "exec"), variables)
        for variable, shown in panel.shows.items():
            np.testing.assert_allclose(numbers(variables[variable]), numbers(shown), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("part", ["Backward pass", "Gradient descent"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_runs_and_its_code_gives_the_numbers(
    example: object, part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = {"autodiff_f": example.text, "autodiff_part": part, "autodiff_at": "3"}
    app = opened("autodiff", address)
    assert not app.error
    fields = next(unpack(each.proto.bytes)[0] for each in app.get("bidi_component") if each.proto.bytes)
    assert bool(fields["warning"]) == (example in EXAMPLES[-2:])
    agrees(app, tmp_path, monkeypatch)


@pytest.mark.parametrize(
    "address",
    [
        {"autodiff_nograd": "true"},
        {"autodiff_f": "detach(w*x) * 2"},
        {"autodiff_fixed": "w,x,b,y"},
        {"autodiff_f": "x1 - max(0, x1) * 2**-1", "autodiff_x1_": "-3.5"},
        {"autodiff_part": "Gradient descent", "autodiff_zero": "false", "autodiff_at": "5", "autodiff_rate": "0.2"},
        {"autodiff_part": "Gradient descent", "autodiff_f": "detach(w) * 2"},
        {"autodiff_part": "Gradient descent", "autodiff_across": "y", "autodiff_up": "w", "autodiff_at": "4"},
        {"autodiff_part": "Gradient descent", "autodiff_across": "b", "autodiff_up": "the value"},
        {"autodiff_part": "Gradient descent", "autodiff_across": "b", "autodiff_up": "b", "autodiff_methods": "SGD"},
        {"autodiff_part": "Gradient descent", "autodiff_f": "x*x", "autodiff_across": "b", "autodiff_methods": "none"},
        {"autodiff_part": "Gradient descent", "autodiff_f": "x**4", "autodiff_rate": "3", "autodiff_at": "30"},
        {"autodiff_part": "Gradient descent", "autodiff_look": "Mini-batches", "autodiff_at": "7"},
        {"autodiff_part": "Gradient descent", "autodiff_look": "Mini-batches", "autodiff_mini_size": "16"},
        {
            "autodiff_part": "Gradient descent",
            "autodiff_look": "Mini-batches",
            "autodiff_at": "30",
            "autodiff_mini_size": "1",
            "autodiff_mini_rate": "0.4",
            "autodiff_mini_w": "8",
            "autodiff_mini_b": "-8",
        },
        {"autodiff_part": "Convolution and max-pool", "autodiff_image": "a bar", "autodiff_out": "pooled[0, 1]"},
        {"autodiff_part": "Convolution and max-pool", "autodiff_kernel_12": "-1", "autodiff_image_00": "9"},
        {"autodiff_part": "Convolution and max-pool", "autodiff_kernel_12": "nan", "autodiff_image_00": "99"},
    ],
    ids=str,
)
def test_every_switch_of_autodiff_keeps_the_code_true(
    address: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("autodiff", address)
    assert not app.error
    agrees(app, tmp_path, monkeypatch)


@pytest.mark.parametrize("text", ["", "w*", "import os", "9" * 500, "(" * 150, "w\x00x", "__import__('os')"])
def test_an_unreadable_expression_gives_a_sentence_and_a_caret(text: str) -> None:
    app = opened("autodiff", {"autodiff_f": text})
    if text:  # an empty one is the default
        (error,) = app.error
        assert error.value.split("```text")[1].rstrip("`\n ").endswith("^")


@pytest.mark.parametrize(
    "address",
    [
        *({"tensors_part": "Memory", "tensors_layout": layout} for layout in LAYOUTS),
        {"tensors_slice": "3_60_5_99_4_green"},
        {"tensors_slice": "0_1_0_1_16_blue"},
        {"tensors_slice": "9999_0_x"},
        {"tensors_part": "Normalise", "tensors_mean": "0.1", "tensors_std": "0.1"},
        {"tensors_part": "Normalise", "tensors_way": "ImageNet's"},
        {"tensors_part": "Normalise", "tensors_way": "this photo's own"},
        {"tensors_part": "Broadcast", "tensors_a": "2, 3, 2, 2", "tensors_b": "3, 1, 1"},
        {"tensors_part": "Broadcast", "tensors_a": "3, 4", "tensors_b": "3"},
        {"tensors_part": "Matmul", "tensors_rows": "4", "tensors_inner": "6", "tensors_brows": "6"},
        {"tensors_part": "Matmul", "tensors_inner": "1", "tensors_brows": "5", "tensors_cell": "1_3"},
        {"tensors_part": "Matmul", "tensors_matmul": "a dense layer on photos", "tensors_photos": "4"},
        {"tensors_part": "Batch", "tensors_resize": "false", "tensors_n": "1"},
        {"tensors_part": "Batch", "tensors_n": "8", "tensors_i": "7"},
    ],
    ids=str,
)
def test_every_setting_of_tensors_keeps_the_code_true(
    address: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("tensors", address)
    assert not app.error
    agrees(app, tmp_path, monkeypatch)


def test_what_cannot_be_drawn_or_stacked_gets_a_sentence() -> None:
    for address, says in (
        ({"tensors_part": "Broadcast", "tensors_a": "7, 1"}, "size from 1 to 6"),
        ({"tensors_part": "Broadcast", "tensors_a": "6, 6, 6", "tensors_b": "6"}, "at most 100"),
        ({"tensors_part": "Batch", "tensors_resize": "false"}, "torch.stack refuses"),
    ):
        (error,) = opened("tensors", address).error
        assert says in error.value


def test_the_operations_are_timed_when_asked() -> None:
    app = opened("tensors", {"tensors_part": "CPU or GPU"})
    app.button(key="tensors_time").click().run()
    assert not app.exception
    assert len(app.session_state["tensors_timings"]) >= 4


def test_choosing_an_example_sets_text_values_data_and_rate() -> None:
    app = opened("autodiff", {"autodiff_w_": "5", "autodiff_fixed": "w"})
    line = next(example for example in EXAMPLES if example.title.startswith("A straight line"))
    app.selectbox(key="autodiff_example").select(line.title).run()
    assert not app.exception
    assert app.text_input(key="autodiff_f").value == line.text
    sliders = [json.loads(each.proto.json) for each in app.get("bidi_component") if not each.proto.bytes]
    numbers = {each["name"]: each["number"] for each in sliders}
    assert numbers == {f"autodiff_{name}_": value for name, value in line.values.items()}
    assert app.session_state["autodiff_fixed"] == list(line.fixed)
    assert app.session_state["autodiff_rate:slider"] == line.rate


def test_another_example_is_looked_at_over_its_own_variables() -> None:
    app = opened("autodiff", {"autodiff_part": "Gradient descent", "autodiff_across": "b", "autodiff_up": "x"})
    assert (app.selectbox(key="autodiff_across").value, app.selectbox(key="autodiff_up").value) == ("b", "x")
    app.selectbox(key="autodiff_example").select("Softmax of two logits").run()
    assert not app.exception
    assert (app.selectbox(key="autodiff_across").value, app.selectbox(key="autodiff_up").value) == ("b", "a")
    app.selectbox(key="autodiff_example").select("Two valleys").run()
    assert not app.exception
    fields = next(unpack(each.proto.bytes)[0] for each in app.get("bidi_component") if each.proto.bytes)
    assert (fields["kind"], fields["xtitle"], fields["ytitle"]) == ("curve", "x", "value")


def test_typing_another_expression_forgets_the_old_variables_and_lets_something_learn() -> None:
    app = opened("autodiff", {"autodiff_f": "w*x + q", "autodiff_q_": "3", "autodiff_fixed": "w,x"})
    app.text_input(key="autodiff_f").set_value("w*x").run()
    assert "autodiff_q_" not in app.query_params
    fields = next(unpack(each.proto.bytes)[0] for each in app.get("bidi_component") if each.proto.bytes)
    assert fields["turns"] > 0, "with both set aside there would be no backward pass"


def test_a_new_kernel_forgets_the_cells_that_were_changed() -> None:
    app = opened("autodiff", {"autodiff_part": "Convolution and max-pool", "autodiff_kernel_00": "4"})
    before = app.session_state[PANEL]["routes"].code
    app.selectbox(key="autodiff_kernel").select("copy").run()
    assert "kernel = torch.tensor([[4.0" in before
    assert "kernel = torch.tensor([[0.0, 0.0, 0.0], [0.0, 1.0" in app.session_state[PANEL]["routes"].code
    assert "autodiff_kernel_00" not in app.query_params
