"""Predict, then reveal, on a phone: the picture moves where it is seen, and prediction and answer stay at the edge."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.hands import PHONE, drawn, on_a_mobile, opened, settle
from tests.serving import running_app

PREDICTION = "That is my prediction"
Seen = list[tuple[str, float, float]]


@pytest.fixture(scope="module")
def asking_url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app that asks first."""
    with running_app(tmp_path_factory.mktemp("asking-phones") / "log.txt", asks_first=True) as url:
        yield url


# Frame by frame: what `said` in the element `key` says, and which share and how many pixels of the picture are seen.
WATCH = """([key, said, picture]) => {
  window.seen = []
  const within = (key) => {
    const holder = document.querySelector(`.st-key-${key}`)
    const hosts = holder ? [holder, ...holder.querySelectorAll("*")] : []
    return [holder, ...hosts.flatMap(({ shadowRoot }) => shadowRoot ?? [])].filter(Boolean)
  }
  const look = () => {
    const [holder] = within(picture), says = within(key).map((root) => root.querySelector(said)).find(Boolean)
    if (holder && says) {
      const { left, top, width, height } = holder.getBoundingClientRect(), rows = 40
      const share = Array.from({ length: rows }, (_, i) => {
        const hit = document.elementFromPoint(left + width / 2, top + ((i + 0.5) * height) / rows)
        return hit && hit !== holder && holder.contains(hit)
      }).filter(Boolean).length / rows
      window.seen.push([says.textContent, share, share * height])
    }
    requestAnimationFrame(look)
  }
  look()
}"""


def revealed(page: Page, key: str, said: str, picture: str) -> Seen:
    """What was seen from the prediction until the reason has unfolded."""
    page.evaluate(WATCH, [key, said, picture])
    page.get_by_role("button", name=PREDICTION).tap()
    expect(page.get_by_role("button", name=re.compile("Hide$"))).to_be_visible()
    settle(page)
    return [tuple(each) for each in page.evaluate("window.seen")]


def moved_in_sight(seen: Seen, first: str, last: str) -> None:
    """From first to last, and at each change most of the picture was seen, or a third of the screen was full of it."""
    assert (seen[0][0], seen[-1][0]) == (first, last)
    assert seen[0][1] < 0.6, "at first the card hides the picture"
    changes = [now for before, now in pairwise(seen) if before[0] != now[0]]
    assert changes
    assert all(share >= 0.6 or pixels >= PHONE["height"] / 3 for _, share, pixels in changes), changes


@on_a_mobile
def test_the_page_goes_to_the_picture_before_a_slider_glides(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=A+volume&ask=pool-depth", ".predict")
    page.locator(".option input").first.check()
    seen = revealed(page, "pool_slice", "output", "pool_stack")
    moved_in_sight(seen, "0", "63")
    assert len({each[0] for each in seen}) > 5, "it glides"


@on_a_mobile
def test_what_is_chosen_changes_when_the_picture_has_been_seen(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/train?ask=train-zeros", ".predict")
    seen = revealed(page, "train_recorded", "[aria-checked=true]", "train_recorded_curves")
    moved_in_sight(seen, "the usual rate", "all weights start at 0")


@on_a_mobile
def test_after_a_gesture_the_picture_is_seen_when_it_moves(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=Why+it+helps&ask=pool-shift", ".predict")
    bar = page.get_by_role("slider", name="pooled once")
    box = bar.bounding_box()
    page.touchscreen.tap(box["x"] + 0.4 * box["width"], box["y"] + box["height"] / 2)
    expect(bar).to_have_attribute("aria-valuetext", re.compile("^(39|40|41)%"))
    seen = revealed(page, "pool_shift", "output", "pool_maps")
    moved_in_sight(seen, "0 pixels", "1 pixels")


@on_a_mobile
def test_prediction_and_answer_stay_at_the_edge_and_the_reason_unfolds(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?ask=pool-losers", ".predict")
    page.get_by_role("button", name=PREDICTION).tap()
    fold = page.get_by_role("button", name=re.compile("^You: 8"))
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(fold).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".why")).to_be_in_viewport()
    fold.tap()
    expect(page.locator(".why")).to_be_hidden()
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    drawn(page)
    expect(fold).to_be_in_viewport(ratio=1)
    last = page.get_by_role("link", name=re.compile("^Next:")).bounding_box()
    assert last["y"] + last["height"] <= fold.bounding_box()["y"], "nothing of the page stays behind it"
    fold.tap()
    page.get_by_role("button", name="Next question").tap()
    expect(page.locator(".head")).to_contain_text("question 2 of 3")
    expect(page.locator(".fold")).to_have_count(0)


@on_a_mobile
def test_where_a_hand_scrolls_the_picture_waits_for_it(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=A+volume&ask=pool-depth", ".predict")
    page.locator(".option input").first.check()
    page.evaluate(WATCH, ["pool_slice", "output", "pool_stack"])
    page.get_by_role("button", name=PREDICTION).tap()
    page.locator(".predict.told").wait_for()
    page.mouse.wheel(0, 1)
    settle(page)
    expect(page.locator(".st-key-pool_slice output")).to_have_text("0")
    page.locator(".st-key-pool_stack").scroll_into_view_if_needed()
    expect(page.locator(".st-key-pool_slice output")).to_have_text("63")
    moved_in_sight([tuple(each) for each in page.evaluate("window.seen")], "0", "63")


@on_a_mobile
def test_by_keys_alone_on_a_phone(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=Why+it+helps&ask=pool-saw", ".predict")
    page.get_by_role("button", name=PREDICTION).press("Enter")
    page.locator(".predict.told").wait_for()
    expect(page.locator(".prompt")).to_be_focused()
    page.keyboard.press("Tab")
    fold = page.locator(".fold")
    expect(fold).to_be_focused()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Next question")).to_be_focused()


@pytest.mark.context(viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")
def test_without_motion_the_page_stays_and_the_reason_is_there(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=A+volume&ask=pool-depth", ".predict")
    page.locator(".option input").first.check()
    page.get_by_role("button", name=PREDICTION).tap()
    expect(page.locator(".why").last).to_be_in_viewport()
    settle(page)
    expect(page.locator(".st-key-pool_slice output")).to_have_text("63")
    expect(page.locator(".prompt")).to_be_in_viewport()
    expect(page.locator(".prompt")).to_be_focused()
