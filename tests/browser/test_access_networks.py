"""Scores and the whole network for everyone: what axe-core finds, targets and titles, a run and a close-up, too."""

import re

import pytest
from playwright.sync_api import Page, expect

from imgcls.lessons import Lesson, built_lessons
from tests.browser.access import OURS, check, findings, in_all_lights, settle, too_small
from tests.browser.hands import on_a_phone

LESSONS = [lesson for lesson in built_lessons() if lesson.section in ("From scores to loss", "The whole network")]
QUICK = (
    "train_count=600&train_preset=ConvNetJS+CIFAR-10&train_epochs=500"  # small pictures, learned until it is stopped
)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.slug)
def test_everyone_can_use_every_part(page: Page, server_url: str, lesson: Lesson) -> None:
    check(page, server_url, lesson)


def test_everyone_can_follow_a_run_and_look_back_at_it(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/train?{QUICK}")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text(re.compile(r"left · epoch [1-9]"))).to_be_visible(timeout=60_000)
    assert not findings(page, "a run", where=OURS)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("stopped by you")).to_be_visible()
    expect(page.locator("[class*=st-key-samples] .tile")).to_have_count(14)
    settle(page)
    assert not in_all_lights(page, "a run that is over", "[data-testid=stMain]")
    assert not too_small(page, "a run that is over")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for part in ("Confusion", "Weights and gradients", "Compare runs", "Use it"):
            page.get_by_role("radio", name=part).click()
            settle(page)
            assert not findings(page, f"{part}, {scheme}", where="[data-testid=stMain]")
            assert not too_small(page, part)


def test_everyone_can_look_into_a_map_of_the_network(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/network?net_map=3-4")
    page.wait_for_selector(".network[data-view=map]")
    settle(page)
    found = in_all_lights(page, "a close-up", "[data-testid=stMain]")
    assert not found + too_small(page, "a close-up")


@on_a_phone
def test_the_menu_of_a_phone_has_room_for_a_finger(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/tensors")
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_test_id("stSidebarNavLink").first).to_be_in_viewport()
    settle(page)
    links = page.get_by_test_id("stSidebarNavLink")
    assert links.count() == len(built_lessons())
    assert all(link.bounding_box()["height"] >= 44 for link in links.all())
    assert not too_small(page, "the menu")
