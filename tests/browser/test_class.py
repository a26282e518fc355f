"""A class: a teacher at the projector, a student on a laptop, one on a phone, and one who comes late."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

BAR, DIALOG = "#imgcls-class", "#imgcls-class-dialog"
Person = Callable[..., Page]


@pytest.fixture
def person(browser: Browser) -> Iterator[Person]:
    """Somebody with a browser of their own; an uncaught JavaScript error fails the test."""
    contexts, errors = [], []

    def come(width: int = 1280, height: int = 720) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, has_touch=width < 500)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield come
    for context in contexts:
        context.close()
    assert not errors, f"uncaught JavaScript errors: {errors}"


def stands(page: Page) -> None:
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning] h1")


def started(teacher: Page, address: str) -> str:
    """A class, begun by this teacher at this address; returns its code."""
    teacher.goto(address)
    stands(teacher)
    teacher.locator(".imgcls-class-door").first.click()
    teacher.get_by_role("button", name="Start a class").click()
    code = teacher.locator(f"{DIALOG} .code").inner_text()
    assert re.fullmatch(r"[A-Z]{4}", code)
    picture = teacher.locator(f"{DIALOG} .qr")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 100, "the QR code is there"
    teacher.locator(DIALOG).get_by_role("button", name="Close").click()
    expect(teacher.locator(BAR)).to_contain_text(f"Class {code}")
    return code


def test_a_class_joins_follows_looks_around_and_ends(person: Person, server_url: str) -> None:
    teacher, laptop, phone = person(), person(), person(390, 844)
    code = started(teacher, f"{server_url}/softmax?softmax_view=Temperature")

    laptop.goto(server_url)
    stands(laptop)
    laptop.locator(".imgcls-class-door:visible").click()
    laptop.locator(f"{DIALOG} input").fill("XXXX")
    laptop.locator(DIALOG).get_by_role("button", name="Join").click()
    expect(laptop.locator(f"{DIALOG} .refusal")).to_contain_text("no class with this code")
    laptop.locator(f"{DIALOG} input").fill(code.lower())
    laptop.keyboard.press("Enter")
    laptop.wait_for_url("**/softmax?softmax_view=Temperature")
    expect(laptop.locator(BAR)).to_contain_text(re.compile(r"you are \w+ \w+"))

    phone.goto(f"{server_url}/?class={code}")  # what the QR code holds
    phone.wait_for_url("**/softmax?softmax_view=Temperature")
    assert "class=" not in phone.url, "the code does not stay in the address"
    expect(teacher.locator(BAR)).to_contain_text("2 students, 2 with you")

    teacher.get_by_text("Hardmax", exact=True).first.click()
    for student in (laptop, phone):
        student.wait_for_url("**/softmax?softmax_view=Hardmax")
        expect(student.get_by_role("radio", name="Hardmax")).to_be_checked()

    laptop.get_by_text("Arithmetic", exact=True).first.click()
    expect(laptop.get_by_role("button", name="back to the class")).to_be_visible()
    expect(teacher.locator(BAR)).to_contain_text("2 students, 1 with you")
    teacher.get_by_text("Triangle", exact=True).first.click()
    phone.wait_for_url("**/softmax?softmax_view=Triangle")
    assert "Triangle" not in laptop.url, "who is on their own is not pulled along"
    laptop.keyboard.press("b")
    laptop.wait_for_url("**/softmax?softmax_view=Triangle")
    expect(teacher.locator(BAR)).to_contain_text("2 with you")

    late = person()
    late.goto(f"{server_url}/?class={code}")
    late.wait_for_url("**/softmax?softmax_view=Triangle")

    teacher.get_by_role("button", name="Eyes to the front").click()
    for student in (laptop, phone, late):
        expect(student.locator("#imgcls-veil")).to_be_visible()
    teacher.get_by_role("button", name="Go on").click()
    for student in (laptop, phone, late):
        expect(student.locator("#imgcls-veil")).to_have_count(0)

    laptop.reload()
    expect(laptop.locator(BAR)).to_contain_text(f"Class {code}")
    teacher.reload()
    expect(teacher.locator(BAR)).to_contain_text("3 students")
    late.get_by_role("button", name="Leave").click()
    expect(late.locator(BAR)).to_have_count(0)
    expect(teacher.locator(BAR)).to_contain_text("2 students")

    teacher.get_by_role("button", name="Invite").click()
    teacher.locator(f"{DIALOG} summary").click()
    teacher.get_by_role("button", name="End the class").click()
    teacher.get_by_role("button", name="Really end it").click()
    for student in (laptop, phone):
        expect(student.locator(BAR)).to_contain_text("The class has ended.")
    expect(teacher.locator(BAR)).to_have_count(0)


def test_the_teacher_presents_and_hands_over(person: Person, server_url: str) -> None:
    teacher, remote = person(), person(390, 844)
    started(teacher, f"{server_url}/softmax")
    plain = teacher.locator("h1").evaluate("h1 => parseFloat(getComputedStyle(h1).fontSize)")
    teacher.keyboard.press("Shift+P")
    expect(teacher.get_by_test_id("stSidebar")).to_be_hidden()
    expect(teacher.locator(".st-key-try_this")).to_be_hidden()
    assert teacher.locator("h1").evaluate("h1 => parseFloat(getComputedStyle(h1).fontSize)") > 1.2 * plain
    teacher.keyboard.press("Shift+P")
    expect(teacher.get_by_test_id("stSidebar")).to_be_visible()

    teacher.get_by_role("button", name="Invite").click()
    teacher.locator(f"{DIALOG} summary").click()
    teacher.get_by_role("button", name="Use this phone too").click()
    picture = teacher.locator(f"{DIALOG} .qr")
    expect(picture).to_have_attribute("alt", re.compile("one more device"))
    key = picture.evaluate("image => new URL(new URL(image.src).searchParams.get('text')).searchParams.get('teach')")
    remote.goto(f"{server_url}/?teach={key}")
    expect(remote.get_by_role("button", name="Invite")).to_be_visible()
    teacher.locator(DIALOG).get_by_role("button", name="Close").click()
    remote.goto(f"{server_url}/pooling")
    teacher.wait_for_url("**/pooling*")
