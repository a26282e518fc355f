"""What tests of several files need."""

from pathlib import Path

import pytest

from imgcls.classroom import Classes, Hall
from imgcls.ui import classroom


@pytest.fixture
def own_hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """Classes of this test alone."""
    hall = Hall(Classes(tmp_path / "class.sqlite3"))
    monkeypatch.setattr(classroom, "hall", lambda: hall)
    return hall
