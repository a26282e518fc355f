"""Predict, then reveal, in a real browser: by mouse, by keys alone, and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.access import in_all_lights, too_small
from tests.browser.hands import PROJECTOR, choose, lead, on_a_phone, opened, settle
from tests.serving import running_app


@pytest.fixture(scope="module")
def asking_url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app that asks first, as it does where nobody has said otherwise."""
    with running_app(tmp_path_factory.mktemp("asking") / "log.txt", asks_first=True) as url:
        yield url


def told(page: Page) -> None:
    """Wait for the reveal, and for the picture's move to end."""
    page.locator(".predict.told").wait_for()
    settle(page)


def test_the_picture_comes_after_the_prediction_and_moves_to_the_answer(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=Why+it+helps", ".predict")
    expect(page.locator(".prompt")).to_contain_text("one pixel")
    expect(page.locator(".st-key-pool_maps")).to_have_count(0)
    assert "ask=pool-shift" in page.url
    page.get_by_role("slider", name="pooled once").fill("40")
    page.get_by_role("button", name="That is my prediction").click()
    told(page)
    expect(page.locator(".bar.mine")).to_have_count(3)
    expect(page.locator(".bar.truth")).to_have_count(3)
    expect(page.locator(".st-key-pool_maps")).to_be_visible()
    # From where it was asked, 0, the photo glides to the answer's place.
    expect(page.locator(".st-key-pool_shift output")).to_have_text("1 pixels")
    expect(page).to_have_url(re.compile(r"pool_shift=1.*told=1|told=1.*pool_shift=1"))
    page.get_by_role("button", name="Next question").click()
    expect(page.locator(".prompt", has_text="move along")).to_be_visible()
    settle(page)  # the card before goes when the new one is whole
    expect(page.locator(".prompt")).to_have_count(1)
    expect(page.locator(".st-key-pool_maps")).to_have_count(0)


def test_try_it_yourself_keeps_the_state_and_back_returns_to_the_reveal(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=What+is+lost&ask=pool-where", ".predict")
    page.get_by_role("radio", name="32").check()
    page.get_by_role("button", name="That is my prediction").click()
    told(page)
    expect(page.locator(".option.truth")).to_contain_text("1,024")
    expect(page.locator(".option.mine")).to_contain_text("32")
    expect(page.locator(".st-key-pool_times output")).to_have_text("5 times")
    expect(page).to_have_url(re.compile("pool_times=5"))
    page.get_by_role("button", name="Try it yourself").click()
    expect(page.locator(".predict")).to_have_count(0)
    expect(page.locator(".st-key-pool_times output")).to_have_text("5 times")
    assert not re.search("ask=|told=", page.url)
    page.go_back()
    expect(page.locator(".predict.told")).to_be_visible()


def test_back_leads_through_the_questions_that_were_asked(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/dense", ".predict")
    asked = ["dense-photo"]
    for part, question in (("What it costs", "dense-digits"), ("One template per class", "dense-ship")):
        choose(page, part)
        asked.append(question)
        expect(page).to_have_url(re.compile(f"ask={question}"))
    page.get_by_role("button", name="Show the picture without predicting").click()
    expect(page.locator(".predict")).to_have_count(0)
    settle(page)
    for question in reversed(asked):
        page.evaluate("history.back()")
        expect(page).to_have_url(re.compile(f"ask={question}"))
        expect(page.locator(".prompt")).to_have_count(1)
        settle(page)
    expect(page.get_by_role("radio", name="Every node to every other", exact=True)).to_be_checked()
    page.evaluate("history.forward()")
    expect(page).to_have_url(re.compile("ask=dense-digits"))
    expect(page.get_by_role("radio", name="What it costs", exact=True)).to_be_checked()


def test_by_keys_alone(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=Why+it+helps&ask=pool-saw", ".predict")
    handle = page.get_by_role("slider", name="off by at 2")
    handle.focus()
    page.keyboard.press("End")
    expect(handle).to_have_attribute("aria-valuetext", "60%")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="That is my prediction")).to_be_focused()
    page.keyboard.press("Enter")
    told(page)
    expect(page.locator(".prompt")).to_be_focused()
    expect(page.locator("circle.mine")).to_have_count(4)


@on_a_phone
def test_on_a_phone_cards_are_put_in_order(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling?pool_part=What+is+lost&ask=pool-order", ".predict")
    page.get_by_role("button", name="stride alone: down").tap()
    page.get_by_role("button", name="stride alone: down").tap()
    page.get_by_role("button", name="That is my prediction").tap()
    told(page)
    expect(page.locator(".card.truth")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_was_met_is_remembered_by_this_device_alone(page: Page, asking_url: str, browser: Browser) -> None:
    opened(page, f"{asking_url}/pooling?ask=pool-losers", ".predict")
    page.get_by_role("button", name="That is my prediction").click()
    told(page)
    opened(page, f"{asking_url}/pooling", ".predict")
    expect(page.locator(".head")).to_contain_text("question 2 of 3")
    page.get_by_role("button", name="Layers").click()
    expect(page.get_by_text("Pooling · 1/15")).to_be_visible()
    cookies = {each["name"]: each for each in page.context.cookies(f"{asking_url}/_stcore/stream")}
    assert cookies["imgcls_met"]["value"] == "pool-losers"
    assert "imgcls_met" not in {each["name"] for each in page.context.cookies(f"{asking_url}/pooling")}


def test_who_does_not_want_to_be_asked_is_not(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling", ".predict")
    page.get_by_role("button", name=re.compile("Predict first")).click()
    page.get_by_text("Ask me before a picture is shown").click()
    expect(page.locator(".st-key-pool_grid")).to_be_visible()
    expect(page.locator(".predict")).to_have_count(0)
    settle(page)
    opened(page, f"{asking_url}/pooling?pool_part=A+volume", ".st-key-pool_stack")
    expect(page.locator(".predict")).to_have_count(0)


def test_without_predicting_and_where_an_address_leads(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/pooling", ".predict")
    page.get_by_role("button", name="Show the picture without predicting").click()
    expect(page.locator(".st-key-pool_grid")).to_be_visible()
    expect(page.locator(".predict")).to_have_count(0)
    # A class is led by addresses: to a question, to its reveal, and to the free page.
    lead(page, f"{asking_url}/pooling?pool_part=A+volume&ask=pool-depth")
    expect(page.locator(".prompt")).to_contain_text("64 slices")
    lead(page, f"{asking_url}/pooling?pool_part=A+volume&ask=pool-depth&told=1")
    expect(page.locator(".option.truth")).to_contain_text("112")
    lead(page, f"{asking_url}/pooling?pool_part=A+volume")
    expect(page.locator(".predict")).to_have_count(0)
    expect(page.locator(".st-key-pool_stack")).to_be_visible()


def test_softmax_moves_and_nothing_else_does(page: Page, asking_url: str) -> None:
    """5 is added to all logits: the slider glides there, and prediction and truth lie over each other."""
    opened(page, f"{asking_url}/softmax", ".predict")
    first = page.get_by_role("slider", name="Samoyed, logit 1")
    first.press("ArrowRight")
    page.get_by_role("button", name="That is my prediction").press("Enter")
    told(page)
    expect(page.locator(".st-key-softmax_c output")).to_have_text("5")
    expect(page.locator(".bars output").first).to_contain_text("71%")
    expect(page.locator(".bars output").first).to_contain_text("you 72%")
    expect(page).to_have_url(re.compile("softmax_c=5"))


def test_a_place_is_clicked_and_a_picture_picked(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/convolution?ask=conv-place", ".predict")
    submit = page.get_by_role("button", name="That is my prediction")
    expect(submit).to_be_disabled()
    page.get_by_role("application").press("ArrowRight")
    submit.click()
    told(page)
    expect(page.locator(".spot canvas")).to_have_attribute("aria-label", re.compile("your place, 53% from the left"))
    opened(page, f"{asking_url}/convolution?ask=conv-which", ".predict")
    page.locator(".tile input").nth(2).check()
    page.get_by_role("button", name="That is my prediction").click()
    told(page)
    expect(page.locator(".tile.truth.mine")).to_contain_text("left sobel")


def test_rows_of_sliders_move_to_the_answer_and_a_backward_pass_plays(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/cross-entropy?ask=ce-accuracy-slopes", ".predict")
    page.get_by_role("button", name="That is my prediction").click()
    told(page)
    expect(page.get_by_role("slider", name="true logit (others: 0) of 4: Beagle")).to_have_value("-10")
    expect(page.get_by_role("slider", name="true logit (others: 0) of 1: Samoyed")).to_have_value("3")
    expect(page).to_have_url(re.compile("ce_accuracy=3_1_0.5_-10"))
    opened(page, f"{asking_url}/autodiff?ask=auto-three", ".predict")
    page.get_by_role("button", name="That is my prediction").click()
    told(page)
    expect(page.locator(".st-key-autodiff_graph .bar output")).to_have_text("4 / 4", timeout=15_000)
    expect(page).to_have_url(re.compile("autodiff_graph_step=4"))


def test_what_is_chosen_changes_after_the_first_look_and_a_picture_plays(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/train?ask=train-tenfold", ".predict")
    page.get_by_role("slider", name="validation loss at 20").press("ArrowUp")
    page.get_by_role("button", name="That is my prediction").click()
    usual = page.get_by_role("radio", name="the usual rate")
    expect(usual).to_be_checked()
    told(page)
    expect(page.get_by_role("radio", name="ten times the rate")).to_be_checked()
    expect(page.locator(".predict.told")).to_have_count(1)
    page.go_back()  # to the question: the state between has left no trace
    expect(page.get_by_role("button", name="Show the answer again")).to_be_visible()
    opened(page, f"{asking_url}/convolution?conv_part=Filters+over+a+volume&ask=conv-fed", ".predict")
    page.get_by_role("button", name="That is my prediction").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_sliders_inside_a_picture_and_with_another_name_move_too(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/network?net_part=What+if&ask=net-moved", ".predict")
    page.get_by_role("button", name="That is my prediction").click()
    told(page)
    expect(page.get_by_role("slider", name="photo moved right, pixels")).to_have_value("8")
    expect(page).to_have_url(re.compile("net_shift=8%2C0"))
    opened(page, f"{asking_url}/dataset?ask=data-nearest", ".predict")
    page.get_by_role("button", name="That is my prediction").click()
    level = page.locator(".st-key-data_difficulty output")
    expect(level).to_have_text(re.compile(r"^0\.\d\d$"))  # on its way
    expect(level).to_have_text("1.00")
    expect(page).to_have_url(re.compile("data_level=1"))


def test_bars_that_no_hand_has_moved_begin_anew_for_another_photo(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/classify?ask=class-noise", ".predict")
    bars = page.locator(".bars input")
    before = bars.first.input_value()
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("radio", name="Samples").click()
    sidebar.locator(".gallery button[data-slug=cat]").click()
    prompt = page.locator(".predict .prompt")
    expect(prompt).not_to_contain_text("Bernese")
    share = float(re.search(r"([\d.]+)%", prompt.inner_text())[1])
    assert abs(share - float(before)) > 1
    for bar in bars.all():
        expect(bar).to_have_value(str(round(share)))
    bars.first.press("ArrowLeft")
    moved, words = bars.first.input_value(), prompt.inner_text()
    sidebar.locator(".gallery button[data-slug=coffee]").click()
    expect(prompt).not_to_have_text(words)
    expect(bars.first).to_have_value(moved)


def test_a_reload_keeps_what_was_predicted(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/softmax?ask=soft-constant", ".predict")
    first = page.get_by_role("slider", name="Samoyed, logit 1")
    first.press("End")
    page.get_by_role("button", name="That is my prediction").press("Enter")
    told(page)
    expect(page).to_have_url(re.compile("told=1"))
    page.reload()
    told(page)
    expect(page.locator(".bars output").first).to_contain_text("you 100%")
    expect(page.locator(".bar.mine")).to_have_count(3)
    # The question that is asked again knows it, too, and does not run to the answer.
    page.goto(f"{asking_url}/softmax?ask=soft-constant")
    expect(page.get_by_role("button", name="Show the answer again")).to_be_visible()
    expect(page.get_by_role("slider", name="Samoyed, logit 1")).to_have_value("100")
    expect(page.locator(".predict.told")).to_have_count(0)


@pytest.mark.context(viewport=PROJECTOR, reduced_motion="reduce")
def test_who_wants_no_motion_sees_the_answer_at_once(page: Page, asking_url: str) -> None:
    opened(page, f"{asking_url}/softmax?ask=soft-constant", ".predict")
    page.get_by_role("button", name="That is my prediction").click()
    expect(page).to_have_url(re.compile("softmax_c=5.*told=1"))
    expect(page.locator(".st-key-softmax_c output")).to_have_text("5")


# Where the mark of the answer lies, frame by frame, from when it is there.
WATCH = """() => {
  window.seen = []
  const look = () => {
    const hosts = [...document.querySelectorAll(".st-key-predict_card *")]
    const mark = hosts.flatMap(({ shadowRoot }) => shadowRoot?.querySelector(".mark.truth") ?? [])[0]
    if (mark && window.seen.at(-1) !== mark.style.left) window.seen.push(mark.style.left)
    requestAnimationFrame(look)
  }
  look()
}"""


def way_of_the_answer(page: Page, url: str) -> list[str]:
    """Where it has been after a prediction of 8 of 16, where 12 is right."""
    opened(page, f"{url}/pooling?ask=pool-losers", ".predict")
    page.evaluate(WATCH)
    page.get_by_role("button", name="That is my prediction").click()
    told(page)
    expect(page.locator(".mark.mine")).to_have_attribute("style", re.compile("left: 50%"))
    expect(page.locator(".mark.truth")).to_have_attribute("style", re.compile("left: 75%"))
    return page.evaluate("window.seen")


def test_the_answer_sets_out_from_the_prediction(page: Page, asking_url: str) -> None:
    way = way_of_the_answer(page, asking_url)
    assert (way[0], way[-1]) == ("50%", "75%")
    assert all(50 <= float(place.rstrip("%")) <= 75 for place in way)
    page.reload()  # it has come: now it stands there at once
    told(page)
    expect(page.locator(".mark.truth")).to_have_attribute("style", re.compile("left: 75%"))


@pytest.mark.context(viewport=PROJECTOR, reduced_motion="reduce")
def test_the_answer_does_not_move_for_who_wants_no_motion(page: Page, asking_url: str) -> None:
    assert way_of_the_answer(page, asking_url) == ["75%"]


def test_a_picture_lands_where_the_answer_for_the_photo_lies(page: Page, asking_url: str) -> None:
    """What is typed changes after a first look; a button of the picture is pressed; a dial glides to what was found."""
    opened(page, f"{asking_url}/tensors?ask=tensor-outer", ".predict")
    page.get_by_role("button", name="That is my prediction").click()
    told(page)
    expect(page.get_by_label("shape of b")).to_have_value("1, 4")
    opened(page, f"{asking_url}/dense?ask=dense-ship", ".predict")
    page.locator(".tile input").first.check()
    page.get_by_role("button", name="That is my prediction").click()
    told(page)
    expect(page.get_by_role("button", name=re.compile("^ship"))).to_have_attribute("aria-pressed", "true")
    opened(page, f"{asking_url}/activations?ask=act-removed", ".predict")
    assert "act_map" not in page.url
    page.locator(".tile input").first.check()
    page.get_by_role("button", name="That is my prediction").click()
    told(page)
    right = page.locator(".tile.truth").inner_text()
    number = re.search(r"map (\d+)", right)
    assert number
    expect(page.locator(".st-key-act_map output")).to_have_text(number[1])


@pytest.mark.parametrize(
    "address",
    [
        "pooling?pool_part=A+volume&ask=pool-depth",
        "pooling?pool_part=A+volume&ask=pool-stride",
        "pooling?pool_part=Why+it+helps&ask=pool-shift",
        "pooling?pool_part=Why+it+helps&ask=pool-saw",
        "pooling?pool_part=What+is+lost&ask=pool-order",
        "pooling?pool_part=What+is+lost&ask=pool-brightest",
        "convolution?ask=conv-place",
    ],
    ids=["choice", "number", "bars", "curve", "order", "pick", "spot"],
)
def test_everyone_can_answer_every_kind_of_question(page: Page, asking_url: str, address: str) -> None:
    """Before and after: axe-core in light, dark and forced colours and on a phone, and targets large enough."""
    problems: list[str] = []
    for view in (address, f"{address}&told=1"):
        opened(page, f"{asking_url}/{view}", ".prompt")
        expect(page.locator(".fold")).to_be_hidden()  # a wide window has room for the reason
        found = in_all_lights(page, view, ".st-key-predict_card")
        problems += [f"{each.view}: {each.rule}: {each.html}\n{each.why}" for each in found]
        problems += too_small(page, view)
        page.set_viewport_size(PROJECTOR)
    assert not problems, "\n\n".join(problems)
