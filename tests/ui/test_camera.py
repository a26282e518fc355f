"""In a hall the pages come over plain http, where browsers keep the camera to themselves."""

import pytest
from streamlit.testing.v1 import AppTest

from imgcls.ui.camera import camera_allowed


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://192.168.0.17:8501/train", False),
        ("http://lecture.example", False),
        ("https://lecture.example/train", True),
        ("http://localhost:8501", True),
        ("http://127.0.0.1:8501/train", True),
        ("http://[::1]:8501/", True),
        ("", True),
    ],
)
def test_the_camera_is_there_over_https_and_on_the_machine_itself(url: str, allowed: bool) -> None:
    assert camera_allowed(url) == allowed


def test_without_a_camera_the_page_says_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    def page() -> None:
        from imgcls.ui.camera import camera

        camera("Take a picture", key="shot", on_change=lambda: None)

    assert not AppTest.from_function(page, default_timeout=20).run().info
    monkeypatch.setattr("imgcls.ui.camera.camera_allowed", lambda url: False)
    (info,) = AppTest.from_function(page, default_timeout=20).run().info
    assert "Press Upload instead" in info.value
