"""The wall and the race of a class: what the teacher, a student's laptop and a student's phone see of them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.test_class import BAR, DIALOG, Person, stands, started


def panel(page: Page, name: str) -> None:
    """Open the wall or the race from the bar."""
    page.locator(BAR).get_by_role("button", name=name).click()
    expect(page.locator(DIALOG)).to_be_visible()


def press(page: Page, name: str) -> None:
    """A button of the panel."""
    page.locator(DIALOG).get_by_role("button", name=name).first.click()


def shows(student: Page, breed: str) -> None:
    """A student shows the photo of their page and says of which breed it is."""
    student.get_by_label("Its breed").fill(breed)
    press(student, "Show my photo")
    expect(student.locator(f"{DIALOG} .waiting .tile")).to_be_visible()


def fits(page: Page) -> None:
    """Nothing of the panel is cut off at its sides."""
    box = page.locator(DIALOG)
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert box.evaluate("box => box.getBoundingClientRect().right <= innerWidth")


def test_photos_are_shown_let_in_refused_taken_back_and_learned_from(person: Person, server_url: str) -> None:
    teacher, laptop, phone = person(), person(), person(390, 844)
    code = started(teacher, f"{server_url}/classify")
    for student in (laptop, phone):
        student.goto(f"{server_url}/?class={code}")
        expect(student.locator(BAR)).to_contain_text("you are")
        stands(student)
    expect(laptop.locator(BAR).get_by_role("button", name="Wall")).to_have_count(0)
    panel(teacher, "Wall")
    expect(teacher.locator(DIALOG)).to_contain_text("The wall is closed")
    press(teacher, "Open the wall")
    expect(teacher.locator(DIALOG)).to_contain_text("The wall is open")

    waiting, tiles = (teacher.locator(f"{DIALOG} {part} .tile") for part in (".waiting", ".shown"))
    for student in (laptop, phone):
        panel(student, "Wall: 0")
    for breed in ("Bernese mountain dog", "pug"):
        for student in (laptop, phone):
            shows(student, breed)
            fits(student)
        expect(waiting).to_have_count(2)
        expect(phone.locator(f"{DIALOG} .shown .tile")).to_have_count(0 if breed != "pug" else 2)
        assert waiting.first.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") >= 224
        for left in (1, 0):
            press(teacher, "Let in")
            expect(waiting).to_have_count(left)
    for page in (teacher, laptop, phone):
        expect(page.locator(f"{DIALOG} .shown .tile")).to_have_count(4)
        expect(page.get_by_role("row", name="EfficientNet-Lite0 118 2 of 4: 50.0%")).to_be_visible()
        expect(page.locator(f"{DIALOG} .scores")).to_contain_text("Pug is taken for Bernese mountain dog, 2 times")
        expect(page.locator(f"{DIALOG} .tag")).to_have_count(1)
        fits(page)
    expect(tiles.first).to_contain_text("The student agrees")

    press(teacher, "Done")
    teacher.goto(f"{server_url}/dataset?data_source=Photos+of+this+class")
    expect(teacher.get_by_text("4 pictures in 2 classes")).to_be_visible()
    press(laptop, "Done")
    laptop.wait_for_url("**/dataset*")
    expect(laptop.get_by_text("4 pictures in 2 classes")).to_be_visible()

    panel(laptop, "Wall: 4")
    shows(laptop, "")
    expect(teacher.locator(BAR).get_by_role("button", name="Wall: 1 new")).to_be_visible()
    panel(teacher, "Wall: 1 new")
    teacher.get_by_role("button", name=re.compile("^Refuse the photo of ")).click()
    expect(laptop.locator(f"{DIALOG} .waiting .tile")).to_have_count(0)
    expect(laptop.get_by_role("button", name="Show my photo")).to_be_visible()
    press(laptop, "Take it back")
    for page in (teacher, laptop, phone):
        expect(page.locator(f"{DIALOG} .shown .tile")).to_have_count(3)
    press(teacher, "Close the wall")
    expect(phone.locator(BAR)).not_to_contain_text("Wall")
    expect(phone.locator(f"{DIALOG} .tile")).to_have_count(2), "their own"


def test_runs_race_and_the_teacher_opens_the_best(person: Person, server_url: str) -> None:
    teacher, laptop, phone = person(), person(), person(390, 844)
    settings = "train_preset=Linear&train_count=300&train_epochs=5"
    code = started(teacher, f"{server_url}/train?{settings}")
    for student in (laptop, phone):
        student.goto(f"{server_url}/?class={code}")
        student.wait_for_url("**/train*")
        stands(student)
    expect(laptop.locator(BAR).get_by_role("button", name="Race")).to_have_count(0)
    panel(teacher, "Race")
    press(teacher, "30 seconds")
    expect(teacher.locator(DIALOG)).to_contain_text("Nobody has started a run yet.")
    for student in (laptop, phone):
        panel(student, "Race")
        expect(student.locator(DIALOG)).to_contain_text("Each run lasts up to 30 seconds")
        assert student.get_by_role("button", name="To the page Train").count() == 0, "they are there"
        press(student, "Done")
        student.get_by_role("button", name="Train", exact=True).click()
        expect(student.get_by_role("button", name="Stop")).to_be_visible()
        expect(student.locator(BAR)).not_to_contain_text("On your own")

    looks = teacher.get_by_role("button", name=re.compile("^Look inside the network of "))
    expect(looks).to_have_count(2, timeout=120_000)
    expect(teacher.locator(f"{DIALOG} svg .line")).to_have_count(4)  # two curves, and their keys
    panel(phone, "Race")
    expect(phone.locator(f"{DIALOG} .names .mine")).to_contain_text("(you)")
    expect(phone.locator(f"{DIALOG} svg[role=img]")).to_have_attribute(
        "aria-label", re.compile(r"2 lines; the best is")
    )
    assert phone.get_by_role("button", name="Look inside").count() == 0
    fits(phone)
    press(phone, "Done")

    best = teacher.locator(f"{DIALOG} .names .name").first.inner_text()
    expect(looks.first).to_have_accessible_name(f"Look inside the network of {best}")
    looks.first.click()
    for page in (teacher, laptop, phone):
        page.wait_for_url("**/network?*net_model=run-*")
    expect(teacher.locator("h1")).to_have_text("What happens between photo and answer?")
    panel(phone, "Race")
    press(phone, "To the page Train")
    phone.wait_for_url(re.compile(r"/train\b"))
    expect(phone.locator(BAR)).to_contain_text("On your own")
    panel(teacher, "Race")
    press(teacher, "End the race")
    expect(teacher.locator(DIALOG)).to_contain_text("How long may each run take?")
    expect(laptop.locator(BAR).get_by_role("button", name="Race")).to_have_count(0)
