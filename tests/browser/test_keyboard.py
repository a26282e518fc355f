"""The keyboard alone: a grid is one tab stop, arrows reach every cell, and focus stays where somebody works."""

from playwright.sync_api import Page, expect

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
    assert walk.evaluate(STOPS) <= 17  # 9 grids, the bias, and 7 of the player
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
    expect(graph.locator(".dial")).to_contain_text("image[2, 1]")
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
