"""A browser that translates the page, as Chrome and Edge do, harms nothing: no page crashes, no text goes stale."""

import re

from playwright.sync_api import Page, expect

from imgcls.lessons import built_lessons
from tests.browser.hands import lead

# What such a translator does: each text node is replaced by <font><font>...</font></font>, and so is all new text.
TRANSLATOR = """
addEventListener("DOMContentLoaded", () => {
  const off = "script, style, code, pre, textarea, [translate=no], .notranslate"
  const translate = (text) => {
    if (!text.isConnected || !/[a-z]/i.test(text.data) || text.parentElement.closest(off + ", font")) return
    const outer = document.createElement("font"), inner = document.createElement("font")
    inner.textContent = "«" + text.data + "»"
    outer.append(inner)
    text.replaceWith(outer)
  }
  const walk = (root) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), all = []
    while (texts.nextNode()) all.push(texts.currentNode)
    all.forEach(translate)
    window.translated = performance.now()
  }
  let soon
  new MutationObserver(() => { clearTimeout(soon); soon = setTimeout(() => walk(document.body), 60) })
    .observe(document, { childList: true, subtree: true, characterData: true })
})
"""
PARTS = {"convolution": 1, "softmax": 1, "network": 1, "dataset": 2, "pooling": 1}
"""Another part of the page: these changed what a translator had replaced."""


def check(page: Page, question: str) -> None:
    """The headline is this page's own, in the new language; nothing has crashed."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("h1")).to_have_text(f"«{question}»")
    assert page.get_by_text(re.compile("NotFoundError|not a child of this node")).count() == 0
    assert page.get_by_test_id("stException").count() == 0


def test_a_translated_page_shows_what_it_should_on_every_page_and_part(page: Page, server_url: str) -> None:
    page.add_init_script(TRANSLATOR)
    page.goto(server_url)
    lessons = built_lessons()
    check(page, lessons[0].question)
    for lesson in lessons[1:]:
        lead(page, f"/{lesson.slug}")
        check(page, lesson.question)
        if lesson.slug in PARTS:
            parts = page.get_by_test_id("stMain").get_by_test_id("stButtonGroup").first
            parts.get_by_role("radio").nth(PARTS[lesson.slug]).click()
            check(page, lesson.question)
        if lesson.slug == "cross-entropy":
            chart = page.locator(".plot[data-drawn]").first
            expect(chart.locator(".xtick text").first).to_be_visible()
            assert chart.locator("font").count() == 0


def test_what_is_done_to_a_translated_text_is_done_to_its_translation(page: Page, server_url: str) -> None:
    page.add_init_script(TRANSLATOR)
    page.goto(server_url)
    check(page, built_lessons()[0].question)
    page.evaluate("""() => {
      window.box = document.createElement("p")
      window.texts = ["one", "two", "three"].map((word) => document.createTextNode(word))
      box.append(...texts)
      document.body.append(box)
    }""")
    words = page.locator("body > p").last
    expect(words).to_have_text("«one»«two»«three»")
    page.evaluate("() => { texts[0].data = 'new' }")
    expect(words).to_have_text("«new»«two»«three»")
    page.evaluate("() => { box.removeChild(texts[1]) }")
    expect(words).to_have_text("«new»«three»")
    page.evaluate("() => { box.insertBefore(document.createTextNode('four'), texts[2]) }")
    expect(words).to_have_text("«new»«four»«three»")
