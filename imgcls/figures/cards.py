"""A picture before and after as one picture to take home."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIDE = 448
_GAP, _FOOT = 16, 96


def card(pictures: Sequence[np.ndarray], captions: Sequence[Sequence[str]], foot: str) -> bytes:
    """Pictures uint8 (S, S, 3) side by side, each over its lines of text, and one line below them all, as a PNG."""
    width = len(pictures) * (SIDE + _GAP) + _GAP
    sheet = Image.new("RGB", (width, SIDE + 2 * _GAP + _FOOT + 30), "white")
    pen, font, small = ImageDraw.Draw(sheet), ImageFont.load_default(26), ImageFont.load_default(18)
    for number, (picture, lines) in enumerate(zip(pictures, captions, strict=True)):
        left = _GAP + number * (SIDE + _GAP)
        enlarged = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.NEAREST)
        sheet.paste(enlarged, (left, _GAP))
        for line, text in enumerate(lines):
            pen.text((left, SIDE + 2 * _GAP + line * 34), _fitting(pen, text, font), fill="black", font=font)
    pen.text((_GAP, SIDE + 2 * _GAP + _FOOT - 8), foot, fill=(90, 90, 90), font=small)
    return as_png(np.asarray(sheet))


def as_png(picture: np.ndarray) -> bytes:
    """A picture uint8 (H, W, 3) as a PNG file, bit by bit."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def _fitting(pen: ImageDraw.ImageDraw, text: str, font: ImageFont.ImageFont) -> str:
    while len(text) > 2 and pen.textlength(text, font=font) > SIDE:
        text = text[:-2] + "…"
    return text
