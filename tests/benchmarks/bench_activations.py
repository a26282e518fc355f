"""Drags on the activations, dropout and dense lessons: `python -m tests.benchmarks.bench_activations` prints a table.

From the input event to the picture that has changed, in a real browser against the running app.
"""

from playwright.sync_api import Page

from tests.benchmarks.harness import HEAD, drag, ends, open_page, row, running_app

CASES = (
    ("activations: slope → curves", "activations?act_functions=Leaky+ReLU", "Leaky ReLU: slope a", ".curves"),
    ("activations: α → curves", "activations?act_functions=ELU", "ELU: α", ".curves"),
    ("activations: a Maxout weight → curves", "activations?act_functions=Maxout", "w1", ".curves"),
    ("activations: map → histogram", "activations?act_part=On+your+photo", "Feature map", ".plot"),
    ("activations: layers → curves", "activations?act_part=Through+many+layers", "Layers", ".plot"),
    ("dropout: p → mask", "dropout?drop_part=One+mask", "p, the probability to drop a value", ".grids"),
    ("dropout: p → thinned network", "dropout", "p, the probability to drop a node", ".nodes"),
    ("dropout: p → mean of masks", "dropout?drop_part=The+mean+of+many", "p, the probability to drop a value", ".plot"),
    ("dropout: p → maps", "dropout?drop_part=Whole+maps", "p, the probability to drop a value", "canvas[role=img]"),
    ("dense: image size → network", "dense", "Image size", ".nodes"),
    ("dense: image size → costs", "dense?dense_part=What+it+costs&dense_cost_size=32", "Image size in pixels", ".plot"),
    ("dense: picture size → neuron", "dense?dense_part=The+photo+through+one+neuron", "Size of the picture", ".unroll"),
)


def slider_drag(page: Page, url: str, label: str, watched: str, count: int = 45) -> list[float]:
    """Milliseconds of each step of a slider's drag, to and fro in the middle of its range."""
    page.goto(url)
    slider = page.get_by_label(label, exact=True).first
    slider.wait_for()
    page.locator(watched).first.wait_for()
    page.wait_for_timeout(2500)
    low, high = ends(slider)
    return drag(slider, watched, [low + (high - low) * (0.3 + 0.4 * (7 * i % 20) / 20) for i in range(count)])


def main() -> None:
    print(HEAD)
    with running_app() as url, open_page() as page:
        for name, path, label, watched in CASES:
            print(row(name, slider_drag(page, f"{url}/{path}", label, watched), "p50 ≤ 50"), flush=True)


if __name__ == "__main__":
    main()
