"""A student's way through /autodiff: drag, step backward, type nonsense, change a kernel, on a phone too."""

import re

import torch
import torch.nn.functional as F
from playwright.sync_api import Locator, Page, expect

from imgcls.ops.diagnosis import written
from imgcls.ops.routes import image_named, kernel_named
from imgcls.ui.autodiff.graph.words import short
from tests.browser import hands
from tests.browser.hands import eventually, on_a_phone


def numbers(page: Page, node: int) -> list[str]:
    """The value and the gradient written on a node."""
    return page.locator(f".graph [data-node='{node}'] .number").all_text_contents()


def opened(page: Page, url: str, settings: str = "") -> None:
    hands.opened(page, f"{url}/autodiff{settings}", ".graph .node")


def neuron(w: float, x: float, b: float) -> list[str]:
    """Value and gradient of w in relu(w*x + b), as a node writes them."""
    leaf = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    torch.relu(leaf * x + b).backward()
    return [short(w), short(leaf.grad)]


def test_a_drag_on_a_variable_moves_the_graph_to_torchs_numbers(page: Page, server_url: str) -> None:
    neuron_at_work = "?autodiff_f=relu(w*x %2B b)&autodiff_x_=2&autodiff_b_=-1&autodiff_w_=1.5"
    opened(page, server_url, neuron_at_work + "&autodiff_graph_step=4")
    assert numbers(page, 0) == neuron(1.5, 2.0, -1.0)
    slider = page.get_by_label("w", exact=True)
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2, steps=6)
    w = float(slider.input_value())
    assert w < 0
    expect(page.locator(".graph [data-node='0'] .number").first).to_have_text(short(w))  # while the button is down
    assert numbers(page, 0) == neuron(w, 2.0, -1.0)
    assert numbers(page, 0)[1] == "0", "relu lets no gradient through"
    page.mouse.up()
    expect(page).to_have_url(re.compile(f"autodiff_w_={w:g}"))


def test_the_backward_pass_steps_by_button_and_key_and_a_link_brings_the_step_back(page: Page, server_url: str) -> None:
    opened(page, server_url, "?autodiff_f=x*x %2B 3*x&autodiff_x_=2")
    assert numbers(page, 0) == ["2", "·"], "it opens with its question"
    expect(page.locator(".graph .caption")).to_contain_text("Which gradient will arrive at x?")
    page.get_by_role("button", name="to the end of the backward pass", exact=True).click()
    expect(page.locator(".graph .bar output")).to_have_text("4 / 4")
    assert numbers(page, 0) == ["2", "7"]
    page.get_by_role("button", name="one step back", exact=True).click()
    expect(page.locator(".graph .bar output")).to_have_text("3 / 4")
    assert numbers(page, 0) == ["2", "3 +…"], "the gradient along x*x is still to come"
    page.locator(".graph .node").first.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".graph .bar output")).to_have_text("2 / 4")
    expect(page.locator(".graph [data-node='0'] .number").last).to_have_text("·")
    expect(page).to_have_url(re.compile("autodiff_graph_step=2"))
    page.reload()
    page.locator(".graph .node").first.wait_for()
    expect(page.locator(".graph .bar output")).to_have_text("2 / 4")
    for _ in range(2):
        page.get_by_role("button", name="one step on", exact=True).click()
    expect(page.locator(".graph .bar output")).to_have_text("4 / 4")
    assert numbers(page, 0) == ["2", "7"]


def test_nonsense_gets_a_sentence_with_a_caret_and_a_detach_is_written_into_the_expression(
    page: Page, server_url: str
) -> None:
    opened(page, server_url)
    line = page.get_by_label("Expression", exact=True)
    line.fill("__import__('os').system('true')")
    line.press("Enter")
    alert = page.locator("[data-testid=stAlert]")
    expect(alert).to_contain_text("is not known here")
    assert alert.locator("code").inner_text().rstrip().endswith("^")
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    line.fill("w*x + w")
    line.press("Enter")
    expect(alert).to_have_count(0)
    page.locator(".graph .node.operation").first.click()
    page.get_by_role("button", name=re.compile("^detach")).click()
    expect(line).to_have_value("detach(w*x) + w")
    page.get_by_role("button", name="to the end of the backward pass", exact=True).click()
    expect(page.locator(".graph [data-node='0'] .number").last).to_have_text("1")


def test_moving_a_kernel_cell_moves_the_gradients_of_the_image(page: Page, server_url: str) -> None:
    opened(page, server_url, "?autodiff_part=Convolution and max-pool")
    page.locator("[data-cell='1,1,2']").first.click()
    slider = page.get_by_label("kernel[1, 2]", exact=True)
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    kernel = kernel_named("left edge")
    kernel[1, 2] = float(slider.input_value())
    assert kernel[1, 2] == -1
    image = image_named("speckles").requires_grad_()
    F.max_pool2d(F.conv2d(image[None, None], kernel[None, None]), 2).sum().backward()
    expected = [short(value) for value in image.grad.flatten()]
    page.wait_for_function("() => location.search.includes('autodiff_kernel_12=-1')")

    def follows() -> None:
        shown = page.locator(".graph [data-node='0'] .cell").all_text_contents()
        assert sorted(text.strip() for text in shown[36:]) == sorted(expected)

    eventually(follows)


def landscape(page: Page, url: str, settings: str) -> Locator:
    hands.opened(page, f"{url}/autodiff?autodiff_part=Gradient descent{settings}", ".landscape .field svg .ball")
    return page.locator(".landscape .field svg")


VALLEYS = "&autodiff_f=(x**2 - 1)**2 %2B 0.3*x&autodiff_rate=0.02"


def test_the_start_is_dragged_on_the_function_and_the_path_follows_before_the_hand_lets_go(
    page: Page, server_url: str
) -> None:
    picture = landscape(page, server_url, VALLEYS + "&autodiff_x_=1.6")
    value = page.locator(".landscape .legend b").first
    expect(value).to_have_text(written((1.6**2 - 1) ** 2 + 0.3 * 1.6))
    box, ring = picture.locator(".border").bounding_box(), picture.locator(".origin").bounding_box()
    page.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 40, steps=5)
    expect(value).to_have_text(written((1 - 1) ** 2 + 0.3 * -1))
    expect(page.get_by_label("x", exact=True)).to_have_value("-1")
    assert "autodiff_x_" not in page.url
    page.mouse.up()
    expect(page).to_have_url(re.compile("autodiff_x_=-1"))
    picture.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"autodiff_x_=-0\.9"))


def test_momentum_is_drawn_beside_and_the_ball_rolls_to_the_end(page: Page, server_url: str) -> None:
    picture = landscape(page, server_url, VALLEYS + "&autodiff_x_=1.6&autodiff_at=27")
    expect(picture.locator(".path")).to_have_count(1)
    page.get_by_role("button", name="momentum", exact=True).click()
    expect(picture.locator(".path.momentum")).to_have_count(1)
    page.get_by_role("button", name="let the ball roll").click()
    expect(page).to_have_url(re.compile("autodiff_at=30"))
    plain, momentum = page.locator(".landscape .legend b").all_text_contents()
    assert float(plain) > 0 > float(momentum.replace("−", "-")), "each ends in a valley of its own"
    expect(page.get_by_label("step", exact=True)).to_have_value("30")


def test_a_larger_batch_wanders_less_and_costs_more_while_the_hand_still_holds(page: Page, server_url: str) -> None:
    landscape(page, server_url, "&autodiff_look=Mini-batches&autodiff_at=30&autodiff_mini_size=1")
    plain, few = page.locator(".landscape .legend b").all()
    expect(page.locator(".landscape .verdict")).to_contain_text("30 steps of 1 example: 30 gradients")
    assert plain.inner_text() != few.inner_text()
    hands.drag(page, page.get_by_label("batch size", exact=True), 1.0)
    expect(page.locator(".landscape .verdict")).to_contain_text("30 steps of 16 examples: 480 gradients")
    expect(few).to_have_text(plain.inner_text())
    expect(page.locator(".landscape .mark.ring")).to_have_count(17)  # all examples, and the step in the other chart
    assert "autodiff_mini_size=16" not in page.url
    page.mouse.up()
    expect(page).to_have_url(re.compile("autodiff_mini_size=16"))


@on_a_phone
def test_on_a_phone_nothing_runs_off_the_page(page: Page, server_url: str) -> None:
    for part in ("Backward pass", "Gradient descent&autodiff_look=Graph", "Convolution and max-pool"):
        opened(page, server_url, f"?autodiff_part={part}")
        widths = page.evaluate(
            "[...document.querySelectorAll('[data-testid=stMain]')].map((e) => [e.scrollWidth, e.clientWidth])"
        )
        assert all(whole <= seen for whole, seen in widths), part
        parts = page.get_by_role("radiogroup", name="Part", exact=True)  # a row that scrolls to the chosen one
        row = parts.bounding_box()
        assert row["x"] + row["width"] <= 390
        expect(parts.get_by_role("radio", name=part.partition("&")[0])).to_be_in_viewport(ratio=0.9)
        page.locator(".graph .node").first.tap()
        expect(page.locator(".graph .chain")).not_to_be_empty()
