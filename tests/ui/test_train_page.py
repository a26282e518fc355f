"""The training page without a browser: every view of a run that lies in files, and what ends or waits."""

import io
import os
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from imgcls import jobs
from imgcls.data.datasets import Dataset
from imgcls.jobs import JobRefusedError, pipes
from imgcls.jobs.runner import JobRunner
from imgcls.numbers import percent
from imgcls.store.download import DownloadError
from imgcls.training.follow import Followed
from imgcls.training.runs import RunFiles, new_run_folder, run_folder, run_id, runs_folder
from imgcls.training.script import model_code
from imgcls.training.trained import load_trained, weights_file
from imgcls.training.trainer import train
from imgcls.ui.shell import PANEL
from imgcls.ui.training import run as page_runs
from imgcls.ui.training import use as use_part
from tests.history import led_to
from tests.training.toy import toy, toy_config
from tests.ui.test_train_choices import page

PARTS = ("Answers", "Confusion", "Weights and gradients", "Compare runs", "Use it")


def trained(dataset: Dataset | None = None, folder: Path | None = None, **changes: object) -> str:
    folder = folder or new_run_folder()
    list(train(toy_config(**changes), dataset=dataset or toy(), folder=folder))
    return run_id(RunFiles(folder))


@pytest.fixture(scope="module")
def run() -> str:
    return trained()


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
