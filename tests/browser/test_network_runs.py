"""The lesson of the whole network: own runs can be chosen and start afresh, and the browser's Back leads back."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from imgcls.models.small import SmallCNN, SmallConfig
from imgcls.training.config import TrainConfig
from imgcls.training.inputs import Normalise
from imgcls.training.runs import RunFiles, RunInfo, run_folder
from tests.browser.test_network import open_network, walk_to

LOOK = 1500  # ms that somebody looks before the way back: an address left sooner makes no place in the history
RUNS = ("20260101-000000-aaaaaaaa", "20260101-000000-bbbbbbbb")


@pytest.fixture
def twins() -> Iterator[None]:
    """Two runs of the same title, begun in the same minute."""
    shapes = {
        RUNS[0]: SmallConfig(channels=(12,), classes=2),
        RUNS[1]: SmallConfig(channels=(4,), classes=2, activation="tanh", dense=(5,)),
    }
    for name, shape in shapes.items():
        files = RunFiles(run_folder(name))
        files.create(RunInfo(TrainConfig(model=shape), ("a", "b"), Normalise((0.5,) * 3, (0.2,) * 3), "Twins", 0.0))
        files.save_checkpoint({"module": SmallCNN(shape).state_dict()}, "best.pt")
    yield
    for name in shapes:
        shutil.rmtree(run_folder(name))


def test_of_two_runs_with_one_title_each_can_be_looked_at(page: Page, server_url: str, twins: None) -> None:
    open_network(page, server_url, f"?net_model=run-{RUNS[0]}&train_runs={','.join(RUNS)}")
    walk_to(page, 3, 5)
    expect(page.locator(".network .status")).to_contain_text("; of the maps shown, most comes from map")
    page.keyboard.press("Enter")
    page.wait_for_selector(".network[data-view=map]")
    page.locator("[data-testid=stSelectbox]").click()
    runs = page.get_by_role("option").filter(has_text="Twins")
    titles = set(runs.all_inner_texts())
    assert len(titles) == 2
    (other,) = titles - {runs.and_(page.locator("[aria-selected=true]")).inner_text()}
    runs.get_by_text(other, exact=True).click()
    expect(page).to_have_url(re.compile(f"net_model=run-{RUNS[1]}"))
    expect(page.locator(".network")).to_have_attribute("data-view", "overview")
    walk_to(page, 2, 3)
    expect(page.locator(".network .status")).to_contain_text("tanh1_1, map 3")
    walk_to(page, 6)
    page.keyboard.press("Enter")
    page.wait_for_selector(".network[data-view=class]")  # of hidden values, which no kernel makes
    expect(page.locator(".network .status")).to_have_text(
        re.compile(r"logit \S+\. Right \(blue\) speaks for the class, left \(red\) against it\. Escape goes back\.$")
    )


def test_the_browsers_back_closes_a_map_and_forward_opens_it_again(page: Page, server_url: str) -> None:
    open_network(page, server_url)
    network = page.locator(".network")
    walk_to(page, 3, 4)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("net_map=3-4"))
    page.wait_for_timeout(LOOK)  # nothing happens
    page.go_back()
    expect(network).to_have_attribute("data-view", "overview")
    expect(page).to_have_url(re.compile("/network$"))
    page.wait_for_timeout(LOOK)  # nothing happens
    page.go_forward()
    expect(network).to_have_attribute("data-view", "map")
    expect(page.locator(".network .title")).to_contain_text("conv1_2, map 4")


def test_the_browsers_back_leads_to_the_network_before_and_to_its_map(page: Page, server_url: str) -> None:
    open_network(page, server_url, "?net_map=3-4")
    page.wait_for_selector(".network[data-opened]")
    page.wait_for_timeout(LOOK)  # nothing happens
    page.locator("[data-testid=stSelectbox]").click()
    page.get_by_role("option", name="EfficientNet-Lite0").click()
    expect(page).to_have_url(re.compile("net_model=efficientnet-lite0"))
    expect(page.locator(".network")).to_have_attribute("data-view", "overview")
    page.wait_for_timeout(LOOK)  # nothing happens
    page.go_back()
    expect(page.locator(".network canvas")).to_have_attribute("aria-label", re.compile("^TinyVGG"))
    expect(page.locator(".network .title")).to_contain_text("conv1_2, map 4")
    expect(page).to_have_url(re.compile("network.net_map=3-4$"))
