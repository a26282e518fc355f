"""A lesson's own question, asked of a class: predictions are votes, and the answer shows for all at once."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_class import BAR, DIALOG, POLL, Person, started
from tests.serving import running_app

PREDICTION = "That is my prediction"


@pytest.fixture(scope="module")
def asking_url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app that asks first."""
    with running_app(tmp_path_factory.mktemp("class-asking") / "log.txt", asks_first=True) as url:
        yield url


def predicts(student: Page, option: str) -> None:
    student.get_by_role("radio", name=option, exact=True).check()
    student.get_by_role("button", name=re.compile(f"{PREDICTION}|Change my prediction")).click()


def test_all_predict_then_the_answer_shows_for_all_at_once(person: Person, asking_url: str) -> None:
    teacher, laptop, phone = person(), person(), person(390, 844)
    code = started(teacher, f"{asking_url}/pooling?pool_part=What+is+lost&ask=pool-where")
    for student in (laptop, phone):
        student.goto(f"{asking_url}/?class={code}")
        expect(student.locator(".predict .prompt")).to_be_visible(timeout=60_000)
    teacher.get_by_role("button", name="Ask", exact=True).click()
    teacher.get_by_role("button", name="Ask the question on the screen").click()
    expect(teacher.locator(DIALOG)).to_have_count(0)
    expect(laptop.locator(POLL)).to_contain_text("make your prediction on this page")

    predicts(laptop, "32")
    expect(laptop.locator(POLL)).to_contain_text("Your prediction is counted")
    expect(laptop.locator(".predict")).to_contain_text("The answer comes for all at once.")
    predicts(phone, "1,024")
    expect(teacher.locator(f"{POLL} .count")).to_contain_text("2 of 2 have predicted")
    for page in (teacher, laptop, phone):
        expect(page.locator(".predict.told")).to_have_count(0)
        assert page.locator(".st-key-pool_times").count() == 0, "the picture is not there before"
    teacher.get_by_role("button", name="Discuss or go on?").click()
    expect(teacher.locator(f"{POLL} [role=status]")).to_contain_text("Discuss it")

    teacher.get_by_role("button", name="Show the answers").click()
    for page in (teacher, laptop, phone):
        expect(page.locator(".predict.told")).to_be_visible(timeout=60_000)
        expect(page.locator(".predict")).to_contain_text("2 predictions of your class")
        expect(page.locator(POLL)).to_contain_text("50% are right")
    # On the phone the picture moves in sight, and the reason at the lower edge stands above the class's bar and cards.
    expect(phone.locator(".st-key-pool_times output")).to_have_text("5 times")
    expect(phone.locator(".st-key-pool_halved")).to_be_in_viewport(ratio=0.6)
    edge, cards = phone.locator(".side").bounding_box(), phone.locator("#imgcls-cards").bounding_box()
    assert edge["y"] + edge["height"] == pytest.approx(cards["y"], abs=1)
    expect(laptop.locator(".option.mine")).to_contain_text("1 of 2")
    expect(laptop.locator(BAR)).not_to_contain_text("On your own")
