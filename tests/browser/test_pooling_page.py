"""The pooling lesson in a real browser: numbers typed, dragged and clicked against torch's own."""

import re

import pytest
import torch
from playwright.sync_api import Locator, Page, expect
from torch import Tensor
from torch.nn import functional as F

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.models.registry import load
from tests.browser import hands
from tests.browser.hands import count_messages, drawn, eventually

EXAMPLE = torch.tensor([[1.0, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
THREE = "pool_window=3+%C3%97+3"


def opened(page: Page, url: str, query: str, wait_for: str) -> None:
    hands.opened(page, f"{url}/pooling?{query}", f"{wait_for}[data-drawn]")


def numbers(cells: Locator) -> list[float]:
    return [float(cell.get_attribute("data-value") or "nan") for cell in cells.all()]


def wait_for_numbers(cells: Locator, expected: Tensor) -> None:
    for cell, number in zip(cells.all(), expected.flatten().tolist(), strict=True):
        expect(cell).to_have_attribute("data-value", re.compile(rf"^{re.escape(f'{number:g}')}(\.0*)?$"))


def test_a_number_typed_or_dragged_changes_the_pooled_grid_as_in_torch(page: Page, server_url: str) -> None:
    opened(page, server_url, "", ".pool")
    before, after = page.locator(".before .cell"), page.locator(".after .cell")
    assert numbers(after) == [6, 8, 3, 4]
    values = EXAMPLE.clone()
    before.nth(0).click()
    page.keyboard.type("-7.5")
    page.keyboard.press("ArrowRight")  # inside the text; then to the next cell
    page.keyboard.press("Enter")
    values[0, 0] = -7.5
    before.nth(10).click()
    page.keyboard.press("PageUp")
    values[2, 2] = 11
    wait_for_numbers(after, F.max_pool2d(values[None], 2)[0])
    page.keyboard.press("Escape")
    place = before.nth(15).bounding_box()
    page.mouse.move(place["x"] + 20, place["y"] + 20)
    page.mouse.down()
    page.mouse.move(place["x"] + 60, place["y"] + 20, steps=8)
    page.mouse.up()

    def pooled() -> None:  # what the hand has dragged it to, which may still be on its way
        values[3, 3] = numbers(before)[15]
        assert values[3, 3] > 11
        assert numbers(after) == pytest.approx(F.max_pool2d(values[None], 2)[0].flatten().tolist())

    eventually(pooled)
    expect(page).to_have_url(re.compile("pool_values=-7.5"))


def test_bad_input_is_refused_with_a_reason_and_the_last_number_stays(page: Page, server_url: str) -> None:
    opened(page, server_url, "", ".pool")
    cell = page.locator(".before .cell").nth(5)
    for text, reason in (
        ("six", "not a number"),
        ("1e9", "outside"),
        ("nan", "not a number"),
        ("", "Nothing was typed"),
    ):
        cell.click()
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page.locator(".refusal")).to_contain_text(reason)
        page.locator(".before .cell").nth(0).click()
    assert numbers(page.locator(".after .cell")) == [6, 8, 3, 4]


def test_pointing_shows_the_window_and_its_winner_without_a_message(page: Page, server_url: str) -> None:
    sent = count_messages(page)
    opened(page, server_url, "", ".pool")
    before = len(sent)
    after = page.locator(".after .cell")
    for i, words in enumerate(
        ("max(1, 1, 5, 6) = 6", "max(2, 4, 7, 8) = 8", "max(3, 2, 1, 2) = 3", "max(1, 0, 3, 4) = 4")
    ):
        after.nth(i).hover()
        expect(page.locator(".words")).to_have_text(words)
    page.locator(".before .cell").nth(4).hover()
    expect(page.locator(".words")).to_contain_text("5 lies in 1 window and wins none")
    assert len(sent) == before
    after.nth(0).click()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".pool")).to_have_attribute("data-shown", "1,0")


def test_gradients_put_on_outputs_land_where_autograd_sends_them(page: Page, server_url: str) -> None:
    opened(page, server_url, f"pool_direction=backward&{THREE}&pool_stride=stride+1", ".pool")
    before, after = page.locator(".before .cell"), page.locator(".after .cell")
    after.nth(1).click()  # 0 becomes 1
    after.nth(2).click()
    page.keyboard.type("-3")
    page.keyboard.press("Enter")
    upstream = torch.tensor([[1.0, 1], [-3, 0]])
    values = EXAMPLE.clone().requires_grad_()
    F.max_pool2d(values[None], 3, 1)[0].backward(upstream)
    wait_for_numbers(before, values.grad)
    page.get_by_role("radio", name="average", exact=True).click()
    values.grad = None
    F.avg_pool2d(values[None], 3, 1)[0].backward(upstream)
    expect(before.nth(0)).to_have_attribute("data-value", re.compile("^0.111"))
    torch.testing.assert_close(torch.tensor(numbers(before)).view(4, 4), values.grad)


def test_the_patch_moves_over_the_photo(page: Page, server_url: str) -> None:
    opened(page, server_url, "pool_source=your+photo&pool_patch=10,10", ".pool")
    first = numbers(page.locator(".before .cell"))
    page.locator(".photo canvas").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("pool_patch=10%2C11"))
    rest = [first[row * 6 + 1 : row * 6 + 6] for row in range(6)]

    def moved() -> None:
        second = numbers(page.locator(".before .cell"))
        assert rest == [second[row * 6 : row * 6 + 5] for row in range(6)]

    eventually(moved)


def volume() -> Tensor:
    """(64, 224, 224), as the page says that it is made."""
    classifier = load()
    picture = classifier.preprocess(load_sample(DEFAULT_SAMPLE).image)
    response = F.conv2d(picture, classifier.module.features[0][0].weight.detach(), padding=1)[0]
    return torch.cat([response, -response]).relu()


def test_slices_are_chosen_by_slider_and_click_and_the_lens_shows_torchs_numbers(page: Page, server_url: str) -> None:
    opened(page, server_url, "pool_part=A+volume", ".stack")
    pair = page.locator(".pair")
    expected = F.max_pool2d(volume(), 2)
    slider = page.get_by_label("slice", exact=True)
    for slice_ in (5, 37):
        slider.fill(str(slice_))
        expect(pair).to_have_attribute("data-slice", str(slice_))
        expect(pair).to_have_attribute("data-exact", "true")
        page.locator(".pair .before canvas").hover(position={"x": 100, "y": 90})
        drawn(page)
        row, column = (int(place) for place in (pair.get_attribute("data-shown") or "").split(","))
        shown = numbers(page.locator(".pair .tiles").nth(1).locator("span"))
        torch.testing.assert_close(
            torch.tensor(shown).view(2, 2), expected[slice_, row : row + 2, column : column + 2], rtol=1e-4, atol=1e-5
        )
    sheet = page.locator(".stack canvas")
    sheet.click(position={"x": 60, "y": 250})  # the front face is the first slice
    expect(pair).to_have_attribute("data-slice", "0")
    expect(slider).to_have_value("0")
    sheet.press("ArrowRight")
    expect(pair).to_have_attribute("data-slice", "1")
    expect(page.locator(".stack .captions")).to_contain_text("75.0% dropped")
    expect(page.locator(".stack .captions")).to_contain_text("12,845,056 bytes")


def test_sliding_through_the_slices_does_not_send_the_stack_again(page: Page, server_url: str) -> None:
    received: list[int] = []
    page.on("response", lambda answer: received.append(len(answer.body())) if "/live/" in answer.url else None)
    opened(page, server_url, "pool_part=A+volume", ".stack")
    page.wait_for_load_state("networkidle")
    received.clear()
    slider = page.get_by_label("slice", exact=True)
    slider.evaluate("""async (input) => {
      for (const slice of [3, 9, 27, 40]) {
        input.value = slice
        input.dispatchEvent(new Event("input", { bubbles: true }))
        await new Promise((resolve) => setTimeout(resolve, 400))
      }
    }""")
    expect(page.locator(".pair")).to_have_attribute("data-slice", "40")
    assert len(received) == 4
    assert max(received) < 120_000  # one slice in shades; the sheets are 400,000 bytes, the exact values 250,000


def test_moving_the_photo_moves_the_marker_and_the_words(page: Page, server_url: str) -> None:
    opened(page, server_url, "pool_part=Why+it+helps&pool_measure=aligned+with+the+shift", "table")
    page.locator(".plot[data-drawn]").wait_for()
    slider = page.get_by_label("the photo moves right by", exact=True)
    slider.fill("4")
    expect(page.get_by_text(re.compile(r"moved by 4, they are off by 0%"))).to_be_visible()
    slider.fill("5")
    expect(page.get_by_text(re.compile(r"moved by 5, they are off by [1-9]"))).to_be_visible()


def test_the_legend_that_another_measure_needs_stands_above_its_curves(page: Page, server_url: str) -> None:
    opened(page, server_url, "pool_part=Why+it+helps", ".plot")
    expect(page.locator(".plot .legend")).to_have_count(0)  # the curves are named at their ends
    page.get_by_role("radio", name="aligned with the shift").click(force=True)
    expect(page.locator(".plot .legend")).to_be_visible()
    legend, grid = (page.locator(f".plot {part}").bounding_box() for part in (".legend", ".gridlayer"))
    assert legend["y"] + legend["height"] <= grid["y"]
    page.get_by_role("radio", name="same position").click(force=True)
    expect(page.locator(".plot .legend")).to_have_count(0)
