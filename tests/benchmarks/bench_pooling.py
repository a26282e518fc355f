"""Drags on the pooling lesson: `python -m tests.benchmarks.bench_pooling` prints a table.

From the input event to the redrawn picture, in a real browser against the running app; and from the pointer's move to
the changed sum, which costs no message to the server.
"""

import time

from playwright.sync_api import Locator, Page

from tests.benchmarks.harness import HEAD, REDRAWN, drag, ends, open_page, row, running_app

# Types one number after another into a cell.
TYPE = """async (input, count) => {
  const target = input.getRootNode().querySelector(".pool"), times = []
  input.focus()
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 40))
    const before = target.dataset.drawn
    input.value = String(10 + i)
    const start = performance.now()
    input.dispatchEvent(new Event("input", { bubbles: true }))
    while (target.dataset.drawn === before && performance.now() - start < 3000) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
    times.push(performance.now() - start)
  }
  return times.slice(5)
}"""

HOVER = """async (cells) => {
  const box = cells[0].getRootNode().querySelector(".pool"), times = []
  for (let turn = 0; turn < 10; turn++) for (const [i, cell] of cells.entries()) {
    const start = performance.now()
    cell.dispatchEvent(new PointerEvent("pointerenter", { bubbles: true }))
    const place = `${i >> 1},${i % 2}`
    while (box.dataset.shown !== place && performance.now() - start < 1000) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
    times.push(performance.now() - start)
  }
  return times
}"""


def redraws(slider: Locator, watched: str, count: int) -> list[float]:
    """Milliseconds from each move of a slider of whole numbers, over all its range, to the redrawn `watched`."""
    low, high = ends(slider)
    return drag(slider, watched, [low + 7 * i % (high - low + 1) for i in range(count)], REDRAWN, pause=40)


def slider_drag(page: Page, url: str, label: str, watched: str, count: int = 40) -> list[float]:
    """Milliseconds from each step of a slider's drag to the redrawn `watched`."""
    page.goto(url)
    slider = page.get_by_label(label, exact=True)
    slider.wait_for()
    page.locator(f"{watched}[data-drawn]").wait_for()
    page.wait_for_timeout(2500)
    return redraws(slider, watched, count)


def first_opened(page: Page, url: str, watched: str) -> list[float]:
    """Milliseconds until a part is drawn after it is chosen, the photo being new to it."""
    times = []
    for _ in range(3):
        page.goto(f"{url}/pooling")
        page.locator(".pool[data-drawn]").wait_for()
        page.wait_for_timeout(800)
        start = time.perf_counter()
        page.get_by_role("radio", name="A volume").click()
        page.locator(f"{watched}[data-drawn]").wait_for()
        times.append(1e3 * (time.perf_counter() - start))
    return times


def main() -> None:
    print(HEAD)
    with running_app() as url, open_page() as page:
        page.goto(f"{url}/pooling")
        page.locator(".pool[data-drawn]").wait_for()
        page.wait_for_timeout(1500)
        typed = page.locator(".before input").first.evaluate(TYPE, 40)
        print(row("number typed → pooled grid", typed, "p50 ≤ 40"), flush=True)
        hovered = page.locator(".after .cell").evaluate_all(HOVER)
        print(row("pointer → window and its maximum", hovered, "one frame"), flush=True)
        slices = slider_drag(page, f"{url}/pooling?pool_part=A+volume", "slice", ".pair")
        print(row("slice slider → slice before and after", slices, "p50 ≤ 40"), flush=True)
        address = f"{url}/pooling?pool_part=Why+it+helps"
        for what, watched in (("feature maps", "table"), ("marked curves", ".plot")):
            moved = slider_drag(page, address, "the photo moves right by", watched)
            print(row(f"shift slider → {what}", moved, "p50 ≤ 40"), flush=True)
        print(row("volume chosen → stacks of 64 drawn", first_opened(page, url, ".stack")), flush=True)


if __name__ == "__main__":
    main()
