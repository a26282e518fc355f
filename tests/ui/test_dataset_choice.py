"""The choice of data: what the widgets say, what is carried to another page, and what a link can and cannot open."""

import json
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.data.augment import Augmentation
from imgcls.data.own import identity_of, keep_pictures, keep_zip
from imgcls.training.config import DataChoice, TrainConfig
from tests.data.test_datasets import picture, zipped


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path / "cache"))


USUAL = Augmentation(flip=True, crop=0.1)  # of the page "train"


def two_pages() -> None:
    import streamlit as st

    from imgcls.data.augment import Augmentation
    from imgcls.ui.dataset.augmentation import choose_augmentation
    from imgcls.ui.dataset.choice import choose_data

    page = st.session_state.get("page", "data")
    st.session_state["said"] = choose_data(page)
    usual = Augmentation(flip=True, crop=0.1) if page == "train" else Augmentation()
    st.session_state["augmented"] = choose_augmentation(page, usual=usual)


def opened(**address: str) -> AppTest:
    app = AppTest.from_function(two_pages, default_timeout=30)
    app.query_params.update(address)
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> DataChoice | None:
    return app.session_state["said"]


def own_zip(*names: str) -> str:
    return identity_of(keep_pictures({name: [picture(10 * n) for n in range(1, 5)] for name in names})[0])


def test_without_a_choice_there_are_drawn_dogs() -> None:
    assert said(opened()) == DataChoice()


def test_every_choice_is_read_from_the_address() -> None:
    app = opened(
        data_task="Dog or not", data_count="1,200", data_level="0.75", data_size="32", data_share="30", data_seed="7"
    )
    assert said(app) == DataChoice("drawn-dogs", "binary", 32, 0.3, 7, 1200, 0.75)


@pytest.mark.parametrize("address", [{"data_count": "1000000"}, {"data_level": "7"}, {"data_source": "/etc"}])
def test_what_makes_no_sense_in_the_address_is_ignored(address: dict[str, str]) -> None:
    assert said(opened(**address)) == DataChoice()


def test_a_choice_goes_along_to_the_other_page_and_back() -> None:
    app = opened(data_level="0.2", data_rotation="20")
    app.session_state["page"] = "train"
    app.run()
    assert said(app).level == 0.2
    assert app.query_params["train_level"] in ("0.2", ["0.2"])  # the address of the other page says it, too
    assert app.session_state["augmented"].rotation == 20
    app.slider(key="train_level").set_value(0.9).run()
    app.toggle(key="train_flip").set_value(True).run()
    assert said(app).level == 0.9
    app.session_state["page"] = "data"
    app.run()
    assert said(app).level == 0.9
    assert app.session_state["augmented"].flip
    assert app.session_state["augmented"].rotation == 20


def test_what_a_page_shows_unasked_does_not_go_along() -> None:
    app = opened()
    app.session_state["page"] = "train"
    app.run()
    assert app.session_state["augmented"] == USUAL
    app.session_state["page"] = "data"
    app.run()
    assert not app.session_state["augmented"].active


def test_a_number_that_is_turned_down_to_nothing_stays_there_in_the_address() -> None:
    app = AppTest.from_function(two_pages, default_timeout=30)
    app.session_state["page"] = "train"
    app.query_params.update({"train_crop": "0", "train_flip": "false"})
    app.run()
    assert not app.session_state["augmented"].active
    assert app.query_params["train_crop"] in ("0", ["0"])


def test_an_address_of_the_other_page_counts_more_than_what_was_chosen_before() -> None:
    app = opened(train_level="0.4")
    app.session_state["page"] = "train"
    app.run()
    assert said(app).level == 0.4


@pytest.mark.parametrize("identity", ["/etc", "../../etc", "0" * 16, "*"])
def test_a_link_opens_no_path_of_its_own_choosing(identity: str) -> None:
    app = opened(data_source="Your own pictures", data_own=identity)
    assert said(app) is None
    assert "not on this server" in app.info[0].value
    assert "data_own" not in app.query_params


def test_own_pictures_are_named_by_their_identity(tmp_path: Path) -> None:
    identity = own_zip("dog", "cat")
    app = opened(data_source="Your own pictures", data_own=identity)
    choice = said(app)
    assert Path(choice.source).parent == tmp_path / "cache" / "own"
    assert identity in choice.source
    assert (choice.validation, choice.task) == (None, "breeds")
    app.button(key="data_own:others").click().run()
    assert said(app) is None


def test_a_task_that_does_not_fit_own_pictures_gets_a_sentence() -> None:
    app = opened(data_source="Your own pictures", data_own=own_zip("cup", "pen"), data_task="Dog or not")
    assert said(app) is None
    assert "is called a dog" in app.warning[0].value


def test_an_uploaded_zip_is_taken_or_refused_with_a_sentence(tmp_path: Path) -> None:
    app = opened(data_source="Your own pictures")
    assert said(app) is None
    file = tmp_path / "mine.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../evil.jpg", picture())
    app.file_uploader(key="data_own:zip").upload("mine.zip", file.read_bytes()).run()
    assert "it is refused" in app.error[0].value
    assert said(app) is None
    with zipfile.ZipFile(file, "w") as archive:
        for label in ("cup", "pen"):
            for number in range(3):
                archive.writestr(f"{label}/{number}.png", picture(50 * number))
    app.file_uploader(key="data_own:zip").upload("mine.zip", file.read_bytes()).run()
    assert said(app).source.startswith(str(tmp_path / "cache" / "own" / "mine-"))


def test_pictures_are_brought_class_by_class_with_names_of_ones_own() -> None:
    app = opened(data_source="Your own pictures")
    app.segmented_control(key="data_own:way").set_value("classes").run()
    assert app.button(key="data_own:use").disabled
    app.text_input(key="data_own:name:0").set_value("cup").run()
    for number in (0, 1):
        for n in range(3):
            app.file_uploader(key=f"data_own:files:{number}").upload(f"{n}.png", picture(10 * n + number))
        app.run()
    app.button(key="data_own:use").click().run()
    assert not app.exception
    assert "6 pictures in 2 classes" in "".join(caption.value for caption in app.caption)
    assert said(app).source.endswith(".zip")


@pytest.mark.parametrize("title", ["Oxford-IIIT Pet", "CIFAR-10"])
def test_nothing_is_downloaded_unasked(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from imgcls import jobs

    monkeypatch.setattr(jobs, "submit", lambda *_, **__: pytest.fail("nobody asked for it"))
    app = opened(data_source=title)
    assert said(app) is None
    assert any("Download it" in button.label for button in app.button)


def test_a_download_that_fails_says_why_and_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from imgcls import jobs
    from imgcls.ui.dataset import real_sets

    asked = []

    class Failed:
        records = ()
        status = jobs.JobStatus("failed", None, "This computer is offline; connect it and try again.", 0, 0.1)

    monkeypatch.setattr(real_sets, "downloads", {})
    monkeypatch.setattr(jobs, "submit", lambda target, settings, **_: asked.append((target, settings)) or Failed())
    app = opened(data_source="CIFAR-10")
    app.button(key="download_cifar10").click().run()
    assert asked == [("imgcls.training.picture_work:download", {"name": "cifar10"})]
    assert "offline" in app.error[0].value
    app.button(key="download_cifar10").click().run()
    assert len(asked) == 2


def brought(files: list[str]) -> str:
    """The identity of a zip with these pictures."""
    data = zipped({path: picture(number) for number, path in enumerate(files)}).getvalue()
    return identity_of(keep_zip(data)[0])


PARTS = [f"{part}/{label}/{n}.png" for part in ("train", "valid") for label in ("cat", "dog") for n in range(3)]


def test_the_page_says_how_a_set_was_read_and_offers_the_other_ways() -> None:
    app = opened(data_source="Your own pictures", data_own=brought([*PARTS, "predict/1.png"]))
    assert (said(app).reading, said(app).validation) == ("", None)
    told = " ".join(caption.value for caption in app.caption)
    assert "“train” for training and “valid” for validation" in told
    assert "Left out: pictures beside the parts of the set (1)" in told
    (choice,) = [radio for radio in app.radio if radio.label == "How are the folders and files to be read?"]
    assert choice.value == "parts"
    choice.set_value("folders").run()
    assert said(app).reading == "folders"
    assert app.query_params["data_reading"] in ("folders", ["folders"])
    assert said(app).open(64).classes == ("train", "valid")
    again = opened(**{name: value[0] if isinstance(value, list) else value for name, value in app.query_params.items()})
    assert said(again) == said(app)
    app.button(key="data_own:others").click().run()
    assert "data_reading" not in app.query_params


def test_class_names_are_corrected_before_training_and_go_along() -> None:
    app = opened(data_source="Your own pictures", data_own=brought(PARTS))
    app.selectbox[-1].set_value("dog").run()
    app.text_input[-1].set_value("Schäferhund *1*").run()
    assert not app.exception
    assert said(app).renamed == (("dog", "Schäferhund *1*"),)
    assert TrainConfig.from_dict(json.loads(json.dumps(TrainConfig(data=said(app)).to_dict()))).data == said(app)
    assert said(app).open(64).classes == ("cat", "Schäferhund *1*")
    assert "Schäferhund" in str(app.query_params["data_names"])
    app.session_state["page"] = "train"  # the other page learns the same
    app.run()
    assert said(app).renamed == (("dog", "Schäferhund *1*"),)
    app.session_state["page"] = "data"
    app.run()
    app.selectbox[-1].set_value("dog").run()
    app.text_input[-1].set_value("cat").run()  # the only other class
    assert "nothing to tell apart" in app.warning[0].value
    assert said(app).renamed == (("dog", "Schäferhund *1*"),)
    app.text_input[-1].set_value("").run()
    assert said(app).renamed == ()
    assert "data_names" not in app.query_params


@pytest.mark.parametrize(
    "names", ["[]", "{", '{"dog": 7}', '{"dog": ""}', '{"x": "y"', '{"dog": "\\u202e"}', "[" * 5000, '{"dog": "dog"}']
)
def test_names_and_readings_in_the_address_that_make_no_sense_are_ignored(names: str) -> None:
    app = opened(data_source="Your own pictures", data_own=brought(PARTS), data_names=names, data_reading="../moon")
    assert (said(app).renamed, said(app).reading) == ((), "")


def test_an_address_that_calls_all_classes_alike_is_ignored() -> None:
    app = opened(data_source="Your own pictures", data_own=brought(PARTS), data_names='{"dog": "cat"}')
    assert said(app).renamed == ()


def test_sets_on_the_server_are_offered_by_name_to_everyone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "sets"
    folder.mkdir()
    monkeypatch.setenv("IMGCLS_DATA", str(folder))
    (folder / "Vögel.zip").write_bytes(zipped({path: picture(n) for n, path in enumerate(PARTS)}).getvalue())
    (folder / "CIFAR-10").mkdir()
    (folder / "empty").mkdir()
    app = opened(data_source="Vögel.zip")
    assert said(app).source == str(folder / "Vögel.zip")
    assert "sets" not in str(app.query_params)
    assert app.selectbox(key="data_source").options[-3:] == ["CIFAR-10 (server)", "empty", "Vögel.zip"]
    app.selectbox(key="data_source").set_value("on the server: empty").run()
    assert said(app) is None
    assert "no picture in it" in app.error[0].value
    app.selectbox(key="data_source").set_value("on the server: Vögel.zip").run()
    (folder / "Vögel.zip").unlink()
    app.run()
    assert not app.exception
    assert "no longer on the server" in app.info[0].value
    assert said(app) == DataChoice()
    for name in ("../sets", "on the server: ../..", str(folder)):
        assert said(opened(data_source=name)) == DataChoice()


def test_the_way_out_of_the_limit_on_uploads_is_named() -> None:
    told = " ".join(caption.value for caption in opened(data_source="Your own pictures").caption)
    assert "IMGCLS_DATA" in told
    assert "python -m imgcls train photos.zip" in told
