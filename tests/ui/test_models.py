"""Choosing a network: what cannot be had leaves the default in place, with one sentence."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.models.registry import DEFAULT, MODELS, ModelUnavailable
from imgcls.models.registry import load as load_model
from imgcls.ui import models

NAVIGATION = str(Path(__file__).resolve().parents[2] / "imgcls/ui/navigation.py")
OFFLINE = "The weights could not be downloaded because this computer is offline; connect it and try again."


def classify_page() -> AppTest:
    app = AppTest.from_file(NAVIGATION, default_timeout=60).run()
    return app.switch_page("../../pages/classify.py").run()


def test_offline_another_network_is_one_sentence_and_the_default_stays_selected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(name: str = DEFAULT, **_: object):
        if name == DEFAULT:
            return load_model(name)
        raise ModelUnavailable(OFFLINE)

    monkeypatch.setattr(models, "load", load)
    app = classify_page()
    app.selectbox(key="classify_model").set_value("resnet50").run()
    while models.downloads["resnet50"].running:
        time.sleep(0.01)
    app.run()
    assert not app.exception
    assert app.selectbox(key="classify_model").value == DEFAULT
    assert [each.value for each in app.warning] == [f"{OFFLINE} {MODELS[DEFAULT].title} stays selected."]


def test_a_link_to_a_network_that_is_not_here_downloads_nothing_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(models, "start_download", asked.append)
    app = AppTest.from_file(NAVIGATION, default_timeout=60).run()
    app.switch_page("../../pages/classify.py")
    app.query_params["classify_model"] = models.title_of("vit_b_16")
    app.run()
    assert app.selectbox(key="classify_model").value == "vit_b_16"
    assert not asked
    assert any("Download" in each.label for each in app.button)
    assert not app.exception


def test_every_network_is_offered_with_its_size() -> None:
    app = classify_page()
    titles = app.selectbox(key="classify_model").options
    assert len(titles) == len(MODELS)
    assert all("parameters" in title for title in titles)
