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
from imgcls.models.occlusion import network_input
from imgcls.models.registry import load
from imgcls.training.shipped import tinyvgg


def open_network(page: Page, server_url: str, address: str = "") -> None:
    page.goto(f"{server_url}/network{address}")
    page.wait_for_selector(".network[data-drawn]")
    page.wait_for_timeout(400)


def walk_to(page: Page, column: int, row: int = 0) -> None:
    """With the arrow keys from the photo's red channel."""
    page.locator(".network canvas").focus()
    for key in ("ArrowLeft", *["ArrowRight"] * column, *["ArrowDown"] * row):
        page.keyboard.press(key)
    page.wait_for_timeout(100)


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
    page.wait_for_timeout(1000)
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
