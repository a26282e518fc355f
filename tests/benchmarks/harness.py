"""What the benchmarks share: a running app, a browser, and a table. Figures are for comparing within one run."""

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests import serving


def running_app(script: str = "app.py") -> AbstractContextManager[str]:
    """The app (or another script) served on a free port; see `tests.serving.running_app`."""
    return serving.running_app(Path(tempfile.mkstemp(suffix=".log")[1]), script)


@contextmanager
def open_page(width: int = 1280, height: int = 720) -> Iterator[Page]:
    """A page of the Chromium on this machine."""
    path = serving.browser_path()
    if not path:
        raise SystemExit("Install Chromium to run this benchmark.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=serving.ARGUMENTS)
        yield browser.new_page(viewport={"width": width, "height": height})
        browser.close()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def row(name: str, milliseconds: Sequence[float], target: str = "", base: float | None = None) -> str:
    """One line of a Markdown table: median, 95th percentile, ratio to a base measured in the same run."""
    ratio = f"{statistics.median(milliseconds) / base:.2f}" if base else ""
    return (
        f"| {name} | {statistics.median(milliseconds):.0f} | {percentile(milliseconds, 0.95):.0f} "
        f"| {ratio} | {len(milliseconds)} | {target} |"
    )


HEAD = "| what | p50 ms | p95 ms | ratio | n | target |\n|---|---|---|---|---|---|"
