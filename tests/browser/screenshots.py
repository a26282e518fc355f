"""Pictures of the running app: `python -m tests.browser.screenshots FOLDER` takes every lesson, light and dark, on a
projector and on a phone, whole pages and first screens; `--readme` takes those that the README shows."""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from imgcls.lessons import built_lessons
from tests.serving import ARGUMENTS, ROOT, browser_path, running_app

SCREENS = {"projector": {"width": 1280, "height": 720}, "phone": {"width": 390, "height": 844}}
SCROLLED = """() => Math.max(...[...document.querySelectorAll('[data-testid=stMain]')].map((e) => e.scrollHeight))"""


def opened(browser: Browser, url: str, screen: str, scheme: str) -> Page:
    """A lesson in a fresh session, once its live parts are drawn."""
    context = browser.new_context(
        viewport=SCREENS[screen], color_scheme=scheme, has_touch=screen == "phone", device_scale_factor=1
    )
    page = context.new_page()
    page.goto(url)
    page.locator("h1").wait_for()
    page.wait_for_timeout(4000)
    return page


def all_lessons(browser: Browser, url: str, folder: Path) -> None:
    for lesson in built_lessons():
        for screen, size in SCREENS.items():
            for scheme in ("light", "dark"):
                page = opened(browser, f"{url}/{lesson.slug}", screen, scheme)
                name = f"{lesson.slug or 'home'}-{screen}-{scheme}"
                page.screenshot(path=folder / f"{name}.png")
                height = min(page.evaluate(SCROLLED) + 20, 5000)
                page.set_viewport_size({"width": size["width"], "height": height})
                page.wait_for_timeout(800)
                page.screenshot(path=folder / f"{name}-whole.png")
                page.context.close()


def for_the_readme(browser: Browser, url: str) -> None:
    folder = ROOT / "assets" / "screenshots"
    page = opened(browser, f"{url}/classify", "projector", "light")
    canvas = page.locator(".grey-patch canvas").first.bounding_box()
    page.mouse.click(canvas["x"] + 0.62 * canvas["width"], canvas["y"] + 0.45 * canvas["height"])
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / "classify.png")
    for slug in ("convolution", "pooling", "softmax", "autodiff"):
        page = opened(browser, f"{url}/{slug}", "projector", "dark" if slug in ("pooling", "autodiff") else "light")
        page.screenshot(path=folder / f"{slug}.png")
    page = opened(browser, f"{url}/network", "projector", "light")
    page.locator(".gallery.row button").first.click()
    page.wait_for_timeout(1500)
    canvas = page.locator(".network canvas").first.bounding_box()
    page.mouse.move(canvas["x"] + 0.53 * canvas["width"], canvas["y"] + 0.3 * canvas["height"])
    page.wait_for_timeout(800)
    page.screenshot(path=folder / "network.png")
    page = opened(browser, f"{url}/train", "projector", "light")
    page.get_by_role("button", name="Train").first.click()
    page.wait_for_timeout(30_000)
    page.screenshot(path=folder / "train.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where all lessons' pictures go")
    parser.add_argument("--readme", action="store_true", help="take the README's pictures into assets/screenshots")
    parser.add_argument("--url", help="an app that runs already")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)

        def take(url: str) -> None:
            if options.folder:
                options.folder.mkdir(parents=True, exist_ok=True)
                all_lessons(browser, url, options.folder)
            if options.readme:
                for_the_readme(browser, url)

        if options.url:
            take(options.url)
        else:
            with running_app(Path(tempfile.mkstemp(suffix=".log")[1])) as url:
                take(url)


if __name__ == "__main__":
    main()
