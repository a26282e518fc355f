"""The wall over HTTP and in the networks' words: who sees which photo, what they answer, and the set made of it."""

import base64
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from imgcls.classroom import Hall
from imgcls.classroom.wall import Photo
from imgcls.data.datasets import DatasetError, prepare
from imgcls.data.picture_cache import Recipe, cache_pictures, open_cached
from imgcls.data.pictures import open_picture
from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.data.sources import open_source
from imgcls.labels import IMAGENET_LABELS
from imgcls.models.classify import classify
from imgcls.models.registry import DEFAULT, load
from imgcls.ui.classroom import wall
from imgcls.ui.classroom.photo_set import photo_set
from imgcls.ui.dataset import class_photos
from tests.ui.test_classroom import asked, voter


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMGCLS_CACHE", str(tmp_path))


def jpeg(colour: str = "tan", side: int = 64) -> bytes:
    file, pixels = io.BytesIO(), np.random.default_rng(sum(colour.encode())).integers(0, 99, (side, side, 3), np.uint8)
    Image.fromarray(np.asarray(Image.new("RGB", (side, side), colour)) // 2 + pixels).save(file, "JPEG")
    return file.getvalue()


def told(path: str, token: str) -> dict:
    return json.loads(asked(path, cookie=token, method="GET")[1])


def shows(token: str, colour: str, said: str = "") -> int:
    picture = base64.b64encode(jpeg(colour)).decode()
    status, text, _ = asked("show", {"picture": picture, "said": said}, token)
    assert status == 200, text
    return json.loads(text)["photo"]


def opened(hall: Hall) -> tuple[str, str, str, str]:
    """A teacher whose wall is open, two students of theirs, and somebody of another class."""
    teacher, student, code = voter(hall)
    assert asked("wall", {"open": True}, teacher)[0] == 200
    return teacher, student, hall.classes.join(code)[0], hall.classes.join(hall.classes.begin()[1].code)[0]


def test_a_photo_is_shown_let_in_seen_and_taken_back(own_hall: Hall) -> None:
    teacher, mine, other, stranger = opened(own_hall)
    everybody = (teacher, mine, other, stranger, "nobody")
    photo = shows(mine, "tan", " a   Beagle ")

    def seen() -> list[int]:
        return [asked(f"wall/{photo}", cookie=token, method="GET")[0] for token in everybody]

    def listed() -> list[list[tuple[int, bool, bool]]]:
        news = [told("wall.json", token)["photos"] for token in everybody[:4]]
        return [[(each["id"], each["mine"], each["in"]) for each in photos] for photos in news]

    assert seen() == [200, 200, 404, 404, 404]
    assert listed() == [[(photo, False, False)], [(photo, True, False)], [], []]
    assert asked("let-in", {"photo": photo}, other)[:2] == (422, "Only the teacher can do that.")
    assert asked("let-in", {"photo": photo}, teacher)[0] == 200
    assert seen() == [200, 200, 200, 404, 404]
    assert listed() == [[(photo, False, True)], [(photo, True, True)], [(photo, False, True)], []]
    assert told("wall.json", other)["photos"][0]["said"] == "a Beagle"
    assert asked(f"wall/{photo}", cookie=other, method="GET")[2]["cache-control"] == "no-store"
    assert asked(f"picture/{photo}", cookie=other, method="GET")[0] == 404, "no photo of a question"

    asked("wall", {"open": False}, teacher)
    assert seen() == [200, 200, 404, 404, 404]
    assert "networks" not in told("wall.json", other)
    asked("wall", {"open": True}, teacher)
    assert asked("take-back", {"photo": photo}, other)[0] == 200
    assert seen()[1] == 200, "nobody takes another's"
    assert asked("take-back", {"photo": photo}, mine)[0] == 200
    assert seen() == [404] * 5
    assert asked("let-in", {"photo": photo}, teacher)[:2] == (422, "This photo was taken back.")
    assert asked("wall.json", cookie="nobody", method="GET")[:2] == (404, "This class has ended.")


@pytest.mark.parametrize(
    ("action", "body", "sentence"),
    [
        ("show", {"picture": "%%%"}, "This picture cannot be read."),
        ("show", {}, "This picture cannot be read."),
        ("show", {"picture": "", "said": 7}, "A text of up to 60 characters is asked for."),
        ("show", {"picture": "", "said": "x" * 61}, "A text of up to 60 characters is asked for."),
        ("show", {"picture": "x" * 500_000}, "This question makes no sense."),
        ("take-back", {}, "There is no such photo."),
        ("take-back", {"photo": "1"}, "There is no such photo."),
        ("take-back", {"photo": True}, "There is no such photo."),
        ("take-back", {"photo": 2**70}, "There is no such photo."),
        ("wall", {"open": True}, "Only the teacher can do that."),
    ],
)
def test_what_makes_no_sense_gets_one_sentence(own_hall: Hall, action: str, body: dict, sentence: str) -> None:
    _, student, _, _ = opened(own_hall)
    assert asked(action, body, student)[:2] == (422, sentence)


def test_breeds_are_suggested_to_members_alone(own_hall: Hall) -> None:
    _, student, _ = voter(own_hall)
    names = told("breeds.json", student)
    assert len(names) == 118
    assert names == sorted(names, key=str.casefold)
    assert {"Beagle", "Brabançon griffon", "Bernese mountain dog"} <= set(names)
    assert asked("breeds.json", method="GET")[0] == 404


CIFAR = ("airplane", "cat", "dog")
DRAWN = ("beagle", "pug")


@pytest.mark.parametrize(
    ("said", "labels", "name"),
    [
        ("beagle", IMAGENET_LABELS, "Beagle"),
        ("BEAGLE", IMAGENET_LABELS, "Beagle"),
        ("Bernese mountain dog", IMAGENET_LABELS, "Bernese mountain dog"),
        ("Shiba Inu", IMAGENET_LABELS, None),
        ("something <b>else</b>", IMAGENET_LABELS, None),
        ("", IMAGENET_LABELS, None),
        ("tabby", IMAGENET_LABELS, "Tabby"),
        ("Beagle", CIFAR, "dog"),
        ("shiba inu", CIFAR, "dog"),
        ("Cat", CIFAR, "cat"),
        ("Tabby", CIFAR, None),
        ("Pug", DRAWN, "pug"),
        ("Husky", DRAWN, None),
    ],
)
def test_a_breed_is_found_however_it_is_written(said: str, labels: tuple[str, ...], name: str | None) -> None:
    assert wall.class_named(said, labels) == name


def test_networks_answer_what_they_answer_anywhere() -> None:
    file = io.BytesIO()
    load_sample(DEFAULT_SAMPLE).image.save(file, "JPEG", quality=95)
    answers = wall.answers_to(file.getvalue(), "bernese mountain dog")
    network = load(DEFAULT)
    prediction = classify(network, open_picture(file.getvalue(), "photo").image)
    best = prediction.top(1)[0]
    answer = answers[DEFAULT]
    assert len(answers) == 3
    assert (answer.label, answer.said) == (network.name_of(best.index), "Bernese mountain dog")
    assert answer.probability == pytest.approx(best.probability, abs=1e-5)
    assert answer.right is (answer.label == "Bernese mountain dog")
    if answer.right:
        assert answer.chance == pytest.approx(answer.probability)
    unknown = wall.answers_to(file.getvalue(), "Shiba Inu")
    assert (unknown[DEFAULT].said, unknown[DEFAULT].chance, unknown[DEFAULT].right) == (None, None, None)
    assert {each.said for each in unknown.values()} == {None, "dog"}, "one network says just “dog”"
    nothing = wall.answers_to(file.getvalue(), "")
    assert {each.said for each in nothing.values()} == {None}


def test_the_test_set_counts_what_was_let_in_and_said(own_hall: Hall) -> None:
    teacher, one, other, _ = opened(own_hall)
    photos = [shows(one, "tan", "Beagle"), shows(one, "navy", "Pug"), shows(other, "red"), shows(other, "green", "Xyz")]
    for photo in photos[1:]:
        asked("let-in", {"photo": photo}, teacher)
    news = told("wall.json", teacher)
    listed = {each["id"]: each for each in news["photos"]}
    assert news["known"] == 1
    assert news["enough"] is False
    assert news["hardest"] == [photos[1]]
    first = news["networks"][0]
    is_right = listed[photos[1]]["right"]
    assert (first["right"], first["of"], first["share"]) == (int(is_right), 1, float(is_right))
    assert news["confusions"] == ([] if is_right else [["Pug", listed[photos[1]]["label"], 1]])
    assert [listed[photo]["right"] for photo in photos[2:]] == [None, None]
    assert "Shiba" in wall.note("shiba inu")
    assert wall.note("Xyz") == ""


def photo(number: int, said: str, let_in: bool = True) -> Photo:
    return Photo(number, "owner", "blue beagle", said, {}, let_in)


def test_a_set_has_the_breeds_of_which_there_are_two() -> None:
    photos = [photo(1, "beagle"), photo(2, "Beagle"), photo(3, "Mops"), photo(4, "mops"), photo(5, "Pug")]
    found = wall.classes_of(photos)
    assert {name: [each.id for each in of_it] for name, of_it in found.items()} == {"Beagle": [1, 2], "Mops": [3, 4]}


def full(hall: Hall) -> tuple[str, str, str, str]:
    """A class with two photos each of two breeds on its wall: the teacher, two students, and a stranger."""
    teacher, one, other, stranger = opened(hall)
    for token, colours in ((one, ("tan", "red")), (other, ("navy", "green"))):
        for colour, said in zip(colours, ("Pug", "beagle"), strict=True):
            asked("let-in", {"photo": shows(token, colour, said)}, teacher)
    return teacher, one, other, stranger


def test_photos_of_a_class_are_a_set_for_its_members_while_it_lasts(own_hall: Hall, tmp_path: Path) -> None:
    teacher, one, other, stranger = full(own_hall)
    assert told("wall.json", other)["enough"] is True
    file = photo_set(own_hall.wall, one)
    assert file == photo_set(own_hall.wall, teacher)
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == [f"{name}/0000{n}.jpg" for name in ("Beagle", "Pug") for n in (1, 2)]
    source = open_source(str(file))
    assert (source.title, source.classes, len(source)) == ("Photos of this class", ("Beagle", "Pug"), 4)
    dataset = prepare(source, "breeds", 32)
    assert (len(dataset.training), len(dataset.validation)) == (2, 2)
    recipe = Recipe(str(file), size=32)
    cache_pictures(recipe)
    assert np.array_equal(open_cached(recipe).images, dataset.images)
    kept = {each for each in tmp_path.rglob("*") if each.is_file() and "sqlite" not in each.name}
    assert kept, "the set is there"
    assert {each.parent for each in kept} == {file.parent}, "nothing of it lies elsewhere"
    with pytest.raises(DatasetError, match="closed"):
        photo_set(own_hall.wall, stranger)  # of another class, where nobody has opened one
    own_hall.classes.end(teacher)
    assert not file.parent.exists()
    with pytest.raises(DatasetError, match="no longer on the server"):
        open_source(str(file))
    with pytest.raises(DatasetError, match="has ended"):
        photo_set(own_hall.wall, other)


def test_a_photo_that_is_taken_back_goes_out_of_the_set(own_hall: Hall) -> None:
    _, one, other, _ = full(own_hall)
    file = photo_set(own_hall.wall, other)
    own_hall.classes.leave(other)
    assert not file.exists()
    with pytest.raises(DatasetError, match="two photos each of at least two breeds"):
        photo_set(own_hall.wall, one)
    with pytest.raises(DatasetError, match="has ended"):
        photo_set(own_hall.wall, other)


def chooser() -> None:
    import streamlit as st

    from imgcls.ui.dataset.choice import choose_data

    st.session_state["said"] = choose_data("data")


def test_the_choice_of_pictures_offers_it_to_members_alone(own_hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher, one, _, stranger = full(own_hall)
    here = ["nobody"]
    host = class_photos.Host(
        lambda: own_hall.classes.member(here[0]) is not None,
        lambda: photo_set(own_hall.wall, here[0]),
    )
    monkeypatch.setattr(class_photos, "host", host)
    app = AppTest.from_function(chooser, default_timeout=30)
    app.query_params["data_source"] = "Photos of this class"
    app.run()
    assert "Photos of this class" not in app.selectbox(key="data_source").options
    assert app.selectbox(key="data_source").value == "drawn-dogs"
    here[0] = one
    app.run()
    app.selectbox(key="data_source").set_value("class-photos").run()
    assert not app.exception
    assert app.session_state["said"].source == str(photo_set(own_hall.wall, one))
    assert any("4 pictures in 2 classes" in each.value for each in app.caption)
    here[0] = stranger
    app.run()
    assert app.session_state["said"] is None
    assert "closed" in app.info[0].value
    here[0] = one
    own_hall.classes.end(teacher)
    app.run()
    assert not app.exception
    assert app.session_state["said"].source == "drawn-dogs"
