"""How the whole network lies on the screen: sizes and colours of its maps, zooming, a layer made large."""

import re

import pytest
from playwright.sync_api import Page, expect

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.models.ablation import WhatIf, what_if
from imgcls.models.graph import graph_of
from imgcls.models.trace import trace
from imgcls.numbers import percent
from imgcls.ops.convolution import signed_limit
from imgcls.palette import colour_table
from imgcls.training.trained import tinyvgg
from imgcls.ui.hall import network_input
from tests.browser.hands import drawn, on_a_phone, settle
from tests.browser.test_network import open_network, shown, walk_to

EXTENT = """(canvas, name) => {
  const box = canvas.getBoundingClientRect(), status = canvas.closest(".network").querySelector(".status")
  const isThere = (x, y) => {
    const place = { clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true }
    canvas.dispatchEvent(new PointerEvent("pointermove", place))
    return status.textContent.startsWith(name + ":")
  }
  for (let x = 0; x < box.width; x += 9) for (let y = 0; y < box.height; y += 9) {
    if (!isThere(x, y)) continue
    const end = (across, down) => { let n = 0; while (isThere(x + across * n, y + down * n)) n++; return n }
    const found = [x - end(-1, 0), y - end(0, -1), x + end(1, 0), y + end(0, 1)]
    canvas.dispatchEvent(new PointerEvent("pointerleave"))
    return found
  }
}"""

MEAN_COLOUR = """(canvas, [x, y, w, h]) => {
  const scale = canvas.width / canvas.clientWidth
  const { data } = canvas.getContext("2d").getImageData(x * scale, y * scale, w * scale, h * scale)
  return [0, 1, 2].map((c) => data.filter((_, i) => i % 4 === c).reduce((a, b) => a + b) / (data.length / 4))
}"""


@on_a_phone
def test_two_fingers_zoom_and_the_answers_stand_below_on_a_phone(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_part=What+if&net_off=8-1")
    off = frozenset({("layers.conv2_2", 1)})
    graph, inputs = graph_of(tinyvgg()), network_input(tinyvgg(), load_sample(DEFAULT_SAMPLE))
    after = what_if(graph, inputs, WhatIf(off)).probabilities
    rows = page.locator(".network .list button")
    assert rows.count() == len(after)
    for row, share in zip(rows.all(), after.tolist(), strict=True):
        assert row.is_visible()
        text = row.locator("b").inner_text()
        assert text == percent(share)
    expect(page.locator(".network .list p")).to_contain_text("these 6 add up to 100%, whatever it is shown")
    canvas = page.locator(".network canvas")
    before, small = canvas.screenshot(), canvas.get_attribute("data-scale")
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 200
    fingers = page.context.new_cdp_session(page)
    for kind, apart in (("touchStart", 20), *(("touchMove", 20 + 10 * step) for step in range(1, 8)), ("touchEnd", 0)):
        points = [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}] if apart else []
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(canvas).not_to_have_attribute("data-scale", small)
    drawn(page)
    assert canvas.screenshot() != before
    scale = canvas.evaluate("(canvas) => canvas.dataset.scale")
    assert float(scale) == pytest.approx(90 / 20, rel=0.35)


def test_the_canvas_keeps_its_height_when_the_page_is_scrolled(page: Page, server_url: str) -> None:
    open_network(page, server_url)
    canvas = page.locator(".network canvas")
    before = canvas.bounding_box()
    canvas.hover()
    page.mouse.wheel(0, 160)
    page.wait_for_function("([canvas, y]) => canvas.getBoundingClientRect().y < y", arg=[
        canvas.element_handle(), before["y"] - 100,
    ])  # fmt: skip
    page.mouse.move(640, 5)  # else the pointer counts for more than the keys
    settle(page)
    walk_to(page, 3, 4)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("net_map=3-4"))  # the page has run once more
    settle(page)
    assert canvas.bounding_box()["height"] == before["height"]


def test_the_wheel_scrolls_the_page_and_zooms_with_control_alone(page: Page, server_url: str) -> None:
    open_network(page, server_url)
    canvas = page.locator(".network canvas")
    scale = canvas.get_attribute("data-scale")
    canvas.hover()
    page.mouse.wheel(0, -200)
    page.wait_for_timeout(200)  # nothing happens
    assert canvas.get_attribute("data-scale") == scale
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    expect(canvas).not_to_have_attribute("data-scale", scale)


@pytest.mark.parametrize(("colours", "scale"), [("map", ""), ("layer", ""), ("network", ""), ("map", "light")], ids=str)
def test_the_maps_have_the_colours_of_their_numbers(page: Page, server_url: str, colours: str, scale: str) -> None:
    open_network(page, server_url, f"?net_colours={colours}" + f"&net_scale={scale}" * bool(scale))
    found = trace(graph_of(tinyvgg()), network_input(tinyvgg(), load_sample(DEFAULT_SAMPLE)))
    columns, canvas = found.graph.columns[:-1], page.locator(".network canvas")
    table = colour_table("pixel" if scale else "activation").astype(float)  # dark is negative, grey 0, light positive
    for place, row in ((1, 0), (6, 4), (10, 9)):
        column = columns[place]
        walk_to(page, place, row)  # it is scrolled to
        left, top, right, bottom = canvas.evaluate(EXTENT, f"{column.title}, map {row}")
        drawn(page)
        inside = [left + 3, top + 3, right - left - 5, bottom - top - 5]  # two pixels around a map count as the map
        seen = canvas.evaluate(MEAN_COLOUR, inside)
        maps = found.output(column.step)
        limits = {
            "map": float(maps[row].abs().max()),
            "layer": float(signed_limit(maps)),
            "network": max(float(signed_limit(found.output(each.step))) for each in columns),
        }
        levels = (127.5 + 127.5 * maps[row] / limits[colours]).round().clamp(0, 255).long().numpy()
        assert seen == pytest.approx(table[levels].mean(axis=(0, 1)).tolist(), abs=7)


@on_a_phone
def test_on_a_phone_every_stage_of_a_map_is_on_the_screen(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_map=4-3")
    page.wait_for_selector(".network[data-opened]")
    graph = graph_of(tinyvgg())
    seen = trace(graph, network_input(tinyvgg(), load_sample(DEFAULT_SAMPLE)))
    pooled = seen.output(next(step.index for step in graph.steps if step.name == "layers.pool1"))
    canvas = page.locator(".network canvas")
    canvas.evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")  # above the words that stay in sight
    box = canvas.bounding_box()
    places = set()
    for across, up in ((40, 60), (90, 100)):  # both in the lowest picture at the right, the pooling's
        page.touchscreen.tap(box["x"] + box["width"] - across, box["y"] + box["height"] - up)
        note = page.locator(".network .window .note").inner_text()
        row, column = (int(number) for number in re.search(r"row (\d+), column (\d+)", note).groups())
        value = shown(page, ".network .chain b[data-stage='1']")
        assert value == pytest.approx(float(pooled[3, row // 2, column // 2]), rel=1e-4, abs=1e-5)
        places.add((row // 2, column // 2))
    assert len(places) == 2
    assert max(row for row, _ in places) > pooled.shape[1] // 3


def test_the_scale_without_colour_holds_everywhere_and_its_legend_follows(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_map=3-4")
    page.wait_for_selector(".network[data-opened]")
    cell, legend = page.locator(".network .cell b").first, page.locator(".network .scale [role=img]")
    expect(legend).to_have_attribute("aria-label", re.compile("red below zero"))
    page.get_by_label("Colours of the numbers").select_option("dark to light")
    expect(page).to_have_url(re.compile("net_scale=light"))
    expect(legend).to_have_attribute("aria-label", re.compile("dark below zero, grey at zero, light above"))
    grey = "(element) => new Set(getComputedStyle(element).backgroundColor.match(/[0-9]+/g)).size === 1"
    for part in ("", "What if", "Backwards"):
        if part:
            page.get_by_text(part, exact=True).click()
            page.wait_for_selector(".network[data-view=overview]")
            expect(page.locator(".network canvas")).to_be_visible()
        else:
            assert cell.evaluate(grey)
        expect(page).to_have_url(re.compile("net_scale=light"))
    expect(page.locator(".network .status")).to_contain_text(re.compile(r"Light \(\+\).*dark \(−\)"))


def test_at_a_projectors_size_every_map_has_56_pixels_and_the_bars_stay_in_sight(page: Page, server_url: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_network(page, server_url)
    canvas, status = page.locator(".network canvas"), page.locator(".network .status")
    box = canvas.bounding_box()
    y = box["y"] + 82 + 28  # through the first row
    widths: dict[str, int] = {}
    for x in range(int(box["x"]) + 152, int(box["x"] + box["width"]) - 2, 2):
        page.mouse.move(x, y)
        if (words := status.inner_text()).startswith(("conv", "relu", "pool")):
            name = words.partition(",")[0]
            widths[name] = widths.get(name, 0) + 2
    whole = list(widths.values())[:-1]  # the last one is cut where the bars begin
    assert len(whole) >= 6 and min(whole) >= 56
    page.mouse.move(box["x"] + box["width"] - 40, y)
    expect(status).to_contain_text("Dalmatian")
    page.mouse.move(2, 2)  # nothing is pointed at any more
    walk_to(page, 10, 9)  # the last map of the last layer is scrolled to
    expect(status).to_contain_text("pool2, map 9")
    page.mouse.move(box["x"] + box["width"] - 40, y)
    expect(status).to_contain_text("Dalmatian")


def test_a_layer_is_made_large_and_small_again_and_its_maps_are_walked_in_rows(page: Page, server_url: str) -> None:
    open_network(page, server_url)
    walk_to(page, 3)
    status = page.locator(".network .status")
    page.keyboard.press("ArrowUp")
    expect(status).to_contain_text("Click to see its maps large.")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("Click to see its maps small again.")
    expect(page).to_have_url(re.compile(r"net_large=3(&|$)"))
    for key, place in (("ArrowDown", 0), ("ArrowRight", 1), ("ArrowDown", 5), ("ArrowLeft", 4)):
        page.keyboard.press(key)  # four large maps a row, ten in all
        expect(status).to_contain_text(f"conv1_2, map {place}:")
    page.keyboard.press("ArrowLeft")
    expect(status).to_contain_text("relu1_1, map 1:")
    page.keyboard.press("ArrowRight")
    for _ in range(2):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("net_large"))


def test_a_link_to_a_large_layer_opens_it_in_sight(page: Page, server_url: str) -> None:
    """Its maps are large enough for the last row of a hall: each is hit twice at steps of 50 pixels."""
    page.set_viewport_size({"width": 1280, "height": 720})
    open_network(page, server_url, "?net_large=8")
    box = page.locator(".network canvas").bounding_box()
    hits: dict[str, int] = {}
    for x in range(8, int(box["width"]) - 200, 50):
        page.mouse.move(box["x"] + x, box["y"] + 140)
        if said := re.match(r"conv2_2, map (\d+):", page.locator(".network .status").inner_text()):
            hits[said[1]] = hits.get(said[1], 0) + 1
    assert list(hits) == ["0", "1", "2", "3"]
    assert min(hits.values()) >= 2
