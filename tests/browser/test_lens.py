"""The lens without weights: any operation that picks one value of a window, here max pooling."""

from pathlib import Path

import torch
from playwright.sync_api import Page, expect
from torch.nn import functional as F

from tests.serving import running_app

SCRIPT = """
import numpy as np
import torch
from torch.nn import functional as F

from imgcls.ops.histogram import histogram
from imgcls.ui.components.lens import Side, Window, lens

pixels = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16) * 37 % 251
pooled = F.max_pool2d(pixels.float()[None], 2)[0]
places = np.arange(16)
lens(
    Side(pixels.permute(1, 2, 0).numpy(), "before", histogram(pixels, 0, 255)),
    Side(pooled.permute(1, 2, 0).numpy(), "after", histogram(pooled, 0, 255)),
    Window(2, 2, stride=2),
    row_sources=places, column_sources=places, caption="the largest wins",
).show("pooled")
"""

APP = """
import streamlit as st

from imgcls.ui.server import routes

app = st.App("pooled.py", routes=routes())
"""


def test_without_weights_the_cell_that_equals_the_output_is_the_winner(page: Page, tmp_path: Path) -> None:
    (tmp_path / "pooled.py").write_text(SCRIPT)
    script = tmp_path / "app.py"
    script.write_text(APP)
    pixels = (torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16) * 37 % 251).float()
    pooled = F.max_pool2d(pixels, 2)[0]
    with running_app(tmp_path / "log.txt", str(script)) as url:
        page.goto(url)
        page.wait_for_selector(".lens[data-drawn]")
        box = page.locator(".output .picture").bounding_box()
        for row, column in [(0, 0), (3, 6), (7, 7)]:
            page.mouse.move(box["x"] + (column + 0.5) * box["width"] / 8, box["y"] + (row + 0.5) * box["height"] / 8)
            expect(page.locator(".lens")).to_have_attribute("data-shown", f"{row},{column}")
            assert float(page.locator(".value").get_attribute("data-value")) == pooled[row, column]
            window = [float(text) for text in page.locator(".cell .pixel").all_inner_texts()]
            assert window == pixels[0, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].flatten().tolist()
            expect(page.locator(".winner .pixel")).to_have_text(str(int(pooled[row, column])))
