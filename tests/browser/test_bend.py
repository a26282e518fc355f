"""The network that learns before one's eyes: the film plays, its numbers are those of the maths, points are set."""

import re

import pytest
from playwright.sync_api import Page, expect

from imgcls.ops.mlp import Plan, measure
from imgcls.ops.mlp_film import Twins
from imgcls.ops.points import pattern
from imgcls.ui.activations.bend_part import COUNT

NUMBERS = re.compile(r"(\d+)% right, loss ([\d.]+)")


def step(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(".bend .step").inner_text()))


def test_the_network_learns_its_twin_does_not_and_both_are_those_of_the_maths(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/activations?act_pattern=XOR")
    page.get_by_role("button", name="Train").click()
    caption = page.locator(".bend figcaption").first
    expect(caption).to_have_text(re.compile(r"(9[5-9]|100)% right"), timeout=60_000)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Step", exact=True).click()
    expect(page.locator(".bend .step")).to_have_text(re.compile(r"[1246789]$"))  # it goes on in fives
    shown, captions = step(page), page.locator(".bend figcaption").all_inner_texts()
    points, twins = pattern("XOR", 0, count=COUNT), Twins(Plan((4,), "tanh"))
    flat, _, straight, _ = twins.step(twins.start(0), points, 0.1, shown).reshape(4, -1)
    for plan, each, text in ((twins.plan, flat, captions[0]), (twins.straight, straight, captions[1])):
        loss, right = measure(plan, each, points)
        percent, written = NUMBERS.search(text).groups()
        assert (float(written), int(percent)) == (pytest.approx(loss, abs=2e-3), pytest.approx(100 * right, abs=1.1))
    assert int(NUMBERS.search(captions[1])[1]) <= 80


AT_ONCE = """async (bend) => {
  const step = () => Number(bend.querySelector(".step").textContent.replace(/\\D/g, ""))
  // A film of 75 steps is stopped in its middle.
  while (step() < 100 || step() % 75 === 0) await new Promise(requestAnimationFrame)
  bend.querySelector(".go").click()
  for (let i = 0; i < 3; i++) bend.querySelector(".one").click()
  return step()
}"""


def test_step_pressed_before_the_pause_has_been_answered_is_not_lost(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/activations")
    page.get_by_role("button", name="Train").click()
    paused = page.locator(".bend").evaluate(AT_ONCE)
    expect(page.locator(".bend .step")).to_have_text(f"step {paused + 3}")


def test_points_are_set_by_a_click_and_by_the_keyboard_and_stand_in_the_address(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/activations?act_pattern=mine")
    expect(page.locator(".bend figcaption").first).to_contain_text("no points yet")
    canvas = page.locator(".bend .answer").first
    side = canvas.bounding_box()["width"]
    canvas.click(position={"x": side * 0.25, "y": side * 0.25})
    page.wait_for_url(re.compile("act_points=b[EFG][jkl]$"))  # about x = -0.5 and y = +0.5, in letters
    page.get_by_role("button", name="orange").click()
    canvas.focus()
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("act_points=b..ahV"))  # x = 0.4 and y = 0
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".bend figcaption").last).to_contain_text("100% right", timeout=60_000)
    page.get_by_role("button", name="Pause").click()
    canvas.focus()
    page.keyboard.press("Delete")
    page.wait_for_url(re.compile("act_points=(b|a)..$"))


def test_where_the_quick_way_is_blocked_the_training_goes_on_by_the_slow_one(page: Page, server_url: str) -> None:
    page.route("**/imgcls/live/**", lambda route: route.abort())
    page.goto(f"{server_url}/activations")
    page.get_by_role("button", name="Train").click()
    expect(page.locator(".bend .step")).to_have_text(re.compile(r"step ([1-9]\d{2}|[\d,]{5,})"), timeout=60_000)
