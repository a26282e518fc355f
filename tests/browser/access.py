"""Every view of the app for whoever sees, points or hears otherwise: what axe-core finds, and how large targets are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from imgcls.lessons import Lesson
from tests.browser.hands import PHONE, PROJECTOR, choose, opened, settle

OURS = "[data-testid=stBidiComponentIsolated], [data-testid=stBidiComponentRegular]"

_AXE = """([rules, where]) => axe.run(where ? { include: [...document.querySelectorAll(where)] } : document, {
  resultTypes: ["violations"],
  ...(rules.length ? { runOnly: { type: "rule", values: rules } } : {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: { "label-content-name-mismatch": { enabled: true } },
  }),
}).then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target, html, failureSummary }) =>
  ({ rule: id, own: Array.isArray(target[0]), html: html.slice(0, 300), why: failureSummary }))))"""

# What can be pressed, dragged, typed into, through all shadow roots, and how large it is. The main ones lead a lesson,
# not the cells of a grid, not links within a text, not what lies upon a picture.
_TARGETS = """() => {
  const found = [], takes = "button, a[href], input, select, summary, [role=button], [role=slider]"
  const visible = { visibilityProperty: true, opacityProperty: true }
  const leads = (element) => element.closest("[data-testid=stMain]") && element.matches("button, summary") &&
    !element.matches("[data-testid=stTooltipIcon] *, [data-testid*=oolbar], [aria-label^=Remove]")
  const leadsOurs = (element) =>
    element.matches("button, select, [type=range]") && !element.closest(".grid, .chips, table")
  const visit = (root, host) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) visit(element.shadowRoot, element)
      if (!element.matches(takes) || element.disabled || !element.checkVisibility(visible)) continue
      if (element.closest("[data-testid=stSidebar][data-collapsed=true]")) continue
      const whole = element.closest("label, [data-testid=stSlider] [role=group] > div") ?? element
      const { width, height } = whole.getBoundingClientRect()
      if (width <= 1 || height <= 1) continue // for readers of the screen alone
      const name = (element.getAttribute("aria-label") || element.innerText || "").trim() || element.outerHTML
      found.push({ name: name.slice(0, 100), width, height, main: Boolean((host ? leadsOurs : leads)(element)) })
    }
  }
  visit(document, null)
  return found
}"""


@dataclass(frozen=True)
class Finding:
    """One element that breaks one rule of axe-core in one view; `own` if it lies in one of our components."""

    view: str
    rule: str
    own: bool
    html: str
    why: str


# Streamlit's own markup, out of reach for a style sheet or an argument: (rule, what the element's HTML begins with).
STREAMLITS: dict[tuple[str, str], str] = {
    ("scrollable-region-focusable", '<div class="st-emotion-cache-'): "a wide st.table: browsers let the arrow keys in",
    ("list", '<ul data-testid="stSidebarNavItems"'): "a phone's menu: its list holds a <div> a section, not <li>",
    ("listitem", '<li class="st-emotion-cache-'): "the same menu: the <li> of a section lie in that <div>",
    (
        "presentation-role-conflict",
        '<section role="presentation"',
    ): "the uploader's drop zone names itself and can be left",
}


def views(page: Page, url: str, lesson: Lesson) -> Iterator[str]:
    """The lesson, then each of its parts, as a click on "Part" shows them."""
    opened(page, f"{url}/{lesson.slug}")
    _computed(page)
    yield lesson.title
    parts = page.get_by_role("radiogroup", name="Part", exact=True).get_by_role("radio")
    for part in [each.inner_text() for each in parts.all()[1:]]:
        choose(page, part)
        _computed(page)
        yield f"{lesson.title}, {part}"


def _computed(page: Page) -> None:
    """What a worker computes for the page is there, in place of its progress."""
    progress = page.get_by_test_id("stProgress")
    if progress.count():
        expect(progress).to_have_count(0, timeout=120_000)
        settle(page)


def findings(page: Page, view: str, rules: Sequence[str] = (), where: str = "") -> list[Finding]:
    """What axe-core finds in the page as it stands, Streamlit's own left out.

    Only `rules`, if any are named, and only in the elements that the selector `where` finds, if there is one.
    """
    if where and not page.locator(where).count():
        return []
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = _found(page, view, rules, where)
    if found:  # what was pale because it faded while axe-core looked is not so at rest
        settle(page)
        resting = {(each.rule, each.html) for each in _found(page, view, rules, where)}
        found = [each for each in found if (each.rule, each.html) in resting]
    return found


def _found(page: Page, view: str, rules: Sequence[str], where: str) -> list[Finding]:
    found = [Finding(view, **each) for each in page.evaluate(_AXE, [list(rules), where])]
    return [each for each in found if each.own or not any(_is(each, *known) for known in STREAMLITS)]


def _is(finding: Finding, rule: str, beginning: str) -> bool:
    return finding.rule == rule and finding.html.startswith(beginning)


def in_all_lights(page: Page, view: str, where: str) -> list[Finding]:
    """What axe-core finds on the projector, light and dark, in forced colours, and on a phone; without a reload."""
    found = findings(page, view, where=where)
    page.emulate_media(forced_colors="active")
    # Where the system chooses all colours, text can be read; where ours stay, it is looked at.
    found += findings(page, f"{view}, forced colours", ["color-contrast"], OURS)
    page.emulate_media(forced_colors="none", color_scheme="dark")
    _follows(page, "dark")
    found += findings(page, f"{view}, dark", ["color-contrast"], where)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    _follows(page, "light")
    return found + findings(
        page, f"{view}, phone", ["target-size", "list", "listitem", "heading-order", "image-alt"], where
    )


def _follows(page: Page, scheme: str) -> None:
    """Streamlit takes the system's light or dark a moment later, and draws everything anew."""
    look = "name => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === name"
    page.wait_for_function(look, arg=scheme)
    settle(page)


def too_small(page: Page, view: str) -> list[str]:
    """Targets under 24 pixels either way, and those among the main ones under 44 high, in words."""
    return [
        f"{view}: {each['name']} is {each['width']:.0f} × {each['height']:.0f}"
        for each in page.evaluate(_TARGETS)
        if min(each["width"], each["height"]) < 23.9 or (each["main"] and each["height"] < 43.5)
    ]


def check(page: Page, url: str, lesson: Lesson) -> None:
    """No view of the lesson has a finding, a target too small for a finger, a title or an icon that is not its own."""
    problems: list[str] = []
    where = ""  # what surrounds a lesson is looked at once, with its first part
    for view in views(page, url, lesson):
        assert page.title() == lesson.name
        icons = page.locator("link[rel*=icon]").evaluate_all("(links) => links.map((link) => link.href)")
        assert icons and all(icon.startswith((url, "data:")) for icon in icons), "an icon from elsewhere"
        problems += [f"{each.view}: {each.rule}: {each.html}\n{each.why}" for each in in_all_lights(page, view, where)]
        problems += too_small(page, view)
        page.set_viewport_size(PROJECTOR)
        where = "[data-testid=stMain]"
    assert not problems, "\n\n".join(problems)
