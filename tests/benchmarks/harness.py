"""What the benchmarks share: a running app, a browser, and a table. Figures are for comparing within one run."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import torch
from playwright.sync_api import Locator, Page, sync_playwright

from imgcls.models.classify import Classifier
from tests import serving

# Which changes of an element count for `drag`, as a MutationObserver takes them.
ANY_CHANGE = {"attributes": True, "childList": True, "characterData": True, "subtree": True}
REDRAWN = {"attributes": True, "attributeFilter": ["data-drawn"]}

# Moves a slider from place to place and takes the time until what it changes has changed and been painted.
_DRAG = """async (input, [watched, places, changes, pause]) => {
  // Shadow roots hide their elements from document.querySelector.
  const find = (root, selector) => root.querySelector(selector) ??
    [...root.querySelectorAll("*")].map((one) => one.shadowRoot && find(one.shadowRoot, selector)).find(Boolean)
  const target = watched.split(" >> ").reduce(find, document), times = []
  const changed = () => new Promise((resolve) => {
    const watcher = new MutationObserver(() => {
      watcher.disconnect()
      requestAnimationFrame(() => resolve(performance.now()))
    })
    watcher.observe(target, changes)
    setTimeout(() => resolve(NaN), 3000)
  })
  for (const place of places) {
    await new Promise((resolve) => setTimeout(resolve, pause))
    input.value = place
    const done = changed()
    const start = performance.now()
    input.dispatchEvent(new Event("input", { bubbles: true }))
    times.push((await done) - start)
  }
  input.dispatchEvent(new Event("change", { bubbles: true }))
  return times.slice(5).filter((time) => !Number.isNaN(time))
}"""


def running_app(script: str = "app.py", asks_first: bool = False) -> AbstractContextManager[str]:
    """The app (or another script) served on a free port; see `tests.serving.running_app`."""
    return serving.running_app(Path(tempfile.mkstemp(suffix=".log")[1]), script, asks_first=asks_first)


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


def milliseconds(work: Callable[[], object], count: int = 1) -> list[float]:
    """How long `work` takes, each time."""
    times = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return times


def forward_passes(classifier: Classifier, count: int = 30) -> list[float]:
    """Milliseconds of bare forward passes, the first five left out."""
    inputs = torch.zeros(1, 3, classifier.preprocess.crop, classifier.preprocess.crop)
    with torch.inference_mode():
        return milliseconds(lambda: classifier.module(inputs), count)[5:]


def ends(slider: Locator) -> tuple[float, float]:
    """The smallest and the largest number of a slider."""
    low, high = slider.evaluate("input => [Number(input.min), Number(input.max)]")
    return low, high


def drag(
    slider: Locator, watched: str, places: Sequence[float], changes: Mapping[str, Any] = ANY_CHANGE, pause: int = 60
) -> list[float]:
    """Milliseconds from each move of a slider to the painted change of `watched`, the first five left out.

    A move waits `pause` milliseconds after the change before it; a change that does not come in 3 s is left out.
    """
    return slider.evaluate(_DRAG, [watched, list(places), dict(changes), pause])


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
