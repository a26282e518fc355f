"""Drags on the activations, dropout and dense lessons: `python -m tests.benchmarks.bench_activations` prints a table.

From the input event to the picture that has changed, in a real browser against the running app.
"""

from playwright.sync_api import Page

from tests.benchmarks.harness import HEAD, open_page, row, running_app

# Moves a slider step by step and takes the time until what it changes has changed and been painted.
DRAG = """async (input, [watched, count]) => {
  // Shadow roots hide their elements from document.querySelector.
  const find = (root) => root.querySelector(watched) ??
    [...root.querySelectorAll("*")].map((one) => one.shadowRoot && find(one.shadowRoot)).find(Boolean)
  const target = find(document)
  const changed = () => new Promise((resolve) => {
    const watcher = new MutationObserver(() => {
      watcher.disconnect()
      requestAnimationFrame(() => resolve(performance.now()))
    })
    watcher.observe(target, { attributes: true, childList: true, characterData: true, subtree: true })
    setTimeout(() => resolve(NaN), 3000)
  })
  const low = Number(input.min), high = Number(input.max), step = Number(input.step), times = []
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 60))
    const place = low + (high - low) * (0.3 + 0.4 * ((i * 7) % 20) / 20)
    input.value = Math.round(place / step) * step
    const done = changed()
    const start = performance.now()
    input.dispatchEvent(new Event("input", { bubbles: true }))
    times.push((await done) - start)
  }
  input.dispatchEvent(new Event("change", { bubbles: true }))
  return times.slice(5).filter((time) => !Number.isNaN(time))
}"""

CASES = (
    ("activations: slope → curves", "activations?act_functions=Leaky+ReLU", "Leaky ReLU: slope a", ".board"),
    ("activations: α → curves", "activations?act_functions=ELU", "ELU: α", ".board"),
    ("activations: a Maxout weight → curves", "activations?act_functions=Maxout", "w1", ".board"),
    ("activations: map → histogram", "activations?act_part=On+your+photo", "Feature map", ".plot"),
    ("activations: layers → curves", "activations?act_part=Through+many+layers", "Layers", ".plot"),
    ("dropout: p → mask", "dropout", "p, the probability to drop a value", ".grids"),
    ("dropout: p → mean of masks", "dropout?drop_part=The+mean+of+many", "p, the probability to drop a value", ".plot"),
    ("dropout: p → maps", "dropout?drop_part=Whole+maps", "p, the probability to drop a value", "canvas[role=img]"),
    ("dense: image size → network", "dense", "Image size", ".nodes"),
    ("dense: image size → costs", "dense?dense_part=What+it+costs", "Image size in pixels", ".plot"),
    ("dense: picture size → neuron", "dense?dense_part=The+photo+through+one+neuron", "Size of the picture", ".unroll"),
)


def drag(page: Page, url: str, label: str, watched: str, count: int = 45) -> list[float]:
    """Milliseconds of each step of a slider's drag."""
    page.goto(url)
    slider = page.get_by_label(label, exact=True).first
    slider.wait_for()
    page.locator(watched).first.wait_for()
    page.wait_for_timeout(2500)
    return slider.evaluate(DRAG, [watched, count])


def main() -> None:
    print(HEAD)
    with running_app() as url, open_page() as page:
        for name, path, label, watched in CASES:
            print(row(name, drag(page, f"{url}/{path}", label, watched), "p50 ≤ 50"), flush=True)


if __name__ == "__main__":
    main()
