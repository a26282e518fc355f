"""Taking a lesson home: the links on its page, the notebook that comes, and the sheet as it is printed."""

import base64
import io
import json
import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from imgcls.data.samples import load_sample
from tests.browser.hands import opened


def test_a_lesson_goes_home_with_the_photo_and_the_settings_of_its_page(page: Page, server_url: str) -> None:
    opened(page, f"{server_url}/pooling?pool_kind=average")
    page.get_by_test_id("stSidebar").get_by_role("radio", name="Samples").click()
    page.locator("[data-testid=stSidebar] .gallery button[data-slug=coffee]").click()
    expect(page.locator(".imgcls-photo-name")).to_contain_text("Cup of coffee")
    with page.expect_download() as coming:
        page.get_by_role("link", name="notebook", exact=True).click()
    assert coming.value.suggested_filename == "imgcls-pooling.ipynb"
    book = json.loads(Path(coming.value.path()).read_text(encoding="utf-8"))
    code = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    assert any("avg_pool2d" in each for each in code)
    photo = Image.open(io.BytesIO(base64.b64decode(code[0].split('PHOTO = "')[1].split('"')[0])))
    assert photo.size == load_sample("coffee").image.size

    with page.context.expect_page() as coming:
        page.get_by_role("link", name="sheet to print").click()
    paper = coming.value
    expect(paper.get_by_role("heading", level=1)).to_have_text("Why throw away three quarters of the values?")
    expect(paper.get_by_text("Cup of coffee")).to_be_visible()
    assert paper.evaluate("document.scripts.length") == 0
    paper.emulate_media(media="print")
    expect(paper.get_by_role("button", name="Print")).to_be_hidden()
    breaks = paper.locator("main").evaluate_all("pages => pages.map((one) => getComputedStyle(one).breakBefore)")
    assert breaks == ["auto", "page"], "the answers begin on a new page"
    paper.set_viewport_size({"width": 672, "height": 950})  # what A4 leaves between the margins
    assert paper.evaluate("document.documentElement.scrollWidth") == 672


def test_the_teachers_page_has_the_whole_course(page: Page, server_url: str) -> None:
    opened(page, f"{server_url}/teach")
    for name, kind in (("the whole course as a notebook", "notebook"), ("all sheets, to print", "sheet")):
        expect(page.get_by_role("link", name=name)).to_have_attribute("href", re.compile(f"^imgcls/{kind}/course"))
