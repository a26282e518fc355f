"""The hall is a layer whose nodes all step downhill together; and ten questions before and after a course."""

import json
import re

from playwright.sync_api import Page, expect

from imgcls.classroom.concepts import CONCEPTS
from tests.browser.hands import eventually, number
from tests.browser.test_class import BAR, DIALOG, Person, started

NODE = "#imgcls-node"


def loss(page: Page) -> float:
    """The loss on the projector, or on a student's card."""
    text = page.locator(f"{DIALOG} .loss, {NODE} .network").inner_text()
    return number(re.search(r"([\d.]+?)\.?$", text)[1])


def begun(teacher: Page) -> None:
    teacher.get_by_role("button", name="More", exact=True).click()
    teacher.get_by_role("button", name="The hall is a layer").click()
    teacher.get_by_role("button", name="Start with the photo").click()


def test_a_class_is_a_layer_that_learns(person: Person, server_url: str) -> None:
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

    # The phone counts for "cat": with this choice its gradient is not nearly 0, whatever the random weights are.
    share = teacher.locator(f"{DIALOG} .class").nth(1).locator(".bar").inner_text()
    right = "rabbit" if number(share.strip("<> ")) > 50 else "cat"
    teacher.get_by_role("group", name="What is right").get_by_role("button", name=right).click()
    expect(phone.locator(f"{NODE} .network")).to_contain_text(f"Right is {right}")
    expect(teacher.locator(f"{DIALOG} .class.right")).to_contain_text(right)
    eventually(lambda: _agree(teacher, phone))
    weights = phone.locator(f"{NODE} .weights").inner_text()
    before = loss(teacher)
    teacher.get_by_role("button", name="Step downhill").click()
    expect(phone.locator(f"{NODE} .hint")).to_contain_text("Step 1: the loss went from")
    expect(teacher.locator(f"{DIALOG} .result")).to_contain_text("Step 1: the loss went from")
    eventually(lambda: _agree(teacher, phone))

    def learned() -> None:
        assert loss(teacher) < before
        assert phone.locator(f"{NODE} .weights").inner_text() != weights

    eventually(learned)

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


def test_dropout_darkens_the_screens_of_those_who_are_off(person: Person, server_url: str) -> None:
    teacher, student = person(), person(390, 844)
    code = started(teacher, f"{server_url}/dropout")
    begun(teacher)
    student.goto(f"{server_url}/?class={code}")
    expect(student.locator(f"{NODE} input")).to_have_count(9)
    mine = teacher.locator(f"{DIALOG} .node").filter(has_not_text="played")
    expect(mine).to_have_count(1)
    seen = set()

    def agree() -> None:
        dark = student.locator("#imgcls-dark").count() == 1
        assert dark == ("off" in mine.inner_text())
        seen.add(dark)

    teacher.get_by_role("button", name="Dropout: half go dark").click()
    expect(teacher.get_by_role("button", name="All nodes on")).to_be_visible()
    for _ in range(40):
        eventually(agree)
        if len(seen) == 2:
            break
        with teacher.expect_response("**/class/neuron"):
            teacher.get_by_role("button", name="A fresh dropout mask").click()
    assert seen == {True, False}
    teacher.get_by_role("button", name="All nodes on").click()
    expect(student.locator("#imgcls-dark")).to_have_count(0)
    expect(teacher.locator(f"{DIALOG} .node.dark")).to_have_count(0)
    expect(student.locator(BAR)).to_be_visible()


def test_ten_questions_before_and_after_give_the_gain_of_the_class(person: Person, server_url: str) -> None:
    teacher, student = person(), person(390, 844)
    code = started(teacher, f"{server_url}/softmax")
    student.goto(f"{server_url}/?class={code}")
    expect(student.locator(BAR)).to_contain_text("you are")
    teacher.get_by_role("button", name="More", exact=True).click()
    teacher.get_by_role("button", name="Ten questions").click()
    card = student.locator("#imgcls-ten")
    for part, right in (("before", 5), ("after", 8)):
        teacher.get_by_role("button", name=f"Ask {part} the course").click()
        for place, concept in enumerate(CONCEPTS):
            expect(card.locator(".topic")).to_have_text(f"{place + 1} of 10 · {concept.topic}")
            option = (concept.right + (place >= right)) % 4
            card.get_by_role("button", name=concept.options[option], exact=True).click()
            expect(card.locator("h2")).to_have_text(f"Ten questions {part} the course: {place + 1} answered")
            if place < 9:
                card.get_by_role("button", name="Next").click()
        expect(card.get_by_role("status")).to_contain_text("All ten are answered.")
        expect(teacher.locator(f"{DIALOG} .count").last).to_contain_text("1 of 1 have answered all ten")
    teacher.get_by_role("button", name="Show the gain").click()
    expect(teacher.locator(DIALOG)).to_contain_text("normalised gain = (80.0% − 50.0%) / (100% − 50.0%) = 0.6")
    expect(teacher.get_by_role("img", name="Normalised gain of this class: 0.60")).to_be_visible()
    expect(card.locator(".right").first).to_have_text(f"✓ {CONCEPTS[0].options[CONCEPTS[0].right]}")
    with teacher.expect_download() as saved:
        teacher.get_by_role("button", name="Save the counts before").click()
    assert json.loads(saved.value.path().read_text())["people"] == 1
    opener = teacher.locator(f"{DIALOG} input[type=file]")
    opener.set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": b"{}"})
    expect(teacher.locator(f"{DIALOG} .refusal")).to_contain_text("This file holds no answers")
