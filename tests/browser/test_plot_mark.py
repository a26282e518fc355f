"""The mark of a chart, drawn over it: it stands at the axes' ticks and on the drawn curves, and moves by itself."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hands import opened

# Where the mark, the grid's lines (each named by the label closest to it) and the drawn curves stand in the window.
READ = """(plot) => {
  const all = (what) => [...plot.querySelectorAll(what)]
  const middle = (one) => {
    const box = one.getBoundingClientRect()
    return [box.x + box.width / 2, box.y + box.height / 2]
  }
  const points = (path) => {
    const there = path.getScreenCTM(), length = path.getTotalLength()
    const at = (share) => path.getPointAtLength(share * length).matrixTransform(there)
    return Array.from({ length: 2001 }, (_, i) => at(i / 2000)).map(({ x, y }) => [x, y])
  }
  const labels = all(".xtick text").map((text) => [text.textContent, middle(text)[0]])
  const closest = (x) => labels.reduce((one, other) => (Math.abs(other[1] - x) < Math.abs(one[1] - x) ? other : one))
  return {
    x: middle(plot.querySelector(".plot-mark path"))[0],
    dots: all(".plot-mark circle").map((dot) => [...middle(dot), getComputedStyle(dot).fill]),
    lines: all(".cartesianlayer .js-line").map((path) => [points(path), getComputedStyle(path).stroke]),
    ticks: Object.fromEntries(all(".xgrid").map((line) => [closest(middle(line)[0])[0], middle(line)[0]])),
  }
}"""
COUNT = """() => {
  window.drawn = 0
  const react = Plotly.react
  Plotly.react = (...what) => { window.drawn++; return react(...what) }
}"""


def check(plot: Locator, tick: str) -> dict[str, Any]:
    """The line stands at the tick, and on every drawn curve a dot of its colour."""
    seen = plot.evaluate(READ)
    assert seen["x"] == pytest.approx(seen["ticks"][tick], abs=1)
    assert [dot[2] for dot in seen["dots"]] == [colour for _, colour in seen["lines"]]
    for (x, y, _), (points, _) in zip(seen["dots"], seen["lines"], strict=True):
        assert x == pytest.approx(seen["ticks"][tick], abs=1)
        assert min((x - a) ** 2 + (y - b) ** 2 for a, b in points) < 1
    return seen


@pytest.mark.parametrize(
    ("path", "label", "before", "after", "curves"),
    [
        ("pooling?pool_part=Why+it+helps&pool_shift=4", "the photo moves right by", "4", "12", 5),
        ("dense?dense_part=What+it+costs&dense_cost_size=32", "Image size in pixels", "32", "128", 3),
    ],
    ids=["linear axes", "logarithmic axes"],
)
def test_line_and_dots_stand_at_the_marked_place(
    page: Page, server_url: str, path: str, label: str, before: str, after: str, curves: int
) -> None:
    page.goto(f"{server_url}/{path}")
    page.locator(".plot[data-drawn]").wait_for()
    plot = page.locator(".plot")
    first = check(plot, before)
    assert len(first["dots"]) == curves
    page.get_by_label(label, exact=True).fill(after)
    page.wait_for_function(
        "x => document.querySelector('.plot-mark path').getBoundingClientRect().x > x + 20", arg=first["x"]
    )
    check(plot, after)
    page.set_viewport_size({"width": 1000, "height": 720})
    width = plot.bounding_box()["width"]
    page.wait_for_function("width => document.querySelector('.plot .main-svg').clientWidth <= width", arg=width)
    assert check(plot, after)["x"] != first["x"]


def test_a_mark_that_moves_alone_does_not_draw_the_chart_again(page: Page, server_url: str) -> None:
    opened(page, f"{server_url}/pooling?pool_part=Why+it+helps&pool_shift=4", ".plot[data-drawn]")
    page.evaluate(COUNT)
    plot, slider = page.locator(".plot"), page.get_by_label("the photo moves right by", exact=True)
    for place, event in (("8", "input"), ("12", "change")):  # on the way, and let go
        turn = int(plot.get_attribute("data-drawn") or 0)
        slider.evaluate("(input, place) => { input.value = place }", place)
        slider.dispatch_event(event)
        expect(page.get_by_text(f"Moved by {place},")).to_be_visible()
        check(plot, place)
        assert int(plot.get_attribute("data-drawn") or 0) > turn
    assert page.evaluate("drawn") == 0
    page.get_by_role("radio", name="average", exact=True).click()  # other curves
    page.wait_for_function("drawn > 0")
    check(plot, "12")
