"""A class: a teacher at the projector, a student on a laptop, one on a phone, and two who come late."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

BAR, DIALOG, POLL = "#imgcls-class", "#imgcls-class-dialog", "#imgcls-poll"
Person = Callable[..., Page]


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
    teacher.locator(DIALOG).get_by_role("button", name="Done").click()
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
    expect(laptop.get_by_role("button", name="Back to the class")).to_be_visible()
    expect(teacher.locator(BAR)).to_contain_text("2 students, 1 with you")
    teacher.get_by_text("Triangle", exact=True).first.click()
    phone.wait_for_url("**/softmax?softmax_view=Triangle")
    assert "Triangle" not in laptop.url, "who is on their own is not pulled along"
    laptop.keyboard.press("b")
    laptop.wait_for_url("**/softmax?softmax_view=Triangle")
    expect(teacher.locator(BAR)).to_contain_text("2 with you")

    late, later = person(), person(390, 844)
    for student in (late, later):
        student.goto(f"{server_url}/?class={code}")
        student.wait_for_url("**/softmax?softmax_view=Triangle")

    teacher.get_by_role("button", name="Eyes to the front").click()
    for student in (laptop, phone, late, later):
        expect(student.locator("#imgcls-veil")).to_be_visible()
    teacher.get_by_role("button", name="Go on").click()
    for student in (laptop, phone, late, later):
        expect(student.locator("#imgcls-veil")).to_have_count(0)

    laptop.reload()
    expect(laptop.locator(BAR)).to_contain_text(f"Class {code}")
    teacher.reload()
    expect(teacher.locator(BAR)).to_contain_text("4 students")
    late.get_by_role("button", name="Leave").click()
    expect(late.locator(BAR)).to_have_count(0)
    expect(teacher.locator(BAR)).to_contain_text("3 students")

    teacher.get_by_role("button", name="More").click()
    with teacher.context.expect_page() as opened:
        teacher.get_by_role("button", name="Lesson plan").click()
    plan = opened.value
    plan.locator(BAR).wait_for()
    assert plan.url == f"{server_url}/teach"
    teacher.bring_to_front()
    teacher.get_by_text("Overflow", exact=True).first.click()
    laptop.wait_for_url("**/softmax?softmax_view=Overflow")
    assert plan.url == f"{server_url}/teach"
    plan.close()

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
    teacher.locator(DIALOG).get_by_role("button", name="Done").click()
    remote.goto(f"{server_url}/pooling")
    teacher.wait_for_url("**/pooling*")


def asks(teacher: Page, prompt: str, **answers: str) -> None:
    """The teacher's own question: a choice of `options`, or a `number` that is right, or a place on the photo."""
    teacher.get_by_role("button", name="Ask", exact=True).click()
    kind = {"options": "choosing", "number": "a number"}.get(next(iter(answers), ""), "pointing at the photo")
    teacher.get_by_role("radio", name=kind).check()
    teacher.get_by_label("Question").fill(prompt)
    for kind, text in answers.items():
        teacher.get_by_label("Answers, one a line" if kind == "options" else "The right number").fill(text)
    teacher.locator(f"{DIALOG} form button").click()
    expect(teacher.locator(f"{POLL} .count")).to_contain_text("0 of")


def test_a_class_votes_twice_and_sees_both_votes_when_they_are_shown(person: Person, server_url: str) -> None:
    teacher, laptop, phone = person(), person(), person(390, 844)
    code = started(teacher, f"{server_url}/softmax")
    for student in (laptop, phone):
        student.goto(f"{server_url}/?class={code}")
        expect(student.locator(BAR)).to_contain_text("you are")
    asks(teacher, "You add 5 to all logits.", options="All grow\n* All stay <b>the same</b>\nThe largest grows")

    laptop.get_by_role("button", name="All grow").click()
    expect(laptop.locator(f"{POLL} [role=status]")).to_contain_text("is counted")
    phone.get_by_role("button", name="All stay <b>the same</b>").press("Enter")
    expect(teacher.locator(f"{POLL} .count")).to_contain_text("2 of 2 have answered")
    assert "%" not in phone.locator(POLL).inner_text(), "no result before it is shown"
    assert phone.locator(".bars").count() == 0
    phone.reload()
    chosen = phone.get_by_role("button", name="All stay <b>the same</b>")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    teacher.get_by_role("button", name="Discuss or go on?").click()
    expect(teacher.locator(f"{POLL} [role=status]")).to_contain_text("Discuss it with your neighbour")

    teacher.get_by_role("button", name="Vote again").click()
    expect(laptop.get_by_role("button", name="All grow")).to_have_attribute("aria-pressed", "false")
    for student in (laptop, phone):
        student.get_by_role("button", name="All stay <b>the same</b>").click()
    expect(teacher.locator(f"{POLL} .count")).to_contain_text("2 of 2 have answered, second vote")
    teacher.get_by_role("button", name="Show the answers").click()
    for page in (teacher, laptop, phone):
        expect(page.locator(POLL)).to_contain_text("first vote: 1 of 2")
        expect(page.locator(POLL)).to_contain_text("second vote: 2 of 2")
        expect(page.locator(POLL)).to_contain_text("50% are right (first vote).")
        expect(page.locator(POLL)).to_contain_text("100% are right (second vote).")

    teacher.get_by_role("button", name="Done").click()
    for page in (teacher, laptop, phone):
        expect(page.locator(POLL)).to_have_count(0)


def test_numbers_and_places_are_shown_beside_what_is_right(person: Person, server_url: str) -> None:
    teacher, student = person(), person(390, 844)
    code = started(teacher, f"{server_url}/softmax")
    student.goto(f"{server_url}/?class={code}")
    expect(student.locator(BAR)).to_contain_text("you are")
    asks(teacher, "How many weights?", number="1000")
    student.get_by_label("Your number").fill("many")
    student.get_by_role("button", name="Send").click()
    expect(student.locator(f"{POLL} [role=status]")).to_contain_text("Type a number")
    student.get_by_label("Your number").fill("995,5")
    student.keyboard.press("Enter")
    expect(teacher.locator(f"{POLL} .count")).to_contain_text("1 of 1")
    teacher.get_by_role("button", name="Show the answers").click()
    expect(student.locator(POLL)).to_contain_text("1 answers from 995.5 to 995.5, the middle one 995.5; right is 1,000")
    expect(student.locator(POLL)).to_contain_text("100% are right.")
    teacher.get_by_role("button", name="Done").click()

    asks(teacher, "Where does it look?")
    photo = student.locator(f"{POLL} .photo")
    photo.press("ArrowRight")
    photo.press("Enter")
    expect(teacher.locator(f"{POLL} .count")).to_contain_text("1 of 1")
    teacher.get_by_role("button", name="Show the answers").click()
    mark = teacher.locator(f"{POLL} .mark")
    expect(mark).to_have_attribute("style", re.compile(r"left: 54%; top: 50%"))
    image = teacher.locator(f"{POLL} img")
    assert image.evaluate("image => image.naturalWidth") > 100


def test_the_pointer_is_seen_by_all_and_stations_are_walked_with_a_clicker(person: Person, server_url: str) -> None:
    teacher, student = person(), person()
    code = started(teacher, f"{server_url}/softmax")
    student.goto(f"{server_url}/?class={code}")
    expect(student.locator(BAR)).to_contain_text("1 student")
    stands(student)
    teacher.get_by_role("button", name="Pointer").click()
    target = teacher.locator(".st-key-softmax_t").bounding_box()
    assert target
    x, y = target["x"] + target["width"] / 2, target["y"] + target["height"] / 2
    teacher.mouse.move(x, y - 5)
    teacher.mouse.move(x, y)
    ring = student.locator("#imgcls-pointer")
    expect(ring).to_be_visible()
    student.wait_for_function(
        "([x, y]) => { const ring = document.querySelector('#imgcls-pointer')?.getBoundingClientRect();"
        " return ring && Math.hypot(ring.x + ring.width / 2 - x, ring.y + ring.height / 2 - y) < 3 }",
        arg=[x, y],
    )
    teacher.get_by_role("button", name="Pointer").click()
    expect(ring).to_have_count(0)

    teacher.evaluate("document.activeElement.blur()")
    teacher.keyboard.press("Shift+S")
    expect(teacher.locator(".stations li")).to_have_count(1)
    teacher.locator(DIALOG).get_by_role("button", name="Done").click()
    teacher.get_by_text("Hardmax", exact=True).first.click()
    teacher.wait_for_url("**softmax_view=Hardmax")
    teacher.evaluate("document.activeElement.blur()")
    teacher.keyboard.press("Shift+S")
    expect(teacher.locator(".stations li").nth(1)).to_contain_text("How do scores become probabilities? · Hardmax")
    with teacher.expect_download() as saved:
        teacher.get_by_role("button", name="Save as a file").click()
    stations = json.loads(saved.value.path().read_text())
    assert [each["place"] for each in stations] == ["softmax", "softmax?softmax_view=Hardmax"]
    opener = teacher.locator(f"{DIALOG} input[type=file]")
    opener.set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": b'[{"place": "//evil"}]'})
    expect(teacher.locator(f"{DIALOG} .refusal")).to_contain_text("no list of stations")
    expect(teacher.locator(".stations li")).to_have_count(2)
    reversed_list = json.dumps(stations[::-1]).encode()
    opener.set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": reversed_list})
    expect(teacher.locator(".stations li").first).to_contain_text("Hardmax")
    teacher.locator(DIALOG).get_by_role("button", name="Done").click()
    teacher.keyboard.press("PageDown")
    student.wait_for_url(re.compile(r"/softmax$"))
    teacher.keyboard.press("PageUp")
    student.wait_for_url("**softmax_view=Hardmax")

    teacher.keyboard.press("Shift+P")
    expect(teacher.locator("#imgcls-corner")).to_have_js_property("complete", True)
    teacher.keyboard.press(".")
    expect(teacher.locator("#imgcls-blank")).to_be_visible()
    teacher.keyboard.press("ArrowRight")
    expect(teacher.locator("#imgcls-blank")).to_have_count(0)
