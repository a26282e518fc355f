"""The data set page under the finger: difficulty and augmentation follow a drag; an own zip goes to every part."""

import io
import zipfile

import numpy as np
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

SET = """(input, value) => { input.value = value; input.dispatchEvent(new Event('input')) }"""
RELEASE = "(input) => input.dispatchEvent(new Event('change'))"
PIXELS = "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"


def pixels(page: Page, tile: int) -> np.ndarray:
    return np.array(page.locator(".tile canvas").nth(tile).evaluate(PIXELS))


def test_the_difficulty_redraws_the_dogs_while_it_is_dragged_and_stays_in_the_address(
    page: Page, server_url: str
) -> None:
    page.goto(f"{server_url}/dataset")
    page.wait_for_selector(".thumbnails[data-drawn]")
    before, drawn = pixels(page, 0), page.locator(".thumbnails").get_attribute("data-drawn")
    dial = page.locator("input[data-dial=data_difficulty]")
    dial.evaluate(SET, 0)
    expect(page.locator(".thumbnails")).not_to_have_attribute("data-drawn", drawn)
    assert (pixels(page, 0) != before).any()
    assert "data_level" not in page.url
    expect(page.locator(".tile.stale").first).to_be_visible()
    dial.evaluate(RELEASE)
    page.wait_for_url("**data_level=0**")
    expect(page.locator(".tile.stale")).to_have_count(0)


def test_a_sample_that_is_clicked_is_shown_large_with_its_traits(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dataset")
    page.get_by_role("button", name="Pug", exact=False).first.click()
    expect(page.get_by_text("What makes a Pug")).to_be_visible()
    expect(page.get_by_text("drawn large")).to_be_visible()


def test_augmentation_follows_the_finger_and_leaves_the_original_alone(page: Page, server_url: str) -> None:
    nothing = "".join(f"&data_{name}=0" for name in ("crop", "rotation", "colour", "erasing"))
    page.goto(f"{server_url}/dataset?data_part=Augmentation&data_flip=false{nothing}")
    page.wait_for_selector(".thumbnails[data-drawn]")
    original = pixels(page, 0)
    assert all((pixels(page, tile) == original).all() for tile in (1, 12))
    drawn = page.locator(".thumbnails").get_attribute("data-drawn")
    page.locator("input[data-dial=data_rotation]").evaluate(SET, 60)
    expect(page.locator(".thumbnails")).not_to_have_attribute("data-drawn", drawn)
    assert (pixels(page, 0) == original).all()
    assert (pixels(page, 1) != original).any()
    assert (pixels(page, 1) != pixels(page, 2)).any()
    page.locator("input[data-dial=data_rotation]").evaluate(RELEASE)
    page.wait_for_url("**data_rotation=60**")


def test_an_own_zip_is_browsed_and_its_twins_are_flagged(page: Page, server_url: str) -> None:
    rng = np.random.default_rng(0)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for part, label, number in [(p, c, n) for p in ("train", "val") for c in ("cup", "pen") for n in range(4)]:
            file = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(file, "PNG")
            archive.writestr(f"{part}/{label}/{number}.png", file.getvalue())
            if (part, label, number) == ("train", "cup", 0):
                archive.writestr("val/pen/twin.png", file.getvalue())
        archive.writestr("train/cup/broken.png", b"no picture")
    page.goto(f"{server_url}/dataset?data_source=Your+own+pictures")
    upload = FilePayload(name="mine.zip", mimeType="application/zip", buffer=buffer.getvalue())
    page.locator("[data-testid=stMain] input[type=file]").last.set_input_files(upload)
    page.wait_for_selector(".thumbnails[data-drawn]", timeout=60_000)
    page.wait_for_url("**data_own=**")
    expect(page.get_by_text("8 pictures to learn from and 9")).to_be_visible()
    page.get_by_text("1 left out").click()
    page.get_by_role("radio", name="Duplicates", exact=True).click()
    expect(page.get_by_text("1 of the 9 validation pictures")).to_be_visible()
    expect(page.get_by_text("have a twin with another label")).to_be_visible()


def test_what_is_chosen_here_is_what_the_training_lesson_starts_with(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dataset?data_level=0.2&data_task=Dog+or+not&data_count=1,200")
    page.wait_for_selector(".thumbnails[data-drawn]")
    page.get_by_text("The whole network").first.click()
    page.get_by_text("Train", exact=True).last.click()
    page.wait_for_url("**/train?**train_level=0.2**")
    assert "train_count=1%2C200" in page.url
    expect(page.get_by_role("radio", name="Dog or not", exact=True)).to_be_checked()


def test_a_set_in_parts_is_understood_read_differently_and_renamed(page: Page, server_url: str) -> None:
    """As a Mac packs it: doubled folders, composed letters, a film, and pictures to predict beside the parts."""
    buffer = io.BytesIO()
    rng = np.random.default_rng(1)
    with zipfile.ZipFile(buffer, "w") as archive:
        for part, label, number in [
            (p, c, n) for p in ("training_set", "test_set") for c in ("C# $x$", "pen") for n in range(3)
        ]:
            file = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (30, 30, 3), dtype=np.uint8)).save(file, "PNG")
            archive.writestr(f"{part}/{part}/{label}/{number}.png", file.getvalue())
            archive.writestr(f"single_prediction/{part}{label}{number}.png", file.getvalue())
        archive.writestr("training_set/training_set/pen/IMG_1.MOV", b"film")
        archive.writestr("__MACOSX/training_set/._x", b"x")
    page.goto(f"{server_url}/dataset?data_source=Your+own+pictures")
    expect(page.get_by_text("IMGCLS_DATA")).to_be_visible()  # the way out for larger sets
    upload = FilePayload(name="1. my set.zip", mimeType="application/zip", buffer=buffer.getvalue())
    page.locator("[data-testid=stMain] input[type=file]").last.set_input_files(upload)
    expect(page.get_by_text("“training_set” for training and “test_set” for validation")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("1. my set:")).to_be_visible()
    expect(page.get_by_text("6 pictures to learn from and 6")).to_be_visible(timeout=60_000)
    page.get_by_text("14 left out").click()
    page.get_by_role("button", name="Class names").click()
    page.get_by_label("Shown as").fill("Stift *1*")
    page.get_by_label("Shown as").press("Enter")
    page.wait_for_url("**data_names=**")
    expect(page.locator(".thumbnails").get_by_text("Stift *1*")).to_be_visible(timeout=60_000)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Read it differently").click()
    page.get_by_text("Each folder is a class").click()
    page.wait_for_url("**data_reading=folders**")
    expect(page.locator(".thumbnails").get_by_text("test set")).to_be_visible(timeout=60_000)
    assert "data_names" not in page.url
