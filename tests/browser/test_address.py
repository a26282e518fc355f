"""A page's address changes under it: the browser's Back, or a script that leads a class to another address."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.hands import choose, lead, opened, settle


@dataclass(frozen=True)
class Place:
    """An address, and what stands on its page: by selector the text, or behind an @ an attribute."""

    address: str
    shows: dict[str, str | re.Pattern[str] | list[str]]


LED = (
    (
        Place("softmax?softmax_logits=3_0_1&softmax_t=2", {".sliders .number >> nth=0@title": "3"}),
        Place("softmax?softmax_logits=-2_5&softmax_t=2", {".sliders .number >> nth=1@title": "5"}),
    ),
    (
        Place(
            "pooling?pool_values=" + ",".join("4321432143214321"),
            {".pool .after .cell >> nth=1@data-value": re.compile("^2(\\.0)?$")},
        ),
        Place("pooling", {".pool .after .cell >> nth=1@data-value": re.compile("^8(\\.0)?$")}),
    ),
    (
        Place("convolution?conv_weights=1_0_0_0_2.5_0_0_0_-3_4_-7", {".lens@data-weights": "1 0 0 0 2.5 0 0 0 -3"}),
        Place("convolution?conv_preset=blur&conv_size=64", {".lens@data-weights": "1 2 1 2 4 2 1 2 1"}),
    ),
    (
        Place(
            "autodiff?autodiff_f=x*x %2B 3*x&autodiff_x_=2&autodiff_graph_step=2",
            {".graph .bar output": "2 / 4", ".graph [data-node='0'] .number": ["2", "·"]},
        ),
        Place("autodiff?autodiff_f=x*x&autodiff_x_=3", {".graph [data-node='0'] .number": ["3", "·"]}),
    ),
    (
        Place("tensors?tensors_slice=10_60_5_70_2_red", {".slicer code": "photo[0, 10:60:2, 5:70:2]"}),
        Place("tensors?tensors_slice=0_64_0_64_1_all", {".slicer code": "photo[:, 0:64, 0:64]"}),
    ),
    (
        Place("network?net_map=3-4", {".network[data-opened] .title": re.compile("conv1_2, map 4")}),
        Place("network?net_map=1-2", {".network[data-opened] .title": re.compile("conv1_1, map 2")}),
    ),
)


def see(page: Page, place: Place) -> None:
    for selector, expected in place.shows.items():
        element, _, attribute = selector.partition("@")
        if attribute:
            expect(page.locator(element)).to_have_attribute(attribute, expected)
        else:
            expect(page.locator(element)).to_have_text(expected)
    expect(page).to_have_url(re.compile(re.escape("/" + place.address.partition("?")[0])))


def test_whoever_is_led_sees_the_picture_of_the_address_and_back_leads_back(page: Page, server_url: str) -> None:
    page.goto(server_url)
    page.locator("[data-testid=stHeading]").first.wait_for()
    for first, second in LED:
        for place in (first, second):
            lead(page, f"{server_url}/{place.address}")
            see(page, place)
        page.go_back()
        see(page, first)


def test_each_press_of_a_hand_is_one_step_back(page: Page, server_url: str) -> None:
    opened(page, f"{server_url}/dropout")
    step = page.get_by_role("slider", name="training step")
    step.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"drop_step=2$"))
    choose(page, "One mask")
    page.get_by_role("slider", name="p, the probability to drop a value").press("ArrowRight")
    expect(page).to_have_url(re.compile(r"drop_part=One\+mask&drop_step=2&drop_p=0.51$"))
    for end in (r"drop_part=One\+mask&drop_step=2$", r"dropout\?drop_step=2$", "dropout$"):
        page.evaluate("history.back()")
        expect(page).to_have_url(re.compile(end))
        settle(page)
    expect(step).to_have_value("1")
    for _ in range(2):
        page.evaluate("history.forward()")  # nothing has been lost on the way
        settle(page)
    expect(page.get_by_role("radio", name="One mask", exact=True)).to_be_checked()


def test_back_undoes_what_a_hand_set_and_the_menu_keeps_it(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/activations?act_functions=ELU")
    slider, number = page.get_by_role("slider", name="ELU: α"), page.locator(".slider output")
    for text in ("1.05", "1.10"):
        slider.press("ArrowRight")
        expect(page).to_have_url(re.compile(f"act_alpha={float(text):g}$"))
    page.go_back()
    expect(number).to_have_text("1.05")
    expect(page).to_have_url(re.compile("act_alpha=1.05$"))
    page.get_by_role("button", name="Layers").click()
    page.locator("a[href$='/activations']").click()  # the page that one is on
    slider.press("ArrowRight")
    expect(number).to_have_text("1.10")
    expect(page).to_have_url(re.compile("act_functions=ELU.*act_alpha=1.1$"))
    page.get_by_role("link", name="Next: Dropout").click()
    page.get_by_role("link", name="Activations").click()
    slider.wait_for()  # of the two that are on the page before, none may be asked for its text
    expect(number).to_have_text("1.10")
    expect(page).to_have_url(re.compile("act_alpha=1.1"))
    lead(page, f"{server_url}/activations?act_functions=ELU&act_alpha=nonsense")
    expect(number).to_have_text("1.00")
