"""What a tab is kept for its reload is given up some time after the tab has closed."""

import time
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from imgcls.data.samples import load_sample
from imgcls.ui.components import kept_photo as module

CAT = (load_sample("cat"), "cat")


@pytest.fixture
def token() -> Iterator[str]:
    module._kept["one"] = CAT
    yield "one"
    module._forget("one")


def asked(token: object) -> module.Choice | None:
    with patch.dict(module.st.session_state, {"tab": {"back": {"token": token}}}):
        return module.kept_photo("tab")


def test_the_tab_gets_what_was_kept_under_its_token_and_nothing_else(token: str) -> None:
    assert asked(token) == CAT
    for strange in ("", "another", None, 1, ["one"]):
        assert asked(strange) is None


def test_a_closed_tab_is_forgotten_and_one_that_comes_back_is_not(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP", 0.05)
    module._left(token)
    present = module._present.__wrapped__
    present(token)  # the connection broke for a moment
    time.sleep(0.2)
    assert asked(token) == CAT
    module._left(token)
    end = time.monotonic() + 5
    while asked(token) and time.monotonic() < end:
        time.sleep(0.02)
    assert asked(token) is None
    assert token not in module._ends


def test_a_tab_that_came_back_without_a_rerun_keeps_its_photo(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP", 0.05)
    connected = [True]
    module._there[token] = lambda: connected[0]
    module._left(token)
    time.sleep(0.2)
    assert asked(token) == CAT
    connected[0] = False
    end = time.monotonic() + 5
    while asked(token) and time.monotonic() < end:
        time.sleep(0.02)
    assert asked(token) is None
    assert token not in module._there
