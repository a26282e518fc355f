"""The softmax and cross-entropy pages under a hand: dragging, typing, pointing and ordering; numbers equal torch's."""

import re

import torch
import torch.nn.functional as F
from playwright.sync_api import Page, expect

from tests.browser.hands import drag, eventually, number, on_a_phone


def cells(page: Page, column: int) -> list[float]:
    rows = page.locator(".sliders .row[data-index]")
    return [number(rows.nth(i).locator(".value").nth(column).inner_text()) for i in range(rows.count())]


def logits(page: Page) -> torch.Tensor:
    fields = page.locator(".sliders .number")
    return torch.tensor([number(fields.nth(i).input_value()) for i in range(fields.count())], dtype=torch.float64)


def test_dragging_a_logit_moves_every_probability_to_torchs_before_the_hand_lets_go(
    page: Page, server_url: str
) -> None:
    page.goto(f"{server_url}/softmax")
    expect(page.locator(".sliders .value").nth(1)).to_have_text("70.5%")
    drag(page, page.locator(".sliders .range").nth(1), 0.7)
    expect(page.locator(".sliders .value").nth(1)).not_to_have_text("70.5%")

    def follows() -> None:
        shown, expected = cells(page, 1), torch.softmax(logits(page), 0)
        torch.testing.assert_close(torch.tensor(shown, dtype=torch.float64) / 100, expected, atol=6e-4, rtol=0)

    eventually(follows)
    page.mouse.up()
    page.wait_for_url(re.compile("softmax_logits=1_"))


def test_a_thumb_brought_back_to_where_it_was_leaves_the_presets_working(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/softmax")
    slider = page.locator(".sliders .range").first
    drag(page, slider, 0.8)
    expect(page.locator(".sliders .number").first).not_to_have_value("1")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 11 + 0.44 * (box["width"] - 22), box["y"] + box["height"] / 2, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="halved").click()
    expect(page.locator(".sliders .value").nth(1)).to_have_text("54.7%")


def test_pointing_at_a_part_of_the_sum_lights_its_row_and_writes_its_quotient(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/softmax")
    page.locator(".sliders .segment").nth(2).hover()
    expect(page.locator(".sliders .row.lit .name")).to_have_text("Rottweiler")
    expect(page.locator(".sliders .detail")).to_contain_text("1 / 3.854 = 0.2595")


def test_a_typed_logit_counts_and_nonsense_is_refused_in_a_sentence(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/softmax")
    field = page.locator(".sliders .number").first
    field.fill("0.5")
    field.press("Enter")
    expect(page.locator(".sliders .value").nth(1)).to_have_text(
        f"{torch.softmax(torch.tensor([0.5, -2, 0]), 0)[0]:.1%}"
    )
    field.fill("many")
    expect(page.locator(".sliders .refusal")).to_contain_text("is not a number")


def test_dragging_the_point_of_the_triangle_sets_the_logits(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/softmax?softmax_view=Triangle")
    point = page.locator(".simplex .point").bounding_box()
    middle = page.locator(".simplex .middle").bounding_box()
    page.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    page.mouse.down()
    page.mouse.move(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2, steps=5)
    page.mouse.up()
    expect(page.locator(".sliders .value").first).to_have_text(re.compile(r"^3[34]\."))
    assert float(logits(page).std()) < 0.1


@on_a_phone
def test_long_names_stand_whole_at_the_corners_of_the_triangle_on_a_phone(page: Page, server_url: str) -> None:
    names = "Bernese mountain dog, Entlebucher mountain, Pug"
    page.goto(f"{server_url}/softmax?softmax_view=Triangle&softmax_names={names}")
    expect(page.locator(".simplex .name").first).to_have_text("Bernese mountain dog")
    drawing = page.locator(".simplex svg").bounding_box()
    for label in page.locator(".simplex text").all():
        box = label.bounding_box()
        assert drawing["x"] - 1 <= box["x"] and box["x"] + box["width"] <= drawing["x"] + drawing["width"] + 1


def test_float16_breaks_in_words_and_subtracting_the_maximum_saves_it(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/softmax?softmax_view=Overflow&softmax_c=12")
    expect(page.locator(".sliders .cell.broken").first).to_contain_text("inf")
    expect(page.get_by_text("inf / inf is")).to_be_visible()
    expect(page.locator(".sliders .row[data-index='0'] .value").nth(3)).to_have_text("70.5%")


def test_the_loss_follows_the_true_class_and_a_step_downhill_lowers_it(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/cross-entropy")
    total = page.locator(".sliders .foot .total").nth(2)
    expect(total).to_have_text("loss 1.040")
    page.locator(".sliders input[type=radio]").nth(1).check()
    expected = F.cross_entropy(torch.tensor([[-2.85, 0.86, 0.28]]), torch.tensor([1]))
    expect(total).to_have_text(f"loss {expected:.4f}")
    page.get_by_role("button", name="Step downhill").click()
    expect(total).not_to_have_text(f"loss {expected:.4f}")
    assert number(total.inner_text().split()[1]) < float(expected)


def test_a_drag_of_label_smoothing_moves_table_and_curve_before_the_hand_lets_go(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/cross-entropy")
    page.wait_for_selector(".plot[data-drawn]")
    total = page.locator(".sliders .foot .total").nth(2)
    expect(total).to_have_text("loss 1.040")
    drag(page, page.get_by_label("label smoothing", exact=True), 0.6)
    expect(page.locator(".slider output").nth(0)).to_have_text("0.30")
    expected = F.cross_entropy(torch.tensor([[-2.85, 0.86, 0.28]]), torch.tensor([2]), label_smoothing=0.3)
    expect(total).to_have_text(f"loss {expected:.3f}")
    expect(page.locator(".plot").get_by_text("with label smoothing")).to_be_visible()
    assert "ce_smoothing" not in page.url
    page.mouse.up()
    page.wait_for_url(re.compile("ce_smoothing=0.3"))
    page.get_by_text("The code behind these numbers").click()
    expect(page.locator("[data-testid=stCode]").first).to_contain_text("label_smoothing=0.3")


def test_ordering_the_price_list_by_hand_ends_with_all_in_place(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/cross-entropy?ce_view=Price+list&ce_round=3")
    cards = page.locator(".ranking li")
    expect(cards).to_have_count(6)
    first = cards.first.locator(".title").inner_text()
    box = cards.first.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] / 2 + 2 * (box["height"] + 5), steps=8)
    page.mouse.up()
    assert cards.nth(2).locator(".title").inner_text() == first
    page.get_by_role("button", name="Check my order").click()
    expect(cards.first.locator(".price b")).not_to_be_empty()
    for place in range(6):  # bring up the card that belongs here, one step at a time
        for _ in range(6):
            belongs = [cards.nth(i).locator(".price b").inner_text() for i in range(6)]
            at = next(i for i, text in enumerate(belongs) if text.startswith("✓" if i == place else f"→ {place + 1}."))
            if at == place:
                break
            cards.nth(at).locator(".up").click()
    expect(page.get_by_text("All six in place!")).to_be_visible()


def test_logits_survive_where_probabilities_break(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/cross-entropy?ce_view=Logits+in&ce_behind=120")
    rows = page.locator(".sliders .row[data-index]")
    expected = F.cross_entropy(torch.tensor([[-120.0, 0.0, -1.0]]), torch.tensor([0]))
    expect(rows.nth(0).locator(".value").first).to_have_text(f"{expected:.1f}")
    expect(rows.nth(1).locator(".cell").first).to_have_class(re.compile("broken"))
    expect(page.get_by_text("p is too small for")).to_be_visible()
