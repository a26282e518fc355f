"""A map is opened, and what excites it grows below it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.hands import on_a_phone, opened

ADDRESS = "network?net_model=tinyvgg&net_map=9-4"


def test_the_switch_grows_a_picture_and_shows_pieces_beside_it(page: Page, server_url: str) -> None:
    opened(page, f"{server_url}/{ADDRESS}", ".network canvas")
    page.get_by_text("What excites this map most?").first.click()
    expect(page.get_by_text("On it the map reaches")).to_be_visible(timeout=60_000)
    expect(page.locator(".st-key-three_abreast canvas")).to_have_count(6)
    expect(page.locator(".st-key-net_excite_0 figcaption")).to_contain_text("grown from noise")
    expect(page).to_have_url(re.compile("net_excite=true"))


def test_a_picture_that_grows_can_be_seen_and_stopped_and_begun_again(page: Page, server_url: str) -> None:
    address = "network?net_model=efficientnet-lite0&net_map=137-3&net_excite=true"  # seconds of work: no time to settle
    page.goto(f"{server_url}/{address}")
    expect(page.locator(".st-key-net_excite_growing figcaption")).to_contain_text("step ")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("On it the map reaches")).to_be_visible(timeout=60_000)


@on_a_phone
def test_on_a_phone_the_pictures_stand_three_in_a_row(page: Page, server_url: str) -> None:
    opened(page, f"{server_url}/{ADDRESS}&net_excite=true", ".network canvas")
    expect(page.get_by_text("On it the map reaches")).to_be_visible(timeout=60_000)
    boxes = [each.bounding_box() for each in page.locator(".st-key-three_abreast canvas").all()]
    assert len({round(box["y"]) for box in boxes}) == 2
    whole, seen = page.get_by_test_id("stMain").evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert whole <= seen
