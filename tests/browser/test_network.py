"""The whole network in a browser: what is pointed at, opened and switched off shows torch's numbers."""

import re
from pathlib import Path

import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.models.ablation import WhatIf, what_if
from imgcls.models.graph import graph_of
from imgcls.models.influence import backward
from imgcls.models.registry import load
from imgcls.models.trace import trace
from imgcls.numbers import read
from imgcls.training.trained import tinyvgg
from imgcls.ui.hall import network_input
from tests.browser.hands import drawn, eventually, on_a_mobile, on_a_phone, opened, settle


def open_network(page: Page, server_url: str, address: str = "") -> None:
    opened(page, f"{server_url}/network{address}", ".network[data-drawn]")


def walk_to(page: Page, column: int, row: int = 0) -> None:
    """With the arrow keys from the photo's red channel."""
    page.locator(".network canvas").focus()
    for key in ("ArrowLeft", *["ArrowRight"] * column, *["ArrowDown"] * row):
        page.keyboard.press(key)
    drawn(page)


def shown(page: Page, selector: str) -> float:
    return float(page.locator(selector).get_attribute("data-value"))


def test_the_arithmetic_of_a_map_is_torchs_and_escape_goes_back(page: Page, server_url: str) -> None:
    open_network(page, server_url)
    walk_to(page, 3, 4)
    expect(page.locator(".network .status")).to_contain_text("conv1_2, map 4")
    page.keyboard.press("Enter")
    page.wait_for_selector(".network[data-view=map]")
    expect(page).to_have_url(re.compile("net_map=3-4"))
    layers = tinyvgg().module.layers
    with torch.inference_mode():
        relu1 = layers.relu1_1(layers.conv1_1(network_input(tinyvgg(), load_sample(DEFAULT_SAMPLE))))
        sums = layers.conv1_2(relu1)[0, 4]
        relu2 = layers.relu1_2(sums)
    for key in ("", "ArrowDown", "ArrowRight", "ArrowRight"):
        if key:
            page.keyboard.press(key)
        note = page.locator(".network .window .note").inner_text()
        row, column = (int(number) for number in re.search(r"row (\d+), column (\d+)", note).groups())
        assert shown(page, ".network .chain > b") == pytest.approx(float(sums[row, column]), rel=1e-5)
        assert shown(page, ".network [data-stage='0']") == pytest.approx(float(relu2[row, column]), rel=1e-5)
    page.keyboard.press("Escape")
    page.wait_for_selector(".network[data-view=overview]")
    expect(page).not_to_have_url(re.compile("net_map"))


def test_pointing_asks_nobody(page: Page, server_url: str) -> None:
    open_network(page, server_url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    box = page.locator(".network canvas").bounding_box()
    for step in range(40):
        page.mouse.move(box["x"] + 150 + 15 * step, box["y"] + 90 + 5 * step)
    expect(page.locator(".network .status")).to_contain_text(re.compile("map|softmax|%|parameters|Point"))
    assert not asked


def test_a_map_switched_off_moves_the_bars_as_in_torch(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_part=What+if&net_off=10-9,8-1")
    graph = graph_of(tinyvgg())
    off = frozenset({("layers.pool2", 9), ("layers.conv2_2", 1)})
    after = what_if(graph, network_input(tinyvgg(), load_sample(DEFAULT_SAMPLE)), WhatIf(off))
    before = what_if(graph, network_input(tinyvgg(), load_sample(DEFAULT_SAMPLE)), WhatIf())
    walk_to(page, 11, 2)
    status = page.locator(".network .status").inner_text()
    now, was = (float(share) for share in re.findall(r"([\d.]+)%", status))
    assert now == pytest.approx(100 * float(after.probabilities[2]), abs=0.06)
    assert was == pytest.approx(100 * float(before.probabilities[2]), abs=0.06)
    page.get_by_text("Undo all").click()
    expect(page).not_to_have_url(re.compile("net_off"))


def test_the_patch_is_moved_and_sized_from_the_keyboard(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_part=What+if")
    walk_to(page, 0)
    for key in ("ArrowUp", "Enter", "ArrowRight", "ArrowRight", "ArrowUp", "Escape"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"net_patch=0.600%2C0.450%2C0.3(&|$)"))
    size = page.get_by_label("grey patch")
    size.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"net_patch=0.600%2C0.450%2C0.35(&|$)"))
    graph, inputs = graph_of(tinyvgg()), network_input(tinyvgg(), load_sample(DEFAULT_SAMPLE))
    after = what_if(graph, inputs, WhatIf(patch=(0.6, 0.45, 0.35)))
    walk_to(page, 11, 3)  # from the photo as a whole, which lies above its channels

    def told() -> None:
        text = page.locator(".network .status").inner_text()
        assert float(re.search(r"([\d.]+)%", text)[1]) == pytest.approx(
            100 * float(after.probabilities[2]), abs=0.06
        ), text

    eventually(told)


def test_whoever_walks_with_the_arrow_keys_stays_where_they_are(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_part=What+if")
    walk_to(page, 4, 2)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("net_off=4-2"))
    page.keyboard.press("ArrowDown")
    expect(page.locator(".network .status")).to_contain_text("relu1_2, map 3")


def test_the_window_of_a_large_kernel_shows_input_kernel_or_product(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_model=efficientnet-lite0&net_map=29-3")
    page.wait_for_selector(".network[data-opened]")
    total = shown(page, ".network .chain > b")
    written: dict[str, list[float]] = {}
    for name in ("input", "kernel", "product"):
        page.locator(f".network [data-shows={name}]").click()
        texts = page.locator(".network .cell > :visible").all_inner_texts()
        written[name] = [float(read(text.removeprefix("≈ "))) for text in texts]
        assert len(texts) == 25
    cells = page.locator(".network .cell").all()
    exact = [[float(number) for number in cell.get_attribute("data-exact").split()] for cell in cells]
    for place, name in enumerate(("input", "kernel", "product")):
        assert written[name] == pytest.approx([numbers[place] for numbers in exact], rel=0.03, abs=0.006)
    assert sum(numbers[2] for numbers in exact) == pytest.approx(total, rel=1e-4, abs=1e-4)


@on_a_phone
def test_a_finger_drags_the_patch_down_and_the_page_stays(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_part=What+if")
    page.locator(".network canvas").evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
    box, fingers = page.locator(".network canvas").bounding_box(), page.context.new_cdp_session(page)
    x, y = box["x"] + 4 + 72, box["y"] + 82 + 36  # across the middle of the photo, down a quarter of it
    for kind, down in (("touchStart", 0), *(("touchMove", 9 * step) for step in range(1, 9)), ("touchEnd", None)):
        points = [] if down is None else [{"x": x, "y": y + down, "id": 1}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page).to_have_url(re.compile(r"net_patch=0\.5\d*%2C0\.7[345]\d*%2C0\.3(&|$)"))
    assert page.locator(".network canvas").bounding_box()["y"] == box["y"]


def test_from_a_feature_the_way_back_leads_to_its_class(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_class=2")
    page.wait_for_selector(".network[data-view=class]")
    box = page.locator(".network canvas").bounding_box()
    page.mouse.click(box["x"] + 60, box["y"] + 60)
    for view in ("map", "class", "overview"):
        expect(page.locator(".network")).to_have_attribute("data-view", view)
        page.keyboard.press("Escape")


def test_a_gradient_that_is_small_is_not_called_nothing(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_model=efficientnet-lite0&net_part=Backwards")
    walk_to(page, 9)
    expect(page.locator(".network .status")).to_contain_text(re.compile("Last, map 0: gradient .*mean"))
    mean = read(re.search(r"mean (\S+?)\.?(\s|$)", page.locator(".network .status").inner_text())[1])
    graph = graph_of(load())
    inputs = network_input(load(), load_sample(DEFAULT_SAMPLE))
    backs = backward(graph, inputs, int(trace(graph, inputs).logits.argmax()))
    assert float(mean) == pytest.approx(float(backs.gradients["features.8"][0].mean()), rel=0.5)


def test_a_sample_picked_in_the_sidebar_is_drawn(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_model=tinyvgg")
    page.locator("[data-testid=stSidebar]").get_by_text("Samples", exact=True).click()
    page.locator("[data-testid=stSidebar] .gallery button[data-slug=cat]").click()
    expect(page.locator(".network")).to_have_attribute("data-subject", re.compile(load_sample("cat").digest))
    graph = graph_of(tinyvgg())
    expected = trace(graph, network_input(tinyvgg(), load_sample("cat"))).probabilities
    walk_to(page, 11, 2)
    now = float(re.search(r"([\d.]+)%", page.locator(".network .status").inner_text())[1])
    assert now == pytest.approx(100 * float(expected[2]), abs=0.06)


def test_a_layers_header_says_how_much_of_the_photo_one_value_sees(page: Page, server_url: str) -> None:
    status = page.locator(".network .status")
    open_network(page, server_url)
    walk_to(page, 3)
    page.keyboard.press("ArrowUp")
    expect(status).to_contain_text("one value sees 5 × 5 pixels of the photo")
    open_network(page, server_url, "?net_model=efficientnet-lite0")
    walk_to(page, 7)
    page.keyboard.press("ArrowUp")
    expect(status).to_contain_text("Stage 6: 192 × 7 × 7 values")
    expect(status).to_contain_text("one value sees the whole photo")


def test_the_kernel_slides_by_itself_until_somebody_points(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_map=3-4")
    page.wait_for_selector(".network[data-opened]")
    note, slide = page.locator(".network .window .note"), page.locator(".network .slide")

    def place() -> int:
        row, column = (int(number) for number in re.search(r"row (\d+), column (\d+)", note.inner_text()).groups())
        return 60 * row + column

    start = place()
    slide.click()
    for _ in range(3):  # one place after the other
        before = place()
        expect(note).not_to_have_text(note.inner_text())
        assert place() > before or place() % 60 == 0, "in reading order"
    assert place() != start
    expect(slide).to_have_text("Pause")
    box = page.locator(".network canvas").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 90)
    expect(slide).to_have_text("▶ Slide")
    stopped = place()
    page.wait_for_timeout(500)  # nothing happens
    assert place() == stopped
    slide.click()
    expect(slide).to_have_text("Pause")
    chip = page.locator(".network [data-slice='7']")
    box = chip.bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.wait_for_timeout(300)  # longer than the kernel rests at a place
    page.mouse.up()
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(slide).to_have_text("▶ Slide")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".network [data-slice='8']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".network [data-slice='8']")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".network")).to_have_attribute("data-view", "overview")
    expect(page.locator(".network canvas")).to_be_focused()


def test_a_drawing_of_the_kind_that_it_learned_from_is_one_click_away(page: Page, server_url: str) -> None:
    open_network(page, server_url)
    page.locator(".gallery.row button[data-slug=small-pug]").click()
    expect(page.locator(".network")).to_have_attribute("data-subject", re.compile(load_sample("small-pug").digest))
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("Pug (small drawing)")
    expected = trace(graph_of(tinyvgg()), network_input(tinyvgg(), load_sample("small-pug"))).probabilities
    walk_to(page, 11, 3)
    now = float(re.search(r"([\d.]+)%", page.locator(".network .status").inner_text())[1])
    assert now == pytest.approx(100 * float(expected[3]), abs=0.06)


def test_an_uploaded_photo_runs_through_the_large_network(page: Page, server_url: str, tmp_path: Path) -> None:
    open_network(page, server_url, "?net_model=efficientnet-lite0")
    first = page.locator(".network").get_attribute("data-subject")
    Image.linear_gradient("L").convert("RGB").resize((300, 200)).save(tmp_path / "own.png")
    page.locator("[data-testid=stSidebar] input[type=file]").set_input_files(tmp_path / "own.png")
    expect(page.locator(".network")).not_to_have_attribute("data-subject", first)
    walk_to(page, 10)
    page.keyboard.press("Enter")
    page.wait_for_selector(".network[data-view=class]")
    with torch.inference_mode():
        opened = Image.open(tmp_path / "own.png").convert("RGB")
        logits = load().module(load().preprocess(opened))[0]
    assert shown(page, ".network .logit") == pytest.approx(float(logits.max()), rel=1e-3)
    page.get_by_text("Backwards", exact=True).click()
    expect(page.locator(".network .status")).to_contain_text("raises the logit")


def test_a_map_of_the_students_own_photo_is_open_after_a_reload_and_one_step_back_closes_it(
    page: Page, server_url: str, tmp_path: Path
) -> None:
    open_network(page, server_url)
    first = page.locator(".network").get_attribute("data-subject")
    Image.linear_gradient("L").convert("RGB").resize((300, 200)).save(tmp_path / "own.png")
    page.locator("[data-testid=stSidebar] input[type=file]").set_input_files(tmp_path / "own.png")
    expect(page.locator(".network")).not_to_have_attribute("data-subject", first)
    assert "net_model" not in page.url  # nobody has chosen it: it fits the photo
    walk_to(page, 6, 2)
    page.keyboard.press("Enter")
    title = page.locator(".network[data-opened] .title")
    expect(title).to_contain_text("map")
    opened_map = title.inner_text()
    expect(page).to_have_url(re.compile("net_map="))
    page.reload()
    expect(title).to_have_text(opened_map)
    expect(page.locator("[data-testid=stSidebar] .imgcls-photo-name")).to_contain_text("own.png")
    settle(page)
    expect(title).to_have_text(opened_map)
    assert "net_map=" in page.url
    page.locator(".network canvas").focus()
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("net_map"))
    page.go_back()
    expect(title).to_have_text(opened_map)


def test_arrow_keys_speak_the_sum_and_what_comes_of_it(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_map=3-4")
    page.wait_for_selector(".network[data-opened]")
    page.locator(".network canvas").focus()
    status = page.locator(".network .status")
    expect(status).to_have_attribute("aria-live", "polite")
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
        note = page.locator(".network .window .note").inner_text()
        row, column = re.search(r"row (\d+), column (\d+)", note).groups()
        said = re.compile(rf"^Row {row}, column {column}: the products and the bias add up to \S+, after ReLU \S+, ")
        expect(status).to_have_text(said)
        total, active = (
            float(number.replace("−", "-")) for number in re.findall(r"(?:to|ReLU) ([−\d.]+\d)", status.inner_text())
        )
        assert total == pytest.approx(shown(page, ".network .chain > b"), rel=0.06, abs=0.06)
        assert active == pytest.approx(shown(page, ".network [data-stage='0']"), rel=0.06, abs=0.06)
    cells = page.locator(".network .cells .cell")
    cells.nth(4).focus()
    expect(page.locator(".network .window .note")).to_contain_text("×")
    page.keyboard.press("ArrowUp")
    expect(cells.nth(1)).to_be_focused()


@on_a_mobile
def test_a_finger_s_first_tap_lights_up_what_comes_in_and_the_second_opens(page: Page, server_url: str) -> None:
    open_network(page, server_url)
    status, canvas = page.locator(".network .status"), page.locator(".network canvas")
    expect(status).to_contain_text("Tap a map")
    canvas.scroll_into_view_if_needed()
    plain, box = canvas.screenshot(), canvas.bounding_box()
    page.touchscreen.tap(box["x"] + 250, box["y"] + 90)
    expect(status).to_contain_text("Tap it again to see how it is made")
    assert not re.search("[Cc]lick|Ctrl|wheel|Escape", status.inner_text())
    expect(page.locator(".network")).to_have_attribute("data-view", "overview")
    assert canvas.screenshot() != plain
    page.touchscreen.tap(box["x"] + 250, box["y"] + 90)
    expect(page.locator(".network")).to_have_attribute("data-view", "map")


def test_what_comes_before_softmax_is_said_and_opens_the_winning_class(page: Page, server_url: str) -> None:
    open_network(page, server_url)
    walk_to(page, 11)
    page.keyboard.press("ArrowUp")
    layer = tinyvgg().module.layers.logits
    parameters = layer.weight.numel() + layer.bias.numel()
    expect(page.locator(".network .status")).to_contain_text(f"flatten: {layer.in_features:,} numbers")
    expect(page.locator(".network .status")).to_contain_text(f"{parameters:,} parameters")
    page.keyboard.press("Enter")
    page.wait_for_selector(".network[data-view=class]")


def test_the_tour_is_walked_by_keys_and_words_and_picture_light_each_other_up(page: Page, server_url: str) -> None:
    opened(page, f"{server_url}/network?tour=1", ".tour .words")
    expect(page.locator(".tour .count")).to_have_text("1 / 22")
    todo = page.locator(".tour .todo")
    expect(todo).to_contain_text("○ To do: Point at the photo.")
    expect(page.locator(".ring")).to_be_visible()
    word = page.locator(".tour .word", has_text="your photo")
    word.hover()
    expect(word).to_have_class(re.compile(r"\bon\b"))
    picture = page.locator(".ring").bounding_box()
    assert picture
    page.mouse.move(picture["x"] + picture["width"] / 2, picture["y"] + picture["height"] / 2)
    expect(todo).to_contain_text("✓ Done")
    expect(page.locator(".ring")).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tour .count")).to_have_text("2 / 22")
    page.keyboard.press("PageDown")
    expect(page.locator(".tour .count")).to_have_text("3 / 22")
    expect(page).to_have_url(re.compile("tour=3"))
    page.go_back()
    expect(page.locator(".tour .count")).to_have_text("2 / 22")
    page.get_by_role("button", name="End the tour").click()
    expect(page.locator(".tour")).to_be_hidden()
    assert "tour" not in page.url
