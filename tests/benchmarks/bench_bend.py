"""The network that learns on the activations page: `python -m tests.benchmarks.bench_bend` prints two tables.

How often its boundary is drawn again in a real browser, how long a slider beside it takes meanwhile, what a slice of a
training costs the server, and how many students one process beside it serves.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from playwright.sync_api import Page

from imgcls.jobs.sidecar import BusyError, Sidecar
from imgcls.ops.mlp import Plan
from imgcls.ops.mlp_film import Twins, film
from imgcls.ops.points import pattern
from tests.benchmarks.harness import HEAD, open_page, row, running_app

FRAMES, STEPS = 15, 5
NETWORKS = {"circle, 4": ("circle", (4,)), "spiral, 8 8": ("spiral", (8, 8)), "spiral, 8 8 8 8": ("spiral", (8,) * 4)}
SECONDS = 10


def redraws(page: Page, url: str, pattern_name: str, hidden: tuple[int, ...]) -> float:
    """Redraws a second while the network learns."""
    page.goto(f"{url}/activations?act_pattern={pattern_name}&act_bend_layers={len(hidden)}&act_bend_width={hidden[0]}")
    view = page.locator(".bend[data-drawn]")
    view.wait_for(timeout=120_000)
    page.get_by_role("button", name="Train").click()
    page.wait_for_timeout(2500)
    first, start = int(view.get_attribute("data-drawn")), time.monotonic()
    page.wait_for_timeout(1000 * SECONDS)
    return (int(view.get_attribute("data-drawn")) - first) / (time.monotonic() - start)


def painted(page: Page) -> float:
    """Frames a second that this browser paints at all, of a page at rest: on a busy machine fewer than 60."""
    script = """() => new Promise((done) => {
        const start = performance.now()
        let frames = 0
        const next = (now) => (++frames, now - start > 3000 ? done(frames / 3) : requestAnimationFrame(next))
        requestAnimationFrame(next)
    })"""
    return float(page.evaluate(script))


def slices(hidden: tuple[int, ...]) -> list[float]:
    """Milliseconds of processor time of a film."""
    twins, points = Twins(Plan(hidden, "tanh")), pattern("spiral", 0)
    state = twins.start(0)

    def one() -> None:
        nonlocal state
        state = film(twins, state, points, 0.1, frames=FRAMES, steps=STEPS).state

    times = []
    for _ in range(40):
        start = time.thread_time()
        one()
        times.append(1000 * (time.thread_time() - start))
    return times[5:]


def hall(students: int) -> float:
    """Frames a second for each of so many students who all train something else, through one process."""
    sidecar = Sidecar("imgcls.ops.mlp_film:film")
    twins, points = Twins(Plan((4,), "tanh")), pattern("circle", 0)
    until = time.monotonic() + SECONDS

    def student(seed: int) -> int:
        state, frames = twins.start(seed), 0
        while (start := time.monotonic()) < until:
            try:
                seen = sidecar.call(twins=twins, state=state, points=points, rate=0.1, frames=FRAMES, steps=STEPS)
            except BusyError as busy:
                time.sleep(busy.seconds)
                continue
            state, frames = seen.state, frames + FRAMES
            time.sleep(max(0.0, FRAMES / 30 - (time.monotonic() - start)))  # it plays, and asks when it is over
        return frames

    sidecar.call(twins=twins, state=twins.start(0), points=points, rate=0.1)
    with ThreadPoolExecutor(students) as pool:
        frames = list(pool.map(student, range(students)))
    sidecar.stop()
    return float(np.mean(frames)) / SECONDS


def main() -> None:
    print("| network | redraws a second | target |\n|---|---|---|")
    with running_app() as url, open_page() as page:
        print(f"| the browser at rest | {painted(page):.1f} | |", flush=True)
        for name, (pattern_name, hidden) in NETWORKS.items():
            print(f"| {name} | {redraws(page, url, pattern_name, hidden):.1f} | ≥ 30 |", flush=True)
    print(f"\n{HEAD}")
    for name, (_, hidden) in NETWORKS.items():
        print(row(f"a film of {FRAMES} frames × {STEPS} steps, {name}: processor time", slices(hidden)), flush=True)
    print("\n| students | redraws a second for each |\n|---|---|")
    for students in (1, 20, 60):
        print(f"| {students} | {hall(students):.1f} |", flush=True)


if __name__ == "__main__":
    main()
