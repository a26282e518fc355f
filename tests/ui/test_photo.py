"""The current photo: uploads replace it, bad files do not, and samples and downloads keep their word."""

import io
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.store.download import DownloadError
from imgcls.ui.photo import _preview

NAVIGATION = str(Path(__file__).resolve().parents[2] / "imgcls/ui/navigation.py")


def jpeg(colour: str, size: tuple[int, int] = (80, 60)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(NAVIGATION, default_timeout=60).run()


def uploader(app: AppTest):
    return next(each for each in app.file_uploader if each.key.startswith("photo_upload"))


def test_a_session_starts_on_the_default_sample(app: AppTest) -> None:
    assert app.session_state["current_photo"] == load_sample(DEFAULT_SAMPLE)


def test_an_upload_becomes_the_current_photo_on_every_lesson(app: AppTest) -> None:
    uploader(app).upload("mine.jpg", jpeg("red")).run()
    photo = app.session_state["current_photo"]
    assert (photo.name, photo.original_size) == ("mine.jpg", (80, 60))
    app.switch_page("../../pages/classify.py").run()
    assert app.session_state["current_photo"] is photo
    assert not app.exception


def test_a_photo_whose_end_is_missing_is_used_and_says_so(app: AppTest) -> None:
    uploader(app).upload("cut.jpg", jpeg("red")[:-2]).run()
    assert app.session_state["current_photo"].name == "cut.jpg" and not app.error
    assert [each.value for each in app.caption if "end of this photo's file is missing" in each.value]
    uploader(app).upload("whole.jpg", jpeg("red")).run()
    assert not [each.value for each in app.caption if "is missing" in each.value]


@pytest.mark.parametrize("data", [jpeg("red")[:200], b"%PDF-1.4 not a photo", b"\x00" * 50])
def test_a_bad_file_gives_one_sentence_and_the_photo_stays(app: AppTest, data: bytes) -> None:
    before = app.session_state["current_photo"]
    uploader(app).upload("holiday.jpg", data).run()
    assert app.session_state["current_photo"] is before
    sentences = {each.value for each in app.error}
    assert len(sentences) == 1
    assert sentences.pop().endswith(".")
    assert not app.exception


def test_the_sentence_goes_when_a_good_file_comes(app: AppTest) -> None:
    uploader(app).upload("bad.jpg", b"%PDF-").run()
    assert app.error
    uploader(app).upload("good.jpg", jpeg("blue")).run()
    assert not app.error


def test_without_internet_the_real_dog_is_one_sentence(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline() -> None:
        raise DownloadError("The photo could not be downloaded because this computer is offline; connect it.")

    monkeypatch.setattr("imgcls.ui.photo.fetch_real_dog", offline)
    app.segmented_control(key="photo_way").set_value("samples").run()
    before = app.session_state["current_photo"]
    app.button(key="photo_real_dog").click().run()
    assert any("offline" in each.value for each in app.error)
    assert app.session_state["current_photo"] is before


def test_the_preview_shows_a_tiny_photo_pixel_by_pixel_and_a_large_one_reduced() -> None:
    tiny = Image.linear_gradient("L").convert("RGB").resize((64, 32))
    enlarged = _preview(tiny)
    assert enlarged.size == (448, 224)
    assert enlarged.resize((64, 32), Image.Resampling.NEAREST).tobytes() == tiny.tobytes()
    assert _preview(tiny.resize((2000, 1000))).size == (480, 240)
