"""The training page: from one click to a network that answers for the photo; pause, look back, survive."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from imgcls.training.runs import run_folder

# Few small pictures: drawn in a moment, learned in seconds.
QUICK = "train_count=600&train_preset=ConvNetJS+CIFAR-10"


def train(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Train", exact=True).press("Enter")  # by keyboard: see where the focus goes
    page.wait_for_selector(".film[data-drawn]", timeout=180_000)  # its polite worker imports torch first


def step_shown(page: Page) -> int:
    text = page.locator(".timeline output").inner_text()
    return int(re.search(r"step ([\d,]+)", text)[1].replace(",", ""))


def settled_step(page: Page) -> int:
    """The step shown once no later one comes any more."""
    seen = -1
    while (now := step_shown(page)) != seen:
        seen = now
        page.wait_for_timeout(1500)  # nothing happens
    return now


def wait_until(page: Page, condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        page.wait_for_timeout(50)  # until the next look


def workers(server_url: str) -> list[int]:
    """The worker processes of the server at this address, and of no other."""
    port = server_url.rsplit(":", 1)[1]
    servers = subprocess.run(["pgrep", "-f", f"server.port={port}"], capture_output=True, text=True).stdout.split()
    children = ["pgrep", "-P", ",".join(servers), "-f", "imgcls.jobs.worker"]
    return [int(number) for number in subprocess.run(children, capture_output=True, text=True).stdout.split()]


def folder(address: str) -> Path:
    """Of the run that the page's address names."""
    return run_folder(re.search(r"train_run=([\w-]+)", address)[1])


def worker(server_url: str, address: str) -> int:
    """The process that trains the run of this address: the only worker that holds the lock in its folder open."""
    lock = (folder(address) / "lock").resolve()
    holds = {pid: [file.resolve() for file in Path(f"/proc/{pid}/fd").iterdir()] for pid in workers(server_url)}
    (pid,) = (pid for pid, files in holds.items() if lock in files)
    return pid


def checkpoint(address: str) -> int:
    """When the newest checkpoint of the run was written; 0 if there is none yet."""
    file = folder(address) / "checkpoint.pt"
    return file.stat().st_mtime_ns if file.is_file() else 0


def test_a_run_is_trained_to_its_end_looked_back_at_and_used_on_the_photo(page: Page, server_url: str) -> None:
    train(page, f"{server_url}/train?{QUICK}&train_epochs=60")
    page.wait_for_selector(".plot[data-drawn]")
    drawn = page.locator(".film").get_attribute("data-drawn")
    wait_until(page, lambda: page.locator(".film").get_attribute("data-drawn") != drawn)
    for part in (page.get_by_role("button", name="Stop"), page.locator(".film"), page.locator(".plot").first):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= 720, "no scrolling on a projector"

    expect(page.get_by_role("button", name="Pause")).to_be_focused()  # what took the place of Train
    expect(page.locator(".timeline .spoken")).to_have_text(re.compile(r"^Epoch \d+: training loss [\d.]+, validation"))
    expect(page.get_by_role("progressbar", name="Progress")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("paused")).to_be_visible()
    expect(page.get_by_role("button", name="Resume")).to_be_focused()
    before = settled_step(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_until(page, lambda: step_shown(page) == before + 1)
    expect(page.get_by_role("button", name="One step")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Pause")).to_be_focused()
    # Its worker is polite: what else runs on a busy machine goes first.
    expect(page.get_by_text(re.compile("done after"))).to_be_visible(timeout=180_000)

    last = step_shown(page)
    slider = page.locator(".timeline input")
    slider.focus()
    page.keyboard.press("Home")
    wait_until(page, lambda: step_shown(page) == 0)
    expect(page.get_by_text(re.compile("Before training, with its first weights")).first).to_be_visible()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    wait_until(page, lambda: 0 < step_shown(page) < last)
    page.wait_for_url(re.compile(f"train_step={step_shown(page)}"))
    expect(page.locator("[class*=st-key-samples] .tile")).to_have_count(14)
    assert all(
        mark in "✓✗" for mark in (each[0] for each in page.locator("[class*=st-key-samples] small").all_inner_texts())
    )
    page.reload()  # the run and the step are in the address
    expect(page.locator(".timeline output")).to_contain_text("looking back")

    page.get_by_text("Confusion", exact=True).click()
    fits = "(box) => box.scrollWidth <= box.clientWidth"
    table = page.locator("[class*=st-key-confusion]")  # below it are recorded runs, which have one, too
    assert table.locator(".confusion .wide").evaluate(fits), "six classes need no scrolling"
    cell = table.locator("button.right").first
    count = int(cell.inner_text())
    cell.click()
    expect(page.locator("[class*=st-key-cell] .tile")).to_have_count(min(count, 28))

    page.get_by_text("Use it", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="ONNX").click()
    assert download.value.suggested_filename.endswith(".onnx")
    page.get_by_text("Classify with it").click()
    expect(page.get_by_text("Where did it look?")).to_be_visible()
    assert "Your+training" in page.url or "Your%20training" in page.url
    page.get_by_text("What it cannot know", exact=True).click()
    expect(page.get_by_text(re.compile("All it knows are its 6 classes"))).to_be_visible()


def test_a_killed_worker_is_told_within_five_seconds_and_the_run_goes_on(page: Page, server_url: str) -> None:
    train(page, f"{server_url}/train?{QUICK}&train_epochs=500")
    expect(page.get_by_text(re.compile(r"left · epoch [1-9]"))).to_be_visible(timeout=60_000)
    rate = page.locator("[data-testid=stMain] input[type=range]").first
    usual = rate.get_attribute("aria-valuetext")
    rate.focus()
    page.keyboard.press("ArrowLeft")
    expect(rate).not_to_have_attribute("aria-valuetext", usual)
    chosen = rate.get_attribute("aria-valuetext")
    before = step_shown(page)
    wait_until(page, lambda: step_shown(page) > before + 50)  # these are learned with it
    address = page.url
    page.goto("about:blank")
    page.goto(address)  # a reload finds the running job and may command it
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    expect(rate).to_have_attribute("aria-valuetext", chosen)
    saved = checkpoint(address)
    wait_until(page, lambda: checkpoint(address) > saved)

    os.kill(worker(server_url, address), signal.SIGKILL)
    expect(page.get_by_text("ended from outside")).to_be_visible(timeout=5_000)
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text(re.compile(r"left · epoch [1-9]"))).to_be_visible(timeout=60_000)
    assert step_shown(page) > 0
    page.get_by_role("button", name="Stop").press("Enter")
    expect(page.get_by_text("stopped by you")).to_be_visible()
    expect(page.locator(".st-key-train_buttons button:focus")).to_have_count(1)


def test_a_slow_browser_that_reloads_commands_no_rate_that_nobody_chose(page: Page, server_url: str) -> None:
    train(page, f"{server_url}/train?{QUICK.replace('600', '2000')}&train_epochs=500")
    expect(page.get_by_text(re.compile(r"left · epoch \d"))).to_be_visible(timeout=60_000)
    rate = page.locator("[data-testid=stMain] input[type=range]").first
    usual = rate.get_attribute("aria-valuetext")
    before = step_shown(page)
    wait_until(page, lambda: step_shown(page) > before)
    address = page.url
    page.goto("about:blank")
    browser = page.context.new_cdp_session(page)
    browser.send("Emulation.setCPUThrottlingRate", {"rate": 8})  # as an old phone
    page.goto(address)
    expect(page.get_by_role("button", name="Pause")).to_be_enabled()
    before = step_shown(page)
    wait_until(page, lambda: step_shown(page) > before)
    browser.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    expect(rate).to_have_attribute("aria-valuetext", usual)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("stopped by you")).to_be_visible()
