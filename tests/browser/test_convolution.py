"""The convolution lesson in a browser: the shown arithmetic is torch's, a drag is live, pointing asks nobody."""

import re
from urllib.parse import urlencode

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect
from torch import Tensor, nn

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.models.registry import load
from imgcls.ops.convolution import working_pixels
from imgcls.ops.kernels import preset_kernel
from tests.browser.hands import drawn, opened, settle


def open_lens(page: Page, server_url: str, **address: object) -> None:
    opened(page, f"{server_url}/convolution?{urlencode(address)}", ".lens[data-drawn]")


def point(page: Page, picture: str, row: float, column: float, rows: int) -> None:
    """Put the pointer on the middle of a pixel of the (square) picture `picture`."""
    shown = page.locator(f".{picture} .picture")
    shown.scroll_into_view_if_needed()  # some are higher than what is left of the window
    box = shown.bounding_box()
    page.mouse.move(box["x"] + (column + 0.5) * box["width"] / rows, box["y"] + (row + 0.5) * box["height"] / rows)
    drawn(page)


def number(text: str) -> float:
    return float(text.replace("\u2212", "-").replace(",", ""))


def reference(side: int, seed: int, size: int, **settings: object) -> tuple[Tensor, Tensor]:
    """The padded grey photo and the output, from torch's own layer."""
    pixels = working_pixels(load_sample(DEFAULT_SAMPLE).image, size).float()[None]
    weights = preset_kernel("random", side=side, seed=seed).weights[None]
    if settings.pop("flip"):
        weights = weights.rot90(2, (2, 3))
    layer = nn.Conv2d(1, 1, side, bias=False, **settings)
    with torch.no_grad():
        layer.weight.copy_(weights)
        return pixels[0, 0], layer(pixels)[0, 0]


@pytest.mark.parametrize(
    ("mode", "stride", "dilation", "flip", "side", "padding"),
    [
        ("zeros", 1, 1, False, 3, 2),
        ("reflect", 2, 2, True, 3, 4),
        ("replicate", 3, 1, True, 5, 4),
        ("circular", 1, 3, False, 3, 6),
    ],
)
def test_the_products_and_the_sum_shown_are_torchs(
    page: Page, server_url: str, mode: str, stride: int, dilation: int, flip: bool, side: int, padding: int
) -> None:
    open_lens(
        page, server_url, conv_preset="random (seed)", conv_seed=4, conv_side=f"{side}×{side}", conv_size=48,
        conv_mode=mode, conv_stride=stride, conv_dilation=dilation, conv_padding=padding, conv_flip=str(flip).lower(),
    )  # fmt: skip
    _, output = reference(side, 4, 48, flip=flip, stride=stride, padding=padding, dilation=dilation, padding_mode=mode)
    rows = output.shape[0]
    expect(page.locator(".output figcaption")).to_contain_text(f"{rows} × {rows}")
    for row, column in [(0, 0), (0, rows - 1), (rows - 1, rows // 2), (rows // 2, rows // 3)]:
        point(page, "output", row, column, rows)
        assert page.locator(".lens").get_attribute("data-shown") == f"{row},{column}"
        expected = output[row, column].item()
        assert float(page.locator(".value").get_attribute("data-value")) == expected
        assert number(page.locator(".sum").inner_text()) == expected
        # What a student would add up: pixel times weight is the product, and the products make the sum.
        cells = [
            [number(text) for text in cell]
            for cell in page.locator(".cell").evaluate_all(
                "cells => cells.map((c) => [c.children[0].textContent, c.children[1].value, c.children[2].textContent])"
            )
        ]
        assert all(pixel * weight == product for pixel, weight, product in cells)
        assert sum(product for _, _, product in cells) == expected


def test_pointing_at_an_input_pixel_lights_every_output_that_it_feeds(page: Page, server_url: str) -> None:
    open_lens(
        page, server_url, conv_preset="outline", conv_size=32, conv_stride=2, conv_padding=2, conv_mode="circular"
    )
    pixels = torch.zeros(1, 1, 32, 32, requires_grad=True)
    layer = nn.Conv2d(1, 1, 3, 2, 2, padding_mode="circular", bias=False)
    with torch.no_grad():
        layer.weight.fill_(1)
    for row, column in [(0, 0), (5, 31), (16, 17)]:
        point(page, "input", row + 2, column + 2, 36)
        # A pixel feeds exactly the outputs whose gradient reaches it; with weights of 1 it receives one from each path.
        fed = int(torch.autograd.grad(layer(pixels).sum(), pixels)[0][0, 0, row, column])
        expect(page.locator(".output .where")).to_have_text(f"feeds {fed} output{'s' if fed > 1 else ''}")


def test_the_picture_follows_a_drag_before_the_hand_lets_go_and_the_address_after(page: Page, server_url: str) -> None:
    open_lens(page, server_url, conv_preset="outline", conv_size=64)
    page.get_by_text("The code behind these numbers").click()
    expect(page.get_by_text("weights = torch.tensor([[[-1., -1., -1.")).to_be_attached()
    page.locator(".lens").scroll_into_view_if_needed()
    lens, cell = page.locator(".lens"), page.locator(".cell").nth(4).bounding_box()
    x, y = cell["x"] + cell["width"] / 2, cell["y"] + cell["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(x + 4 * step, y)
    expect(lens).to_have_attribute("data-weights", re.compile(r"^-1 -1 -1 -1 9 -1 -1 -1 -1$"))
    assert "conv_weights" not in page.url
    row, column = map(int, lens.get_attribute("data-shown").split(","))
    pixels = working_pixels(load_sample(DEFAULT_SAMPLE).image, 64).float()[None]
    weights = torch.tensor([[-1.0, -1, -1], [-1, 9, -1], [-1, -1, -1]])
    expected = nn.functional.conv2d(pixels, weights[None, None])[0, 0, row, column].item()
    assert float(page.locator(".value").get_attribute("data-value")) == expected
    page.mouse.up()
    page.wait_for_url(re.compile("conv_weights=-1_-1_-1_-1_9_-1_-1_-1_-1_1_0"))
    expect(page.get_by_text("weights = torch.tensor([[[-1., -1., -1.]")).to_be_attached()


def test_a_drag_of_the_geometry_asks_the_live_route_alone_and_the_code_follows(page: Page, server_url: str) -> None:
    """The picture, the formula and what the other sliders can still be follow the hand, without a websocket message."""
    frames: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
    open_lens(page, server_url, conv_preset="outline", conv_size=64, conv_dilation=4, conv_padding=8)
    page.get_by_text("The code behind these numbers").click()
    expect(page.get_by_text("dilation=4")).to_be_attached()
    dilation, padding = page.get_by_label("dilation", exact=True), page.get_by_label("padding", exact=True)
    settle(page)
    frames.clear()

    def drag(number: int, event: str = "input") -> None:
        dilation.evaluate("(slider, number) => { slider.value = number }", number)
        dilation.dispatch_event(event)

    for number, most, rows in ((2, 4, 68), (1, 2, 66), (3, 6, 70), (4, 8, 72), (1, 2, 66)):
        drag(number)
        expect(page.locator(".output figcaption")).to_contain_text(f"{rows} × {rows}")
        expect(padding).to_have_value(str(most))
        expect(padding).to_have_attribute("max", str(most))
        expect(page.locator(".words").first).to_contain_text(f"+ 2·{most}) / 1 + 1 = {rows}")
    assert frames == []
    drag(1, "change")
    expect(page.get_by_text("dilation=1")).to_be_attached()
    expect(page.locator(".output figcaption")).to_contain_text("66 × 66")
    assert frames


def test_pointing_costs_no_message(page: Page, server_url: str) -> None:
    frames: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(frame)))
    open_lens(page, server_url)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    frames.clear()
    shown = set()
    for place in range(20):
        point(page, "output" if place % 2 else "input", 5 * place, 3 * place, 128)
        shown.add(page.locator(".where").all_inner_texts()[place % 2])
    assert len(shown) > 15
    assert frames == []
    assert requests == []


def test_a_click_pins_and_the_arrow_keys_move_the_pin(page: Page, server_url: str) -> None:
    open_lens(page, server_url, conv_size=32)
    where = page.locator(".output .where")
    point(page, "output", 10, 20, 30)
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(5, 5)
    expect(where).to_contain_text("row 10, column 20, pinned")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    expect(where).to_contain_text("row 11, column 10, pinned")
    expect(page.locator(".spoken").first).to_contain_text("row 11, column 10")  # said to screen readers


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("abc", "not a number"),
        ("", "Nothing was typed"),
        ("1e9", "outside −100 to 100"),
        ("NaN", "not a number"),
        ("-", "not a number"),
    ],
)
def test_bad_input_is_refused_in_the_cell_and_the_kernel_stays(
    page: Page, server_url: str, typed: str, reason: str
) -> None:
    open_lens(page, server_url, conv_preset="outline", conv_size=32)
    cell = page.locator(".weight").nth(4)
    cell.click()
    cell.fill(typed)
    page.keyboard.press("Enter")
    expect(page.locator(".refusal").first).to_contain_text(reason)
    page.keyboard.press("Tab")
    expect(cell).to_have_value("8")
    expect(page.locator(".lens")).to_have_attribute("data-weights", "-1 -1 -1 -1 8 -1 -1 -1 -1")


def test_weights_are_typed_and_stepped_with_the_keyboard_alone(page: Page, server_url: str) -> None:
    open_lens(page, server_url, conv_preset="identity", conv_size=32)
    page.locator(".weight").first.focus()
    page.keyboard.type("2,5")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    expect(page.locator(".lens")).to_have_attribute("data-weights", re.compile(r"^2\.5 1\.10\d* 0 0 1 "))
    page.wait_for_url(re.compile("conv_weights=2.5_1.1_0_0_1_"))


def test_the_walk_plays_steps_and_follows_an_edited_number(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/convolution?{urlencode({'conv_part': 'Filters over a volume'})}")
    walk = page.locator(".walk[data-drawn]")
    walk.wait_for()
    page.get_by_label("to the start").click()
    expect(walk).to_have_attribute("data-step", "0")
    for _ in range(3):
        page.get_by_label("one step forward").click()
    expect(walk).to_have_attribute("data-step", "3")
    # The sums of the three channels and the bias, as they stand there, make the output.
    sums = [number(text.removeprefix("sum ")) for text in page.locator(".stage > section > output").all_inner_texts()]
    bias = float(page.locator(".walk .bias").input_value())
    assert sum(sums) + bias == number(page.locator(".total").inner_text())
    before = page.locator(".result").first.inner_text()
    page.locator(".walk .bias").fill("9")
    page.keyboard.press("Enter")
    expect(page.locator(".result").first).to_have_text(str(int(number(before) - bias + 9)).replace("-", "\u2212"))
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('*')].some((e) => +e.shadowRoot?.querySelector('.walk')?.dataset.step > 5)"
    )
    page.get_by_role("button", name="Pause").click()
    page.locator(".scrub").fill("71")
    expect(page.locator(".result").last).not_to_have_text("")


def test_a_learned_kernel_opens_in_the_editor_as_the_network_computes_it(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/convolution?{urlencode({'conv_part': 'Kernels a network learned'})}")
    page.locator(".bank button").nth(12).click()
    page.wait_for_selector(".lens[data-drawn]")
    expect(page.locator(".output figcaption")).to_contain_text("111 × 111")
    network = load()
    pixels = working_pixels(load_sample(DEFAULT_SAMPLE).image, 224, "summed")
    with torch.inference_mode():
        seen = network.preprocess.normalise(pixels / 255)[None]
        expected = nn.functional.conv2d(seen, network.module.features[0][0].weight, stride=2)[0, 12]
    for row, column in [(3, 100), (55, 60)]:
        point(page, "output", row, column, 111)
        shown = float(page.locator(".value").get_attribute("data-value"))
        np.testing.assert_allclose(shown, expected[row, column].item(), rtol=1e-3, atol=1e-3)
        # What is written can be worked out as it stands: the brackets make the divisor divide all three sums.
        written = page.locator(".sum").inner_text().replace("\u2212", "-").replace("\u2009", "")
        divisor, bias = (number(each.input_value()) for each in page.locator(".equation input").all())
        sums = [float(part) for part in re.findall(r"-?[\d.]+", written.replace(" ", ""))]
        assert written.startswith("(") and written.endswith(")")
        assert abs(sum(sums) / divisor + bias - shown) < 0.1  # the bias is written with one decimal
