"""From a move of the hand to the picture redrawn, in every lesson: `python -m tests.benchmarks.bench_drags [WORD ...]`.

Prints a table; with WORDs, of the cases that have one of them in their names. In a real browser against the running
app, from the event to the paint. The ratio column divides by the drag of a kernel's weight on a photo, measured first.
"""

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from playwright.sync_api import Locator, Page

from imgcls.ops.kernel_kinds import KINDS
from imgcls.ops.rearrange import OPERATIONS
from imgcls.ui.scores import BREEDS
from tests.benchmarks.bench_convolution import lens
from tests.benchmarks.harness import HEAD, drag, ends, open_page, row, running_app

# Moves the pointer over an element, held down, clicks here and there, or presses its buttons in turn.
_HAND = """async (element, [watched, count, does]) => {
  const find = (root, selector) => root.querySelector(selector) ??
    [...root.querySelectorAll("*")].map((one) => one.shadowRoot && find(one.shadowRoot, selector)).find(Boolean)
  const target = watched.split(" >> ").reduce(find, document), times = [], box = element.getBoundingClientRect()
  const changed = () => new Promise((resolve) => {
    const watcher = new MutationObserver(() => {
      watcher.disconnect()
      requestAnimationFrame(() => resolve(performance.now()))
    })
    watcher.observe(target, { attributes: true, childList: true, characterData: true, subtree: true })
    setTimeout(() => resolve(NaN), 3000)
  })
  element.setPointerCapture = () => {}
  const at = (i) => ({ clientX: box.left + box.width * (0.3 + 0.4 * (7 * i % 20) / 20),
    clientY: box.top + box.height * (0.3 + 0.4 * (3 * i % 20) / 20) })
  const told = (name, i) => element.dispatchEvent(new PointerEvent(name, { ...at(i), bubbles: true, pointerId: 1 }))
  const buttons = [...element.querySelectorAll("button")]
  if (does === "drags") told("pointerdown", 0)
  for (let i = 1; i <= count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 90))
    const done = changed(), start = performance.now()
    if (does === "presses") buttons[i % buttons.length].click()
    else told(does === "clicks" ? "click" : "pointermove", i)
    times.push((await done) - start)
  }
  if (does === "drags") told("pointerup", count)
  return times.slice(5).filter((time) => !Number.isNaN(time))
}"""


@dataclass(frozen=True)
class Case:
    """What is dragged, a slider by its label, else the element `hand`, and what is redrawn: both CSS selectors,
    the latter one within another with " >> ".

    `does` says what is done to a `hand`: drags, clicks, or presses of the buttons in it.
    """

    name: str
    address: str
    label: str
    watched: str
    hand: str = ""
    does: str = "drags"


P, NODE_P = "p, the probability to drop a value", "p, the probability to drop a node"
DESCENT, HILL = "autodiff?autodiff_part=Gradient+descent", ".landscape .field svg"
LOG_LOSS = "p = sigmoid(w*x %2B b); -y*log(p) - (1 - y)*log(1 - p)"
VALLEYS = "(x**2 - 1)**2 %2B 0.3*x"
FIELD, LITE = "convolution?conv_part=Receptive+field", "&conv_field_of=EfficientNet-Lite0"
SPECIAL = f"convolution?conv_part={quote('1 × 1, depthwise')}"
RESHAPE = "tensors?tensors_part=Reshape+or+permute"
LIKELY = "cross-entropy?ce_view=Likelihood"
MEASURE, FOOL = "dataset?data_part=How+good+is+it%3F", "classify?classify_part=Fool+it"
LEVELS, MOST = "Levels of 255 by which every colour value moves", "Pixels repainted, those first that promise most"
CASES = (
    Case("descent, map: start → paths", DESCENT, "w", HILL),
    Case("descent, map: rate → paths", DESCENT, "rate", HILL),
    Case("descent, map: step → ball", DESCENT, "step", HILL),
    Case("descent, map: x → another map", DESCENT, "x", HILL),
    Case("descent, three ways: rate → paths",
         f"{DESCENT}&autodiff_methods=momentum&autodiff_methods=SGD", "rate", HILL),
    Case("descent, curve: start → path", f"{DESCENT}&autodiff_f={VALLEYS}", "x", HILL),
    Case("descent, graph: rate → graph", f"{DESCENT}&autodiff_look=Graph", "rate", ".graph svg"),
    Case("descent, mini-batches: batch size → paths", f"{DESCENT}&autodiff_look=Mini-batches", "batch size", HILL),
    Case("backward pass: w → graph", "autodiff", "w", ".graph svg"),
    Case("backward pass, log loss: w → graph", f"autodiff?autodiff_f={LOG_LOSS}", "w", ".graph svg"),
    Case("convolution and max-pool: cell → grids", "autodiff?autodiff_part=Convolution+and+max-pool", "kernel[0, 0]",
         ".graph svg"),
    Case("dropout: p → thinned network", "dropout", NODE_P, ".nodes"),
    Case("dropout: step → thinned network", "dropout", "training step", ".nodes"),
    Case("dropout: p → one mask", "dropout?drop_part=One+mask", P, ".grids"),
    Case("dropout: p → mean of many masks", "dropout?drop_part=The+mean+of+many", P, ".pictures"),
    Case("dropout: p → whole maps", "dropout?drop_part=Whole+maps", P, "canvas[role=img]"),
    Case("bend: a click → its point", "activations", "", ".bend", "canvas.answer", "clicks"),
    Case("activations: slope → curves", "activations?act_part=The+functions&act_functions=Leaky+ReLU",
         "Leaky ReLU: slope a", ".curves"),
    Case("activations: α → curves", "activations?act_part=The+functions&act_functions=ELU", "ELU: α", ".curves"),
    Case("activations: a Maxout weight → curves", "activations?act_part=The+functions&act_functions=Maxout", "w1",
         ".curves"),
    Case("activations: map → histogram", "activations?act_part=On+your+photo", "Feature map", ".plot"),
    Case("activations: layers → curves", "activations?act_part=Through+many+layers", "Layers", ".pictures"),
    Case("normalise: mean → answer, maps, histogram", "tensors?tensors_part=Normalise", "mean", ".pictures"),
    Case("reshape: row length → photo", f"{RESHAPE}&tensors_operation={quote(OPERATIONS['row length'].code)}",
         "w, pixels to a row", "table"),
    Case("matmul: columns of B → product", "tensors?tensors_part=Matmul", "columns of B", ".matmul"),
    Case("slice: last row → facts", "tensors", "last of the rows", ".slicer code"),
    Case("templates: class → products", "dense?dense_part=One+template+per+class", "", ".templates", ".templates .all",
         "presses"),
    Case("multi-label: scene → both bars", "", "Drawn scene", "[class*=st-key-home_softmax] >> .probability-bars"),
    Case("dense: image size → network", "dense", "Image size", ".nodes"),
    Case("dense: image size → costs", "dense?dense_part=What+it+costs&dense_cost_size=32", "Image size in pixels",
         ".plot"),
    Case("dense: picture size → neuron", "dense?dense_part=The+photo+through+one+neuron", "Size of the picture",
         ".unroll"),
    Case("receptive field: layers → squares", FIELD, "layers", ".field"),
    Case("receptive field: place → squares", FIELD, "", ".field", ".field canvas"),
    Case("receptive field, TinyVGG: layer → squares", f"{FIELD}&conv_field_of=TinyVGG", "layer", ".field"),
    Case("receptive field, EfficientNet: layer → squares", f"{FIELD}{LITE}", "layer", ".field"),
    Case("depthwise: map → output", SPECIAL, "output map", ".words"),
    Case("1 × 1: map → output", f"{SPECIAL}&conv_kind={quote(KINDS['pointwise'].title)}", "output map", ".words"),
    Case("a full one: map → output", f"{SPECIAL}&conv_kind={quote(KINDS['full'].title)}", "output map", ".words"),
    Case("measuring: threshold → rates, ROC, pictures", MEASURE, "Say yes from a probability of", ".plot"),
    Case("likelihood: logit → product, curve", LIKELY, f"true logit (two others: 0) of 1: {BREEDS[0]}", ".pictures"),
    Case("likelihood: photos → product, mark", LIKELY, "photos (these three repeated)", ".words"),
    Case("fool it: levels → picture, bars", FOOL, LEVELS, ".words"),
    Case("fool it: pixels → picture, bars", f"{FOOL}&fool_way=Few+pixels", MOST, ".words"),
)  # fmt: skip


def times(page: Page, url: str, case: Case, count: int = 45) -> list[float]:
    """Milliseconds of each step of a drag, to and fro in the middle of its range."""
    page.goto(f"{url}/{case.address}")
    hand: Locator = page.get_by_label(case.label, exact=True) if case.label else page.locator(case.hand)
    hand.first.wait_for(timeout=120_000)
    page.locator(case.watched).first.wait_for()
    page.wait_for_timeout(2500)
    if not case.label:
        hand.first.scroll_into_view_if_needed()
        return hand.first.evaluate(_HAND, [case.watched, count, case.does])
    low, high = ends(hand.first)
    return drag(hand.first, case.watched, [low + (high - low) * (0.3 + 0.4 * (7 * i % 20) / 20) for i in range(count)])


def main(wanted: Callable[[str], bool]) -> None:
    print(HEAD)
    with running_app() as url, open_page() as page:
        base = statistics.median(standard := lens(page, url)[0])
        print(row("a kernel's weight → output, 128 × 128", standard, "p50 ≤ 40", base), flush=True)
        for case in filter(lambda case: wanted(case.name), CASES):
            print(row(case.name, times(page, url, case), "p50 ≤ 30", base), flush=True)


if __name__ == "__main__":
    words = sys.argv[1:]
    main(lambda name: not words or any(word in name for word in words))
