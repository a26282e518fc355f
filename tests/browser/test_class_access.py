"""A class for everyone: what axe-core finds in the bar, the panels and the cards, which no lesson's own test opens."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import findings
from tests.browser.test_class import BAR, DIALOG, POLL, Person, asks, started
from tests.browser.test_neuron import NODE, begun

CARDS = f"{BAR}, {DIALOG}, #imgcls-cards"


def troubles(page: Page, view: str) -> list[str]:
    """What is found, and what is cut off at the sides or too small for a finger, in words."""
    found = [f"{view}: {each.rule}: {each.html}\n{each.why}" for each in findings(page, view, where=CARDS)]
    width = page.viewport_size["width"]
    for each in page.locator(f"{DIALOG}, #imgcls-cards > *").all():
        box, inner = each.bounding_box(), each.evaluate("box => box.scrollWidth - box.clientWidth")
        if inner > 0 or box["x"] < 0 or box["x"] + box["width"] > width:
            found.append(f"{view}: cut off by {inner}, {box}")
    takes = ":is(button, summary, select, input:not([type=radio], [type=file]))"
    small = page.locator(f":is({CARDS}) {takes}").evaluate_all(
        "(all, least) => all.filter((each) => each.checkVisibility() && each.offsetHeight < least)"
        ".map((each) => `${each.innerText || each.ariaLabel || each.outerHTML}: ${each.offsetHeight} pixels high`)",
        44 if width < 500 else 24,
    )
    return found + [f"{view}: {each}" for each in small]


def panel(name: str) -> Callable[[Page], None]:
    """Opens a panel of the bar."""
    return lambda page: page.locator(BAR).get_by_role("button", name=name, exact=True).click()


def more(name: str) -> Callable[[Page], None]:
    """Opens a panel that lies behind "More"."""

    def opens(page: Page) -> None:
        panel("More")(page)
        page.locator(DIALOG).get_by_role("button", name=name).click()

    return opens


PANELS = {
    "Invite": panel("Invite"),
    "Ask": panel("Ask"),
    "Wall": panel("Wall"),
    "More": panel("More"),
    "Stations": more("Stations"),
    "Race": more("Race"),
    "Layer": more("The hall is a layer"),
    "Ten questions": more("Ten questions"),
}


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)], ids=["projector", "phone"])
def test_every_panel_of_the_teacher(person: Person, server_url: str, size: tuple[int, int]) -> None:
    teacher = person(*size)
    if size[0] < 500:
        first = person()
        code = started(first, f"{server_url}/softmax")
        first.get_by_role("button", name="Invite").click()
        first.locator(f"{DIALOG} summary").click()
        first.get_by_role("button", name="Use this phone too").click()
        picture = first.locator(f"{DIALOG} .qr")
        expect(picture).to_have_attribute(
            "alt", "QR code that makes one more device the teacher's, once, for five minutes"
        )
        key = picture.evaluate("i => new URL(new URL(i.src).searchParams.get('text')).searchParams.get('teach')")
        teacher.goto(f"{server_url}/?teach={key}")
        expect(teacher.locator(BAR)).to_contain_text(code)
    else:
        started(teacher, f"{server_url}/softmax")
    problems = []
    for name, opens in PANELS.items():
        opens(teacher)
        expect(teacher.locator(DIALOG)).to_be_visible()
        problems += troubles(teacher, name)
        teacher.locator(DIALOG).get_by_role("button", name="Done", exact=True).click()
        expect(teacher.locator(DIALOG)).to_have_count(0)
    begun(teacher)
    expect(teacher.locator(f"{DIALOG} .node")).to_have_count(8)
    problems += troubles(teacher, "Layer, running")
    teacher.get_by_role("button", name="End it").click()
    assert not problems, "\n\n".join(problems)


def test_every_card_of_a_student_and_two_at_once(person: Person, server_url: str) -> None:
    teacher, phone = person(), person(390, 844)
    code = started(teacher, f"{server_url}/softmax")
    phone.goto(f"{server_url}/?class={code}")
    expect(phone.locator(BAR)).to_contain_text("you are")
    problems = troubles(phone, "the bar")
    asks(teacher, "You add 5 to all logits.", options="All grow\nAll stay")
    expect(phone.locator(POLL)).to_be_visible()
    problems += troubles(phone, "a question")
    more("Ten questions")(teacher)
    teacher.get_by_role("button", name="Ask before the course").click()
    card = phone.locator("#imgcls-ten")
    card.get_by_role("button", name="Unfold").click()
    problems += troubles(phone, "a question and the ten")
    boxes = [phone.locator(each).bounding_box() for each in (POLL, "#imgcls-ten", BAR)]
    tops = sorted((box["y"], box["y"] + box["height"]) for box in boxes)
    assert all(below[0] >= above[1] for above, below in pairwise(tops)), "none lies on another"
    teacher.locator(DIALOG).get_by_role("button", name="Done", exact=True).click()
    teacher.locator(POLL).get_by_role("button", name="Done").click()
    expect(phone.locator(POLL)).to_have_count(0)
    expect(card.get_by_role("button", name="Next")).to_be_visible()
    asks(teacher, "And now?", number="5")
    expect(phone.locator(POLL)).to_be_visible()
    expect(card.get_by_role("button", name="Next")).to_have_count(0), "it has made way"
    teacher.locator(POLL).get_by_role("button", name="Done").click()
    begun(teacher)
    expect(phone.locator(f"{NODE} input")).to_have_count(9)
    teacher.get_by_role("button", name="Gradients on all devices").click()
    expect(phone.locator(f"{NODE} em")).to_have_count(9)
    problems += troubles(phone, "a node")
    assert not problems, "\n\n".join(problems)
