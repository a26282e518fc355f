"""The dense page: a network that grows, the lecture's numbers as presets, the photo as a vector, a race."""

import re

import torch
from playwright.sync_api import Page, expect

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.ops.convolution import working_pixels
from tests.browser import hands


def test_dragging_the_image_size_bundles_the_edges_and_prints_their_true_number(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dense")
    expect(page.locator(".nodes output")).to_have_text("Point at a node: its connections light up.")
    expect(page.get_by_text("398 parameters")).to_be_visible()  # 16 · 12 + 12 + 12 · 8 + 8 + 8 · 10 + 10
    slider = page.get_by_role("slider", name="Image size")
    slider.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".nodes output")).to_have_text("Weights in the bands: into hidden 1: 1,200.")
    expect(page.get_by_text("1,406 parameters")).to_be_visible()
    page.wait_for_url("**dense_size=10**")


def test_pointing_at_a_node_says_what_is_connected_to_it(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dense?dense_layers=1")
    canvas = page.locator(".nodes canvas")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".nodes output")).to_have_text(
        "hidden 1, node 2 of 12: 16 weights and a bias come in, 10 weights go out."
    )


def test_the_presets_give_the_numbers_of_the_lecture(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dense?dense_part=What+it+costs")
    for preset, row, numbers in (
        ("AlexNet", "parameters, with biases", ["105,705,600", "34,944"]),
        ("VGG-16", "weights", ["102,760,448", "102,760,448"]),
        ("CS231n", "weights into one output", ["75", "75"]),
    ):
        page.get_by_role("button", name=preset).click()
        cells = page.locator(".words tr", has=page.get_by_role("rowheader", name=row, exact=True)).locator("td")
        expect(cells.nth(1)).to_have_text(numbers[0])
        expect(cells.nth(2)).to_have_text(numbers[1])
    expect(cells.nth(0)).to_have_text("120,000")


def test_both_layers_are_timed_on_this_machine(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dense?dense_part=What+it+costs&dense_quantity=measured+time&dense_cost_size=8")
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_text(re.compile("Done in"))).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile(r"At 8 × 8: fully connected [\d.]+ ms \(CPU\)"))).to_be_visible()


def test_laid_out_to_the_end_the_sum_is_torchs(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dense?dense_part=The+photo+through+one+neuron&dense_side=8&dense_neuron_seed=3")
    page.get_by_label("Rows laid out").press("End")
    x = working_pixels(load_sample(DEFAULT_SAMPLE).image, 8, "colour").flatten() / 255
    with torch.random.fork_rng():
        torch.manual_seed(3)
        weights = torch.nn.Linear(192, 1).weight.detach()
    expected = f"{(weights @ x).item():.4f}".replace("-", "−")
    expect(page.locator(".unroll output")).to_contain_text(f"= {expected}, the neuron's output")
    page.get_by_role("button", name="Back to a picture").click()
    expect(page.locator(".unroll output")).to_have_text("Sum of the first 0 of 24 rows: 0")


def test_the_race_runs_beside_the_page_and_can_be_stopped(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dense?dense_part=Shuffle+the+pixels&dense_pictures=20")
    page.get_by_role("button", name="Race").click()
    expect(page.get_by_text(re.compile("of the time"))).to_be_visible(timeout=60_000)
    stop = page.get_by_role("button", name="Stop")
    if stop.is_enabled():
        stop.click()
    expect(page.get_by_text(re.compile(r"Stopped\.|Done in"))).to_be_visible(timeout=60_000)


def test_a_larger_kernel_pushes_the_image_and_no_illegal_layer_can_be_made(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dense?dense_part=What+it+costs&dense_cost_size=4&dense_cost_padding=1&dense_cost_kernel=6")
    slider = page.get_by_role("slider", name="Kernel side F")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("All three turn 9 × 9 × 3 into 1 × 1 × 16.")).to_be_visible()
    expect(page.get_by_role("slider", name="Image size in pixels")).to_have_value("9")
    page.wait_for_url("**dense_cost_size=9**")
    page.reload()
    expect(page.get_by_text("All three turn 9 × 9 × 3 into 1 × 1 × 16.")).to_be_visible()


def test_on_a_phone_the_network_comes_before_its_sliders(page: Page, server_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server_url}/dense")
    expect(page.get_by_text("398 parameters")).to_be_visible()
    network = page.locator(".nodes canvas").bounding_box()
    slider = page.get_by_role("slider", name="Image size").bounding_box()
    assert network["y"] < slider["y"] < network["y"] + 844 - slider["height"]  # both are on one screen
    for share in page.locator(".nodes .shares span").all():
        assert share.evaluate("(each) => each.scrollWidth <= each.clientWidth")


def test_a_template_is_shown_at_once_and_the_address_follows(page: Page, server_url: str) -> None:
    hands.opened(page, f"{server_url}/dense?dense_part=One+template+per+class", ".templates .all button")
    caption, total = page.locator(".templates .row figcaption").nth(1), page.locator(".templates .sum")
    for name, number in (("ship", 8), ("cat", 3)):
        before = total.inner_text()
        page.locator(".templates .all button", has_text=name).click()
        expect(caption).to_have_text(f"template of {name}")
        expect(total).not_to_have_text(before)
        expect(page).to_have_url(re.compile(f"dense_class={number}"))
        expect(page.locator(".templates [aria-pressed=true] .name")).to_have_text(name)
