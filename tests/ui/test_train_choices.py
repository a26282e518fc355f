"""What the training page starts a run with: its one button at first, presets, choices, addresses."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.data.augment import Augmentation
from imgcls.data.own import identity_of, keep_pictures
from imgcls.models.first_weights import FIRST_WEIGHTS
from imgcls.models.presets import PRESETS
from imgcls.models.small import SmallCNN, count_parameters
from imgcls.training.config import TrainConfig, recipe
from imgcls.training.transfer import head
from imgcls.ui.shell import PANEL
from imgcls.ui.training import words
from tests.data.test_datasets import picture

NAVIGATION = str(Path(__file__).resolve().parents[2] / "imgcls/ui/navigation.py")


def page(address: Mapping[str, str] | None = None, name: str = "train") -> AppTest:
    app = AppTest.from_file(NAVIGATION, default_timeout=60).run()
    app.switch_page(f"../../pages/{name}.py")
    app.query_params.update(address or {})
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def started(monkeypatch: pytest.MonkeyPatch, app: AppTest) -> TrainConfig:
    """The config with which the page starts a run when its button is pressed."""
    asked: list[TrainConfig] = []
    monkeypatch.setattr("imgcls.ui.training.controls.start", lambda config: asked.append(config) or "")
    app.button(key="train_go").click().run()
    assert not app.exception
    (config,) = asked
    return config


def test_a_newcomer_finds_one_button_that_trains_tinyvgg_on_drawn_dogs(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page()
    assert [each.label for each in app.button if each.key == "train_go"] == ["Train"]
    config = started(monkeypatch, app)
    assert config.data.source == "drawn-dogs"
    assert config.model == PRESETS["tinyvgg"].config.with_(classes=config.model.classes)
    assert (config.optimiser, config.lr, config.schedule, config.batch_size) == ("adamw", 5e-3, "one-cycle", 32)
    assert config == recipe("tinyvgg", config.data)
    assert config.augmentation == Augmentation(flip=True, crop=0.1)


def test_overfitting_is_one_click_away_and_so_is_the_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page({"train_dropout": "0.25"})
    app.button(key="train_overfit").click().run()
    assert any("Nothing keeps this network from overfitting" in each.value for each in app.caption)
    bare = started(monkeypatch, app)
    assert not bare.augmentation.active
    assert (bare.weight_decay, bare.label_smoothing, bare.model.dropout) == (0, 0, 0)
    app.button(key="train_usual").click().run()
    usual = started(monkeypatch, app)
    assert usual == recipe("tinyvgg", usual.data)
    assert not any("Nothing keeps" in each.value for each in app.caption)


@pytest.mark.parametrize("name", FIRST_WEIGHTS)
def test_first_weights_are_a_choice_with_a_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page({"train_first_weights": words.FIRST_WEIGHTS[name]})
    config = started(monkeypatch, app)
    assert config.first_weights == name
    assert words.first_weights_words(name, config.model) in [each.value for each in app.caption]


def test_what_first_weights_do_is_said_for_the_network_at_hand() -> None:
    tiny, linear = PRESETS["tinyvgg"].config, PRESETS["linear"].config
    assert set(words.FIRST_WEIGHTS) == set(FIRST_WEIGHTS)
    assert "Batch norm evens" in words.first_weights_words("large", tiny.with_(batch_norm=True))
    assert "Batch norm" not in words.first_weights_words("large", tiny.with_(batch_norm=True, dense=(9,)))
    assert "no hidden layer" in words.first_weights_words("zeros", linear)
    assert "no hidden layer" in words.first_weights_words("zeros", None)
    assert "stay alike" in words.first_weights_words("zeros", tiny.with_(activation="sigmoid"))


def test_the_table_and_the_code_count_what_torch_counts() -> None:
    app = page()
    panel = app.session_state[PANEL]["train_plan"]
    module = SmallCNN(PRESETS["tinyvgg"].config.with_(classes=6))
    assert panel.shows["total"] == count_parameters(module) == 13_156
    table = app.table[0].value
    assert list(table["Parameters"])[1:3] == ["280", ""]
    assert list(table["Output"])[1] == "10 × 62 × 62"
    assert any("13,156 parameters" in each.value for each in app.markdown)


@pytest.mark.parametrize("name", PRESETS)
def test_the_code_of_every_preset_runs_and_gives_its_counts(name: str) -> None:
    app = page({"train_preset": PRESETS[name].title})
    panel = app.session_state[PANEL]["train_plan"]
    variables: dict[str, object] = {}
    exec(panel.code, variables)
    assert variables["total"] == panel.shows["total"]
    assert variables["counts"] == panel.shows["counts"]
    assert variables["logits"].shape == (2, 6)


def test_transfer_counts_the_head_alone() -> None:
    app = page({"train_preset": "Transfer: EfficientNet-Lite0 with a new head"})
    panel = app.session_state[PANEL]["train_plan"]
    assert panel.shows["total"] == count_parameters(head(6, 0))


def test_everything_in_the_address_reaches_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page(
        {
            "train_preset": "LeNet-5", "train_optimiser": "Nesterov", "train_lr": "0.02", "train_schedule": "cosine",
            "train_batch": "64", "train_epochs": "7", "train_run_seed": "11", "train_dropout": "0.25",
            "train_activation": "maxout", "train_channels": "4, 8", "train_dense": "32", "train_task": "Dog or not",
            "train_decay": "0.001", "train_smoothing": "0.1", "train_flip": "true", "train_crop": "0.2",
            "train_first_weights": "He (Kaiming)",
        }
    )  # fmt: skip
    config = started(monkeypatch, app)
    assert (config.optimiser, config.lr, config.schedule) == ("nesterov", 0.02, "cosine")
    assert (config.batch_size, config.epochs, config.seed) == (64, 7, 11)
    assert (config.weight_decay, config.label_smoothing) == (1e-3, 0.1)
    assert (config.model.activation, config.model.channels, config.model.dense) == ("maxout", (4, 8), (32,))
    assert (config.model.dropout, config.model.grey) == (0.25, True)
    assert config.data.task == "binary"
    assert config.augmentation.flip
    assert config.augmentation.crop == pytest.approx(0.2)
    assert config.first_weights == "he"


def test_a_preset_brings_its_own_settings_along(monkeypatch: pytest.MonkeyPatch) -> None:
    app = page()
    app.selectbox(key="train_preset").set_value("Dense only").run()
    config = started(monkeypatch, app)
    assert (config.model.channels, config.model.dense) == ((), (128,))
    assert (config.lr, config.schedule) == (3e-4, "cosine")
    assert config.augmentation == Augmentation(flip=True)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"train_channels": "ten"}, "whole numbers with commas"),
        ({"train_channels": "8, 8, 8, 8, 8"}, "does not fit"),
        ({"train_dense": "500000"}, "parameters, more than"),
        ({"train_channels": "9999999999, 1"}, "1,000,000 at most"),
        ({"train_kernel": "4", "train_padding": "same"}, "has no middle"),
    ],
)
def test_choices_that_make_no_network_get_one_sentence_and_no_start(address: dict[str, str], sentence: str) -> None:
    app = page(address)
    assert sentence in " ".join(each.value for each in app.error)
    assert app.button(key="train_go").disabled


def test_a_handful_of_own_pictures_gets_a_trained_network_at_a_click(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path))
    pictures = {"cup": [picture(n) for n in range(4)], "pen": [picture(n) for n in range(10, 14)]}
    app = page({"train_source": "Your own pictures", "train_own": identity_of(keep_pictures(pictures)[0])})
    assert any("8 pictures are few" in each.value for each in app.caption)
    next(each for each in app.button if "trained network" in each.label).click().run()
    config = started(monkeypatch, app)
    assert (config.model, config.lr, config.schedule) == (None, 1e-3, "cosine")
    assert not any("are few" in each.value for each in app.caption)
    assert not any("are few" in each.value for each in page().caption)
