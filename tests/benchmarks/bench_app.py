"""Start, page switch, upload to label, occlusion drag: `python -m tests.benchmarks.bench_app` prints a table.

All in a real browser against the app started as the README says. The ratio column divides by the bare forward
pass of the default network, timed in this process in the same run.
"""

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter
from playwright.sync_api import Page

from imgcls.lessons import built_lessons
from imgcls.models.registry import load
from tests.benchmarks.harness import HEAD, forward_passes, open_page, row, running_app

BARS = ".probability-bars[data-drawn]"
# Times of the changes of a chart's bars, taken in the page itself.
WATCH = """chart => {
  window.draws = []
  new MutationObserver(() => window.draws.push(performance.now())).observe(
    chart, { attributes: true, attributeFilter: ['data-drawn'] })
}"""


def phone_photo(seed: int, folder: Path) -> Path:
    """A 12-megapixel JPEG file with detail at several scales, some 2 MB like a phone's."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)).resize(
        (4000, 3000), Image.Resampling.BICUBIC
    )
    fine = Image.fromarray(rng.integers(0, 256, (1500, 2000, 3), dtype=np.uint8)).resize((4000, 3000))
    path = folder / f"{seed}.jpg"
    Image.blend(coarse, fine.filter(ImageFilter.GaussianBlur(1.5)), 0.3).save(path, quality=85)
    return path


def page_switches(page: Page) -> list[float]:
    """From the click on a "next" link to the next lesson's headline, twice through all lessons."""
    times = []
    for _ in range(2):
        page.get_by_role("link", name="Home").first.click()
        page.wait_for_timeout(1500)
        for lesson in built_lessons()[1:]:
            link = page.get_by_role("link", name=f"Next: {lesson.title}")
            link.scroll_into_view_if_needed()
            start = time.perf_counter()
            link.click()
            page.get_by_role("heading", name=lesson.question).wait_for()
            times.append(1000 * (time.perf_counter() - start))
            page.wait_for_timeout(1200)
    return times


def uploads(page: Page, url: str, folder: Path, count: int = 8) -> list[float]:
    """From handing the browser a new 12-megapixel file to another answer on the page."""
    page.goto(f"{url}/classify")
    page.wait_for_selector(BARS)
    page.wait_for_timeout(1500)
    times = []
    for number in range(count):
        photo = phone_photo(number, folder)
        page.locator(BARS).nth(1).evaluate(WATCH)
        page.wait_for_timeout(500)
        drawn = page.evaluate("draws.length")
        start = time.perf_counter()
        page.locator("[data-testid=stSidebar] input[type=file]").set_input_files(photo)
        page.wait_for_function("n => draws.length > n", arg=drawn)
        times.append(1000 * (time.perf_counter() - start))
        page.wait_for_timeout(1200)
    return times


def occlusion_moves(page: Page, count: int = 60) -> list[float]:
    """From a move of the patch to the redrawn bars."""
    page.locator(BARS).nth(1).evaluate(WATCH)
    box = page.locator(".grey-patch canvas").first.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 40, y)
    page.mouse.down()
    times = []
    for step in range(count):
        page.wait_for_timeout(60)
        drawn, start = page.evaluate("[draws.length, performance.now()]")
        page.mouse.move(box["x"] + 40 + 4 * step, y)
        page.wait_for_function("n => draws.length > n", arg=drawn)
        times.append(page.evaluate("draws.at(-1)") - start)
    page.mouse.up()
    return times[5:]


def main() -> None:
    forward = forward_passes(load())
    base = statistics.median(forward)
    lines = [row("bare forward pass, EfficientNet-Lite0", forward, base=base)]
    start = time.perf_counter()
    with running_app() as url, open_page() as page, tempfile.TemporaryDirectory() as folder:
        page.goto(url)
        page.locator("h1").wait_for()
        lines.append(row("cold start to the frame", [1000 * (time.perf_counter() - start)]))
        page.wait_for_selector(BARS)
        lines.append(row("cold start to its answers", [1000 * (time.perf_counter() - start)], "6000"))
        page.wait_for_timeout(6000)
        warm = []
        for _ in range(3):
            start = time.perf_counter()
            page.goto(url)
            page.wait_for_selector(BARS)
            warm.append(1000 * (time.perf_counter() - start))
            page.wait_for_timeout(1000)
        lines.append(row("first page interactive, warm", warm, "2000"))
        lines.append(row("page switch", page_switches(page), "400", base))
        lines.append(row("12-megapixel upload to label", uploads(page, url, Path(folder)), "400", base))
        lines.append(row("occlusion drag, move to bars", occlusion_moves(page), "100", base))
    print(HEAD, *lines, sep="\n")


if __name__ == "__main__":
    main()
