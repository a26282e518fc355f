"""The trainer: what it says, that it learns, obeys, resumes exactly, and recognises trouble."""

import math
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from imgcls.data.augment import Augmentation
from imgcls.data.datasets import Dataset
from imgcls.jobs.inbox import Inbox, JobParked
from imgcls.models.small import SmallCNN
from imgcls.training import loop
from imgcls.training.config import TrainConfig
from imgcls.training.inputs import Normalise, PictureInputs
from imgcls.training.learner import Learner, Mode
from imgcls.training.material import gather
from imgcls.training.records import Evaluation, Finding, Finished, Paused, Record, Snapshot, Started, Step
from imgcls.training.runs import RunError, RunFiles
from imgcls.training.trainer import train
from imgcls.training.world import ALONE
from tests.training.toy import MODEL, toy, toy_config


@pytest.fixture(autouse=True)
def report_every_step(monkeypatch) -> None:
    """Records at every step, whatever the speed of the machine."""
    monkeypatch.setattr(loop, "STEP_SECONDS", 0.0)
    torch.set_num_threads(1)


def of(kind: type, records: list[Record]) -> list:
    return [record for record in records if isinstance(record, kind)]


def run(**settings: object) -> list[Record]:
    arguments = {name: settings.pop(name) for name in ("folder", "resume", "inbox", "probe") if name in settings}
    return list(train(toy_config(**settings), dataset=toy(), **arguments))


def test_a_run_tells_its_story_from_started_to_finished_and_learns() -> None:
    records = run()
    started, finished = records[0], records[-1]
    assert isinstance(started, Started)
    assert (started.steps_per_epoch, started.steps) == (6, 18)
    assert (started.training, started.validation, started.classes) == (120, 40, ("left", "right"))
    assert started.parameters == 6 * 28 + 6 * 49 * 2 + 2
    assert isinstance(finished, Finished)
    assert (finished.step, finished.epoch, finished.reason) == (18, 3.0, "epochs")
    assert [evaluation.step for evaluation in of(Evaluation, records)] == [0, 6, 12, 18]
    assert [step.step for step in of(Step, records)] == list(range(1, 19))
    assert finished.best_accuracy == of(Evaluation, records)[-1].val_accuracy == 1.0


def test_the_same_settings_give_the_same_run() -> None:
    choices = {"augmentation": Augmentation(flip=False, crop=0.1), "model": MODEL.with_(dropout=0.3)}
    torch.manual_seed(1)
    first = [step.loss for step in of(Step, run(**choices))]
    torch.manual_seed(2)
    assert [step.loss for step in of(Step, run(**choices))] == first
    assert [step.loss for step in of(Step, run(**choices, seed=1))] != first


def test_the_run_does_not_touch_the_global_generator() -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    run(model=MODEL.with_(dropout=0.3), epochs=1)
    assert torch.rand(1) == expected


def test_the_first_step_is_the_one_worked_out_by_hand() -> None:
    """A plain loop with torch alone: same pictures, same weights, same loss, same update."""
    dataset = toy()
    config = toy_config(optimiser="sgd", lr=0.1, epochs=1)
    steps = of(Step, list(train(config, dataset=dataset)))
    images, labels = dataset.part("training")
    mean, std = (torch.tensor(part).view(1, 3, 1, 1) for part in _normalise(dataset))
    x = (torch.from_numpy(images).permute(0, 3, 1, 2) / 255 - mean) / std
    model = SmallCNN(MODEL, seed=0)
    order = _order(_learner(dataset, config))
    losses = []
    for batch in order.split(20):
        loss = torch.nn.functional.cross_entropy(model(x[batch]), torch.from_numpy(labels)[batch])
        model.zero_grad()
        loss.backward()
        norm = torch.cat([parameter.grad.flatten() for parameter in model.parameters()]).norm()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 0.1 * parameter.grad
        losses.append((loss.item(), norm.item()))
    assert [step.loss for step in steps] == pytest.approx([loss for loss, _ in losses], rel=1e-4)
    assert [step.gradient_norm for step in steps] == pytest.approx([norm for _, norm in losses], rel=1e-4)


def _normalise(dataset: Dataset) -> tuple[tuple[float, ...], tuple[float, ...]]:
    normalise = Normalise.of(dataset.part("training")[0])
    return normalise.mean, normalise.std


def _learner(dataset: Dataset, config: TrainConfig) -> Learner:
    material = _result(gather(config, dataset))
    cpu = torch.device("cpu")
    return Learner(material.module(), material.inputs("training", cpu, False), config, Mode("fp32"), cpu, ALONE)


def _order(learner: Learner, epoch: int = 0) -> torch.Tensor:
    steps = learner.steps_per_epoch
    return torch.cat([learner.indices(epoch * steps + place) for place in range(steps)])


def _result(generator: Iterator):
    while True:
        try:
            next(generator)
        except StopIteration as stop:
            return stop.value


def test_every_picture_is_seen_once_an_epoch_in_another_order_each_time() -> None:
    learner = _learner(toy(), toy_config())
    epochs = [_order(learner, epoch).tolist() for epoch in range(2)]
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(120))
    assert epochs[0] != epochs[1]


def test_evaluations_are_those_of_the_network_at_that_step(tmp_path) -> None:
    records = run(folder=tmp_path / "run")
    last = of(Evaluation, records)[-1]
    dataset = toy()
    model = SmallCNN(MODEL).eval()
    model.load_state_dict(RunFiles(tmp_path / "run").load_checkpoint()["module"])
    images, labels = dataset.part("validation")
    mean, std = (torch.tensor(part).view(1, 3, 1, 1) for part in _normalise(dataset))
    with torch.no_grad():
        logits = model((torch.from_numpy(images).permute(0, 3, 1, 2) / 255 - mean) / std)
    losses = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels), reduction="none")
    assert last.val_loss == pytest.approx(losses.mean().item(), rel=1e-4)
    assert np.array_equal(last.predicted, logits.argmax(1).numpy())
    assert np.allclose(last.losses, losses.numpy(), atol=1e-3)
    assert np.allclose(last.confidence, logits.softmax(1).amax(1).numpy(), atol=1e-3)
    assert last.confusion.sum() == 40
    assert np.trace(last.confusion) == round(last.val_accuracy * 40)
    assert np.array_equal(last.confusion.sum(1), np.bincount(labels))


def test_seconds_end_a_run_before_its_epochs() -> None:
    records = run(epochs=100_000, seconds=0.3, schedule="cosine")
    assert records[-1].reason == "seconds"
    assert 0.3 <= records[-1].seconds < 5  # what the rate does meanwhile: test_watch.py, with a clock of its own


def _answer(inbox: Inbox, messages: dict[int, dict], **settings: object) -> list[Record]:
    """Runs, and sends each message when its step is reported."""
    records = []
    for record in train(toy_config(**settings), dataset=toy(), inbox=inbox):
        records.append(record)
        if isinstance(record, Step) and record.step in messages:
            inbox.put(messages.pop(record.step))
    return records


def test_the_rate_can_be_changed_while_it_runs() -> None:
    rates = {step.step: step.lr for step in of(Step, _answer(Inbox(), {5: {"lr": 0.002}, 9: {"lr": None}}))}
    assert (rates[5], rates[6], rates[9], rates[10]) == (0.01, 0.002, 0.002, 0.01)


def test_stop_ends_with_a_checkpoint(tmp_path) -> None:
    inbox, records = Inbox(), []
    for record in train(toy_config(), dataset=toy(), inbox=inbox, folder=tmp_path / "run"):
        records.append(record)
        if isinstance(record, Step) and record.step == 4:
            inbox.put({"stop": True})
    assert (records[-1].reason, records[-1].step) == ("stopped", 4)
    assert RunFiles(tmp_path / "run").load_checkpoint()["step"] == 4


def test_pause_single_steps_and_going_on() -> None:
    inbox, records = Inbox(), []

    def send(*messages: dict) -> None:
        for message in messages:
            inbox.put(message)

    for record in train(toy_config(), dataset=toy(), inbox=inbox):
        records.append(record)
        if isinstance(record, Step) and record.step == 3:
            send({"pause": True})
        if isinstance(record, Paused) and record.paused:
            send({"steps": 2})
            threading.Timer(0.5, send, args=({"pause": False},)).start()
            pause = time.perf_counter()
    paused = of(Paused, records)
    assert [(record.step, record.paused) for record in paused] == [(3, True), (5, False)]
    between = records[records.index(paused[0]) : records.index(paused[1])]
    assert [record.step for record in of(Step, between)] == [4, 5]
    assert [record.step for record in of(Snapshot, between)] == [4, 5]
    assert records[-1].step == 18
    assert records[-1].seconds < time.perf_counter() - pause + 60


def test_time_does_not_count_while_it_is_paused() -> None:
    inbox = Inbox()
    generator = train(toy_config(), dataset=toy(), inbox=inbox)
    next(generator)
    inbox.put({"pause": True})
    stopped = next(record for record in generator if isinstance(record, Paused))
    assert stopped.paused
    threading.Timer(0.6, inbox.put, args=({"pause": False},)).start()
    assert not next(record for record in generator if isinstance(record, Paused)).paused
    step = next(record for record in generator if isinstance(record, Step))
    assert step.seconds < 0.5


@pytest.mark.parametrize("optimiser", ["momentum", "adamw"])
def test_a_run_that_was_killed_goes_on_as_if_nothing_had_happened(tmp_path, optimiser: str) -> None:
    choices = {
        "optimiser": optimiser,
        "model": MODEL.with_(dropout=0.2, batch_norm=True),
        "augmentation": Augmentation(flip=False, crop=0.1),
        "schedule": "cosine",
    }
    whole = run(**choices)
    generator = train(toy_config(**choices), dataset=toy(), folder=tmp_path / "run")
    for record in generator:
        if isinstance(record, Step) and record.step == 8:
            break
    generator.close()  # what a cancelled job does; the middle of the second epoch
    resumed = run(**choices, folder=tmp_path / "run", resume=True)
    assert of(Started, resumed)[0].step == 8
    losses = [step.loss for step in of(Step, resumed)]
    assert losses == pytest.approx([step.loss for step in of(Step, whole)][8:], rel=1e-5)
    history = RunFiles(tmp_path / "run").history()
    assert [step.step for step in of(Step, history)] == list(range(1, 19))


def test_a_pause_that_gives_its_place_away_loses_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 1e9)  # the pause itself must save
    choices = {"model": MODEL.with_(dropout=0.2, batch_norm=True), "schedule": "cosine", "lr": 0.05}
    messages = {5: {"lr": 0.02}, 9: {"lr": 0.04}}

    def parts(*parked_at: int, folder: str) -> list[Record]:
        """The run in as many processes as it takes: parked at these steps, in the middle of epochs."""
        records, resume = [], False
        for stop in (*parked_at, None):
            inbox = Inbox()
            if resume:
                inbox.put({"pause": False})
            run_ = train(
                toy_config(**choices),
                dataset=toy(),
                folder=tmp_path / folder,
                inbox=inbox,
                resume=resume,
                paused=resume,
            )
            try:
                for record in run_:
                    records.append(record)
                    if isinstance(record, Step) and record.step == stop:
                        inbox.put({"pause": True})
                    elif isinstance(record, Paused) and record.idle and record.step == stop:
                        if stop in messages:
                            inbox.put(messages[stop])  # told while it is paused
                        inbox.park()
                    elif isinstance(record, Step) and record.step in messages and stop is None and not parked_at:
                        inbox.put(messages[record.step])
            except JobParked:
                resume = True
        return records

    whole, parked = parts(folder="whole"), parts(5, 9, 12, folder="parked")
    assert [record.step for record in of(Started, parked)] == [0, 5, 9, 12]
    assert [step.step for step in of(Step, parked)] == list(range(1, 19))
    for name in ("loss", "accuracy", "lr", "rate", "gradient_norm", "epoch"):
        values = [[getattr(step, name) for step in of(Step, records)] for records in (whole, parked)]
        assert values[1] == pytest.approx(values[0], rel=1e-5), name
    for name in ("train_loss", "train_accuracy", "val_loss", "val_accuracy"):
        values = [[getattr(each, name) for each in of(Evaluation, records)] for records in (whole, parked)]
        assert values[1] == pytest.approx(values[0], rel=1e-5, nan_ok=True), name
    weights = [RunFiles(tmp_path / name).load_checkpoint()["module"] for name in ("whole", "parked")]
    for name, weight in weights[0].items():
        torch.testing.assert_close(weights[1][name], weight, rtol=1e-4, atol=1e-6)
    files = [RunFiles(tmp_path / name) for name in ("whole", "parked")]
    assert set(files[1].view_steps()) >= {6, 12, 18}
    assert [record.step for record in of(Step, files[1].history())] == list(range(1, 19))
    told = [[(each.kind, each.since) for each in of(Finding, records)] for records in (whole, parked)]
    assert told[1] == told[0] == [(each.kind, each.since) for each in parked[-1].findings]


def test_a_pause_without_files_keeps_its_place() -> None:
    inbox = Inbox()
    generator = train(toy_config(), dataset=toy(), inbox=inbox)
    next(generator)
    inbox.put({"pause": True})
    inbox.park()
    assert not next(record for record in generator if isinstance(record, Paused)).idle
    threading.Timer(0.3, inbox.put, args=({"pause": False},)).start()
    assert not next(record for record in generator if isinstance(record, Paused)).paused


def test_a_checkpoint_of_other_settings_gets_a_sentence(tmp_path) -> None:
    run(folder=tmp_path / "run", epochs=1)
    with pytest.raises(RunError, match="other settings"):
        run(folder=tmp_path / "run", resume=True, model=MODEL.with_(channels=(7,)))


def test_divergence_to_nan_is_found_at_its_step_and_ends_the_run(tmp_path) -> None:
    records = run(optimiser="sgd", lr=1000, epochs=20, folder=tmp_path / "run")
    (finding,) = [finding for finding in of(Finding, records) if finding.kind == "nan"]
    losses = [step.loss for step in of(Step, records)]
    assert np.isfinite(losses[: finding.since - 1]).all()
    assert not np.isfinite(losses[finding.since - 1])
    assert f"At step {finding.since} " in finding.sentence
    assert records[-1].reason == "nan"
    assert finding in records[-1].findings
    state = RunFiles(tmp_path / "run").load_checkpoint()
    assert state is None or all(torch.isfinite(tensor).all() for tensor in state["module"].values())


def test_snapshots_hold_what_the_network_is(tmp_path) -> None:
    probe = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    records = run(folder=tmp_path / "run", probe=probe)
    first, last = of(Snapshot, records)[0], of(Snapshot, records)[-1]
    assert (first.step, last.step) == (0, 18)
    fresh = SmallCNN(MODEL, seed=0)
    assert np.allclose(first.layers[0].kernels, fresh.layers.conv1_1.weight.detach(), atol=1e-3)
    model = SmallCNN(MODEL).eval()
    model.load_state_dict(RunFiles(tmp_path / "run").load_checkpoint()["module"])
    names = [view.name for view in last.layers]
    assert names == ["conv1_1", "relu1_1", "pool1", "logits"]
    conv, relu, pool, logits = last.layers
    assert np.allclose(conv.kernels, model.layers.conv1_1.weight.detach(), atol=1e-3)
    assert conv.maps.shape == (6, 14, 14)
    assert np.allclose(relu.maps, np.maximum(conv.maps, 0))
    assert pool.maps.shape == (6, 7, 7)
    assert logits.maps.shape == (2,)
    assert last.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert conv.weight.counts.sum() == 6 * 27
    assert logits.gradient.counts.sum() == 6 * 49 * 2
    assert relu.dead is not None
    assert conv.dead is None


def test_all_modes_give_nearly_the_same_losses() -> None:
    expected = [step.loss for step in of(Step, run(epochs=1))]
    for mode in ("fp32 channels_last", "bf16", "bf16 channels_last"):
        tolerance = 0.05 if mode.startswith("bf16") else 1e-4
        assert [step.loss for step in of(Step, run(epochs=1, mode=mode))] == pytest.approx(expected, rel=tolerance)


def test_the_trial_chooses_the_fastest_of_four_and_shows_them() -> None:
    started = run(epochs=1, mode="auto", device="cpu")[0]
    assert len(started.trials) == 4
    works = [trial for trial in started.trials if trial.images_per_second]
    assert started.mode == max(works, key=lambda trial: trial.images_per_second).mode


def test_label_smoothing_and_weight_decay_do_what_they_say() -> None:
    plain, smooth = (of(Step, run(label_smoothing=share, epochs=1))[0].loss for share in (0.0, 0.2))
    assert plain != smooth
    small, decayed = (of(Snapshot, run(weight_decay=decay, optimiser="sgd"))[-1] for decay in (0.0, 1.0))
    assert decayed.layers[0].weight.high < small.layers[0].weight.high


def test_without_a_device_there_is_a_sentence() -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has one")
    with pytest.raises(ValueError, match="no cuda device"):
        next(train(toy_config(device="cuda"), dataset=toy()))


def test_a_batch_larger_than_the_data_is_one_step_an_epoch() -> None:
    records = run(batch_size=500, epochs=2)
    assert records[0].steps_per_epoch == 1
    assert all(step.images_per_second > 0 for step in of(Step, records))
    assert [each.whole for each in of(Evaluation, records)] == [False, True, True]


def test_before_the_first_step_the_network_is_asked_for_its_answers() -> None:
    first, *later = of(Evaluation, run(seed=3))
    assert (first.step, first.epoch, first.whole, len(first.indices)) == (0, 0.0, False, 40)
    assert math.isnan(first.train_loss)
    module = SmallCNN(MODEL, 3).eval()
    part = toy().part("validation")
    inputs = PictureInputs(*part, Normalise.of(toy().part("training")[0]), torch.device("cpu"), False)
    with torch.inference_mode():
        logits = module(inputs.batch(torch.arange(40)))
    assert first.val_loss == pytest.approx(float(F.cross_entropy(logits, inputs.labels)), rel=1e-5)
    assert all(each.whole for each in later)
