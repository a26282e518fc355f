"""The activations page: the numbers at the cursor, Maxout's lines under the finger, and the settings in the address."""

import re

import torch
from playwright.sync_api import Page, expect
from torch.nn import functional as F


def numbers(page: Page, curve: int = 0) -> tuple[float, float, float]:
    """x, value and slope as the page shows them."""
    text = page.locator(".curves .where").inner_text() + page.locator(".curves li").nth(curve).inner_text()
    x, value, slope = re.findall(r"(?:x =|f =|slope)\s*([−\d.]+)", text)
    return tuple(float(each.replace("−", "-")) for each in (x, value, slope))


def test_the_cursor_reads_torchs_value_and_slope_and_stays_in_the_address(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/activations?act_functions=ELU&act_alpha=2&act_x=-1.5")
    page.wait_for_selector(".curves li")
    x = torch.tensor(-1.5, requires_grad=True)
    y = F.elu(x, 2.0)
    y.backward()
    assert numbers(page) == (-1.5, round(y.item(), 3), round(x.grad.item(), 3))
    page.locator(".curves canvas").focus()
    page.keyboard.press("ArrowRight")
    assert numbers(page)[0] > -1.5
    page.wait_for_url("**act_x=-1.475**")


def test_dragging_a_line_of_maxout_moves_its_weight_and_the_curve(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/activations?act_functions=Maxout&act_x=3")
    page.wait_for_selector(".curves li")
    assert numbers(page)[1:] == (3.0, 1.0)  # the second line, w = 1 and b = 0
    box = page.locator(".curves canvas").bounding_box()
    width = box["width"]
    handle = box["x"] + 44 + (3 + 6) / 12 * (width - 54), box["y"] + 16 + 190 * (5 - 3) / 9
    page.mouse.move(*handle)
    page.mouse.down()
    page.mouse.move(handle[0], handle[1] - 190 / 9, steps=5)  # up by one unit: 3 becomes 4
    page.mouse.up()
    expect(page.locator(".curves li .y")).to_have_text("f = 4.000")
    page.wait_for_url(re.compile("act_w2=1.1667&act_b2=0.5"))  # the line through (-3, -3) and (3, 4)


def test_depth_explains_a_vanishing_gradient_in_words(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/activations?act_part=Through+many+layers&act_function=Sigmoid&act_layers=30")
    expect(page.get_by_text("Vanishing (less than 1/20 times): the gradient at the first layer")).to_be_visible()
    expect(page.locator(".pictures[data-drawn] .charts svg")).to_have_count(2)


def test_the_board_shows_the_whole_of_its_axis_and_a_steep_elu_without_gaps(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/activations?act_functions=ELU&act_alpha=3")
    page.wait_for_selector(".curves li")
    drawn = page.locator(".curves canvas").evaluate(
        """(canvas) => {
          const scale = canvas.width / canvas.clientWidth, pen = canvas.getContext("2d")
          const inked = (x, y, w, h) => pen.getImageData(x * scale, y * scale, w * scale, h * scale).data.some((v) => v)
          const tall = canvas.clientHeight, wide = canvas.clientWidth
          // The slope at x = -0.25 is 3 exp(-0.25) = 2.336; its panel goes from -0.25 to 3.2 and is 150 high.
          const x = 44 + ((6 - 0.25) / 12) * (wide - 54), y = 16 + 190 + 34 + 150 * (1 - (2.336 + 0.25) / 3.45)
          const curve = inked(x - 1, y - 1, 3, 3)
          return { numbers: inked(0, tall - 24, wide, 20), below: inked(0, tall - 3, wide, 3), curve }
        }"""
    )
    assert drawn == {"numbers": True, "below": False, "curve": True}  # a number that is cut would ink the last rows
