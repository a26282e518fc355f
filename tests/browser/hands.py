"""What many browser tests do: open a lesson, choose a part, drag, and wait until what they want to see is there."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

PROJECTOR, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
# Tests so marked have a `page` in a phone's size, for fingers; a mobile browser lays out as a phone does, too.
on_a_phone = pytest.mark.context(viewport=PHONE, has_touch=True)
on_a_mobile = pytest.mark.context(viewport=PHONE, has_touch=True, is_mobile=True)

# The script has run, nothing waits to be replaced, every picture is there, and so it stays for a moment.
_SETTLED = """() => new Promise((done) => {
  let since = null
  const ours = "[data-testid=stBidiComponentIsolated]"
  const look = () => {
    const app = document.querySelector("[data-testid=stApp]"), now = performance.now()
    const roots = [...document.querySelectorAll(`${ours}, ${ours} *`)].flatMap(({ shadowRoot }) => shadowRoot ?? [])
    const moves = ({ playState, effect }) => playState === "running" && effect.getTiming().iterations < 9
    const busy = app?.dataset.testScriptState !== "notRunning" || !document.querySelector("h1") ||
      document.querySelector("[data-stale=true]") || [...document.images].some((image) => !image.complete) ||
      [document, ...roots].some((root) => root.getAnimations().some(moves))
    since = busy ? null : since ?? now
    if (since !== null && now - since > 150) done()
    else setTimeout(look, 40)
  }
  look()
})"""


def settle(page: Page) -> None:
    """Wait until the page is whole and at rest, also after what its parts tell the server when they are first drawn."""
    page.evaluate(_SETTLED)


def opened(page: Page, address: str, shown: str = "h1") -> None:
    """The page at this address, once `shown` is there and it is at rest; a live picture is there when it is drawn."""
    page.goto(address)
    page.locator(shown).first.wait_for()
    settle(page)


def choose(page: Page, part: str) -> None:
    """A click on a choice of "Part"; the page shows it and is at rest."""
    choice = page.get_by_role("radiogroup", name="Part", exact=True).get_by_role("radio", name=part, exact=True)
    choice.click()
    expect(choice).to_be_checked()
    settle(page)


def drag(page: Page, slider: Locator, share: float) -> None:
    """Drag a slider's thumb from where it is to a share of its width, and keep hold of it."""
    box = slider.bounding_box()
    now = slider.evaluate("s => (s.value - s.min) / (s.max - s.min)")
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 11 + now * (box["width"] - 22), middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 11 + share * (box["width"] - 22), middle, steps=6)


def lead(page: Page, address: str) -> None:
    """To another address in the same session, as the app leads a class."""
    script = """(address) => {
        history.pushState({ ours: true }, "", address)
        dispatchEvent(new PopStateEvent("popstate", { state: {} }))
    }"""
    page.evaluate(script, address)


def eventually(check: Callable[[], object], seconds: float = 20) -> None:
    """Runs `check` until it fails no more: for what the screen is compared with, where no single text can be named."""
    end = time.monotonic() + seconds
    while True:
        try:
            check()
            return
        except AssertionError:
            if time.monotonic() > end:
                raise
        time.sleep(0.05)


def drawn(page: Page) -> None:
    """Wait until the browser has drawn what the last movement of a pointer or key asked for."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def asked_elsewhere(page: Page) -> list[str]:
    """A list that grows with every address on another machine that the page asks, now that this one is listened to."""
    found: list[str] = []

    def look(url: str) -> None:
        if not re.match(r"(http|ws)s?://(127\.0\.0\.1|localhost)[:/]|(data|blob|about):", url):
            found.append(url)

    page.on("request", lambda request: look(request.url))
    page.on("websocket", lambda socket: look(socket.url))
    return found


def count_messages(page: Page) -> list[object]:
    """A list that grows with every message from the page to the server."""
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    return sent


def number(text: str) -> float:
    """A number as the screen writes it."""
    return float(re.sub(r"[,\u202f%]", "", text).replace("−", "-"))
