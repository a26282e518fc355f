"""The data set page: every part with its numbers when a worker is done, and sentences where something is wrong."""

import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from imgcls.data.own import identity_of, keep_pictures
from imgcls.data.picture_cache import Recipe, cache_pictures, open_cached
from imgcls.data.sources import drawn_dogs
from imgcls.models.small import SmallConfig
from imgcls.training.config import DataChoice, TrainConfig
from imgcls.training.records import Evaluation
from imgcls.training.runs import run_folder
from imgcls.training.trainer import train
from imgcls.ui.components.thumbnails import thumbnails
from imgcls.ui.dataset.album import album_of, drawn_album, recipe_of
from imgcls.ui.dataset.augmentation import in_words
from imgcls.ui.dataset.classes_part import samples
from imgcls.ui.dataset.detail import traits_of
from imgcls.ui.packet import unpack
from imgcls.ui.shell import PANEL
from tests.data.test_datasets import picture
from tests.ui.at_once import at_once

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"data_count": "120", "data_size": "16"}


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of their own for the pictures of these tests; workers are not asked for them."""
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "cache"))


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "imgcls/ui/navigation.py"), default_timeout=60).run()
    app.switch_page("../../pages/dataset.py")
    app.query_params.update(address)
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def run_panels(app: AppTest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict]:
    monkeypatch.chdir(folder)
    app.session_state["current_photo"].image.save("photo.png")
    results = {}
    for name, panel in app.session_state[PANEL].items():
        variables: dict[str, object] = {}
        exec(compile(panel.code, name, "exec"), variables)
        for variable, shown in panel.shows.items():
            np.testing.assert_allclose(np.asarray(variables[variable], float), shown, rtol=1e-4, err_msg=variable)
        results[name] = dict(panel.shows)
    return results


@pytest.mark.parametrize(
    ("part", "panel"),
    [
        ("Classes", "data_classes"),
        ("Hardest", "data_hardest"),
        ("Averages", "data_averages"),
        ("Duplicates", "data_duplicates"),
        ("Augmentation", "data_augment"),
        ("How good is it?", "data_measure"),
    ],
)
def test_the_code_of_every_part_gives_the_numbers_shown(
    part: str, panel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once(monkeypatch)
    monkeypatch.setattr("imgcls.training.measured.TEST", 4)
    changes = {"data_flip": "true", "data_crop": "0.2", "data_rotation": "30", "data_colour": "0.4"}
    app = opened(data_part=part, data_erasing="0.25", **changes, **SMALL)
    app.run()  # the job is done
    app.run()
    assert panel in run_panels(app, tmp_path, monkeypatch)


def test_results_are_kept_for_the_second_visit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = at_once(monkeypatch)
    for _ in range(2):
        app = opened(data_part="Averages", **SMALL)
        app.run()
        app.run()
    assert [target.partition(":")[2] for target in asked] == ["cache", "survey"]


def test_own_pictures_are_browsed_and_broken_ones_listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at_once(monkeypatch)
    pictures = {"cup": [picture(n) for n in range(10, 60, 10)] + [b"broken"], "pen": [picture(n) for n in (7, 8, 9)]}
    identity = identity_of(keep_pictures(pictures)[0])
    app = opened(data_source="Your own pictures", data_own=identity)
    app.run()
    words = " ".join(element.value for element in app.markdown)
    assert "**6** pictures to learn from and **2**" in words
    assert "2.0** times as many" in words
    assert "1 left out" in [expander.label for expander in app.expander]
    row = app.dataframe[0].value.iloc[0]
    assert list(row)[:3] == ["pictures that cannot be read", 1, "cup/00006.jpg"]
    assert "text, not a picture" in row["why"]


def test_a_drawing_that_is_looked_at_alone_is_that_of_the_set() -> None:
    choice = DataChoice(count=60, size=24, split_seed=3, level=0.8)
    album = drawn_album(choice)
    whole = drawn_dogs(count=60, size=24, seed=3, level=0.8)
    for place in (0, 17, 59):
        assert np.array_equal(album.picture(place), np.asarray(whole.image(place)))
    cache_pictures(recipe_of(choice))
    shelved = open_cached(recipe_of(choice), None, 3)
    assert np.array_equal(album.training, shelved.training)
    assert np.array_equal(drawn_album(choice, 0.1).labels, album.labels)
    assert album_of(choice) is album


def test_samples_are_of_every_class_and_follow_the_seed() -> None:
    album = drawn_album(DataChoice(count=120))
    places = samples(album, 1)
    assert np.bincount(album.labels[places]).tolist() == [5] * 6
    assert places == samples(album, 1) != samples(album, 2)
    pair = drawn_album(DataChoice(count=120, task="binary"))
    assert np.bincount(pair.labels[samples(pair, 0)]).tolist() == [15, 15]


def test_the_size_that_is_left_to_the_network_is_64_and_32_for_cifar() -> None:
    assert recipe_of(DataChoice()) == Recipe()
    assert recipe_of(DataChoice("cifar10", count=99)) == Recipe("cifar10", size=32)
    assert recipe_of(DataChoice("cifar10", size=48)).size == 48


def test_thumbnails_send_pictures_and_what_is_said_of_them() -> None:
    pictures = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)
    fields, arrays = unpack(thumbnails(pictures, ["a", "b"], ["x"], wrong=[1], side=3, alt="").news())
    assert np.array_equal(arrays["pictures"], pictures)
    assert (fields["labels"], fields["captions"], fields["wrong"], fields["side"]) == (["a", "b"], ["x"], [1], 3)


def test_words_say_what_a_draw_does() -> None:
    import torch

    from imgcls.data.augment import Augmentation, Draw, draw

    assert in_words(Draw(), 0) == "as it is"
    drawn = draw(Augmentation(True, 0.2, 30, 0.4, 0.25), 8, 20, torch.Generator().manual_seed(0))
    text = in_words(drawn, 0)
    assert "brightness × " in text
    assert f"turned by {drawn.turn[0].item():.0f}°".replace("-", "−") in text
    assert ("flipped" in text) == bool(drawn.flip[0])


def test_traits_of_a_breed_are_those_it_is_drawn_by() -> None:
    assert "upright ears" in traits_of("Husky")
    assert "short legs" in traits_of("Dachshund")
    assert "flat snout" in traits_of("Pug")


def test_a_real_worker_draws_the_set_for_the_page() -> None:
    app = opened(data_part="Duplicates", data_planted="false", **SMALL)
    end = time.monotonic() + 180  # a worker imports torch first
    while not app.success and time.monotonic() < end:
        time.sleep(0.3)
        app.run()
    assert "None of the" in app.success[0].value


def test_the_sessions_own_training_judges_and_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)
    choice = DataChoice(count=120, size=16)
    model = SmallConfig(size=16, classes=6, channels=(4,), convolutions=1)
    config = TrainConfig(choice, model, epochs=1, device="cpu", mode="fp32")
    records = list(train(config, folder=run_folder("mine")))
    accuracy = [record for record in records if isinstance(record, Evaluation)][-1].val_accuracy
    address = {"data_part": "Hardest", "data_judge": "your last network", **SMALL}
    app = opened(**address)
    assert "not trained a network on these pictures" in app.info[0].value
    app.session_state["train_runs"] = ["mine"]
    for _ in range(3):
        app.run()
    assert not app.exception
    assert any(f"It gets **{accuracy:.1%}** of 24 validation" in each.value for each in app.markdown)
    app.session_state["data_seed"] = 5  # another split: the network has seen some of these pictures
    app.run()
    assert "not trained a network on these pictures" in app.info[0].value


def test_what_is_left_out_is_told_by_kind_and_a_poor_class_beside_the_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)
    pictures = {label: [picture(n) for n in range(10, 60, 10)] for label in ("cup", "pen")}
    pictures |= {"key *one*": [picture(3)], "gone": [b"broken", b"broken, too"]}
    identity = identity_of(keep_pictures(pictures)[0])
    app = opened(data_source="Your own pictures", data_own=identity)
    app.run()
    words = " ".join(element.value for element in app.markdown)
    assert "**9** pictures to learn from and **2**" in words
    assert "no picture of “key \\*one\\*” for validation: nobody can tell how well it is recognised" in words
    assert "“gone” is left out: there is no picture to learn it from" in words
    table = app.dataframe[0].value
    assert table[["what", "how many"]].values.tolist() == [
        ["pictures that cannot be read", 2],
        ["classes without a picture to learn from", 1],
    ]


def test_a_hidden_copy_is_found_and_shown_beside_what_it_was_copied_from(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once(monkeypatch)
    app = opened(data_part="Duplicates", **SMALL)
    for _ in range(2):
        app.run()
    assert "**1** of the 24 validation pictures" in app.warning[0].value
    assert "the copy that was hidden" in " ".join(each.value for each in app.caption)


def test_augmentation_opens_with_some_of_everything_that_no_other_page_takes_over() -> None:
    app = opened(data_part="Augmentation")
    assert app.toggle(key="data_flip").value is True
    assert not [name for name in app.query_params if name.startswith("data_") and name != "data_part"]
    assert "chosen_augmentation" not in app.session_state
    app.toggle(key="data_flip").set_value(False).run()
    assert app.session_state["chosen_augmentation"]["rotation"] == 10
    assert app.session_state["chosen_augmentation"]["flip"] is False


def test_a_number_of_nought_in_the_address_is_nought() -> None:
    app = opened(data_part="Augmentation", data_rotation="0")
    assert app.session_state["data_rotation:slider"] == 0
    assert app.query_params["data_rotation"] == "0"
