"""Drags on the softmax and cross-entropy lessons: `python -m tests.benchmarks.bench_softmax` prints a table.

From the input event of a slider to the changed number on the page, and to the redrawn chart where there is one, in a
real browser against the running app.
"""

from playwright.sync_api import Page

from tests.benchmarks.harness import HEAD, open_page, row, running_app

# Moves the slider step by step and takes the time until what it changes has changed.
DRAG = """async (input, [watched, count]) => {
  const root = watched === ".plot" ? document : input.getRootNode()
  const settled = () => new Promise((resolve) => {
    const watcher = new MutationObserver(() => { watcher.disconnect(); resolve(performance.now()) })
    const options = { attributes: true, attributeFilter: ["data-drawn", "data-text"], subtree: true }
    watcher.observe(root.querySelector(watched), options)
    setTimeout(() => resolve(NaN), 3000)
  })
  const times = []
  const low = Number(input.min), high = Number(input.max)
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 30))
    input.value = low + (high - low) * (0.4 + 0.07 * Math.sin(0.9 * i))
    const done = settled()
    const start = performance.now()
    input.dispatchEvent(new Event("input", { bubbles: true }))
    times.push((await done) - start)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  input.dispatchEvent(new Event("change", { bubbles: true }))
  return times.slice(5)
}"""

CASES = (
    ("softmax: logit → numbers, 3 classes", "softmax", ".cell .value"),
    ("softmax: logit → numbers, 10 classes", "softmax?softmax_logits=4_3_2_1_0_-1_-2_3_2_1", ".cell .value"),
    ("softmax: logit → temperature curves", "softmax?softmax_view=Temperature", ".plot"),
    ("softmax: logit → hardmax curves", "softmax?softmax_view=Hardmax", ".plot"),
    ("softmax: logit → triangle", "softmax?softmax_view=Triangle", ".cell .value"),
    ("softmax: logit → float16 table", "softmax?softmax_view=Overflow", ".cell .value"),
    ("cross-entropy: logit → loss and gradient", "cross-entropy", ".cell .value"),
    ("cross-entropy: logit → curve", "cross-entropy", ".plot"),
    ("cross-entropy: logit → two branches", "cross-entropy?ce_view=Two+classes", ".plot"),
    ("cross-entropy: logit → batch", "cross-entropy?ce_view=Batch", ".cell .value"),
    ("cross-entropy: logit → likelihood", "cross-entropy?ce_view=Likelihood", ".plot"),
    ("cross-entropy: logit → accuracy and loss", "cross-entropy?ce_view=Why+not+accuracy", ".plot"),
)


def drags(page: Page, url: str, watched: str, count: int = 45) -> list[float]:
    """Milliseconds of each step of a drag of the first logit."""
    page.goto(url)
    slider = page.locator(".sliders .range").first
    slider.wait_for(state="attached")
    if watched == ".plot":
        page.wait_for_selector(".plot[data-drawn]")
    page.wait_for_timeout(2000)
    return slider.evaluate(DRAG, [watched, count])


def main() -> None:
    print(HEAD)
    with running_app() as url, open_page() as page:
        for name, path, watched in CASES:
            print(row(name, drags(page, f"{url}/{path}", watched), "p50 ≤ 50"), flush=True)


if __name__ == "__main__":
    main()
