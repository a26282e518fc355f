"""Fool it under the finger: the picture shows those pixels that its sentence counts."""

import re

from playwright.sync_api import Page, expect

from tests.browser import hands

# Pixels of the first canvas that differ from those of the second.
DIFFER = """([first, second]) => {
  const [a, b] = [first, second].map((c) => c.getContext("2d").getImageData(0, 0, c.width, c.height).data)
  if (a.length !== b.length) return -1
  let count = 0
  for (let i = 0; i < a.length; i += 4) count += a[i] !== b[i] || a[i + 1] !== b[i + 1] || a[i + 2] !== b[i + 2]
  return count
}"""


def test_pixels_that_are_repainted_are_those_that_differ_during_and_after_the_drag(page: Page, server_url: str) -> None:
    address = f"{server_url}/classify?classify_part=Fool+it&fool_way=Few+pixels"
    hands.opened(page, address, "[class*=st-key-fool_words] .words")
    said = page.locator("[class*=st-key-fool_words] .words")
    after, before = (page.locator(f"[class*=st-key-fool_{name}] canvas") for name in ("after", "before"))

    def differ() -> int:
        return page.evaluate(DIFFER, [after.element_handle(), before.element_handle()])

    def counted() -> int:
        return int(re.match(r"[\d,]+", said.inner_text())[0].replace(",", ""))

    expect(said).to_contain_text("pixels are changed")
    first = counted()
    assert differ() == first > 0
    hands.drag(page, page.get_by_label(re.compile("Pixels repainted")), 0.6)
    expect(said).not_to_contain_text(f"{first} of")
    page.wait_for_timeout(500)  # the last answer to the drag
    assert differ() == counted() > first
    page.mouse.up()
    expect(page).to_have_url(re.compile("fool_pixels="))
    assert differ() == counted() > first
