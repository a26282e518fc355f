"""How long opening a picture takes, by format and size: `python tests/benchmarks/bench_pictures.py`."""

import io
import time

import numpy as np
from PIL import Image
from pillow_heif import from_pillow

from imgcls.data.pictures import open_picture

SIZES = {"1 MP": (1152, 864), "3 MP": (2000, 1500), "12 MP": (4032, 3024)}
SETTINGS = {"JPEG": {"quality": 90}, "PNG": {"compress_level": 1}, "WEBP": {"quality": 85}, "AVIF": {"speed": 10}}


def photo(width: int, height: int) -> Image.Image:
    """Something as detailed as a photograph: blurred spots of several sizes and a little noise."""
    rng = np.random.default_rng(0)
    total = np.full((height, width, 3), 100.0)
    for side, strength in ((8, 60), (64, 30), (256, 15)):
        spots = Image.fromarray(rng.integers(0, 256, (side, side, 3), np.uint8)).resize((width, height))
        total += (np.asarray(spots) / 127.5 - 1) * strength
    return Image.fromarray(np.clip(total + rng.normal(0, 2, total.shape), 0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    if kind == "HEIC":
        from_pillow(image).save(buffer, quality=70)
    else:
        image.save(buffer, kind, **SETTINGS[kind])
    return buffer.getvalue()


def main() -> None:
    print(f"{'format':8}{'size':>8}{'MB':>8}{'ms (best of 5)':>18}")
    for name, size in SIZES.items():
        image = photo(*size)
        for kind in (*SETTINGS, "HEIC"):
            data = encoded(image, kind)
            if len(data) > 25 * 1024**2:
                continue
            best = float("inf")
            for _ in range(5):
                start = time.perf_counter()
                open_picture(data)
                best = min(best, time.perf_counter() - start)
            print(f"{kind:8}{name:>8}{len(data) / 1e6:8.1f}{best * 1e3:18.0f}", flush=True)


if __name__ == "__main__":
    main()
