"""Live drags on /autodiff and /tensors: `python -m tests.benchmarks.bench_autodiff` prints a table.

From a move of the mouse on a slider to the picture drawn with its answer, in a real browser. The ratio column divides
by the trace and its differences alone, timed in this process in the same run.
"""

import statistics
from dataclasses import dataclass

from playwright.sync_api import Page, TimeoutError

from imgcls.ops.autodiff import central_differences, trace
from imgcls.ops.descent import descend
from imgcls.ops.examples import EXAMPLES
from imgcls.ops.expression import parse
from tests.benchmarks.harness import HEAD, milliseconds, open_page, row, running_app

# Times of changes below an element, taken in the page itself; several changes within a frame count once.
WATCH = """element => {
  window.draws = []
  new MutationObserver(() => {
    const now = performance.now()
    if (now - (window.draws.at(-1) ?? 0) > 4) window.draws.push(now)
  }).observe(element, { childList: true, subtree: true, attributes: true })
}"""


def drag(page: Page, slider: str, watched: str, count: int = 60) -> list[float]:
    """Milliseconds from each move on the slider labelled `slider` to the next change below `watched`."""
    handle = page.get_by_label(slider, exact=True).first
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    if box is None:
        raise SystemExit(f"There is no slider “{slider}” to drag.")
    page.locator(watched).first.evaluate(WATCH)
    y = box["y"] + box["height"] / 2
    start = handle.evaluate("e => (e.value - e.min) / (e.max - e.min)")
    page.mouse.move(box["x"] + 11 + start * (box["width"] - 22), y)  # the middle of the thumb
    page.mouse.down()
    times = []
    for step in range(count):
        page.wait_for_timeout(60)
        drawn, start = page.evaluate("[draws.length, performance.now()]")
        share = 0.2 + 0.6 * (3 * (step + 1) % 10) / 10  # far enough for another whole number, too
        page.mouse.move(box["x"] + share * box["width"], y)
        try:
            page.wait_for_function("n => draws.length > n", arg=drawn, polling=1, timeout=1500)
        except TimeoutError:  # the same whole number again: nothing to draw
            continue
        times.append(page.evaluate("n => draws[n]", drawn) - start)
    page.mouse.up()
    page.wait_for_timeout(500)
    return times[5:]


@dataclass(frozen=True)
class Drag:
    """One drag to measure: a name, the page's address, the slider's label, and what is redrawn."""

    name: str
    address: str
    slider: str
    watched: str
    target: str = "p50 ≤ 30"


LOG_LOSS = "p = sigmoid(w*x %2B b); -y*log(p) - (1 - y)*log(1 - p)"
VALLEYS = "(x**2 - 1)**2 %2B 0.3*x"
DESCENT, HILL = "autodiff?autodiff_part=Gradient descent", ".landscape .field svg"
DRAGS = (
    Drag("graph: w to redrawn graph", "autodiff", "w", ".graph svg"),
    Drag("log loss: w to redrawn graph", f"autodiff?autodiff_f={LOG_LOSS}", "w", ".graph svg"),
    Drag("map: start to redrawn paths", DESCENT, "w", HILL),
    Drag("map: rate to redrawn paths", DESCENT, "rate", HILL),
    Drag("map: step to moved ball", DESCENT, "step", HILL),
    Drag("map: x to another map", DESCENT, "x", HILL),
    Drag("map: rate to three paths", f"{DESCENT}&autodiff_methods=momentum&autodiff_methods=SGD", "rate", HILL),
    Drag("curve: start to redrawn path", f"{DESCENT}&autodiff_f={VALLEYS}", "x", HILL),
    Drag("graph on the way: rate to redrawn graph", f"{DESCENT}&autodiff_look=Graph", "rate", ".graph svg"),
    Drag(
        "kernel cell to redrawn grids", "autodiff?autodiff_part=Convolution and max-pool", "kernel[0, 0]", ".graph svg"
    ),
    Drag("slice: last row to new facts", "tensors", "last of the rows", ".slicer code"),
    Drag("normalise: mean to moved histogram", "tensors?tensors_part=Normalise", "mean", ".charts"),
)


def main() -> None:
    steps, values = parse(EXAMPLES[0].text).steps, EXAMPLES[0].values
    whole = milliseconds(lambda: (trace(steps, values), central_differences(steps, values)), 60)[10:]
    base = statistics.median(whole)
    path = milliseconds(lambda: descend(steps, values, learn=["w", "b"], rate=0.5, count=30), 60)[10:]
    lines = [row("trace and differences, in process", whole, base=base), row("30 steps of descent", path, base=base)]
    with running_app() as url, open_page() as page:
        for each in DRAGS:
            page.goto(f"{url}/{each.address}")
            page.locator(each.watched).first.wait_for()
            page.wait_for_timeout(2500)
            lines.append(row(each.name, drag(page, each.slider, each.watched), each.target, base))
    print(HEAD, *lines, sep="\n")


if __name__ == "__main__":
    main()
