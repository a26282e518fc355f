"""What a tab is kept for its reload is given up some time after the tab has closed."""

import dataclasses
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from imgcls.data.samples import load_sample
from imgcls.jobs import TOGETHER
from imgcls.ui.frame import kept_photo as module
from imgcls.ui.frame.kept_photo.spare import Spares

CAT = (load_sample("cat"), "cat")


@pytest.fixture
def token() -> Iterator[str]:
    module._kept["one"] = CAT
    yield "one"
    module._kept.pop("one", None)


def asked(token: object) -> module.Choice | None:
    with patch.dict(module.st.session_state, {"tab": {"back": {"token": token}}}):
        return module.kept_photo("tab")


def test_the_tab_gets_what_was_kept_under_its_token_and_nothing_else(token: str) -> None:
    assert asked(token) == CAT
    for strange in ("", "another", None, 1, ["one"]):
        assert asked(strange) is None


def test_a_photo_is_forgotten_some_time_after_its_tab_has_closed_and_no_thread_waits_for_that(token: str) -> None:
    connected, threads = [True], threading.active_count()
    module._tabs.attend(token, lambda: connected[0])
    module.forget_departed(0.0)
    connected[0] = False
    module.forget_departed(10.0)
    connected[0] = True  # it broke for a moment, and no script has run since
    module.forget_departed(module.KEEP + 20.0)
    assert asked(token) == CAT
    connected[0] = False
    module.forget_departed(1000.0)
    module.forget_departed(1000.0 + module.KEEP)
    assert asked(token) == CAT
    module.forget_departed(1001.0 + module.KEEP)
    assert asked(token) is None
    assert threading.active_count() == threads


@pytest.fixture
def together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As in one of several server processes."""
    monkeypatch.setenv(TOGETHER, str(tmp_path))
    return tmp_path / "photos"


def test_another_process_finds_the_photo_as_it_was(together: Path) -> None:
    photo = dataclasses.replace(load_sample("cat"), name="Ü .png", turned=True, original_size=(4000, 3000))
    Spares().keep("a token", photo, None)
    found, sample = Spares().find("a token")
    assert found == photo and sample is None
    for name in ("name", "format", "original_size", "turned", "digest", "incomplete"):
        assert getattr(found, name) == getattr(photo, name)
    assert found.image.tobytes() == photo.image.tobytes()
    assert asked("a token") == (found, None)
    Spares().keep("a token", load_sample("cat"), "cat")
    for strange in ("", "another", "../a token", "\ud800", "a" * 9999):
        assert Spares().find(strange) is None
    assert "token" not in "".join(path.name for path in together.iterdir())


def test_what_is_no_copy_is_no_photo(together: Path) -> None:
    Spares().keep("one", load_sample("cat"), "cat")
    (path,) = together.iterdir()
    whole = path.read_bytes()
    for torn in (b"", b"\xff\xff\xff\xff", whole[:100], whole[: len(whole) // 2]):
        path.write_bytes(torn)
        assert Spares().find("one") is None


def test_a_copy_goes_with_its_tab_or_some_time_after_its_process(together: Path) -> None:
    spares = Spares()
    for token in ("mine", "orphan", "closed"):
        spares.keep(token, load_sample("cat"), "cat")
    spares.forget("closed")
    long_ago = time.time() - 1000
    for path in together.iterdir():
        os.utime(path, (long_ago, long_ago))
    spares.tidy(["mine"], keep=600.0)
    assert spares.find("mine") and not spares.find("orphan") and not spares.find("closed")


def test_one_server_alone_writes_no_copies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(TOGETHER, raising=False)
    monkeypatch.chdir(tmp_path)
    spares = Spares()
    spares.keep("one", load_sample("cat"), "cat")
    spares.tidy(["one"], 1.0)
    spares.forget("one")
    assert spares.find("one") is None and not list(tmp_path.iterdir())
