"""Does training disturb the others? A slider is dragged while four other sessions train.

Run: python -m tests.benchmarks.bench_trainings. First alone; then with four sessions training, whose pages are drawn by
the same browser; then with their pages closed, as if they were drawn on other machines: their trainings go on for the
seconds of grace.
"""

from playwright.sync_api import BrowserContext, Page

from tests.benchmarks.bench_pooling import redraws
from tests.benchmarks.harness import HEAD, open_page, row, running_app

SESSIONS = 4
COUNT = 60  # moves of the slider
ADDRESS = "train?train_count=2500&train_epochs=500"


def slider(page: Page) -> list[float]:
    """Milliseconds from each move to the redrawn slice."""
    return redraws(page.get_by_label("slice", exact=True), ".pair", COUNT)


def start_training(page: Page, url: str, number: int) -> BrowserContext:
    """A session of its own that presses Train; returns when it trains or has its place in the queue."""
    context = page.context.browser.new_context(viewport={"width": 1280, "height": 720})
    trainer = context.new_page()
    trainer.goto(f"{url}/{ADDRESS}&train_run_seed={number}")
    trainer.get_by_role("button", name="Train", exact=True).click()
    trainer.get_by_text("left ·").or_(trainer.get_by_text("Waiting for a free worker")).first.wait_for(timeout=90_000)
    return context


def main() -> None:
    print(HEAD)
    with running_app() as url, open_page() as page:
        page.goto(f"{url}/pooling?pool_part=A+volume")
        page.locator(".pair[data-drawn]").wait_for()
        page.wait_for_timeout(2500)
        print(row("slider, nobody trains", slider(page)), flush=True)
        sessions = [start_training(page, url, number) for number in range(SESSIONS)]
        print(row(f"slider, {SESSIONS} sessions train, drawn by this browser, too", slider(page)), flush=True)
        for context in sessions:
            context.close()
        page.wait_for_timeout(300)
        print(row(f"slider, {SESSIONS} sessions train, drawn elsewhere", slider(page), "p95 ≤ 150"), flush=True)


if __name__ == "__main__":
    main()
