"""Settings for all tests: nothing is cached outside the test's folder, nothing goes to the network by accident."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Downloads and drawn data sets of the tests go to a folder of their own."""
    os.environ["IMGCLS_CACHE"] = str(tmp_path_factory.mktemp("cache"))
