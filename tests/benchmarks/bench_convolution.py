"""Dragging a weight and pointing, in a real browser: `python -m tests.benchmarks.bench_convolution` prints a table.

The convolution page at its defaults (128 x 128, grey, 3x3), beside a scratch page with the same content made of
Streamlit's own slider, images and table. The ratio column divides by the bare `convolve`, timed in this process.
Drag: from the pointer's move to the drawn picture that contains it, while the pointer moves 60 times a second.
"""

import statistics
import tempfile
import time
from pathlib import Path

import torch
from playwright.sync_api import Page

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.ops.convolution import convolve, working_pixels
from imgcls.ops.kernels import preset_kernel
from tests.benchmarks.harness import HEAD, milliseconds, open_page, row, running_app

NATIVE = """
import streamlit as st
import torch

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.ops.convolution import convolve, working_pixels
from imgcls.ops.kernels import Kernel, preset_kernel

st.set_page_config(layout="wide")
pixels = working_pixels(load_sample(DEFAULT_SAMPLE).image, 128)
left, middle, right = st.columns(3)
weights = preset_kernel("sharpen").weights.clone()
weights[0, 1, 1] = middle.slider("middle weight", -10.0, 10.0, 5.0, 0.1)
output = convolve(pixels, Kernel(weights)).output[0]
left.image(pixels[0].numpy(), width="stretch")
middle.table((pixels[0, 50:53, 50:53] * weights[0]).numpy())
right.image(output.clamp(0, 255).byte().numpy(), width="stretch", output_format="PNG")
"""

# The scratch page under the same server settings as the app, so that only the page differs.
NATIVE_APP = """
import streamlit as st

from imgcls.ui.server import lifespan

app = st.App("page.py", lifespan=lifespan)
"""

# Watches the lens: when which middle weight was dragged to, and when the picture made with it was drawn.
WATCH_LENS = """() => {
  const host = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('.lens'))
  const lens = host.shadowRoot.querySelector('.lens'), cell = lens.querySelectorAll('.weight')[4]
  Object.assign(window, { moved: {}, moves: 0, late: [], draws: [], hovers: [], messages: 0 })
  const send = WebSocket.prototype.send
  WebSocket.prototype.send = function (...all) { window.messages++; return send.apply(this, all) }
  let start = 0
  window.addEventListener('pointermove', () => { start = performance.now(); window.moves++ }, true)
  // After the component's own handler, which writes the new weight into the cell.
  window.addEventListener('pointermove', () => { window.moved[cell.title.replace('\\u2212', '-')] ??= start })
  new MutationObserver((changes) => {
    const now = performance.now()
    for (const { attributeName } of changes) {
      if (attributeName === 'data-shown') window.hovers.push(now - start)
      if (attributeName !== 'data-drawn') continue
      window.draws.push(now)
      const key = String(Number(Number(lens.dataset.weights.split(' ')[4]).toPrecision(7)))
      if (key in window.moved) { window.late.push(now - window.moved[key]); delete window.moved[key] }
    }
  }).observe(lens, { attributes: true })
}"""

WATCH_NATIVE = """() => {
  window.draws = []
  const loaded = (event) => { if (event.target.tagName === 'IMG') window.draws.push(performance.now()) }
  document.addEventListener('load', loaded, true)
}"""


def bare(count: int = 200) -> list[float]:
    """The convolution alone, in this process."""
    pixels, kernel = working_pixels(load_sample(DEFAULT_SAMPLE).image, 128), preset_kernel("sharpen")
    return milliseconds(lambda: convolve(pixels, kernel), count)[20:]


def drag(page: Page, x: float, y: float, seconds: float = 5) -> float:
    """Up and down from (x, y), a move every sixtieth of a second if the machine manages; the seconds it took."""
    page.mouse.move(x, y)
    page.mouse.down()
    start = time.perf_counter()
    step = 0
    while (now := time.perf_counter() - start) < seconds:
        step += 1
        page.mouse.move(x, y - 4 * step)
        time.sleep(max(0.0, step / 60 - now))
    page.mouse.up()
    return time.perf_counter() - start


def lens(page: Page, url: str) -> tuple[list[float], tuple[float, float], list[float], int]:
    """Latencies of a drag, draws and moves a second, latencies of pointing, and messages that pointing sent."""
    page.goto(f"{url}/convolution")
    page.wait_for_selector(".lens[data-drawn]")
    page.wait_for_timeout(3000)
    page.evaluate(WATCH_LENS)
    cell = page.locator(".cell").nth(4).bounding_box()
    x, y = cell["x"] + cell["width"] / 2, cell["y"] + cell["height"] / 2
    drag(page, x, y, 1)
    page.wait_for_timeout(1000)
    page.evaluate("Object.assign(window, { moved: {}, moves: 0, late: [], draws: [] })")
    seconds = drag(page, x, y)
    late, draws, moves = page.evaluate("[late, draws.length, moves]")
    page.wait_for_timeout(1000)
    output = page.locator(".output .picture").bounding_box()
    page.mouse.move(output["x"] + 3, output["y"] + 3)
    page.evaluate("Object.assign(window, { hovers: [], messages: 0 })")
    for step in range(120):
        page.mouse.move(output["x"] + 5 + 2 * (step % 100), output["y"] + 5 + 1.5 * step)
        page.wait_for_timeout(20)
    return late, (draws / seconds, moves / seconds), *page.evaluate("[hovers, messages]")


def native(page: Page, url: str, count: int = 40) -> tuple[list[float], float]:
    """The same weight on Streamlit's slider: from an arrow key to the new picture, and pictures a second in a drag."""
    page.goto(url)
    page.wait_for_selector("[data-testid=stImage] img")
    page.wait_for_timeout(2000)
    page.evaluate(WATCH_NATIVE)
    handle = page.locator("[data-testid=stSlider] input[type=range], [data-testid=stSlider] [role=slider]").first
    handle.focus()
    times = []
    for _ in range(count):
        before = page.evaluate("draws.length")
        start = page.evaluate("performance.now()")
        page.keyboard.press("ArrowRight")
        page.wait_for_function("n => draws.length > n", arg=before)
        times.append(page.evaluate("draws.at(-1)") - start)
        page.wait_for_timeout(100)
    box = page.locator("[data-testid=stSlider]").bounding_box()
    page.evaluate("draws = []")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 18
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(120):
        page.mouse.move(x + step % 60, y)
        page.wait_for_timeout(16)
    draws = page.evaluate("draws.length")
    page.mouse.up()
    return times[5:], draws / 2


def main() -> None:
    torch.set_num_threads(1)
    conv = bare()
    base = statistics.median(conv)
    with running_app() as url, open_page() as page:
        late, rates, hovers, messages = lens(page, url)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "page.py").write_text(NATIVE)
        Path(folder, "app.py").write_text(NATIVE_APP)
        with running_app(f"{folder}/app.py") as url, open_page() as page:
            keys, natives = native(page, url)
    print(
        HEAD,
        row("bare `convolve`, 128 x 128", conv, base=base),
        row("drag a weight -> drawn", late, "40, p95 80", base),
        row("Streamlit's slider, arrow key -> drawn", keys, "", base),
        row("point -> sum shown", hovers, "16.7 (one frame)", base),
        sep="\n",
    )
    print(
        f"\nDraws a second during a drag: {rates[0]:.0f} of {rates[1]:.0f} moves (target 30); "
        f"Streamlit's slider: {natives:.0f}."
    )
    print(
        f"Drag against Streamlit's slider, p50: {statistics.median(keys) / statistics.median(late):.1f} times as fast."
    )
    print(f"Messages to the server while pointing: {messages}.")


if __name__ == "__main__":
    main()
