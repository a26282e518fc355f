"""A contrast theme replaces all colours of a page: what only a colour would say is still to be seen."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.hands import settle


@pytest.fixture
def themed(page: Page) -> Page:
    """A page as Windows shows it in a contrast theme."""
    page.set_viewport_size({"width": 1280, "height": 1000})
    page.emulate_media(forced_colors="active")
    return page


def opened(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_function(
        "document.querySelector('[data-testid=stBidiComponentIsolated]')?.shadowRoot?.children.length"
    )
    settle(page)


def pixels(element: Locator) -> np.ndarray:
    """What is painted where the element is, as (H, W, 3)."""
    return np.asarray(Image.open(io.BytesIO(element.screenshot())).convert("RGB")).astype(int)


def ground(picture: np.ndarray) -> np.ndarray:
    """The colour most of it has."""
    colours, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    return colours[counts.argmax()]


def differ(first: np.ndarray, second: np.ndarray) -> bool:
    return int(np.abs(first - second).sum()) > 90  # of 765


def test_bars_keep_their_length_and_the_sum_its_parts(themed: Page, server_url: str) -> None:
    opened(themed, f"{server_url}/softmax")
    for track in (themed.locator(".sliders .row[data-index='2'] .track").nth(i) for i in (0, 1)):
        share = float(track.locator("i").evaluate("bar => bar.style.width").rstrip("%")) / 100
        row = pixels(track)[7]
        filled, empty = row[int(share * len(row) / 2)], row[int((1 + share) / 2 * len(row))]
        assert differ(filled, empty)
    first, second = (themed.locator(".sliders .segment").nth(i) for i in (0, 2))
    assert all(differ(ground(pixels(each)), np.array([255] * 3)) for each in (first, second))


@pytest.mark.parametrize(
    ("path", "slider"),
    [
        ("softmax", ".slider input"),
        ("tensors", ".slicer .track"),
        ("pooling?pool_part=A+volume", ".slider input"),
    ],
)
def test_a_slider_shows_its_track_and_how_far_it_is(themed: Page, server_url: str, path: str, slider: str) -> None:
    opened(themed, f"{server_url}/{path}")
    picture = pixels(themed.locator(slider).first)
    middle = picture[len(picture) // 2 - 2 : len(picture) // 2 + 2].mean(0)
    colours = {tuple((colour // 32).astype(int)) for colour in middle if differ(colour, np.array([255] * 3))}
    assert len(colours) >= 2, "the way behind the thumb and the way ahead"


def test_the_pooling_window_its_winner_and_the_tiles_are_seen(themed: Page, server_url: str) -> None:
    opened(themed, f"{server_url}/pooling")
    frame = themed.locator(".pool .frame").first
    assert "rgb(255, 176, 0)" in frame.evaluate("frame => getComputedStyle(frame).boxShadow")
    cells = themed.locator(".pool .before .cell")
    tones = [tuple(ground(pixels(cells.nth(i)))) for i in (3, 9, 11)]
    assert len(set(tones)) == 3, "4, 2 and 0 have tiles of their own"
    assert "winner" in themed.locator(".pool .before .cell.winner").first.get_attribute("class")
    mark = "cell => getComputedStyle(cell, '::after').borderRightColor"
    assert cells.nth(5).evaluate(mark) == "rgba(0, 0, 0, 0)", "the mark is a corner, not a box"


def test_padding_is_hatched_and_the_window_framed(themed: Page, server_url: str) -> None:
    opened(themed, f"{server_url}/convolution?conv_part=Filters+over+a+volume")
    assert "gradient" in themed.locator(".walk .zero").first.evaluate("zero => getComputedStyle(zero).backgroundImage")
    assert (
        themed.locator(".walk .frame").first.evaluate("e => getComputedStyle(e).borderTopColor") == "rgb(224, 154, 0)"
    )
    weights = themed.locator(".walk .weights .cell")
    tones = {weights.nth(i).evaluate("cell => getComputedStyle(cell).backgroundColor") for i in range(9)}
    assert len(tones) >= 3, "negative, zero and positive weights"


def test_what_is_chosen_stands_out(themed: Page, server_url: str) -> None:
    opened(themed, f"{server_url}/tensors")
    look = "e => getComputedStyle(e).backgroundColor"
    part = themed.get_by_role("radiogroup", name="Part", exact=True).get_by_role("radio")
    assert part.first.evaluate(look) != part.nth(1).evaluate(look)
    steps = themed.locator(".slicer .steps button")
    assert steps.first.evaluate(look) != steps.nth(1).evaluate(look)
    opened(themed, f"{server_url}/autodiff")
    switch = themed.get_by_test_id("stCheckbox").locator("label > div").first
    expect(switch).to_be_visible()
    off = pixels(switch)
    switch.click()
    expect(themed.get_by_role("switch")).to_be_checked()
    settle(themed)
    assert np.abs(pixels(switch) - off).mean() > 20


def test_streamlits_slider_and_the_legend_of_signs_are_seen(themed: Page, server_url: str) -> None:
    opened(themed, f"{server_url}/train")
    rate = themed.get_by_test_id("stSlider").filter(has_text="Learning rate").locator("[role=group] > div")
    ways = pixels(rate.locator("> div").first)
    line = ways[len(ways) // 2]
    assert differ(line[4], line[-4]), "the way behind the thumb and the way ahead"
    white = np.array([255] * 3)
    assert all(differ(colour, white) for colour in (line[4], ground(pixels(rate.locator("> div").nth(1)))))
    opened(themed, f"{server_url}/network")
    legend = pixels(themed.locator(".network .scale i"))
    row = legend[len(legend) // 2]
    assert differ(row[8], row[-8]), "negative and positive end"
