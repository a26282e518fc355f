"""A student's way through /tensors: slice, walk through memory, normalise, broadcast, on a phone too."""

import re

from playwright.sync_api import Page, expect

from imgcls.data.samples import DEFAULT_SAMPLE, load_sample
from imgcls.ops.tensors import cut, photo_tensor
from tests.browser import hands
from tests.browser.hands import eventually, on_a_phone

PARTS = ("Slice", "Memory", "Reshape or permute", "Normalise", "Broadcast", "Matmul", "Batch", "CPU or GPU")


def opened(page: Page, url: str, part: str, shown: str, more: str = "") -> None:
    hands.opened(page, f"{url}/tensors?tensors_part={part}{more}", shown)


def fact(page: Page, name: str) -> str:
    """What the table says about `name`."""
    return page.locator(f".slicer tr:has(th:text-is('{name}')) td").first.inner_text()


def test_dragging_the_rectangle_cuts_what_torch_cuts_while_the_button_is_down(page: Page, server_url: str) -> None:
    opened(page, server_url, "Slice", ".slicer canvas.photo", "&tensors_slice=100_300_100_200_1_all")
    canvas = page.locator(".slicer .photo")
    expect(page.locator(".slicer code")).to_have_text("photo[:, 100:300, 100:200]")
    box = canvas.bounding_box()
    photo = photo_tensor(load_sample(DEFAULT_SAMPLE).image)
    pixels = photo.shape[1] / box["height"]  # of the photo, to one of the screen
    start = (box["x"] + 150 / pixels, box["y"] + 200 / pixels)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 40, start[1] + 30, steps=4)
    expect(page.locator(".slicer code")).not_to_have_text("photo[:, 100:300, 100:200]")

    def cut_out() -> tuple[list[int], list[int]]:
        """The rows and columns that the code names; the facts are torch's of that part."""
        rows, columns = (
            [int(n) for n in pair] for pair in re.findall(r"(\d+):(\d+)", page.locator(".slicer code").inner_text())
        )
        assert rows[1] - rows[0] == 200, "moved, not resized"
        expected = cut(photo, tuple(rows), tuple(columns)).facts
        assert fact(page, "shape") == str(expected.shape)
        assert fact(page, "storage_offset") == str(expected.storage_offset)
        return rows, columns

    eventually(cut_out)
    rows, columns = cut_out()
    page.mouse.up()
    expect(page).to_have_url(re.compile(f"tensors_slice={rows[0]}_{rows[1]}_{columns[0]}_{columns[1]}_1_all"))


def test_range_sliders_channel_and_step_change_the_code_and_the_strides(page: Page, server_url: str) -> None:
    opened(page, server_url, "Slice", ".slicer canvas.photo", "&tensors_slice=0_64_0_64_1_all")
    page.get_by_label("last of the rows").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".slicer code")).to_have_text("photo[:, 0:65, 0:64]")
    page.locator("[data-channels='green']").click()
    page.locator("[data-steps='4']").click()
    expect(page.locator(".slicer code")).to_have_text("photo[1, 0:65:4, 0:64:4]")
    width = load_sample(DEFAULT_SAMPLE).image.width
    expect(page.locator(".slicer tr:has(th:text-is('stride')) td").first).to_have_text(str((4 * 3 * width, 12)))


def test_walking_through_memory_meets_the_colours_in_the_order_of_the_layout(page: Page, server_url: str) -> None:
    def colours(layout: str) -> list[str]:
        opened(page, server_url, "Memory", ".memory .ribbon span", f"&tensors_layout={layout}")
        return [
            name.split()[0] for name in page.locator(".ribbon span").evaluate_all("all => all.map((e) => e.className)")
        ]

    assert colours("HWC") == ["red", "green", "blue"] * 15
    assert colours("NCHW") == ["red"] * 15 + ["green"] * 15 + ["blue"] * 15
    assert colours("channels_last") == ["red", "green", "blue"] * 15
    page.get_by_label("address in memory").fill("7")
    expect(page.locator(".memory .sum")).to_contain_text("green of row 0, column 2")
    expect(page.locator(".picture .lit")).to_have_count(1)
    page.locator(".picture .pixel").nth(14).locator("b").nth(2).hover()
    expect(page.locator(".ribbon .lit small")).to_have_text("44")


def test_a_drag_on_the_mean_moves_the_histogram(page: Page, server_url: str) -> None:
    opened(page, server_url, "Normalise", ".charts svg")
    sentence = page.locator(".st-key-tensors_worked .words p").first
    before = sentence.inner_text()
    slider = page.get_by_label("mean", exact=True)
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=5)
    expect(sentence).not_to_have_text(before)  # while the button is down
    page.mouse.up()
    mean = float(slider.input_value())
    middle = load_sample(DEFAULT_SAMPLE).image.copy()
    middle.thumbnail((256, 256))
    photo = photo_tensor(middle)
    pixel = photo[:, photo.shape[1] // 2, photo.shape[2] // 2].float() / 255
    expected = ((pixel - mean) / 0.5)[0].item()
    expect(sentence).to_contain_text(f"/ 0.5 = {expected:.2f}".replace("-", "−"))
    expect(page).to_have_url(re.compile(f"tensors_mean={mean:g}"))


def test_typed_shapes_are_stretched_or_refused(page: Page, server_url: str) -> None:
    opened(page, server_url, "Broadcast", ".broadcast .grids span")
    page.locator(".broadcast .total span").nth(6).hover()
    expect(page.locator(".broadcast .detail")).to_have_text("(a + b)[1, 2] = 1 + 20 = 21")
    second = page.get_by_label("shape of b")
    second.fill("2")
    second.press("Enter")
    expect(page.locator(".broadcast .axes")).to_contain_text("b (2,)")
    second.fill("2, 4")
    second.press("Enter")
    expect(page.locator(".broadcast .trouble")).to_contain_text("must match")


def test_pointing_at_a_cell_works_it_out_and_keys_lead_to_the_next(page: Page, server_url: str) -> None:
    opened(page, server_url, "Matmul", ".matmul .result .lit")
    cells, total = page.locator(".matmul .result .cell"), page.locator(".matmul .sum")
    expect(total).to_have_text("sum: 2 + 2 + 0 = 4")
    cells.nth(4).hover()
    expect(total).to_have_text("sum: 6 − 1 + 8 = 13")
    expect(page.locator(".matmul .a .lit")).to_have_count(3)
    assert page.locator(".matmul .a .lit").evaluate_all("all => all.map((e) => e.value)") == ["3", "−1", "2"]
    assert page.locator(".matmul .b .lit").evaluate_all("all => all.map((e) => e.value)") == ["2", "1", "4"]
    cells.nth(4).click()
    expect(page).to_have_url(re.compile("tensors_cell=1_0"))
    page.keyboard.press("ArrowRight")
    expect(total).to_have_text("sum: 0 − 3 + 2 = −1")
    expect(page).to_have_url(re.compile("tensors_cell=1_1"))
    page.get_by_label("one product back").click()
    expect(total).to_have_text("so far: 0 − 3 = −3")
    page.get_by_label("one product on").click()
    expect(total).to_have_text("sum: 0 − 3 + 2 = −1")


def test_a_number_dragged_changes_its_row_of_the_product_while_the_button_is_down(page: Page, server_url: str) -> None:
    opened(page, server_url, "Matmul", ".matmul .result .lit")
    first = page.locator(".matmul .a input").first
    rows = page.locator(".matmul .result .cell")
    expect(rows.first).to_have_text("4")
    below = rows.nth(4).inner_text()
    box = first.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 18)
    page.mouse.down()
    page.mouse.move(box["x"] + 42, box["y"] + 18, steps=4)
    expect(rows.first).to_have_text("8")  # 3 · 2 + 2 · 1 + 0 · 4
    page.mouse.up()
    expect(page).to_have_url(re.compile("tensors_ma=3_2_0"))
    assert rows.nth(4).inner_text() == below
    first.fill("12")
    expect(page.locator(".matmul .refusal")).to_contain_text("outside −9 to 9")


def test_inner_sizes_dragged_apart_show_torchs_error_and_back_the_product(page: Page, server_url: str) -> None:
    opened(page, server_url, "Matmul", ".matmul .result .lit")
    slider = page.get_by_label("rows of B")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".matmul .trouble")).to_have_text(
        "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x4)"
    )
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".matmul .trouble")).to_have_text("")
    expect(page.locator(".matmul .result .cell").first).to_have_text("4")


@on_a_phone
def test_a_finger_moves_over_the_cells_of_the_product(page: Page, server_url: str) -> None:
    opened(page, server_url, "Matmul", ".matmul .result .lit")
    cells, total = page.locator(".matmul .result .cell"), page.locator(".matmul .sum")
    cells.nth(2).tap()
    expect(total).to_have_text("sum: 1 − 4 + 0 = −3")
    cells.nth(5).tap()
    expect(total).to_have_text("sum: 0 − 3 + 2 = −1")


@on_a_phone
def test_on_a_phone_no_part_runs_off_the_page(page: Page, server_url: str) -> None:
    for part in PARTS:
        hands.opened(page, f"{server_url}/tensors?tensors_part={part}", ":text('Try this')")
        whole, seen = page.get_by_test_id("stMain").evaluate("e => [e.scrollWidth, e.clientWidth]")
        assert whole <= seen, part
