"""What excites a map, on its page: asked for by a switch, shared, and in the network's own numbers."""

from pathlib import Path

import numpy as np
import pytest
import torch

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.models.graph import graph_of
from imgcls.models.trace import trace
from imgcls.numbers import written
from imgcls.training.exciting import excite
from imgcls.training.trained import tinyvgg
from imgcls.ui.packet import unpack
from imgcls.ui.shell import PANEL
from tests.test_pages import numbers
from tests.ui.at_once import at_once
from tests.ui.test_network_page import opened

TARGET = "imgcls.training.exciting:excite"
ADDRESS = {"net_model": "tinyvgg", "net_map": "10-4", "net_excite": "true"}  # pool2


@pytest.fixture(autouse=True)
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path))
    monkeypatch.setenv("IMGCLS_PREDICT_FIRST", "0")
    return at_once(monkeypatch)


def pictures(app: object) -> list[tuple[str, np.ndarray]]:
    """Caption and pixels of the plain pictures."""
    packets = [unpack(each.proto.bytes) for each in app.get("bidi_component") if each.proto.bytes]
    return [(fields["caption"], arrays["picture"]) for fields, arrays in packets if "picture" in arrays]


def test_nothing_is_computed_before_a_map_is_open_and_the_switch_is_on(asked: list[str]) -> None:
    app = opened(net_model="tinyvgg", net_excite="true")
    assert not [each for each in app.toggle if each.key == "net_excite"]
    app = opened(net_model="tinyvgg", net_map="10-4")
    assert TARGET not in asked
    app.toggle(key="net_excite").set_value(True).run()
    assert not app.exception
    assert asked.count(TARGET) == 1


def test_the_pictures_and_the_sentence_have_the_networks_own_numbers(asked: list[str]) -> None:
    app = opened(**ADDRESS)
    *_, found = excite("tinyvgg", 10, 4)
    graph = graph_of(tinyvgg())
    mine = float(trace(graph, tinyvgg().preprocess(load_sample(DEFAULT_SAMPLE).image)).output(8)[4].max())  # conv2_2
    said = next(each.value for each in app.markdown if "started as noise" in each.value)
    assert (
        f"On it the map reaches **{written(found.value, 3)}**, on your photo **{written(mine, 3)}**, both before the"
        in said
    )
    shown = pictures(app)
    assert [caption.rpartition(": ")[2] for caption, _ in shown[:2]] == [written(found.value, 3), written(mine, 3)]
    assert np.array_equal(shown[0][1], found.picture)
    assert len(shown) == 6
    assert not any("Bernese" in caption for caption, _ in shown[2:]), "the sample in use is shown already"


def test_other_sessions_find_what_one_has_made(asked: list[str]) -> None:
    opened(**ADDRESS)
    opened(**ADDRESS)
    opened(**{**ADDRESS, "net_map": "9-4"})  # ReLU before that pooling: the same sum
    assert asked.count(TARGET) == 1


def test_its_code_gives_the_number_of_the_photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(**ADDRESS)
    panel = app.session_state[PANEL]["net_excite"]
    monkeypatch.chdir(tmp_path)
    app.session_state["current_photo"].image.save("photo.png")
    variables: dict[str, object] = {}
    exec(compile(panel.code, "<excite>", "exec"), variables)
    for name, value in panel.shows.items():
        torch.testing.assert_close(numbers(variables[name]), numbers(value), rtol=1e-4, atol=1e-6)
    *_, found = excite("tinyvgg", 10, 4)
    assert variables["reached"] == pytest.approx(found.value, rel=0.05)
    assert Path("grown.png").is_file()
