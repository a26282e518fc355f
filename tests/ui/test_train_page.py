"""The training page without a browser: one button at first, then every view of a run that lies in files."""

import io
import os
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from imgcls import jobs
from imgcls.data.augment import Augmentation
from imgcls.data.datasets import Dataset
from imgcls.data.own import identity_of, keep_pictures
from imgcls.jobs import JobRefusedError, pipes
from imgcls.jobs.runner import JobRunner
from imgcls.models.first_weights import FIRST_WEIGHTS
from imgcls.models.presets import PRESETS
from imgcls.models.small import SmallCNN, count_parameters
from imgcls.numbers import percent
from imgcls.store.download import DownloadError
from imgcls.training.config import TrainConfig, recipe
from imgcls.training.follow import Followed
from imgcls.training.runs import RunFiles, new_run_folder, run_folder, run_id, runs_folder
from imgcls.training.script import model_code
from imgcls.training.trained import load_trained, weights_file
from imgcls.training.trainer import train
from imgcls.training.transfer import head
from imgcls.ui.shell import PANEL
from imgcls.ui.training import run as page_runs
from imgcls.ui.training import use as use_part
from imgcls.ui.training import words
from tests.data.test_datasets import picture
from tests.history import led_to
from tests.training.toy import toy, toy_config

NAVIGATION = str(Path(__file__).resolve().parents[2] / "imgcls/ui/navigation.py")
PARTS = ("Answers", "Confusion", "Weights and gradients", "Compare runs", "Use it")


def page(address: Mapping[str, str] | None = None, name: str = "train") -> AppTest:
    app = AppTest.from_file(NAVIGATION, default_timeout=60).run()
    app.switch_page(f"../../pages/{name}.py")
    app.query_params.update(address or {})
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def trained(dataset: Dataset | None = None, folder: Path | None = None, **changes: object) -> str:
    folder = folder or new_run_folder()
    list(train(toy_config(**changes), dataset=dataset or toy(), folder=folder))
    return run_id(RunFiles(folder))


@pytest.fixture(scope="module")
def run() -> str:
    return trained()


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


@pytest.mark.parametrize("part", PARTS)
def test_a_kept_run_shows_every_part_after_a_reload(run: str, part: str) -> None:
    app = page({"train_run": run, "train_part": part})
    assert not app.error
    assert any("done" in each.text for each in app.get("progress")) or "done" in str(app.main)
    assert app.segmented_control(key="train_part").value == part
    assert app.button(key="train_go").label == "Train anew"


def test_the_answer_for_the_photo_is_what_its_code_computes(
    run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page({"train_run": run, "train_part": "Use it"})
    monkeypatch.chdir(tmp_path)
    app.session_state["current_photo"].image.save("photo.png")
    panel = app.session_state[PANEL]["train_use"]
    variables: dict[str, object] = {}
    exec(panel.code, variables)
    np.testing.assert_allclose(variables["probabilities"], panel.shows["probabilities"], rtol=1e-4)
    assert sum(panel.shows["probabilities"]) == pytest.approx(1, abs=1e-5)


@pytest.fixture
def queue() -> Iterator[JobRunner]:
    """The jobs of the pages: all wait, since there is no worker."""
    runner = JobRunner(long=0, quick=0)
    before = jobs.use(runner)
    yield runner
    jobs.use(before)
    runner.shutdown()


def said(app: AppTest) -> str:
    return " ".join(each.value for kind in (app.error, app.warning, app.info, app.caption) for each in kind)


def progress(app: AppTest) -> str:
    return " ".join(each.proto.text for each in app.get("progress"))


def test_a_refused_first_run_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_settings: object) -> None:
        raise JobRefusedError("The server is shutting down.")

    monkeypatch.setattr("imgcls.jobs.submit", refuse)
    app = page()
    before = set(runs_folder().glob("*-*-*"))
    app.button(key="train_go").click().run()
    assert [each.value for each in app.error] == ["The server is shutting down."]
    assert app.button(key="train_go").label == "Train"
    assert set(runs_folder().glob("*-*-*")) == before, "no empty folder stays"


def test_a_refusal_of_going_on_and_of_training_anew_says_why(run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = page({"train_run": run})
    monkeypatch.setattr("imgcls.ui.training.controls.start", lambda _config: "There is no room.")
    app.button(key="train_go").click().run()
    assert [each.value for each in app.error] == ["There is no room."]


@pytest.mark.parametrize("refusal", [OSError(30, "Read-only file system", "/srv/secret"), DownloadError("/srv/secret")])
def test_without_a_folder_for_runs_a_run_is_trained_all_the_same(
    refusal: Exception, queue: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_held: object) -> None:
        raise refusal

    monkeypatch.setattr(page_runs, "new_run_folder", refuse)
    app = page()
    app.button(key="train_go").click().run()
    assert not app.exception
    (job,) = queue._jobs.values()
    assert pipes.decode(job.arguments)["folder"] is None
    assert "The server cannot keep this run" in said(app)
    assert "secret" not in said(app)
    app.run()
    assert said(app).count("cannot keep this run") == 1
    for record in train(toy_config(), dataset=toy()):
        job._append(pipes.encode(record))
    app.run()
    for part in PARTS:
        app.segmented_control(key="train_part").set_value(part).run()
        assert not app.exception, part
    assert "no weights to use" in said(app)


def test_a_run_that_another_server_trains_is_watched_and_left_alone(run: str, queue: JobRunner) -> None:
    folder = new_run_folder()
    records = train(toy_config(epochs=30), dataset=toy(), folder=folder)
    for _ in range(12):
        next(records)
    assert "lock" in {path.name for path in folder.iterdir()}
    app = page({"train_run": folder.name})
    assert "belongs to another server" in said(app)
    assert "train_resume" not in {each.key for each in app.button}
    records.close()
    app = page({"train_run": folder.name})
    assert "belongs to another server" not in said(app)
    records = train(toy_config(epochs=30), dataset=toy(), folder=folder, resume=True)
    next(records)
    app.button(key="train_resume").click().run()  # it was quicker
    assert "being trained by another server" in said(app)
    assert not queue._jobs
    records.close()


def test_a_run_that_waits_is_stopped_where_it_is_and_looks_so_later(run: str, queue: JobRunner) -> None:
    folder = new_run_folder()
    records = train(toy_config(epochs=30), dataset=toy(), folder=folder)
    for _ in range(12):
        next(records)
    records.close()
    app = page({"train_run": folder.name})
    app.button(key="train_resume").click().run()
    assert "Waiting for a free worker" in progress(app)
    app.button(key="train_stop").click().run()
    assert not app.exception
    for each in (app, page({"train_run": folder.name})):
        assert "stopped by you" in progress(each)
        assert each.button(key="train_resume").label == "Resume"


def test_what_ended_while_its_page_was_away_says_so_with_a_way_on(run: str, queue: JobRunner) -> None:
    folder = new_run_folder()
    records = train(toy_config(epochs=30), dataset=toy(), folder=folder)
    for _ in range(12):
        next(records)
    records.close()
    app = page({"train_run": folder.name})
    app.button(key="train_resume").click().run()
    (job,) = queue._jobs.values()
    queue.cancel(job, "This page was away.", "released")
    app.run()
    assert [each.value for each in app.info] == [
        "This page was away. Press “Resume”: it continues from its last checkpoint."
    ]
    assert not app.error
    assert app.button(key="train_resume").label == "Resume"


def test_what_can_be_taken_along_is_built_once_for_each_record_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    for name in ("load_trained", "to_onnx", "training_script", "classify"):
        real = getattr(use_part, name)
        monkeypatch.setattr(use_part, name, lambda *args, of=name, real=real: built.append(of) or real(*args))
    name = trained()
    app = page({"train_run": name, "train_part": "Use it"})
    app.run().run()
    other = page({"train_run": name, "train_part": "Use it"})  # another window: all but the answer is there
    assert not other.exception
    assert sorted(built) == ["classify", "classify", "load_trained", "to_onnx", "training_script"]
    weights = run_folder(name) / "best.pt"
    weights.write_bytes(weights.read_bytes())  # as when the run has become better
    os.utime(weights, ns=(weights.stat().st_mtime_ns + 10**6,) * 2)
    app.run().run()
    assert built.count("to_onnx") == built.count("load_trained") == 2


def test_a_run_that_is_not_there_any_more_leaves_the_first_view() -> None:
    app = page({"train_run": "20200101-000000-nothing_"})
    assert app.button(key="train_go").label == "Train"
    assert "train_run" not in app.query_params
    app = page({"train_run": "../../etc"})
    assert app.button(key="train_go").label == "Train"


@pytest.mark.parametrize("part", PARTS)
def test_an_old_run_whose_random_name_holds_two_underscores_is_shown(part: str) -> None:
    name = trained(folder=run_folder("20260101-000000-a__b___c"))
    app = page({"train_run": name, "train_part": part})
    assert not app.error
    assert app.button(key="train_go").label == "Train anew"


def test_a_run_that_broke_in_its_first_epoch_says_why_it_has_no_answers() -> None:
    name = trained(lr=1000.0, optimiser="momentum", schedule="constant", epochs=1, batch_size=4)
    app = page({"train_run": name, "train_part": "Confusion"})
    assert any("is no longer a number" in each.value for each in app.warning)
    assert any("ended before its first epoch did" in each.value for each in app.caption)


def test_what_the_photo_is_called_comes_from_the_best_epoch(run: str) -> None:
    app = page({"train_run": run, "train_part": "Use it"})
    best = Followed.of_files(RunFiles(run_folder(run))).best
    told = f"at its best: **{percent(best.val_accuracy)}** of the validation pictures, after epoch {best.epoch:g}"
    assert any(told in each.value for each in app.caption)


def test_a_run_that_ended_early_can_go_on() -> None:
    folder = new_run_folder()
    records = train(toy_config(epochs=30), dataset=toy(), folder=folder)
    for _ in range(12):
        next(records)
    records.close()  # as a worker that is told to stop
    app = page({"train_run": run_id(RunFiles(folder))})
    assert app.button(key="train_resume").label == "Resume"


def test_what_was_found_is_said_in_words_with_its_step() -> None:
    name = trained(lr=500.0, optimiser="sgd", epochs=20)
    app = page({"train_run": name})
    told = " ".join(each.value for each in app.warning)
    assert re.search(r"Step \d+", told)
    assert "learning rate" in told


def test_runs_are_compared_by_what_differs(run: str) -> None:
    other = trained(lr=0.03)
    app = page({"train_run": run, "train_runs": f"{run},{other}", "train_part": "Compare runs"})
    table = app.table[0].value
    assert sorted(table["Rate"]) == ["0.01", "0.03"]
    assert "Optimiser" not in table
    assert any("Look at" in each.label for each in app.button)


def test_classify_offers_the_sessions_runs_and_explains_them(run: str, tmp_path: Path, monkeypatch) -> None:
    title = f"Your training {run} · Toy, "
    app = page(name="classify")
    assert not any(run in each for each in app.selectbox(key="classify_model").options)
    app = page({"train_run": run})
    app.switch_page("../../pages/classify.py").run()
    (offered,) = [each for each in app.selectbox(key="classify_model").options if each.startswith(title)]
    app.selectbox(key="classify_model").set_value(f"run-{run}").run()
    assert not app.exception, app.exception[0].message
    monkeypatch.chdir(tmp_path)
    app.session_state["current_photo"].image.save("photo.png")
    panel = app.session_state[PANEL]["classify"]
    variables: dict[str, object] = {}
    exec(panel.code, variables)
    np.testing.assert_allclose(variables["top"], panel.shows["top"], rtol=1e-4)
    app.segmented_control(key="classify_part").set_value("Where did it look?").run()
    assert {"left", "right"} == {label.lower().split(" ")[0] for label in app.selectbox(key="classify_first").options}
    linked = page({"classify_model": offered}, name="classify")
    assert linked.selectbox(key="classify_model").value == f"run-{run}"


def test_back_shows_the_run_of_its_address_and_keeps_the_run_where_there_is_none(run: str) -> None:
    other = trained()
    app = page({"train_run": run})
    assert led_to(app, {"train_run": other}).session_state["train_run"].id == other
    assert led_to(app, {"train_run": run}).session_state["train_run"].id == run
    led_to(app, {})
    assert app.session_state["train_run"].id == app.query_params["train_run"] == run


def test_a_run_without_convolutions_says_why_there_are_no_heat_maps() -> None:
    config = toy_config()
    name = trained(model=config.model.with_(channels=()))
    app = page({"train_run": name})
    app.switch_page("../../pages/classify.py").run()
    app.selectbox(key="classify_model").set_value(f"run-{name}").run()
    app.segmented_control(key="classify_part").set_value("Where did it look?").run()
    assert not app.exception
    assert any("no convolution" in each.value for each in app.info)


def test_downloaded_weights_fit_the_network_that_the_page_prints(run: str) -> None:
    classifier = load_trained(page_runs.run_folder(run))
    state = torch.load(io.BytesIO(weights_file(classifier)), weights_only=True)
    variables = {"nn": torch.nn, "OrderedDict": OrderedDict}
    exec(f"model = nn.Sequential(OrderedDict([{model_code(classifier.module.config)}]))", variables)
    variables["model"].load_state_dict(state)
    pictures = torch.rand(3, 3, 16, 16)
    torch.testing.assert_close(variables["model"].eval()(pictures), classifier.module(pictures))


def test_probes_are_small_and_true_to_the_photo() -> None:
    from imgcls.data.samples import DEFAULT_SAMPLE, load_sample

    photo = load_sample(DEFAULT_SAMPLE)
    probe = page_runs.probe_of(photo)
    assert probe.dtype == np.uint8
    assert max(probe.shape[:2]) == 256
    small = replace(photo, image=photo.image.crop((0, 0, 1, 40)))
    assert page_runs.probe_of(small).shape == (40, 1, 3)
