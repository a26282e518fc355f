"""Settings for all tests: nothing is cached outside the test's folder, nothing goes to the network by accident."""

import os
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

# One core for each of the test processes, before torch is imported: with more threads than cores they wait for each
# other in a loop. Programs that the tests start inherit it; what says how many threads it wants has them all the same.
if "PYTEST_XDIST_WORKER" in os.environ:
    cores = (os.cpu_count() or 1) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores)))

# Lessons show themselves at once in tests; those of the questions turn this on.
os.environ.setdefault("IMGCLS_PREDICT_FIRST", "0")

# Each AppTest looks through all packages for components of others, longer than a page takes: once is enough.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Downloads and drawn data sets of the tests go to a folder of their own."""
    os.environ["IMGCLS_CACHE"] = str(tmp_path_factory.mktemp("cache"))
