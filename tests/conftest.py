"""Settings for all tests: nothing is cached outside the test's folder, nothing goes to the network by accident."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

# One core for each of the test processes, before torch is imported: with more threads than cores they wait for each
# other in a loop. Programs that the tests start inherit it; what says how many threads it wants has them all the same.
if "PYTEST_XDIST_WORKER" in os.environ:
    cores = (os.cpu_count() or 1) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, cores)))

# A browser test often waits for a picture that moves. A third process fills that time with tests that need no browser,
# at a low priority: a third browser would leave a training none.
FILLER = "gw2"
if os.environ.get("PYTEST_XDIST_WORKER") == FILLER and hasattr(os, "nice"):
    os.nice(5)


class FilledScheduling(LoadFileScheduling):
    """Files in the order they were collected; the filling process takes browsers only when nothing else is left."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        if node.gateway.id == FILLER:
            plain = next((file for file in self.workqueue if "/browser/" not in file), None)
            if plain is not None:
                self.workqueue.move_to_end(plain, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Callable) -> FilledScheduling:
    return FilledScheduling(config, log)


# Lessons show themselves at once in tests; those of the questions turn this on.
os.environ.setdefault("IMGCLS_PREDICT_FIRST", "0")

# Each AppTest looks through all packages for components of others, longer than a page takes: once is enough.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Downloads and drawn data sets of the tests go to a folder of their own."""
    os.environ["IMGCLS_CACHE"] = str(tmp_path_factory.mktemp("cache"))
