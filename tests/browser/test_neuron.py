"""The hall is a layer: students move their node's weights, and all step downhill together."""

import re

from playwright.sync_api import Page, expect

from tests.browser.hands import eventually, number
from tests.browser.test_class import BAR, DIALOG, Person, person, started  # noqa: F401 - a fixture

NODE = "#imgcls-node"


def loss(page: Page) -> float:
    """The loss on the projector, or on a student's card."""
    text = page.locator(f"{DIALOG} .loss, {NODE} .network").inner_text()
    return number(re.search(r"([\d.]+?)\.?$", text)[1])


def begun(teacher: Page) -> None:
    teacher.get_by_role("button", name="More", exact=True).click()
    teacher.get_by_role("button", name="The hall is a layer").click()
    teacher.get_by_role("button", name="Start with the photo").click()


def test_a_class_is_a_layer_that_learns(person: Person, server_url: str) -> None:  # noqa: F811
    teacher, laptop, phone = person(), person(), person(390, 844)
    code = started(teacher, f"{server_url}/dense")
    begun(teacher)
    expect(teacher.locator(f"{DIALOG} .node")).to_have_count(8)
    expect(teacher.locator(f"{DIALOG} .node").first).to_contain_text("played")
    for student in (laptop, phone):
        student.goto(f"{server_url}/?class={code}")
        expect(student.locator(f"{NODE} input")).to_have_count(9)
    expect(teacher.locator(f"{DIALOG} .node")).to_have_count(8)
    expect(teacher.locator(f"{DIALOG} .node small", has_text="played")).to_have_count(6)
    eventually(lambda: _agree(teacher, phone))

    slider = laptop.get_by_label("Weight of the pixel in row 3, column 2")
    slider.fill("3")
    expect(laptop.locator(f"{NODE} .weight").nth(7)).to_have_text("w 3.00")
    eventually(lambda: _agree(teacher, laptop))
    assert laptop.locator(f"{NODE} em").count() == 0, "no gradient before the teacher shows it"
    teacher.get_by_role("button", name="Gradients on all devices").click()
    expect(phone.locator(f"{NODE} em")).to_have_count(9)

    weights = phone.locator(f"{NODE} .weights").inner_text()
    before = loss(teacher)
    teacher.get_by_role("button", name="Step downhill").click()
    expect(phone.locator(f"{NODE} .hint")).to_contain_text("Step 1: the loss went from")
    expect(teacher.locator(f"{DIALOG} .result")).to_contain_text("Step 1: the loss went from")
    eventually(lambda: _agree(teacher, phone))
    assert loss(teacher) < before
    assert phone.locator(f"{NODE} .weights").inner_text() != weights

    phone.reload()
    expect(phone.locator(f"{NODE} .hint")).to_contain_text("Step 1")
    late = person()
    late.goto(f"{server_url}/?class={code}")
    expect(late.locator(f"{NODE} input")).to_have_count(9)
    expect(teacher.locator(f"{DIALOG} .node small", has_text="played")).to_have_count(5)
    late.get_by_role("button", name="Leave").click()
    expect(late.locator(NODE)).to_have_count(0)
    expect(teacher.locator(f"{DIALOG} .node small", has_text="played")).to_have_count(6)

    teacher.get_by_role("button", name="End it").click()
    for student in (laptop, phone):
        expect(student.locator(NODE)).to_have_count(0)


def _agree(teacher: Page, student: Page) -> None:
    assert abs(loss(teacher) - loss(student)) <= 0.006 * loss(teacher) + 1e-6


def test_dropout_darkens_the_screens_of_those_who_are_off(person: Person, server_url: str) -> None:  # noqa: F811
    teacher, student = person(), person(390, 844)
    code = started(teacher, f"{server_url}/dropout")
    begun(teacher)
    student.goto(f"{server_url}/?class={code}")
    expect(student.locator(f"{NODE} input")).to_have_count(9)
    mine = teacher.locator(f"{DIALOG} .node").filter(has_not_text="played")
    expect(mine).to_have_count(1)
    seen = set()
    teacher.get_by_role("button", name="Dropout: half go dark").click()
    for _ in range(40):
        expect(teacher.get_by_role("button", name="All nodes on")).to_be_visible()
        teacher.wait_for_timeout(600)
        dark = "off" in mine.inner_text()
        expect(student.locator("#imgcls-dark")).to_have_count(int(dark))
        seen.add(dark)
        if len(seen) == 2:
            break
        teacher.get_by_role("button", name="A fresh dropout mask").click()
    assert seen == {True, False}
    teacher.get_by_role("button", name="All nodes on").click()
    expect(student.locator("#imgcls-dark")).to_have_count(0)
    expect(teacher.locator(f"{DIALOG} .node.dark")).to_have_count(0)
    expect(student.locator(BAR)).to_be_visible()
