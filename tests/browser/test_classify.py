"""A student's way: open the app, put a photo in, read the breed, cover a part of it, send a broken file."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from imgcls.data.pictures import open_picture
from imgcls.data.samples import load_sample
from imgcls.labels import display_name
from imgcls.lessons import LESSONS
from imgcls.models.classify import classify
from imgcls.models.registry import load
from tests.browser.hands import opened, settle

SHOWN = ".probability-bars[data-drawn]"


def upload(page: Page, name: str, data: bytes) -> None:
    page.locator("[data-testid=stSidebar] input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data}]
    )


def as_jpeg(slug: str) -> bytes:
    buffer = io.BytesIO()
    load_sample(slug).image.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def bars(page: Page, place: int) -> dict[str, str]:
    """Label -> percentage written behind its bar, in the chart at this place of the page."""
    rows = page.locator(SHOWN).nth(place).locator("tbody tr")
    numbers = [number.strip() for number in rows.locator("td").all_text_contents()]
    return dict(zip(rows.locator("th").all_text_contents(), numbers, strict=True))


@pytest.mark.parametrize("slug", ["drawn-dalmatian", "cat"])
def test_an_uploaded_photo_gets_the_label_and_probability_that_the_network_computes(
    page: Page, server_url: str, slug: str
) -> None:
    photo = as_jpeg(slug)
    best = classify(load(), open_picture(photo).image).top(1)[0]
    page.goto(f"{server_url}/classify")
    page.wait_for_selector(SHOWN)
    upload(page, f"{slug}.jpg", photo)
    expect(page.get_by_text("Top answer:")).to_contain_text(display_name(best.label))
    expect(page.get_by_role("row", name=display_name(best.label)).first).to_contain_text(f"{best.probability:.1%}")
    assert bars(page, 1)[display_name(best.label)] == f"{best.probability:.1%}"


def test_a_reload_finds_the_photo_again_and_another_browser_does_not(
    browser: Browser, page: Page, server_url: str
) -> None:
    caption = page.locator("[data-testid=stSidebar] .imgcls-photo-name")
    page.goto(f"{server_url}/classify")
    page.wait_for_selector(SHOWN)
    upload(page, "mine.jpg", as_jpeg("drawn-dalmatian"))
    expect(caption).to_contain_text("mine.jpg")
    page.reload()
    expect(caption).to_contain_text("mine.jpg")
    expect(page.get_by_text("Top answer:")).to_contain_text("Dalmatian")
    context = browser.new_context()
    other = context.new_page()
    other.goto(f"{server_url}/classify")
    other.wait_for_selector(SHOWN)
    assert "mine" not in other.locator("[data-testid=stSidebar] .imgcls-photo-name").inner_text()
    context.close()
    upload(page, "holiday.jpg", b"no picture")  # the photo stays, also for the next reload
    expect(page.locator("[data-testid=stSidebar] [data-testid=stAlert]")).to_be_visible()
    page.reload()
    expect(caption).to_contain_text("mine.jpg")


@pytest.mark.parametrize("width", [390, 767, 768, 820, 1024])
def test_without_room_for_the_sidebar_a_button_takes_the_photo(page: Page, server_url: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server_url}/classify")
    page.wait_for_selector(SHOWN)
    assert page.locator("[data-testid=stMain]").bounding_box()["width"] == width
    page.get_by_role("button", name="Use your own photo").click()
    page.locator("[data-testid=stPopoverBody] input[type=file]").set_input_files(
        [{"name": "mine.jpg", "mimeType": "image/jpeg", "buffer": as_jpeg("drawn-dalmatian")}]
    )
    expect(page.get_by_text("Top answer:")).to_contain_text("Dalmatian")
    expect(page.locator("[data-testid=stPopoverBody]")).to_have_count(0)  # the photo is in: nothing hides it
    page.wait_for_function("sessionStorage.length > 0")  # a moment later the tab can be reloaded
    page.reload()
    expect(page.get_by_text("Top answer:")).to_contain_text("Dalmatian")


@pytest.mark.context(viewport={"width": 390, "height": 740}, has_touch=True)
def test_on_a_phone_photo_and_answer_stand_on_one_screen_and_the_menu_names_every_lesson(
    page: Page, server_url: str
) -> None:
    for address, photo, answer in (
        ("", ".pixels .photo canvas", ".pixels output"),
        ("tensors", ".slicer .photo", ".slicer .crop"),
        ("classify", ".grey-patch canvas >> nth=0", ".probability-bars >> nth=0"),
    ):
        opened(page, f"{server_url}/{address}", answer)
        above, below = page.locator(photo).bounding_box(), page.locator(answer).bounding_box()
        assert below["y"] + below["height"] - above["y"] < 740, f"/{address}: the photo and what it tells"
    page.locator("[data-testid=stExpandSidebarButton]").click()
    expect(page.locator("[data-testid=stSidebarNavLink]")).to_have_count(len(LESSONS))


def test_a_tall_photo_leaves_the_way_to_another_on_the_screen(page: Page, server_url: str) -> None:
    page.goto(server_url)
    page.wait_for_selector(SHOWN)
    buffer = io.BytesIO()
    Image.new("RGB", (100, 900), "teal").save(buffer, "PNG")
    upload(page, "tall.png", buffer.getvalue())
    expect(page.locator("[data-testid=stSidebar] .imgcls-photo-name")).to_contain_text("900 × 100")
    settle(page)
    assert page.locator("[data-testid=stSidebar] [data-testid=stFileUploader]").bounding_box()["y"] < 720


def test_a_tiny_photo_shows_its_own_pixels_and_nothing_of_the_one_before(page: Page, server_url: str) -> None:
    page.goto(server_url)
    page.wait_for_selector(SHOWN)
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2), (255, 254, 253)).save(buffer, "PNG")
    upload(page, "tiny.png", buffer.getvalue())
    expect(page.locator(".pixels output")).to_have_text("middle pixel: row 1, column 1 = (255, 254, 253)")
    far = """canvas => [...canvas.getContext("2d").getImageData(canvas.width - 9, canvas.height - 9, 9, 9).data]"""
    for canvas in page.locator(".pixels .grids canvas").all():
        assert not any(canvas.evaluate(far))


def test_a_broken_file_gives_one_sentence_and_the_photo_before_it_stays(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/classify")
    page.wait_for_selector(SHOWN)
    answer = page.get_by_text("Top answer:").inner_text()
    upload(page, "holiday.jpg", as_jpeg("cat")[:3000])
    trouble = page.locator("[data-testid=stSidebar] [data-testid=stAlert]")
    expect(trouble).to_contain_text(re.compile(r"^.*damaged.*\.$"))
    assert page.get_by_text("Top answer:").inner_text() == answer
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_a_patch_dragged_over_the_face_changes_the_probabilities_and_can_be_taken_off(
    page: Page, server_url: str
) -> None:
    page.goto(f"{server_url}/classify?classify_patch=0.5")
    page.wait_for_selector(SHOWN)
    before = bars(page, 0)["Dog"]
    canvas = page.locator(".grey-patch canvas").first.bounding_box()
    middle = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2
    page.mouse.move(middle[0] - 60, middle[1])
    page.mouse.down()
    page.mouse.move(*middle, steps=4)
    page.mouse.up()
    dog = page.locator(SHOWN).first.locator("tbody td")
    expect(dog).to_contain_text(f"(was {before})")
    assert bars(page, 0)["Dog"] != f"{before} (was {before})"
    page.get_by_role("button", name="Take the patch off").click()
    expect(dog).to_have_text(before)


def test_a_copied_link_brings_back_the_settings(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/classify?classify_k=9&classify_threshold=0.95")
    page.wait_for_selector(SHOWN)
    expect(page.locator(SHOWN)).to_have_count(2)
    assert len(bars(page, 1)) == 9
    assert page.locator(".slider input").nth(1).input_value() == "0.95"


@pytest.mark.parametrize("times", ["x", "×"])
def test_a_link_names_part_and_layer_also_an_old_one(page: Page, server_url: str, times: str) -> None:
    layer = f"Stage+3:+40+channels,+28+{times}+28"
    page.goto(f"{server_url}/classify?classify_part=Where+did+it+look%3F&classify_layer={layer}")
    expect(page.get_by_text("28 × 28 grid").first).to_be_visible()


def test_a_bad_value_in_a_link_is_ignored(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/classify?classify_k=99&classify_threshold=nan&classify_patch=abc&classify_model=gpt")
    page.wait_for_selector(SHOWN)
    expect(page.locator(SHOWN)).to_have_count(2)
    assert len(bars(page, 1)) == 5
    assert page.locator(".slider input").nth(1).input_value() == "0.5"


def test_the_pixels_under_the_pointer_are_those_of_the_photo(page: Page, server_url: str) -> None:
    rng = np.random.default_rng(0)
    array = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    page.goto(server_url)
    page.wait_for_selector(".pixels canvas")
    upload(page, "noise.png", buffer.getvalue())
    expect(page.locator("[data-testid=stSidebar]")).to_contain_text("40 × 60")
    expect(page.locator(".pixels output")).to_contain_text(re.compile(r"row [0-3]?\d, column [0-5]?\d "))
    page.locator(".pixels canvas").first.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    shown = page.locator(".pixels output").inner_text()
    row, column, *rgb = map(int, re.findall(r"\d+", shown))
    assert rgb == array[row, column].tolist()
