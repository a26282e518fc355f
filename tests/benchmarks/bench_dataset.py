"""Times of the data set lesson: a zip of 10,000 pictures, what workers do, a drag, a page switch.

`python tests/benchmarks/bench_dataset.py [ZIP]`; without a zip one of small random pictures is made.
"""

import io
import os
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from playwright.sync_api import Page

from imgcls.data.augment import Augmentation, draw, variations
from imgcls.data.own import describe_own, keep_zip
from imgcls.data.picture_cache import Recipe, open_cached
from imgcls.training.picture_work import cache, survey
from tests.benchmarks.harness import HEAD, milliseconds, open_page, row, running_app

MOVES = 60
DRAG = """async ([name, moves]) => {
  const find = (root, what) => {
    const hit = root.querySelector(what)
    if (hit) return hit
    for (const each of root.querySelectorAll("*")) {
      const below = each.shadowRoot && find(each.shadowRoot, what)
      if (below) return below
    }
  }
  const input = find(document, `input[data-dial="${name}"]`), box = find(document, ".thumbnails"), times = []
  for (let i = 0; i < moves; i++) {
    const was = box.dataset.drawn, start = performance.now()
    input.value = Number(input.min) + (Number(input.max) - Number(input.min)) * ((i * 7) % moves) / moves
    input.dispatchEvent(new Event("input"))
    while (box.dataset.drawn === was && performance.now() - start < 3000) await new Promise(requestAnimationFrame)
    times.push(performance.now() - start)
  }
  return times
}"""


def made_zip(count: int = 10_000) -> bytes:
    rng = np.random.default_rng(0)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(count):
            file = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(file, "JPEG")
            archive.writestr(f"class {number % 10}/{number}.jpg", file.getvalue())
    return buffer.getvalue()


def switches(page: Page, url: str) -> list[float]:
    """From a click on the menu of another lesson to the drawn samples."""
    taken = []
    page.goto(f"{url}/dataset")
    page.wait_for_selector(".thumbnails[data-drawn]")
    for _ in range(8):
        page.get_by_role("link", name="Next: Dense networks").click()
        page.wait_for_selector("h1:has-text('Why not connect')")
        page.wait_for_timeout(800)
        start = time.perf_counter()
        page.get_by_role("link", name="Dog-breed dataset").last.click()
        page.wait_for_selector(".thumbnails[data-drawn]")
        taken.append(1e3 * (time.perf_counter() - start))
        page.wait_for_timeout(500)
    return taken


def main() -> None:
    torch.set_num_threads(1)
    os.environ["IMGCLS_CACHE"] = tempfile.mkdtemp()
    data = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else made_zip()
    kept = keep_zip(data, "warm-up")[0]
    print(HEAD)
    print(row("zip of 10,000: checked and kept", milliseconds(lambda: keep_zip(data, "mine"), 3)))
    print(row("… its classes named", milliseconds(lambda: describe_own(kept), 3)))
    recipe, drawn = Recipe(str(kept), size=32), Recipe()
    print(row("… read at 32 pixels (worker)", milliseconds(lambda: list(cache(recipe)))))
    print(row("… opened again", milliseconds(lambda: open_cached(recipe), 5)))
    print(row("… counted and compared (worker)", milliseconds(lambda: list(survey(recipe, None, 0)))))
    print(row("2,500 dogs drawn (worker)", milliseconds(lambda: list(cache(drawn)))))
    picture, everything = open_cached(drawn).images[0], Augmentation(True, 0.1, 10, 0.3, 0.25)
    generator = torch.Generator().manual_seed(0)
    print(row("12 draws", milliseconds(lambda: variations(picture, draw(everything, 12, 64, generator), 12), 50)))
    with running_app() as url, open_page() as page:
        for name, part, dial in (
            ("augmentation", "Augmentation&data_crop=0.1&data_colour=0.3", "data_rotation"),
            ("difficulty", "Classes", "data_difficulty"),
        ):
            page.goto(f"{url}/dataset?data_part={part}")
            page.wait_for_selector(".thumbnails[data-drawn]")
            page.wait_for_timeout(3000)
            print(row(f"drag: {name}", page.evaluate(DRAG, [dial, MOVES]), "50"))
        print(row("page switch, set drawn before", switches(page, url)))


if __name__ == "__main__":
    main()
