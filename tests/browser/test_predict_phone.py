"""Predict, then reveal, on a phone: the picture moves where it is seen, and prediction and answer stay at the edge."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.hands import PHONE, drawn, on_a_mobile, opened, settle
from tests.serving import running_app

JAVASCRIPT = {"content-type": "text/javascript"}
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
    expect(page.get_by_role("button", name=re.compile("Hide$"))).to_be_visible(timeout=60_000)
    settle(page)
    return [tuple(each) for each in page.evaluate("window.seen")]


def moved_in_sight(seen: Seen, first: str, last: str) -> None:
    """From first to last, and at each change most of the picture was seen, or a third of the screen was full of it."""
    assert (seen[0][0], seen[-1][0]) == (first, last)
    changes = [now for before, now in pairwise(seen) if before[0] != now[0]]
    assert changes
    assert all(share >= 0.6 or pixels >= PHONE["height"] / 3 for _, share, pixels in changes), changes


@on_a_mobile
def test_the_page_goes_to_the_picture_before_a_slider_glides(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=A+volume&ask=pool-depth", ".predict")
    page.locator(".option input").first.check()
    seen = revealed(page, "pool_slice", "output", "pool_stack")
    assert seen[0][1] < 0.6, "at first the card hides the picture"
    moved_in_sight(seen, "0", "63")
    assert len({each[0] for each in seen}) > 5, "it glides"


@on_a_mobile
def test_what_is_chosen_changes_when_the_picture_has_been_seen(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/train?ask=train-zeros", ".predict")
    seen = revealed(page, "train_recorded", "[aria-checked=true]", "train_recorded_curves")
    assert seen[0][1] < 0.6, "at first the card hides the picture"
    moved_in_sight(seen, "the usual rate", "all weights start at 0")


@on_a_mobile
def test_after_a_gesture_the_picture_is_seen_when_it_moves(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=Why+it+helps&ask=pool-shift", ".predict")
    bar = page.get_by_role("slider", name="pooled once")
    box = bar.bounding_box()
    page.touchscreen.tap(box["x"] + 0.4 * box["width"], box["y"] + box["height"] / 2)
    expect(bar).to_have_attribute("aria-valuetext", re.compile("^(39|40|41)%"))
    seen = revealed(page, "pool_shift", "output", "pool_maps")
    assert seen[0][1] < 0.6, "at first the card hides the picture"
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
    expect(page.locator(".prompt")).to_be_focused()
    settle(page)
    expect(page.locator(".prompt")).to_be_in_viewport(ratio=1)


@on_a_mobile
def test_try_it_yourself_leaves_the_picture_where_it_is(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=What+is+lost&ask=pool-where", ".predict")
    page.locator(".option input").first.check()
    revealed(page, "pool_times", "output", "pool_halved")
    picture = page.locator(".st-key-pool_halved")
    before = picture.bounding_box()["y"]
    page.get_by_role("button", name="Try it yourself").tap()
    expect(page.locator(".predict")).to_have_count(0)
    settle(page)
    assert picture.bounding_box()["y"] == pytest.approx(before, abs=3)


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
def test_a_picture_that_a_worker_makes_is_waited_for(page: Page, asking_url: str) -> None:
    """However late it comes: here the page has less patience than any worker needs."""

    def hurry(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        assert "PATIENCE = 4000" in text
        route.fulfill(response=answer, body=text.replace("PATIENCE = 4000", "PATIENCE = 1"), headers=JAVASCRIPT)

    page.route("**/predict/journey.js", hurry)
    opened(page, f"{asking_url}/dataset?ask=data-no", ".predict")
    seen = revealed(page, "data_threshold", "output", "measure_table")
    moved_in_sight(seen, "0.50", "1.00")
    assert len({each[0] for each in seen}) > 5, "it glides"


@on_a_mobile
def test_the_parts_stand_in_one_row_with_the_chosen_one_in_sight(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/cross-entropy?ask=ce-ways-inf", ".predict")
    parts = page.get_by_role("radiogroup", name="Part", exact=True)
    expect(parts.get_by_role("radio", name="Pass logits")).to_be_in_viewport(ratio=0.9)
    assert parts.bounding_box()["height"] < 60


def test_a_reveal_lands_exactly_where_a_slider_comes_only_near(page: Page, asking_url: str) -> None:
    """The answer's logits have two digits, and the sliders go by tenths."""
    opened(page, f"{asking_url}/cross-entropy?ask=ce-gradient", ".predict")
    page.get_by_role("button", name=PREDICTION).click()
    page.mouse.move(0, 0)  # the row that is pointed at is worked out
    expect(page.locator(".st-key-ce_logits")).to_contain_text("0.3534")
    expect(page.locator(".why").last).to_contain_text("0.3534")


def test_the_slider_of_a_question_is_as_wide_as_its_axis(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?ask=pool-losers", ".predict")
    slider, axis = page.locator(".gesture input").bounding_box(), page.locator(".gesture .ends").bounding_box()
    assert slider["width"] == pytest.approx(axis["width"], abs=2)


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
