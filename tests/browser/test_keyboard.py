"""The keyboard alone: a grid is one tab stop, arrows reach every cell, and focus stays where somebody works."""

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.hands import on_a_mobile, on_a_phone

# What Tab stops at inside an element with its shadow roots.
STOPS = """(box) => [...box.querySelectorAll("a[href], button, input, select, textarea, [tabindex]")]
  .filter((each) => each.tabIndex >= 0 && !each.disabled && each.getClientRects().length).length"""
FOCUSED = """() => {
  let each = document.activeElement
  while (each?.shadowRoot?.activeElement) each = each.shadowRoot.activeElement
  return each === document.body ? "body" : each.getAttribute("aria-label") ?? each.textContent
}"""


def focused(page: Page) -> str:
    return page.evaluate(FOCUSED)


def test_filters_over_a_volume_have_few_tab_stops_and_arrows_reach_every_cell(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/convolution?conv_part=Filters+over+a+volume")
    walk = page.locator(".walk[data-drawn]")
    walk.wait_for()
    assert walk.evaluate(STOPS) <= 18  # 11 grids, the bias, and 6 of the player
    pixels = walk.locator(".pixels").first.locator("input")
    names = [cell.get_attribute("aria-label") for cell in pixels.all()]
    assert len(names) == 25
    pixels.first.focus()
    walked = []
    for _ in names:
        walked.append(focused(page))
        page.keyboard.press("ArrowRight")
    assert walked == names
    page.keyboard.press("Control+ArrowUp")
    assert focused(page) == names[-6]
    page.keyboard.press("Home")
    assert focused(page) == names[-10]
    page.keyboard.press("7")  # typed into, the arrows are the caret's
    page.keyboard.press("ArrowLeft")
    assert focused(page) == names[-10]
    page.keyboard.press("Enter")
    expect(pixels.nth(15)).to_have_value("7")
    page.keyboard.press("Tab")
    assert "weight" in focused(page), "the next grid"
    page.keyboard.press("Shift+Tab")
    assert focused(page) == names[-10], "back to the cell that was left"
    page.keyboard.press("Escape")
    assert focused(page) == "body"


def test_kernels_samples_and_windows_are_walked_in_two_directions(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/convolution?conv_part=Kernels+a+network+learned")
    bank = page.locator(".bank[data-drawn]")
    bank.wait_for()
    assert bank.evaluate(STOPS) == 1
    tiles = bank.locator("button")
    tops = tiles.evaluate_all("(tiles) => tiles.map((tile) => tile.offsetTop)")
    across = tops.count(tops[0])
    assert 1 < across < len(tops)
    tiles.first.focus()
    for key, place in (
        ("ArrowRight", 1), ("ArrowDown", 1 + across), ("End", 2 * across - 1), ("Control+End", len(tops) - 1),
        ("Control+Home", 0), ("PageDown", across * min(5, tops[-1] // (tops[across] - tops[0]))),
    ):  # fmt: skip
        page.keyboard.press(key)
        expect(tiles.nth(place)).to_be_focused()


def test_the_cells_of_a_convolution_s_gradients_are_chosen_without_a_pointer(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/autodiff?autodiff_part=Convolution+and+max-pool")
    graph = page.locator(".graph")
    graph.locator("[data-cell]").first.wait_for()
    assert graph.evaluate(STOPS) <= 12
    graph.locator("[data-cell][tabindex='0']").first.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert "value of image[2, 1]" in focused(page)
    page.keyboard.press("Enter")
    expect(page.get_by_label("image[2, 1]", exact=True)).to_be_visible()
    assert "value of image[2, 1]" in focused(page), "the picture was drawn anew"


def test_the_nodes_of_a_graph_are_one_stop(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/autodiff")
    graph = page.locator(".graph")
    nodes = graph.locator("[data-node]")
    nodes.first.wait_for()
    stop = graph.locator("[data-node][tabindex='0']")
    expect(stop).to_have_count(1)
    stop.focus()
    for _ in range(nodes.count()):
        page.keyboard.press("ArrowUp")
    expect(nodes.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(nodes.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(nodes.nth(1)).to_be_focused()


def test_focus_stays_with_an_experiment_that_runs_again(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dropout?drop_part=Against+overfitting")
    go, stop = (page.get_by_role("button", name=name, exact=True) for name in ("Race", "Stop"))
    go.focus()
    page.keyboard.press("Enter")
    expect(stop).to_be_enabled()
    stop.focus()
    page.keyboard.press("Enter")
    expect(go).to_be_focused()


def test_focus_returns_to_the_uploader_and_stays_in_an_opened_code_panel(
    page: Page, server_url: str, tmp_path: Path
) -> None:
    Image.linear_gradient("L").convert("RGB").save(tmp_path / "own.png")
    page.on("filechooser", lambda chooser: chooser.set_files(tmp_path / "own.png"))
    page.goto(f"{server_url}/convolution")
    page.locator(".lens[data-drawn]").wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    upload = page.locator("[data-testid=stSidebar] [data-testid=stFileUploader] button").last
    upload.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("own.png")
    expect(upload).to_be_focused()
    panel = page.locator("summary", has_text="The code behind these numbers")
    panel.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Run it yourself")).to_be_visible()
    expect(panel).to_be_focused()


@on_a_phone
def test_on_a_phone_focus_returns_to_the_button_that_took_the_photo(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/convolution")
    page.locator(".lens[data-drawn]").wait_for()
    own = page.get_by_role("button", name="Use your own photo")
    own.click()
    page.get_by_text("Samples", exact=True).last.click()
    sample = page.locator(".gallery button[data-slug]").last
    sample.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".gallery button[data-slug]")).to_have_count(0)
    expect(own).to_be_focused()


@on_a_mobile
def test_what_a_pointer_reads_the_focus_and_a_finger_read_too(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/softmax")
    segments, detail = page.locator(".segment"), page.locator(".sliders .detail")
    segments.first.focus()
    page.keyboard.press("ArrowRight")
    name = segments.nth(1).get_attribute("aria-label").split(":")[0]
    expect(detail).to_contain_text(name)
    segments.first.tap()
    expect(detail).to_contain_text(segments.first.get_attribute("aria-label").split(":")[0])
    page.goto(f"{server_url}/convolution?conv_part=Filters+over+a+volume")
    product = page.locator(".product").nth(4)
    product.tap()
    heading = page.locator("section:has(> .products) .title").first
    expect(heading).to_have_text(re.compile(r"^\d+ × −?\d+ = −?\d+$"))
    assert heading.inner_text() == product.get_attribute("aria-label")
    page.goto(f"{server_url}/autodiff")
    expect(page.locator(".graph .sideways")).to_contain_text("swipe it sideways")


@on_a_mobile
def test_a_kernel_is_read_before_it_is_opened_on_a_phone(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/convolution?conv_part=Kernels+a+network+learned")
    tile = page.locator(".bank button").nth(3)
    tile.tap()
    expect(page.locator(".told")).to_contain_text(re.compile("Kernel 3, colours: values from .* Tap it again"))
    expect(tile).to_have_class("shown")
    tile.tap()
    page.locator(".lens[data-drawn]").wait_for()


def test_what_the_keyboard_moves_is_heard_once_it_rests(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dense")
    page.locator(".words").first.wait_for()
    heard = page.locator(".words .heard").first
    expect(heard).to_have_attribute("aria-live", "polite")
    assert not heard.inner_text(), "a page opens in silence"
    page.get_by_role("slider", name="Image size").focus()
    page.keyboard.press("ArrowRight")
    expect(heard).to_contain_text(re.compile(r"parameters"))
    page.goto(f"{server_url}/cross-entropy?ce_view=Price+list")
    ranking = page.locator(".ranking")
    downs = ranking.locator("button.down")
    downs.nth(3).focus()
    assert ranking.evaluate(STOPS) == 1
    page.keyboard.press("Enter")
    expect(ranking.locator(".spoken")).to_have_text(re.compile("now number 5"))
    for _ in range(downs.count()):  # down to the end, where nothing more can be done: the focus stays
        page.keyboard.press("Enter")
    expect(downs.last).to_be_focused()
    expect(downs.last).to_have_attribute("aria-disabled", "true")
