"""What the views of a run show: rows of the film, lines of histograms, samples, words."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from imgcls.models.small import SmallCNN, SmallConfig
from imgcls.numbers import percent
from imgcls.training.follow import Followed
from imgcls.training.records import LayerView, Snapshot
from imgcls.training.runs import RunFiles
from imgcls.training.trainer import train
from imgcls.training.watch import look
from imgcls.ui.training.answers import _most_confused, _samples, _verdict
from imgcls.ui.training.compare import settings_table
from imgcls.ui.training.inside import spread_lines
from imgcls.ui.training.run import PageRun
from imgcls.ui.training.watch import _axis, film_rows
from imgcls.ui.training.words import duration, preset_of
from tests.training.toy import toy, toy_config


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> PageRun:
    folder = tmp_path_factory.mktemp("runs") / "run"
    list(train(toy_config(), dataset=toy(), folder=folder))
    files = RunFiles(folder)
    return PageRun("run", files, None, Followed.of_files(files))


def test_the_film_shows_the_first_kernels_and_the_maps_behind_the_bends(run: PageRun) -> None:
    snapshot, _ = run.files.view(run.files.view_steps()[-1])
    kernels, maps = film_rows(snapshot, run.config)
    assert kernels.title == "conv1_1: 6 learned kernels, 3 × 3"
    first = film_rows(replace(snapshot, step=0), run.config)[0]
    assert first.title == "conv1_1: 6 untrained kernels, 3 × 3"
    assert kernels.pictures.shape == (6, 3, 3, 3)
    assert maps.title == "relu1_1 on your photo: 6 maps, 14 × 14"
    assert maps.pictures.shape == (6, 14, 14)
    assert maps.pictures.min() >= 127, "ReLU has no negative values: nothing is red"


def test_the_largest_weight_is_at_the_end_of_the_scale_and_zero_in_the_middle() -> None:
    kernels = np.zeros((1, 3, 1, 2), np.float16)
    kernels[0, 0] = [[-0.5, 0.25]]
    view = LayerView("conv1_1", "Conv2d", kernels=kernels)
    (row,) = film_rows(Snapshot(0, 0.0, (view,), np.ones(1)), None)
    assert row.pictures[0, 0, 0].tolist() == [0, 127, 127]
    assert row.pictures[0, 0, 1].tolist() == [191, 127, 127]


def test_the_scale_of_the_maps_is_that_of_their_numbers_where_some_overflow() -> None:
    maps = np.array([[[np.inf, -np.inf, np.nan, 2.0, 1.0, -2.0]]], np.float16)
    (row,) = film_rows(Snapshot(0, 0.0, (LayerView("relu1_1", "ReLU", maps=maps),), np.ones(1)), None)
    assert row.pictures.tolist() == [[[255, 0, 127, 255, 191, 0]]]


def test_answers_that_are_no_numbers_are_shown_as_such() -> None:
    """Weights may overflow in the last step that is shown, before the loss tells it."""

    def page() -> None:
        import numpy as np

        from imgcls.ui.training.answers import Verdict, verdicts
        from imgcls.ui.training.film import film

        film([], [("pug", float("nan")), ("husky", 0.5)], heading="its answer", key="film", alt="")
        verdicts([Verdict(np.zeros((2, 2, 3), np.uint8), "pug", "pug", float("nan"))], key="verdicts", alt="")

    app = AppTest.from_function(page, default_timeout=20).run()
    assert not app.exception
    packets = [each.proto.bytes for each in app.get("bidi_component")]
    answers = [json.loads(packet[4 : 4 + int.from_bytes(packet[:4], "little")]) for packet in packets]
    assert answers[0]["bars"] == [["pug", None], ["husky", 0.5]]
    assert answers[1]["captions"] == ["✓ pug nan"]


def test_the_axis_of_a_long_run_grows_with_it() -> None:
    assert [_axis(20, now) for now in (0, 19.5)] == [20, 20]
    assert [_axis(5, now) for now in (0, 5)] == [5, 5]
    assert [_axis(200, now) for now in (0, 20.5, 79, 81, 161, 200)] == [20, 40, 80, 160, 200, 200]


def test_the_most_frequent_mistake_is_told_in_words() -> None:
    counts = np.array([[5, 1], [0, 6]])
    assert _most_confused(counts, ("cup", "pen")) == "Most frequent mistake: 1 picture of cup is called pen."
    assert "2 pictures of pen are called cup" in _most_confused(np.array([[5, 1], [2, 4]]), ("cup", "pen"))


def test_a_deep_network_shows_four_rows_of_maps_from_first_to_last() -> None:
    import torch

    config = SmallConfig(
        classes=3, size=32, channels=(20, 4, 4, 4, 4, 4), convolutions=1, padding="same", pooling="none"
    )
    snapshot = look(SmallCNN(config), torch.rand(1, 3, 32, 32), None, 0, 0.0)
    rows = film_rows(snapshot, toy_config(model=config))[1:]
    assert [row.title.split(" ")[0] for row in rows] == ["relu1_1", "relu3_1", "relu4_1", "relu6_1"]
    assert "16 of 20 maps" in rows[0].title


def test_histograms_name_each_layer_with_weights_and_its_silent_units(run: PageRun) -> None:
    evaluated = run.followed.evaluations[-1].step
    lines = spread_lines(run.files.view(evaluated)[0])
    assert [line.name for line in lines] == ["conv1_1", "logits"]
    assert "% of its units silent" in lines[0].note
    assert lines[1].note == "dense"
    assert sum(lines[0].weights[1]) == 6 * 3 * 3 * 3
    assert lines[0].gradients is not None


def test_samples_take_the_classes_in_turn_and_carry_their_answers(run: PageRun) -> None:
    places = _samples(run.pictures)
    assert [run.pictures.labels[place] for place in places[:4]] == [0, 1, 0, 1]
    evaluation = run.files.view(run.followed.evaluations[-1].step)[1]
    images, labels = toy().part("validation")
    for place in places:
        verdict = _verdict(run, evaluation, place)
        np.testing.assert_array_equal(verdict.image, images[place])
        assert verdict.truth == ("left", "right")[labels[place]]
        assert verdict.answer == ("left", "right")[evaluation.predicted[place]]


def test_the_confusion_matrix_counts_the_pictures_that_its_cells_show(run: PageRun) -> None:
    from imgcls.ui.training.answers import _members

    evaluation = run.files.view(run.followed.evaluations[-1].step)[1]
    for truth in range(2):
        for answer in range(2):
            assert len(_members(run, evaluation, truth, answer)) == evaluation.confusion[truth, answer]


def test_settings_that_are_the_same_in_all_runs_are_left_out(run: PageRun) -> None:
    table = settings_table({"a": (run.info, run.followed), "b": (run.info, run.followed)})
    assert set(table) == {"Run", "Best validation", "at epoch", "Seconds"}
    alone = settings_table({"a": (run.info, run.followed)})
    assert alone["Batch"] == ["20"]
    assert alone["Best validation"] == [percent(run.followed.best.val_accuracy)]


def test_words_for_time_and_networks() -> None:
    assert [duration(seconds) for seconds in (0.4, 42, 300, 9000)] == ["0 s", "42 s", "5 min", "2.5 h"]
    assert preset_of(toy_config(model=SmallConfig(classes=3, dropout=0.5))) == "TinyVGG"
    assert preset_of(toy_config(model=None)).startswith("Transfer")
    assert preset_of(toy_config()) == "Own network, channels 6"


def test_a_run_without_files_has_no_classes_and_cannot_go_on(tmp_path: Path) -> None:
    empty = PageRun("nothing", RunFiles(tmp_path / "nothing"), None)
    assert (empty.classes, empty.info, empty.pictures, empty.can_go_on, empty.active) == ((), None, None, False, False)
