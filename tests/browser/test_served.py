"""The app where schools really serve it: below a path, behind a proxy, and with a connection that comes and goes."""

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.hands import drag
from tests.proxies import Proxy, proxied
from tests.serving import running_app

LIVE = "/imgcls/live/"


@pytest.fixture(scope="module")
def below_a_path(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app with `--server.baseUrlPath`."""
    log = tmp_path_factory.mktemp("below") / "log.txt"
    with running_app(log, options=["--server.baseUrlPath=school/lab"]) as url:
        yield url


@pytest.fixture
def proxy(server_url: str) -> Iterator[Proxy]:
    """A proxy as of JupyterHub: the server knows nothing of the path in front."""
    with proxied(server_url, "/user/a/proxy/8501") as one:
        yield one


def photograph(name: str = "mine.jpg", side: int = 600) -> dict:
    """A file as a browser's chooser gives it."""
    pixels = np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    return {"name": name, "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def answered(page: Page) -> list[str]:
    """What own addresses answer from now on, as "200 name"."""
    seen: list[str] = []
    page.on("response", lambda got: seen.append(f"{got.status} {got.url}") if "/imgcls/" in got.url else None)
    return seen


def try_addresses(page: Page, url: str) -> list[str]:
    """A drag, a sample and a close-up from this address; returns what own addresses answered."""
    answers = answered(page)
    page.goto(f"{url}/softmax")
    expect(page.locator(".sliders .value").nth(1)).to_have_text("70.5%")
    drag(page, page.locator(".sliders .range").nth(1), 0.7)
    expect(page.locator(".sliders .value").nth(1)).not_to_have_text("70.5%")
    page.mouse.up()
    page.wait_for_url(re.compile("softmax_logits=1_"))
    assert any(LIVE in answer for answer in answers)
    page.get_by_test_id("stSidebar").get_by_role("radio", name="Samples").click()
    page.locator(".gallery img").nth(1).click()
    photo = page.get_by_test_id("stSidebar").get_by_test_id("stImage")
    expect(page.locator("[data-testid=stSidebar] .imgcls-photo-name")).not_to_contain_text("Bernese")
    page.wait_for_function("(image) => image.complete && image.naturalWidth", arg=photo.locator("img").element_handle())
    gallery = page.locator(".gallery img")
    assert gallery.count()
    for image in gallery.all():
        expect(image).to_have_js_property("naturalWidth", 96)
    page.goto(f"{url}/network?net_model=tinyvgg&net_map=3-4")
    page.wait_for_selector(".network[data-view=map]")
    return answers


def test_below_a_path_everything_is_there(page: Page, below_a_path: str) -> None:
    answers = try_addresses(page, below_a_path)
    page.get_by_test_id("stTopNavLink").first.click()
    page.wait_for_url(f"{below_a_path}/")
    page.locator(".probability-bars[data-drawn]").first.wait_for()
    page.goto(f"{below_a_path}/softmax")
    page.get_by_role("link", name="Next: Cross-entropy").click()
    page.wait_for_url(f"{below_a_path}/cross-entropy")
    page.reload()
    page.locator(".plot[data-drawn]").first.wait_for()
    assert all(answer.startswith("200 ") for answer in answers), answers
    icons = page.locator("link[rel*=icon]").evaluate_all("(links) => links.map((link) => link.href)")
    assert icons and all(icon.startswith("data:") for icon in icons)


def test_behind_a_proxy_that_takes_the_path_off_everything_is_there(page: Page, proxy: Proxy) -> None:
    answers = try_addresses(page, proxy.url)
    assert all(answer.startswith("200 ") for answer in answers), answers


@pytest.mark.parametrize("answer", ["405", "page"])
def test_where_the_quick_way_is_shut_a_drag_goes_the_slow_way_and_comes_back(
    page: Page, server_url: str, answer: str
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "imgcls:" in message.text else None)
    login = {"status": 200, "content_type": "text/html", "body": "<!DOCTYPE html><html>Please log in</html>"}
    page.route(f"**{LIVE}**", lambda route: route.fulfill(**(login if answer == "page" else {"status": 405})))
    page.goto(f"{server_url}/softmax")
    value = page.locator(".sliders .value").nth(1)
    expect(value).to_have_text("70.5%")
    drag(page, page.locator(".sliders .range").nth(1), 0.7)
    expect(value).not_to_have_text("70.5%")
    page.mouse.up()
    page.wait_for_url(re.compile("softmax_logits=1_"))
    assert len(said) == 1
    assert LIVE in said[0]
    page.unroute(f"**{LIVE}**")
    page.evaluate("const now = Date.now; Date.now = () => now() + 6000")  # the wait before the next try is over
    with page.expect_response(lambda got: LIVE in got.url and got.status == 200):
        drag(page, page.locator(".sliders .range").nth(1), 0.3)
    page.mouse.up()


def test_where_the_quick_way_is_shut_the_network_still_answers(page: Page, server_url: str) -> None:
    page.route(f"**{LIVE}**", lambda route: route.fulfill(status=502))
    page.goto(f"{server_url}/network?net_map=3-4")
    page.wait_for_selector(".network[data-view=map]")
    page.locator(".network canvas").press("Escape")
    page.wait_for_selector(".network[data-view=overview]")
    drawn = page.locator(".network").get_attribute("data-drawn")
    page.locator(".network select[name=order]").select_option(index=1)
    expect(page.locator(".network")).not_to_have_attribute("data-drawn", drawn)


def test_blocked_websockets_are_named_after_some_seconds(page: Page, proxy: Proxy, server_url: str) -> None:
    other = page.context.new_page()
    other.route_web_socket(re.compile("_stcore/stream"), lambda socket: socket.close())  # let in, and ended at once
    proxy.blocks.add("pgrade: websocket")
    page.goto(f"{proxy.url}/softmax")
    other.goto(f"{server_url}/softmax")
    for tab in (page, other):
        expect(tab.locator("#imgcls-notice")).to_contain_text("cannot open a WebSocket")
        expect(tab.locator("#imgcls-notice")).to_contain_text("Ask whoever looks after the network")
        expect(tab.get_by_test_id("stAppSkeleton")).not_to_be_visible()
        other.bring_to_front()
    proxy.blocks.clear()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#imgcls-notice")).to_have_count(0)


def test_a_photo_goes_in_whenever_the_connection_breaks(page: Page, proxy: Proxy) -> None:
    page.goto(f"{proxy.url}/softmax")
    photo = page.locator("[data-testid=stSidebar] .imgcls-photo-name")
    chooser = page.get_by_test_id("stSidebar").locator("input[type=file]")
    app = page.get_by_test_id("stApp")
    notice = page.locator("#imgcls-notice")
    for moment in ("away", "dead", "sending"):
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        expect(photo).to_be_visible()
        expect(notice).to_have_count(0)
        if moment == "dead":  # the connection is, but nobody knows it yet
            proxy.freeze = True
            chooser.set_input_files(photograph("dead.jpg"))
            page.wait_for_timeout(1200)  # nothing happens: nobody can know that it does not arrive
        elif moment == "sending":
            with page.expect_request(lambda request: "upload_file" in request.url):
                chooser.set_input_files(photograph("sending.jpg", side=2000))
        proxy.cut()
        expect(app).to_have_attribute("data-test-connection-state", "PINGING_SERVER")
        if moment == "away":
            chooser.set_input_files(photograph("away.jpg"))
            expect(notice).to_contain_text("as soon as it is back")
        proxy.freeze = False
        proxy.mend()
        expect(photo).to_contain_text(f"{moment}.jpg")
