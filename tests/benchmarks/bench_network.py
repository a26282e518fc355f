"""The whole network in a real browser: `python -m tests.benchmarks.bench_network` prints a table.

Photo switch: from the pointer's press on a sample to the overview of that photo, drawn. Close-up: from the press on a
map to its inputs, kernel and sum on the canvas (they then fly to their places for 0.3 s). What if: from a move of the
grey patch to the redrawn bars and maps. Film: from the press on its part to its first frame, with the network's passes,
and the bytes that this takes. Weight: all bytes of the first load but Streamlit's own static files.
The ratio column divides by the bare forward pass, timed in this process.
"""

import statistics

import torch
from playwright.sync_api import Page

from imgcls.models.registry import load
from imgcls.training.trained import tinyvgg
from tests.benchmarks.harness import HEAD, forward_passes, open_page, row, running_app

WATCH = """() => {
  const host = [...document.querySelectorAll('*')].find((e) => e.shadowRoot?.querySelector('.network'))
  const box = host.shadowRoot.querySelector('.network')
  Object.assign(window, { pressed: 0, events: [] })
  const press = () => { window.pressed = performance.now() }
  for (const kind of ['pointerdown', 'pointermove']) window.addEventListener(kind, press, true)
  new MutationObserver((changes) => {
    for (const { attributeName } of changes) window.events.push([attributeName, performance.now(), box.dataset.subject])
  }).observe(box, { attributes: true, attributeFilter: ['data-drawn', 'data-opened'] })
}"""


def weigh(page: Page) -> dict[str, int]:
    """Counts, from now on, the bytes that come over HTTP and over the WebSocket, Streamlit's static files left out."""
    counted = {"http": 0, "socket": 0, "static": 0}
    names: dict[str, str] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.requestWillBeSent", lambda event: names.update({event["requestId"]: event["request"]["url"]}))

    def finished(event: dict) -> None:
        kind = "static" if "/static/" in names.get(event["requestId"], "") else "http"
        counted[kind] += int(event["encodedDataLength"])

    def framed(event: dict) -> None:
        counted["socket"] += len(event["response"]["payloadData"]) * 3 // 4  # binary frames are reported in base64

    session.on("Network.loadingFinished", finished)
    session.on("Network.webSocketFrameReceived", framed)
    return counted


def last(page: Page, name: str, seen: int) -> float:
    """Milliseconds from the last press to the next event of that name."""
    page.wait_for_function("([name, n]) => events.filter((e) => e[0] === name).length > n", arg=[name, seen])
    return page.evaluate("name => events.filter((e) => e[0] === name).at(-1)[1] - pressed", name)


def photo_switches(page: Page, count: int = 9) -> list[float]:
    """Through the samples of the sidebar, forwards and back again."""
    page.locator("[data-testid=stSidebar]").get_by_text("Samples", exact=True).click()
    page.wait_for_selector("[data-testid=stSidebar] .gallery button")
    page.wait_for_timeout(1200)
    buttons, times = page.locator("[data-testid=stSidebar] .gallery button"), []
    for turn in range(count):
        button = buttons.nth(1 + turn % (buttons.count() - 1))
        button.scroll_into_view_if_needed()
        seen = page.evaluate("events.filter((e) => e[0] === 'data-drawn').length")
        button.click()
        times.append(last(page, "data-drawn", seen))
        page.wait_for_timeout(900)
    return times[1:]


def closeups(page: Page, count: int = 12) -> list[float]:
    """Clicks on maps of several columns; Escape in between."""
    box, times = page.locator(".network canvas").bounding_box(), []
    status, y = page.locator(".network .status"), box["y"] + 132
    places = []
    for x in range(200, 720, 6):
        page.mouse.move(box["x"] + x, y)
        page.wait_for_timeout(30)
        if ", map " in status.inner_text():
            places.append(box["x"] + x)
    for turn in range(count):
        seen = page.evaluate("events.filter((e) => e[0] === 'data-opened').length")
        page.mouse.click(places[(turn * len(places)) // count], y)
        times.append(last(page, "data-opened", seen))
        page.wait_for_timeout(600)
        page.keyboard.press("Escape")
        page.wait_for_timeout(600)
    return times


def patches(page: Page, count: int = 30) -> list[float]:
    """Drags over the photo in "What if"."""
    page.get_by_text("What if", exact=True).click()
    page.wait_for_timeout(1500)
    box, times = page.locator(".network canvas").bounding_box(), []
    page.mouse.move(box["x"] + 40, box["y"] + 130)
    page.mouse.down()
    for turn in range(count):
        seen = page.evaluate("events.filter((e) => e[0] === 'data-drawn').length")
        page.mouse.move(box["x"] + 40 + 2 * turn, box["y"] + 130)
        times.append(last(page, "data-drawn", seen))
    page.mouse.up()
    return times[3:]


def films(page: Page, counted: dict[str, int], count: int = 5) -> tuple[list[float], float]:
    """From a press on "Film" to its first frame, each time of another photo; and the kilobytes that one takes."""
    times, weights = [], []
    buttons = page.locator("[data-testid=stSidebar] .gallery button")
    for turn in range(count):
        page.get_by_text("Forward", exact=True).click()
        buttons.nth(turn).click()
        page.wait_for_timeout(2500)
        before = counted["socket"] + counted["http"]
        page.get_by_text("Film", exact=True).click()
        page.wait_for_selector(".film[data-scene]")
        times.append(page.evaluate("performance.now() - pressed"))
        page.wait_for_timeout(1500)
        weights.append((counted["socket"] + counted["http"] - before) / 1e3)
    return times[1:], statistics.median(weights[1:])


def main() -> None:
    torch.set_num_threads(1)
    lines, weights = [], []
    with running_app() as url:
        for name, classifier, target in (("tinyvgg", tinyvgg(), "150"), ("efficientnet-lite0", load(), "300")):
            bare = forward_passes(classifier)
            base = statistics.median(bare)
            lines.append(row(f"{name}: bare forward pass", bare, base=base))
            with open_page() as page:
                counted = weigh(page)
                page.goto(f"{url}/network?net_model={name}")
                page.wait_for_selector(".network[data-drawn]")
                page.wait_for_timeout(2500)
                http, socket, static = (counted[kind] / 1e3 for kind in ("http", "socket", "static"))
                weights.append(
                    f"{name}: {http:.0f} KB over HTTP, {socket:.0f} KB over the WebSocket, "
                    f"beside {static:.0f} KB of Streamlit's own files"
                )
                page.evaluate(WATCH)
                lines.append(row(f"{name}: photo switch -> overview drawn", photo_switches(page), target, base))
                lines.append(row(f"{name}: click on a map -> close-up drawn", closeups(page), "100", base))
                lines.append(row(f"{name}: patch moved -> bars and maps drawn", patches(page), "", base))
                times, weight = films(page, counted)
                lines.append(row(f"{name}: film opened -> first frame", times, "", base))
                weights.append(f"{name}: a film is {weight:.0f} KB")
    print(HEAD, *lines, "", *weights, sep="\n")


if __name__ == "__main__":
    main()
