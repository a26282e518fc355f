"""Every number of ours follows the page's address when it changes under the page, as Streamlit's own widgets do."""

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from imgcls.lessons import Lesson, built_lessons
from imgcls.ops.rearrange import OPERATIONS
from imgcls.ui.address import STORES
from imgcls.ui.network.tour import NAME as TOUR
from imgcls.ui.packet import unpack
from imgcls.ui.predict_first import ASK, TOLD
from imgcls.ui.shell import PANEL
from imgcls.ui.tensors.matmul_part import LAYER
from tests.history import led_to
from tests.test_pages import opened

PHOTO = Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 120, 3), dtype=np.uint8))
# Another good value for every name that our own controls read: a new one has to be added here.
OTHER = {
    "tensors_slice": "10_60_5_70_2_red", "tensors_mean": "0.3", "tensors_std": "0.4",
    "tensors_n": "3", "tensors_i": "1", "tensors_row": "77",
    "tensors_(rows|columns)": "3", "tensors_(inner|brows)": "2", "tensors_cell": "1_2", "tensors_photos": "2",
    "tensors_m[ab]": "_".join("5432" * 6), "tensors_mw": "1_2_0.5_-1_3_0_0_4", "tensors_mbias": "0.3_0.2",
    "autodiff_[a-z]_": "1.5", "autodiff_fixed": "w", "autodiff_(graph|path|routes)_step": "2",
    "autodiff_(graph|path|routes)_node": "3", "autodiff_at": "3", "autodiff_rate": "0.2",
    "autodiff_mini_(w|b)": "1.5", "autodiff_mini_rate": "0.2", "autodiff_mini_size": "4", "autodiff_mini_draw": "3",
    "autodiff_beta": "0.5", "autodiff_noise": "1", "autodiff_draw": "4",
    "autodiff_(image|kernel)_\\d\\d": "4",
    "(data|train)_(colour|crop|erasing)": "0.2", "(data|train)_rotation": "30", "(data|train)_draws": "5",
    "dense_channels": "2", "dense_layers": "3", "dense_size": "40", "dense_width\\d": "90",
    "dense_side": "8", "dense_class": "8", "dense_mixed": "0.4",
    "dense_cost_(kernel|stride)": "2", "dense_cost_padding": "0", "dense_cost_size": "40",
    "conv_size": "64", "conv_(stride|padding|dilation)": "2", "conv_preset": "your own",
    "conv_weights": "1_0_0_0_2.5_0_0_0_-3_4_-7", "conv_side": "5×5",
    "pool_values": ",".join("4321432143214321"), "pool_patch": "7,9", "pool_slice": "9",
    "pool_shift": "5", "pool_times": "2", "pool_order": "4", "pool_upstream": "0,1,0,2",
    "conv_field_place": "0.25_0.75", "conv_field_(layer|depth)": "4", "conv_field_kernel": "5",
    "conv_field_(stride|dilation)": "2", "conv_kind_map": "7",
    "act_points": "a0Zbz9", "act_x": "-1.475", "act_map": "5", "act_layers": "7", "act_slope": "0.3",
    "act_alpha": "2", "act_pieces": "3",
    "act_[wb]\\d": "-0.7", "drop_p": "0.3", "drop_node_p": "0.3", "drop_step": "4",
    "softmax_c": "100", "softmax_t": "2", "softmax_logits": "3_0_1_2",
    "ce_logits": "3_0_1_2", "ce_logits_true": "3", "ce_smoothing": "0.1", "ce_t": "2",
    "ce_round": "4", "ce_binary": "-2", "ce_batch": "1_2_3", "ce_behind": "2",
    "ce_likely": "1_2_3", "ce_photos": "200", "ce_accuracy": "1_2_3_4",
    "classify_k": "7", "classify_patch": "0.4", "classify_place": "0.4_0.6", "classify_threshold": "0.3",
    "fool_levels": "5", "fool_pixels": "60", "data_threshold": "0.3",
    "net_model": "efficientnet-lite0", "net_map": "3-4", "net_class": "2", "net_layer": "2", "net_large": "2",
    "net_colours": "layer", "net_scale": "light",
    "net_order": "mean", "net_off": "2-1", "net_patch": "0.5,0.5,0.25", "net_shift": "2,-1", "net_activation": "none",
}  # fmt: skip
# What else has to be chosen for a number to be on the page.
MORE: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "activations": tuple(
        {"act_part": "The functions", "act_functions": name} for name in ("ELU", "Maxout", "Leaky ReLU")
    ),
    "pooling": ({"pool_source": "your photo"},),
    "autodiff": tuple(
        {"autodiff_part": "Gradient descent"} | more
        for more in (
            {"autodiff_methods": "momentum"},
            {"autodiff_methods": "SGD"},
            {"autodiff_look": "Graph"},
            {"autodiff_look": "Mini-batches"},
        )
    ),
    "convolution": ({"conv_part": "Receptive field", "conv_field_of": "TinyVGG"},),
    "tensors": (
        {"tensors_part": "Reshape or permute", "tensors_operation": OPERATIONS["row length"].code},
        {"tensors_part": "Matmul", "tensors_matmul": LAYER},
    ),
}
# Names that others overrule: weights are a kernel of any size, another network forgets the map.
APART = {"convolution": ("conv_side",), "pooling": ("pool_typed",), "network": ("net_model",)}


def other(name: str) -> str:
    found = [text for pattern, text in OTHER.items() if re.fullmatch(pattern, name)]
    assert found, f"{name}: add another value for it to OTHER"
    return found[0]


def picture(app: AppTest) -> list[Any]:
    """All that the page shows: data of the live components, code panels, what Streamlit's widgets say."""
    assert not app.exception, app.exception[0].message
    widgets = (app.selectbox, app.segmented_control, app.toggle, app.text_input, app.number_input, app.slider)
    parts: list[Any] = [[each.label, str(each.value)] for kind in widgets for each in kind if each.key]
    for component in app.get("bidi_component"):
        fields, arrays = unpack(component.proto.bytes) if component.proto.bytes else (component.proto.json, {})
        fields = json.loads(fields) if isinstance(fields, str) else fields
        if isinstance(fields, dict):
            fields = {name: field for name, field in fields.items() if name not in ("ack", "turn", "ask")}
        arrays.pop("overview", None)  # comes once, so that it need not be asked for
        parts.append([component.proto.component_name, fields, {name: each.tobytes() for name, each in arrays.items()}])
    panels = app.session_state[PANEL]
    return [*parts, *([name, panels[name].code, str(panels[name].shows)] for name in sorted(panels))]


def read_names(app: AppTest, lesson: Lesson) -> list[str]:
    """All but the question that is asked, which has its own tests (tests/ui/questions)."""
    return sorted(set(app.session_state[STORES].get(lesson.slug, ())) - {ASK, TOLD, TOUR})


def addresses(app: AppTest, lesson: Lesson) -> list[dict[str, str]]:
    """Of the lesson's parts, and of what else can be chosen on it."""
    controls = [each for each in app.segmented_control if each.label == "Part"]
    parts = [{control.key: option} for control in controls for option in control.options[1:]]
    return [{}, *parts, *map(dict, MORE.get(lesson.slug, ()))]


@pytest.mark.parametrize("lesson", built_lessons()[1:], ids=lambda lesson: lesson.slug)
def test_all_numbers_of_a_part_follow_its_address_and_back(lesson: Lesson) -> None:
    app = opened(lesson, PHOTO)
    for part in addresses(app, lesson):
        app.session_state[STORES] = {}  # what this part reads is told below
        start = picture(led_to(app, part))
        names = [name for name in read_names(app, lesson) if name not in APART.get(lesson.slug, ())]
        if not names:
            continue
        address = part | {name: other(name) for name in names}
        there = picture(led_to(app, address))
        assert app.query_params == address, f"{part}: the page says something else than its address"
        assert there != start
        assert there == picture(opened(lesson, PHOTO, address)), f"{part}: not the picture of the address"
        assert picture(led_to(app, part)) == start, f"{part}: Back leads to the defaults"
        assert not set(names) & set(app.query_params)


def softmax(app: AppTest) -> tuple[list[float], float]:
    """The logits and the temperature that the page's sliders show."""
    shown = [json.loads(each.proto.json) for each in app.get("bidi_component") if not each.proto.bytes]
    logits = next(fields["numbers"] for fields in shown if "numbers" in fields)
    return logits, next(fields["number"] for fields in shown if fields.get("name") == "softmax_t")


def test_a_link_shows_what_it_names_and_the_menu_what_was_left() -> None:
    lesson = next(each for each in built_lessons() if each.slug == "softmax")
    app = led_to(opened(lesson, PHOTO), {"softmax_logits": "3_0_1", "softmax_t": "2"})
    app.switch_page("../../pages/home.py").run()
    app.switch_page("../../pages/softmax.py")
    app.query_params = {}
    assert softmax(app.run()) == ([3, 0, 1], 2)
    assert app.query_params == {"softmax_logits": "3_0_1", "softmax_t": "2"}, "kept, and written back"
    app.switch_page("../../pages/home.py").run()
    app.switch_page("../../pages/softmax.py")
    app.query_params = {"softmax_t": "4"}
    assert softmax(app.run()) == ([3, 0, 1], 4)


def test_a_rerun_whose_browser_has_not_heard_of_the_new_address_takes_nothing_back() -> None:
    lesson = next(each for each in built_lessons() if each.slug == "softmax")
    app = led_to(opened(lesson, PHOTO), {"softmax_logits": "3_0_1"})
    app.query_params = {}
    assert softmax(app.run())[0] == [3, 0, 1]
    assert app.query_params == {"softmax_logits": "3_0_1"}


def test_what_makes_no_sense_in_an_address_gives_the_default_after_back() -> None:
    lesson = next(each for each in built_lessons() if each.slug == "softmax")
    app = opened(lesson, PHOTO)
    start = picture(app)
    led_to(app, {"softmax_logits": "3_0_1", "softmax_t": "2"})
    assert picture(led_to(app, {"softmax_logits": "3_nan", "softmax_t": "-7"})) == start


def test_the_last_message_of_a_component_does_not_overrule_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    news = {"act_map": {"numbers": {"act_map": 3}, "final": True, "seq": 1}}
    monkeypatch.setattr("imgcls.ui.stage.sent", lambda key, *_: news.get(key, {}))
    lesson = next(each for each in built_lessons() if each.slug == "activations")
    part = {"act_part": "On your photo"}
    app = opened(lesson, PHOTO, part)
    assert app.query_params["act_map"] == "3"
    led_to(app, part | {"act_map": "5"})
    assert app.query_params["act_map"] == "5"
    news["act_map"] = {"numbers": {"act_map": 7}, "final": True, "seq": 2}
    assert app.run().query_params["act_map"] == "7"


def test_links_to_the_functions_from_when_they_came_first_still_lead_there() -> None:
    app = opened(next(each for each in built_lessons() if each.slug == "activations"), PHOTO)
    for address, part in (
        ({"act_functions": "ELU", "act_alpha": "2"}, "The functions"),
        ({}, "What a bend does"),
        ({"act_functions": "tanh"}, "The functions"),
    ):
        assert led_to(app, address).segmented_control(key="act_part").value == part


def film() -> None:
    import streamlit as st

    from imgcls.ui.address import follow
    from imgcls.ui.training.timeline import timeline_step

    follow("train")
    st.session_state["at"] = timeline_step("timeline:a", "train_step")


def test_the_film_of_a_run_stands_where_the_address_says() -> None:
    app = AppTest.from_function(film).run()
    assert app.session_state["at"] is None
    for address, step in (({"train_step": "40"}, 40), ({"train_step": "7"}, 7), ({}, None)):
        assert led_to(app, address).session_state["at"] == step


def test_a_kernel_of_any_size_and_another_network_follow_the_address() -> None:
    lessons = {each.slug: each for each in built_lessons()}
    for slug, address in (
        ("convolution", {"conv_preset": "motion blur", "conv_side": "5×5"}),
        ("network", {"net_model": "efficientnet-lite0", "net_map": "2-1"}),
    ):
        app = opened(lessons[slug], PHOTO)
        start = picture(app)
        there = picture(led_to(app, address))
        assert there == picture(opened(lessons[slug], PHOTO, address))
        assert app.query_params == address
        assert picture(led_to(app, {})) == start != there
