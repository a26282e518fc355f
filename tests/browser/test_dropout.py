"""The dropout page: a mask with real numbers, and a training beside the server that can be watched and stopped."""

import re

from playwright.sync_api import Page, expect


def test_output_is_feature_times_scaled_mask_in_every_cell(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dropout?drop_part=One+mask&drop_p=0.75&drop_seed=3")
    page.wait_for_selector(".grids canvas")
    page.locator(".grids canvas").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        text = page.locator(".grids output").inner_text().replace("−", "-")
        feature, factor, output = (float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)[-3:])
        assert factor in (0.0, 4.0)
        assert abs(feature * factor - output) <= 0.05  # rounded to the last digit that is printed


def test_a_race_is_drawn_epoch_by_epoch_and_stops_on_request(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dropout?drop_part=Against+overfitting&drop_pictures=60")
    page.get_by_role("button", name="Race").click()
    expect(page.get_by_text(re.compile(r"epoch [1-9]\d* of 25"))).to_be_visible(timeout=60_000)
    page.wait_for_selector(".plot[data-drawn]")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(page.get_by_text(re.compile("Validation loss minus training loss is"))).to_be_visible()
    expect(page.get_by_role("button", name="Race")).to_be_enabled()


def test_evaluating_has_no_mask_and_the_mean_of_many_no_such_switch(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dropout?drop_part=One+mask&drop_mode=evaluating")
    expect(page.get_by_text("no mask: 1 everywhere")).to_be_visible()
    expect(page.get_by_text("after training all are passed on as they are")).to_be_visible()
    page.get_by_text("The mean of many").click()
    expect(page.get_by_text(re.compile("The mean of 200 masks is"))).to_be_visible()
    expect(page.get_by_text("evaluating", exact=True)).to_have_count(0)
    page.get_by_text("One mask", exact=True).click()
    expect(page.get_by_text("no mask: 1 everywhere")).to_be_visible()  # what was chosen is still chosen


def test_a_dropped_node_is_crossed_out_and_another_step_drops_others(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dropout?drop_step=3")
    network = page.locator(".nodes canvas")
    expect(network).to_have_attribute("aria-label", re.compile("of its 20 hidden nodes are crossed out"))
    first = network.evaluate("(canvas) => canvas.toDataURL()")
    page.get_by_label("training step").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Step 4 trains with")).to_be_visible()
    assert network.evaluate("(canvas) => canvas.toDataURL()") != first


def test_running_means_are_read_with_the_keys_and_the_pointer_and_move_with_p(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/dropout?drop_part=The+mean+of+many")
    chart = page.get_by_role("slider", name=re.compile("running mean of the logit"))
    below = page.locator(".reading").first
    chart.focus()
    expect(below).to_have_text(re.compile(r"^n = 200: mean "))
    page.keyboard.press("Home")
    first = re.search(r"One mask gives a logit of (\S+) here", page.locator(".words").last.inner_text())
    assert first is not None
    expect(below).to_have_text(re.compile(rf"^n = 1: mean {first[1]},"))
    page.keyboard.press("PageUp")
    expect(below).to_have_text(re.compile(r"^n = 11: "))
    assert (chart.get_attribute("aria-valuetext") or "").startswith("n = 11: ")
    box = page.locator(".pictures .chart").nth(1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    expect(page.locator(".reading").nth(1)).to_have_text(re.compile(r"^n = \d+: mean .*%"))
    before = page.locator(".pictures").inner_html()
    page.get_by_label("p, the probability to drop a value").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "(was) => [...document.querySelectorAll('*')].some((e) => e.shadowRoot?.querySelector('.pictures') && "
        "e.shadowRoot.querySelector('.pictures').innerHTML !== was)", arg=before,
    )  # fmt: skip
    expect(below).to_have_text("")  # the focus has left the chart
